"""The assessment: every attack on the schema and on its control, over several seeds."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from assessment.attacks import ATTACKS, Attack, judged, known_records
from assessment.case import Rows, make_case, split, unhardened
from assessment.success import Success, Tally, success
from assessment.verdict import Verdict, overall, verdict
from linkage import Schema
from linkage.command import OnProgress

NOT_TRIED = (
    "graph matching without any known record: 96 to 99 % of 100,000 plain Bloom filters fell to it (ACSAC 2024)",
    "a stronger alignment by known records (spectral), which in a trial re-identified 8.7 % under saul",
    "the relation-graph attack on linear hardenings (PoPETs 2026)",
    "pattern mining with bit frequencies",
    "registers larger than the sample, other overlaps, and attacks that are not published yet",
)


class Trial(NamedTuple):
    """How attacks are tried: records of each file, share in common, records known beforehand, seeds."""

    records: int
    overlap: float
    known: int
    seeds: int


class Finding(NamedTuple):
    """What one attack came to."""

    attack: Attack
    found: Success
    control: Success
    verdict: Verdict | None

    def document(self) -> dict[str, Any]:
        """Return the finding as JSON-like data."""
        return {
            "attack": self.attack.name,
            "needs": self.attack.needs,
            "verdict": self.verdict or "expected",
            "encodings": {**self.found._asdict(), "share": self.found.share},
            "control": {**self.control._asdict(), "share": self.control.share},
        }


class Assessment(NamedTuple):
    """All findings about one schema on some records."""

    schema: Schema
    trial: Trial
    rows: int
    data: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Return the verdict of all attacks that need no secret."""
        return overall([finding.verdict for finding in self.findings if finding.verdict is not None])

    def document(self) -> dict[str, Any]:
        """Return the assessment as JSON-like data."""
        return {
            "verdict": self.verdict,
            "schema": self.schema.name,
            "schema_digest": self.schema.digest,
            "hardening": [step.model_dump(exclude_none=True) for step in self.schema.hardening],
            "data": self.data,
            "rows": self.rows,
            "trial": self.trial._asdict(),
            "findings": [finding.document() for finding in self.findings],
            "not_tried": list(NOT_TRIED),
        }


def assess(
    rows: Rows,
    schema: Schema,
    trial: Trial,
    *,
    data: str,
    attacks: Sequence[Attack] = ATTACKS,
    on_progress: OnProgress | None = None,
) -> Assessment:
    """Return what `attacks` achieve; schema and control are tried on the same persons, in turn, seed by seed.

    Secrets are fresh in each run, so figures differ a little from one assessment to the next.

    Args:
        rows: records, one text per field of the schema.
        schema: of the encodings.
        trial: how it is tried.
        data: what the records are, in words.
        attacks: which ones.
        on_progress: called with (cases done, cases in all).

    Raises:
        AssessmentError: there are too few records.
        RowError: a record does not fit the schema.
    """
    plain = unhardened(schema)
    kinds = {"encodings": schema} if plain == schema else {"encodings": schema, "control": plain}
    tallies: Mapping[str, dict[str, list[Tally]]] = {kind: {one.name: [] for one in attacks} for kind in kinds}
    for seed in range(trial.seeds):
        parts = split(len(rows), trial.records, trial.overlap, np.random.default_rng(seed))
        for place, (kind, made) in enumerate(kinds.items()):
            random = np.random.default_rng([seed, 1])
            case = make_case(rows, made, parts, known=trial.known, random=random)
            for attack in attacks:
                tally = judged(attack.guess(case, random), case, uses_known=attack.guess is known_records)
                tallies[kind][attack.name].append(tally)
            if on_progress is not None:
                on_progress(seed * len(kinds) + place + 1, trial.seeds * len(kinds))
    random = np.random.default_rng(0)
    together = {
        kind: {name: success(runs, random) for name, runs in of_kind.items()} for kind, of_kind in tallies.items()
    }
    found, control = together["encodings"], together.get("control", together["encodings"])
    findings = (
        Finding(
            attack,
            found[attack.name],
            control[attack.name],
            None if attack.with_key else verdict(found[attack.name], control[attack.name]),
        )
        for attack in attacks
    )
    return Assessment(schema, trial, len(rows), data, tuple(findings))
