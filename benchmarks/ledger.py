"""How long an entry and a proof take in a ledger of a million entries, on SQLite, commits on disk.

uv run python benchmarks/ledger.py [entries]
"""

import hashlib
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from linkage.identity import Identity
from linkage.ledger import Entry, Kind
from linkage.ledger.tiles import WIDTH
from linkage.ledger.tree import head_of, includes, leaf_hash
from server.database import metadata, open_engine, writing
from server.database.tables import nonces
from server.ledger import Ledger, tables

ROUNDS = 300
CHUNK = 1 << 16
LEDGER = Ledger(Identity.new("host"))


def entry(number: int) -> Entry:
    """Return a look at hits."""
    return Entry(
        time="2026-11-24T00:00:00Z",
        kind=Kind.HITS_VIEWED,
        agency="atl",
        operation="lantern",
        subject="run-1",
        officer="o-17",
        justification="investigation",
        count=number,
    )


def contents(size: int) -> Iterator[bytes]:
    """Yield the bytes of `size` entries, faster than by making each."""
    before, after = entry(123_456_789).encode().split(b"123456789")
    return (before + b"%d" % number + after for number in range(size))


def load(engine: sa.Engine, size: int) -> None:
    """Fill the tables as if `size` entries had been appended one by one."""
    hashes: list[bytes] = []
    with writing(engine) as connection:
        rows = []
        for number, content in enumerate(contents(size)):
            rows.append({"number": number, "content": content, "operation": "lantern"})
            hashes.append(leaf_hash(content))
            if len(rows) == CHUNK or number == size - 1:
                connection.execute(tables.entries.insert(), rows)
                rows = []
        level = 0
        while hashes:
            found = [{"level": level, "number": number, "hash": each} for number, each in enumerate(hashes)]
            connection.execute(tables.hashes.insert(), found)
            whole = len(hashes) // WIDTH * WIDTH
            hashes = [head_of(hashes[at : at + WIDTH]) for at in range(0, whole, WIDTH)]
            level += 1
        connection.execute(tables.head.insert(), {"id": 1, "size": size})


def timed(what: str, action: Callable[[], object]) -> None:
    """Print the median and the 95th percentile of an action, and the median of its processor time, in milliseconds."""
    taken, worked = [], []
    for _ in range(ROUNDS):
        started, busy = time.perf_counter(), time.process_time()
        action()
        taken.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - busy))
    high = statistics.quantiles(taken, n=20)[-1]
    print(f"{what:<42} {statistics.median(taken):7.2f} ms {high:7.2f} ms {statistics.median(worked):9.2f} ms")


def main() -> None:
    """Load and measure."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    generator = random.Random(1)  # noqa: S311 - not for secrecy
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "host.db"
        engine = open_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        started = time.perf_counter()
        load(engine, size)
        print(f"{size:,} entries loaded in {time.perf_counter() - started:.0f} s; {path.stat().st_size >> 20} MiB")
        print(f"{'':<42} {'median':>10} {'95 %':>10} {'processor':>12}")

        with engine.connect() as connection, connection.begin():
            before = LEDGER.checkpoint(connection).checkpoint
            proof = LEDGER.inclusion(connection, size // 3, before.size)
            leaf = leaf_hash(next(iter(LEDGER.entries(connection, size // 3, size))))
            if not includes(leaf, size // 3, before.size, before.head, proof):
                raise SystemExit("the proof does not hold")

        numbers = itertools.count()

        def change(connection: sa.Connection) -> None:
            values = {"key_id": "k" * 32, "nonce": f"{next(numbers):022}", "expires": "2026-11-24T00:06:00Z"}
            connection.execute(nonces.insert().values(values))

        def append(*, with_checkpoint: bool) -> None:
            with writing(engine) as connection:
                change(connection)
                LEDGER.append(connection, entry(0))
                if with_checkpoint:
                    LEDGER.checkpoint(connection)

        def only_change() -> None:
            with writing(engine) as connection:
                change(connection)

        timed("commit of a change without an entry", only_change)
        timed("commit of it with an entry", lambda: append(with_checkpoint=False))
        timed("and with a signed checkpoint", lambda: append(with_checkpoint=True))
        with engine.connect() as connection, connection.begin():
            now = LEDGER.size(connection)
            timed("signed checkpoint", lambda: LEDGER.checkpoint(connection))
            timed("inclusion proof", lambda: LEDGER.inclusion(connection, generator.randrange(now), now))
            timed("consistency proof", lambda: LEDGER.consistency(connection, generator.randrange(1, now), now))
            timed("checkpoint of a request looked at", lambda: LEDGER.holds(connection, before))
        with writing(engine) as connection:
            timed("append within a transaction", lambda: LEDGER.append(connection, entry(0)))
        timed("SHA-256 of 8 KiB (for comparison)", lambda: hashlib.sha256(bytes(8192)).digest())
        engine.dispose()


if __name__ == "__main__":
    main()
