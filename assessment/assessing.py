"""The assessment: every attack on the schema and on its controls over several seeds, and the measures."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from assessment.attacks import ATTACKS, Attack
from assessment.case import make_case, split, unhardened, usual_clk
from assessment.measures import Measured, measures
from assessment.plain import Rows
from assessment.success import Success, Tally, success
from assessment.verdict import Verdict, overall, verdict
from encoder import encode_clks
from linkage import Schema
from linkage.command import OnProgress

NOT_TRIED = (
    "registers larger than the sample, and other shares in common: more records make graph matching easier",
    "symbols that an encoding shares at one place with two known records or more",
    "relations among more records than a few dozen, and of more than four (PoPETs 2026)",
    "reading the tokens of persons whom no register has (NEPAL, 2025)",
    "attacks that are not published yet",
)
_MEASURED_RECORDS = 1000


class Trial(NamedTuple):
    """How attacks are tried: persons in the register, share of them held, records known beforehand, seeds."""

    register: int
    overlap: float
    known: int
    seeds: int


class Finding(NamedTuple):
    """What one attack came to: on these encodings, on the same fields as a plain CLK, and on the usual CLK."""

    attack: Attack
    found: Success
    control: Success
    usual: Success
    verdict: Verdict | None

    def document(self) -> dict[str, Any]:
        """Return the finding as JSON-like data."""
        told = {"encodings": self.found, "control": self.control, "usual_clk": self.usual}
        return {
            "attack": self.attack.name,
            "needs": self.attack.needs,
            "verdict": self.verdict or "expected",
            **{name: {**outcome._asdict(), "share": outcome.share} for name, outcome in told.items()},
        }


class Assessment(NamedTuple):
    """All findings about one schema on some records."""

    schema: Schema
    trial: Trial
    rows: int
    data: str
    findings: tuple[Finding, ...]
    measured: tuple[Measured, ...]

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
            "measures": [one.document() for one in self.measured],
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
    """Return what `attacks` achieve; schema and controls are tried on the same persons, in turn, seed by seed.

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
    plain, (usual, cells) = unhardened(schema), usual_clk(schema)
    kinds = {"encodings": (schema, rows), "usual": (usual, [[row[cell] for cell in cells] for row in rows])}
    if plain != schema:
        kinds["control"] = (plain, rows)
    tallies: Mapping[str, dict[str, list[Tally]]] = {kind: {one.name: [] for one in attacks} for kind in kinds}
    for seed in range(trial.seeds):
        parts = split(len(rows), trial.register, trial.overlap, np.random.default_rng(seed))
        for place, (kind, (made, their_rows)) in enumerate(kinds.items()):
            random = np.random.default_rng([seed, 1])
            case = make_case(their_rows, made, parts, known=trial.known, random=random)
            for attack in attacks:
                tallies[kind][attack.name].append(attack.tried(case, random))
            if on_progress is not None:
                on_progress(seed * len(kinds) + place + 1, trial.seeds * len(kinds))
    random = np.random.default_rng(0)
    together = {
        kind: {name: success(runs, random) for name, runs in of_kind.items()} for kind, of_kind in tallies.items()
    }
    findings = (
        _finding(
            attack,
            *(together.get(kind, together["encodings"])[attack.name] for kind in ("encodings", "control", "usual")),
        )
        for attack in attacks
    )
    return Assessment(schema, trial, len(rows), data, tuple(findings), _measured(rows, schema, plain, random))


def _finding(attack: Attack, found: Success, control: Success, usual: Success) -> Finding:
    said = None if attack.with_key else verdict(found, control, usual)
    return Finding(attack, found, control, usual, said)


def _measured(rows: Rows, schema: Schema, plain: Schema, random: np.random.Generator) -> tuple[Measured, ...]:
    chosen = random.permutation(len(rows))[:_MEASURED_RECORDS]
    sample = [rows[row] for row in chosen.tolist()]
    secret = random.bytes(32)
    made = (encode_clks(sample, one, secret, validate=False) for one in (schema, plain))
    return tuple(measures(sample, schema, *made, control_measure=plain.measure, random=random))
