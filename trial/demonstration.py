"""The whole way: three agencies encode, a matcher that sees only their packages links, each agency learns its hits.

Every party has a folder of its own, and every command runs in a process of its own, in the order in which people would
run them. What follows (evaluation, baselines, leak search) needs everything at once, which no party ever has.
"""

import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from linkage import Package, load_schema, open_package
from linkage.command import OnProgress
from linkage.symbols import unpacked
from trial.baseline import equality_baseline, plaintext_baseline
from trial.deal import ID_COLUMN, Deal, deal, febrl4, write_agency_file, write_truth
from trial.errors import StepError
from trial.evaluation import RecordKey, evaluate
from trial.evidence import Evidence, read_evidence
from trial.figures import AgencyFigures, Figures, Side, UsedField
from trial.leak import search_packages
from trial.program import Transcript
from trial.similarity import histogram

SCHEMA = "febrl4"
CATEGORY = "suspect"
# Chosen once, for this schema, and not when the demonstration runs: then the truth is not known. It asks for 11 equal
# symbols of 3,584; by chance one pair of strangers in 400 million has so many; F1 was .998 to 1 on the seeds 1 to 3.
THRESHOLD = 0.003
HOST = "host"
GROUPS = f"{HOST}/groups.csv"
TRUTH = "truth.csv"
# For the progress bar: making the secret and matching; receiving the secret (all but one), identity, encoding,
# handing over, receiving groups and looking up; and a rest for what is worked out afterwards.
_COMMON_STEPS = 2
_STEPS_PER_AGENCY = 6
_FIGURES = 5


class _Run(NamedTuple):
    """What the parties' commands told: agency -> seconds of encoding, agency -> hits; seconds of matching."""

    encode_seconds: dict[str, float]
    hits: dict[str, int]
    match_seconds: float


def demonstrate(folder: Path, *, seed: int, on_progress: OnProgress) -> Figures:
    """Return the figures of a whole run in the empty `folder`, in which every party's files stay.

    Args:
        folder: absolute or relative to the working directory.
        seed: decides who holds what.
        on_progress: called after every step.

    Raises:
        StepError: a command failed, or the matcher joined nothing.
    """
    started = time.perf_counter()
    dealt = deal(*febrl4(), seed=seed)
    steps = _COMMON_STEPS + (_STEPS_PER_AGENCY * len(dealt.files)) - 1
    transcript = Transcript(folder, lambda done: on_progress(done, steps + _FIGURES))
    _set_up(folder, dealt)
    run = _run(transcript, list(dealt.files))
    counterfoils = [folder / f"{agency}/{agency}.counterfoil.csv" for agency in dealt.files]
    evidence = read_evidence([folder / GROUPS], folder / TRUTH, counterfoils)
    packages = {agency: open_package(folder / HOST / f"{agency}.cfp") for agency in dealt.files}
    contents = {package.path.name: package.path.read_bytes() for package in packages.values()}
    token_persons = {token: evidence.persons[record] for token, record in evidence.records.items()}
    schema = load_schema(SCHEMA)
    pair = _example(dealt, evidence, packages)
    return Figures(
        seed=seed,
        threshold=THRESHOLD,
        schema=schema.name,
        fields=tuple(
            UsedField(used.identifier, used.hashing.strategy.bits_per_feature)
            for used in schema.used_fields
            if used.hashing and used.hashing.strategy.bits_per_feature
        ),
        persons=dealt.persons_by_agencies,
        overlap=dealt.overlap,
        equal_pairs=dealt.equal_pairs,
        agencies=tuple(
            AgencyFigures(
                name=agency,
                rows=len(rows),
                package_bytes=len(contents[f"{agency}.cfp"]),
                encode_seconds=run.encode_seconds[agency],
                hits=run.hits[agency],
            )
            for agency, rows in dealt.files.items()
        ),
        steps=tuple(transcript.steps),
        pair=pair,
        equal_places=_equal_places(pair),
        linkage=evaluate(evidence.groups, evidence.persons),
        plaintext=plaintext_baseline(dealt),
        equality=equality_baseline(dealt),
        leak_search=search_packages(contents, dealt.raw_values()),
        histogram=histogram([package.encodings for package in packages.values()], token_persons),
        match_seconds=run.match_seconds,
        seconds=time.perf_counter() - started,
    )


