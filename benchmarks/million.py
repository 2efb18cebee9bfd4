"""One million encodings against one million, exactly: wall time, pairs per second and peak memory.

Run: uv run python benchmarks/million.py [--rows 1000000] [--planted 1000] [--threads N] [--json]

Random filters of 1,024 bits, 29.3 % set, compared at a Dice coefficient of .8. Some rows of the right file are rows of
the left with every set bit moved with a probability of 10 %, evenly spread over both files; the program checks that
every one of them that reaches the threshold is found, and that nothing is found that does not, else it ends with 1.

The whole runs in a process of its own, whose peak memory the system reports (all of it: interpreter, libraries, both
files and the comparison). Compilation is over before the clock starts; laying out and ordering are timed.
"""

import json
import resource
import subprocess
import sys
import time

import click
import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from linkage.command import emit, json_option
from matcher import candidate_pairs

BITS = 1024
FILL = 0.293
THRESHOLD = 0.8
_ROWS_AT_ONCE = 10_000


def filters(rows: int, seed: int) -> NDArray[np.uint8]:
    """Return random filters, uint8 (rows, 128)."""
    random = np.random.default_rng(seed)
    found = np.empty((rows, BITS // 8), dtype=np.uint8)
    for start in range(0, rows, _ROWS_AT_ONCE):
        part = found[start : start + _ROWS_AT_ONCE]
        part[:] = np.packbits(random.random((len(part), BITS), dtype=np.float32) < FILL, axis=1)
    return found


def near(rows: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Return filters of which each is one of `rows` with about 10 % of its set bits lost and as many others set."""
    random = np.random.default_rng(seed)
    bits = np.unpackbits(rows, axis=1).astype(bool)
    lost = random.random(bits.shape) < 0.1
    gained = random.random(bits.shape) < 0.1 * FILL / (1 - FILL)
    return np.packbits(np.where(bits, ~lost, gained), axis=1)


def compare(rows: int, planted: int, threads: int | None) -> dict[str, float]:
    """Return what was measured, and how many planted pairs should have been and were found."""
    left, right = filters(rows, 1), filters(rows, 2)
    places = np.linspace(0, rows - 1, planted).astype(np.int64)
    right[places[::-1]] = near(left[places], 3)
    both = np.bitwise_count(left[places] & right[places[::-1]]).sum(axis=1, dtype=np.int64)
    sizes = [np.bitwise_count(side).sum(axis=1, dtype=np.int64) for side in (left[places], right[places[::-1]])]
    passing = 2 * both / (sizes[0] + sizes[1]) >= THRESHOLD
    files = Encodings.from_bytes(left), Encodings.from_bytes(right)
    del left, right
    candidate_pairs(files[0], Encodings.from_bytes(files[1].to_bytes()[:1000]), THRESHOLD)  # compiles
    start = time.perf_counter()
    pairs = candidate_pairs(*files, THRESHOLD, threads=threads)
    seconds = time.perf_counter() - start
    expected = set(zip(places[passing].tolist(), places[::-1][passing].tolist(), strict=True))
    found = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "pairs_per_second": round(rows * rows / seconds),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "planted": len(expected),
        "found": len(found & expected),
        "beside": len(found - expected),
    }


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Rows of each file.")
@click.option("--planted", default=1_000, show_default=True, help="Rows of the right file that are near a left one.")
@click.option("--threads", type=int, help="Cores to use; all by default.")
@click.option("--here", is_flag=True, hidden=True)
@json_option
def main(rows: int, planted: int, threads: int | None, *, here: bool, as_json: bool) -> None:
    """Measure and print."""
    if here:
        click.echo(json.dumps(compare(rows, planted, threads)))
        return
    arguments = [sys.executable, __file__, "--here", "--rows", str(rows), "--planted", str(planted)]
    arguments += [] if threads is None else ["--threads", str(threads)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)

    def text() -> str:
        return (
            f"{rows:,} x {rows:,} encodings of {BITS:,} bits at {THRESHOLD}: {result['seconds']:,.1f} s, "
            f"{result['pairs_per_second'] / 1e6:,.0f} million pairs/s, peak memory "
            f"{result['peak_bytes'] / (1 << 20):,.0f} MiB; found {result['found']:,} of {result['planted']:,} planted "
            f"pairs and {result['beside']:,} others"
        )

    emit(result, text, as_json=as_json)
    if result["found"] != result["planted"] or result["beside"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
