"""What each way of exact pruning brings on real CLKs: the time of the kernel alone, on one core.

Run: uv run python benchmarks/pruning.py [--rounds 5] [--json]

Four ways on the same pairs, at the same thresholds, with the same results (else the program ends with 1):

* nothing: all bits of all pairs;
* popcounts: rows in the order of popcounts, and only ranges whose popcounts allow a pair to pass;
* first bits: also, the distance of some of the bits first, those that tell most (p (1 - p) largest) in front, as many
  as are best for this data;
* folded: also, a folded sketch first, read by bits or by letters; this is what the matcher does by itself.

FEBRL 4 are all its 10,000 records with the schema febrl4 against themselves; "multi-script" are the 8,380 records of
benchmarks/data against themselves, bigrams of names, date of birth, sex, nationality and city.
"""

import csv
import statistics
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

import click
import numpy as np

from benchmarks.kernel import febrl_clks
from encoder import encode_clks
from linkage import Encodings, load_schema
from linkage.command import emit, json_option
from matcher.form import host_form
from matcher.hits import Hits
from matcher.sides import Plan, plan
from matcher.similarity import Requirement
from matcher.sketch import Reach, Sketch
from matcher.tiles import Tiling

RECORDS = Path(__file__).parent / "data" / "multiscript_open_records.csv"
FIELDS = {"full_name": 200, "dob": 100, "sex": 20, "nationality": 30, "birth_city": 60}
THRESHOLDS = (0.7, 0.8, 0.9)


def multiscript_clks() -> Encodings:
    """Return all multi-script records, encoded as they are written."""
    features = [
        {
            "identifier": name,
            "format": {"type": "string"},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": bits}},
        }
        for name, bits in FIELDS.items()
    ]
    schema = load_schema({"version": 3, "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": features})
    with RECORDS.open(encoding="utf-8", newline="") as file:
        rows = [[row[name] for name in FIELDS] for row in csv.DictReader(file)]
    return Encodings.from_bytes(encode_clks(rows, schema, "benchmark", validate=False))


def telling_order(encodings: Encodings) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the positions of bits, those first that tell most about whether two rows differ."""
    bits = np.unpackbits(encodings.words.view(np.uint8), axis=1, bitorder="little")[:, : encodings.bits]
    share = bits.mean(axis=0)
    return np.argsort(-share * (1 - share), kind="stable")


def kernel_seconds(prepared: Plan) -> tuple[float, int]:
    """Return how long the kernel takes for all pairs, and how many pass."""
    found: list[Hits] = []
    tiling = Tiling.of(prepared, None)
    comparer = tiling.comparer(lambda asked: asked, found.append, Event(), (0, 0))
    start = time.perf_counter()
    for tile in tiling.tiles():
        comparer.compare(tile)
    comparer.flush()
    return time.perf_counter() - start, sum(len(hits.left) for hits in found)


def measure(name: str, clks: Encodings, threshold: float, rounds: int) -> dict[str, Any]:
    """Return the seconds of each way, medians, and how many bits the best sketches have."""
    requirement, form = Requirement.of("dice", threshold, clks.bits), host_form()
    whole = plan(clks, clks, requirement, form, sketch=Sketch(clks.words.shape[1] * 64))
    rows, width = len(clks), clks.bits
    everything = Reach(np.zeros(width + 1, dtype=np.int64), np.full(width + 1, rows, dtype=np.int64))
    order = telling_order(clks)
    partial = {
        bits: plan(clks, clks, requirement, form, sketch=Sketch(bits, np.sort(order[:bits])))
        for bits in range(128, width, 64)
    }
    first_bits = min(partial, key=lambda bits: kernel_seconds(partial[bits])[0])
    folded = plan(clks, clks, requirement, form)
    ways = {
        "nothing": whole._replace(reach=everything),
        "popcounts": whole,
        "first bits": partial[first_bits],
        "folded": folded,
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    hits = set()
    for _ in range(rounds):
        for way, prepared in ways.items():
            seconds, found = kernel_seconds(prepared)
            times[way].append(seconds)
            hits.add(found)
    return {
        "data": name,
        "threshold": threshold,
        "hits": max(hits),
        "equal": len(hits) == 1,
        "seconds": {way: round(statistics.median(found), 4) for way, found in times.items()},
        "speedup": {
            way: round(statistics.median(a / b for a, b in zip(times["nothing"], found, strict=True)), 2)
            for way, found in times.items()
        },
        "first_bits": first_bits,
        "folded_bits": folded.right.sketches.shape[1] - 1 - (0 if folded.letters else folded.sums.planes),
    }


@click.command()
@click.option("--rounds", default=5, show_default=True)
@json_option
def main(rounds: int, *, as_json: bool) -> None:
    """Measure and print."""
    data = {"FEBRL 4": febrl_clks(), "multi-script": multiscript_clks()}
    found = [measure(name, clks, threshold, rounds) for name, clks in data.items() for threshold in THRESHOLDS]

    def text() -> str:
        lines = [f"{'':14}{'t':>5}{'hits':>11}   times as fast as without pruning"]
        for row in found:
            ways = ", ".join(f"{way} {ratio:.2f}" for way, ratio in row["speedup"].items() if way != "nothing")
            bits = f"({row['first_bits']} first bits, folded to {row['folded_bits']})"
            lines.append(f"{row['data']:14}{row['threshold']:5.2f}{row['hits']:11,}   {ways}  {bits}")
        return "\n".join(lines)

    emit({"form": host_form().name, "measured": found}, text, as_json=as_json)
    if not all(row["equal"] for row in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