def preparation(demo_folder: str, agencies: Sequence[str]) -> list[str]:
    """Return the commands that lay out what the parties start with, in an empty folder beside `demo_folder`."""
    files = [*(f"{agency}/{agency}.csv" for agency in agencies), TRUTH]
    copies = [shlex.join(["cp", f"../{demo_folder}/{file}", file]) for file in files]
    return [shlex.join(["mkdir", *agencies, HOST]), *copies]


def evaluation_command(agencies: Iterable[str], groups: Iterable[str] = (GROUPS,)) -> str:
    """Return the command that measures the groups against the truth."""
    counterfoils = " ".join(f"--counterfoil {agency}/{agency}.counterfoil.csv" for agency in agencies)
    return f"counterfoil evaluate {' '.join(groups)} --truth {TRUTH} {counterfoils}"


def _set_up(folder: Path, dealt: Deal) -> None:
    (folder / HOST).mkdir()
    for agency, rows in dealt.files.items():
        (folder / agency).mkdir()
        write_agency_file(folder / agency / f"{agency}.csv", dealt.columns, rows)
    write_truth(folder / TRUTH, (row for rows in dealt.files.values() for row in rows))


def _run(transcript: Transcript, agencies: Sequence[str]) -> _Run:
    first, *others = agencies
    transcript.run(first, "secret", "new", "-o", f"{first}/op.secret")
    for agency in others:
        transcript.copy(first, f"{first}/op.secret", f"{agency}/op.secret")
    encode_seconds = {}
    for agency in agencies:
        key = f"{agency}/{agency}.key"
        transcript.run(agency, "identity", "new", "--agency", agency, "-o", key)
        transcript.run(
            agency,
            *("encode", "--schema", SCHEMA, "--secret-file", f"{agency}/op.secret", "--identity", key),
            *("--category", CATEGORY, "--id-column", ID_COLUMN, f"{agency}/{agency}.csv"),
            *("-o", f"{agency}/{agency}.cfp", "--counterfoil", f"{agency}/{agency}.counterfoil.csv"),
        )
        encode_seconds[agency] = transcript.steps[-1].seconds
        transcript.copy(agency, f"{agency}/{agency}.cfp", f"{HOST}/{agency}.cfp")
    packages = [f"{HOST}/{agency}.cfp" for agency in agencies]
    transcript.run(HOST, "match", *packages, "--threshold", str(THRESHOLD), "-o", GROUPS, "--for-agencies", HOST)
    match_seconds = transcript.steps[-1].seconds
    hits = {}
    for agency in agencies:
        groups, counterfoil, found = (f"{agency}/{agency}.{kind}.csv" for kind in ("groups", "counterfoil", "hits"))
        transcript.copy(HOST, f"{HOST}/{agency}.groups.csv", groups)
        answer = transcript.ask(agency, "reveal", groups, "--counterfoil", counterfoil, "-o", found)
        hits[agency] = int(answer["hits"])
    return _Run(encode_seconds, hits, match_seconds)


def _example(dealt: Deal, evidence: Evidence, packages: Mapping[str, Package]) -> tuple[Side, Side]:
    """Return two records that the matcher joined: complete ones that differ in two values or more, if there are any."""
    rows = {RecordKey(agency, row.record_id): row.cells for agency, held in dealt.files.items() for row in held}
    pairs = sorted((group[0], group[1]) for group in map(sorted, evidence.groups))
    if not pairs:
        raise StepError("the matcher joined no records")

    def telling(pair: tuple[RecordKey, RecordKey]) -> bool:
        left, right = (rows[record] for record in pair)
        return all(left + right) and sum(one != other for one, other in zip(left, right, strict=True)) > 1

    chosen = next(filter(telling, pairs), pairs[0])
    tokens = {record: token for token, record in evidence.records.items()}
    left, right = (
        _side(packages[record.agency], tokens[record], dict(zip(dealt.columns, rows[record], strict=True)))
        for record in chosen
    )
    return left, right


def _equal_places(pair: Sequence[Side]) -> tuple[int, ...]:
    one, other = unpacked(np.stack([np.frombuffer(side.encoding, dtype=np.uint8) for side in pair]))
    return tuple(np.flatnonzero(one == other).tolist())


def _side(package: Package, token: str, row: dict[str, str]) -> Side:
    place = package.encodings.token_texts().index(token)
    encoding = package.encodings.to_bytes()[place].tobytes()
    return Side(package.manifest.agency, row, token, package.manifest.category.value, encoding)
