"""The ledger in a database: whole or absent with its change, without gaps, and proven from few reads."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from linkage.errors import RefusedError
from linkage.identity import Identity
from linkage.ledger import Entry, Kind, Opening, SignedCheckpoint
from linkage.ledger.audit import audit
from linkage.ledger.pack import Attached, Pack
from linkage.ledger.tree import EMPTY_HEAD, consistent, head_of, includes, leaf_hash
from linkage.manifest import parse_moment
from server.audit.evidence import Evidence
from server.database import metadata, open_engine, writing
from server.ledger import Ledger, operation_pack, tables
from tests.linkage.ledger import making

LEDGER = Ledger(making.HOST)
TABLES = [tables.head, tables.entries, tables.hashes, tables.openings, tables.cosignatures]


@pytest.fixture
def engine(tmp_path: Path, database: Callable[[], str | None]) -> Iterator[sa.Engine]:
    """A database with the ledger's tables."""
    found = open_engine(database() or f"sqlite:///{tmp_path / 'host.db'}")
    metadata.create_all(found, tables=TABLES)
    yield found
    found.dispose()


def entry(number: int) -> Entry:
    return making.viewed(number % 1000, count=number)


def fill(engine: sa.Engine, size: int) -> list[bytes]:
    """Append `size` entries in one transaction and return their hashes."""
    with writing(engine) as connection:
        for number in range(size):
            assert LEDGER.append(connection, entry(number)) == number
    return [leaf_hash(entry(number).encode()) for number in range(size)]


def test_checkpoint_is_signed_and_that_of_the_entries_at_every_size(engine: sa.Engine) -> None:
    leaves: list[bytes] = []
    for number in range(20):
        with writing(engine) as connection:
            assert LEDGER.size(connection) == number
            signed = LEDGER.checkpoint(connection)
            assert signed.checkpoint == ("host", number, head_of(leaves) if leaves else EMPTY_HEAD)
            assert signed.signed_by(making.HOST.public)
            LEDGER.append(connection, entry(number))
        leaves.append(leaf_hash(entry(number).encode()))


def test_proofs_hold_across_tiles(engine: sa.Engine) -> None:
    leaves = fill(engine, 600)
    with engine.connect() as connection:
        for size in (1, 255, 256, 257, 511, 512, 600):
            head = head_of(leaves[:size])
            for number in {0, size // 2, size - 1, min(255, size - 1)}:
                assert includes(leaves[number], number, size, head, LEDGER.inclusion(connection, number, size))
            for old in (1, 255, 256, 300):
                if old <= size:
                    proof = LEDGER.consistency(connection, old, size)
                    assert consistent(old, head_of(leaves[:old]), size, head, proof)


def test_tiles_hold_hashes_of_leaves_and_of_whole_tiles(engine: sa.Engine) -> None:
    leaves = fill(engine, 600)
    with engine.connect() as connection:
        assert LEDGER.tile(connection, 0, 0) == b"".join(leaves[:256])
        assert LEDGER.tile(connection, 0, 2) == b"".join(leaves[512:])
        assert LEDGER.tile(connection, 1, 0) == head_of(leaves[:256]) + head_of(leaves[256:512])
        assert LEDGER.tile(connection, 2, 0) == LEDGER.tile(connection, 0, 3) == b""


def test_third_level_begins_with_the_65536th_entry(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        filled = [{"level": 0, "number": number, "hash": bytes(32)} for number in range(256 * 255, 65_535)]
        filled += [{"level": 1, "number": number, "hash": bytes(32)} for number in range(255)]
        connection.execute(tables.hashes.insert(), filled)
        connection.execute(tables.head.insert(), {"id": 1, "size": 65_535})
        assert LEDGER.append(connection, entry(0)) == 65_535
        last = head_of([bytes(32)] * 255 + [leaf_hash(entry(0).encode())])
        assert LEDGER.tile(connection, 2, 0) == head_of([bytes(32)] * 255 + [last])


def test_entries_come_back_byte_for_byte(engine: sa.Engine) -> None:
    fill(engine, 30)
    with engine.connect() as connection:
        found = list(LEDGER.entries(connection, 10, 20))
        assert found == [entry(number).encode() for number in range(10, 20)]
        assert list(LEDGER.entries(connection, 25, 99)) == [entry(number).encode() for number in range(25, 30)]


def test_entry_is_there_only_if_the_change_it_records_is(engine: sa.Engine) -> None:
    fill(engine, 3)
    opening = Opening.new("justification", "words")
    committed = making.viewed(4, commitments={opening.name: opening.commitment})

    def change_that_fails() -> None:
        with writing(engine) as connection:
            LEDGER.append(connection, committed, [opening])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    with engine.connect() as connection:
        assert LEDGER.size(connection) == 3
        for table in TABLES[1:]:
            found = connection.scalar(sa.select(sa.func.count()).select_from(table))
            assert found == (3 if table in (tables.entries, tables.hashes) else 0)
    with writing(engine) as connection:
        assert LEDGER.append(connection, committed, [opening]) == 3


def test_opening_of_something_else_is_refused_before_anything_is_written(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        with pytest.raises(ValueError, match="not of a commitment"):
            LEDGER.append(connection, entry(0), [Opening.new("justification", "words")])
        assert LEDGER.size(connection) == 0


def test_erasing_entries_with_their_openings_leaves_the_tree_as_it_was(engine: sa.Engine) -> None:
    openings = [Opening.new("justification", f"case {number}") for number in range(3)]
    with writing(engine) as connection:
        for number, opening in enumerate(openings):
            LEDGER.append(connection, making.viewed(number, commitments={opening.name: opening.commitment}), [opening])
        before = LEDGER.checkpoint(connection)
        assert LEDGER.openings(connection, 1) == [openings[1]]
        assert LEDGER.erase(connection, [0, 1, 7]) == 2
    with engine.connect() as connection:
        assert LEDGER.openings(connection, 1) == []
        assert LEDGER.openings(connection, 2) == [openings[2]]
        assert LEDGER.checkpoint(connection) == before
        parsed = [Entry.parse(content) for content in LEDGER.entries(connection, 0, 3)]
        assert [found.kind for found in parsed] == [Kind.HITS_VIEWED]
        assert head_of(LEDGER.leaves(connection)) == before.checkpoint.head
        proof = LEDGER.inclusion(connection, 1, 3)
        erased = making.viewed(1, commitments={"justification": openings[1].commitment}).encode()
        assert includes(leaf_hash(erased), 1, 3, before.checkpoint.head, proof), "whoever kept it can still prove it"


def test_concurrent_appenders_leave_no_gap_and_take_no_number_twice(engine: sa.Engine) -> None:
    numbers: list[int] = []

    def append(first: int) -> None:
        for number in range(first, first + 10):
            with writing(engine) as connection:
                numbers.append(LEDGER.append(connection, entry(number)))

    threads = [threading.Thread(target=append, args=(100 * thread,)) for thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(60))
    with engine.connect() as connection:
        contents = list(LEDGER.entries(connection, 0, 60))
        assert LEDGER.checkpoint(connection).checkpoint.head == head_of(map(leaf_hash, contents))


@pytest.mark.parametrize(("number", "size"), [(0, 4), (3, 3), (-1, 3)])
def test_what_is_not_in_the_ledger_has_no_proof(engine: sa.Engine, number: int, size: int) -> None:
    fill(engine, 3)
    with engine.connect() as connection:
        with pytest.raises(ValueError, match=r"the ledger does not have|a leaf has a number"):
            LEDGER.inclusion(connection, number, size)
        with pytest.raises(ValueError, match=r"the ledger does not have|the older size"):
            LEDGER.consistency(connection, 5, size)


def test_proof_reads_a_few_tiles_however_large_the_ledger(engine: sa.Engine) -> None:
    fill(engine, 600)
    reads: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cursor, text, *_rest: reads.append(text))
    with engine.connect() as connection:
        LEDGER.inclusion(connection, 3, 600)
    assert len(reads) <= 6
    assert not [text for text in reads if "ledger_entries" in text]


def test_cosigned_checkpoints_are_kept_one_for_a_witness_and_size(engine: sa.Engine) -> None:
    fill(engine, 5)
    witness = making.agency("atl")
    with writing(engine) as connection:
        signed = LEDGER.checkpoint(connection)
        LEDGER.keep_cosigned(connection, signed.cosigned(witness, making.NOW), witness.public)
        again = signed.cosigned(witness, making.NOW.replace(hour=13))
        LEDGER.keep_cosigned(connection, again, witness.public)
        assert LEDGER.cosigned(connection) == [again]


def test_checkpoint_of_a_fork_or_without_signatures_is_not_kept(engine: sa.Engine) -> None:
    fill(engine, 5)
    witness = making.agency("atl")
    fork = making.of_leaves([bytes(32)] * 5).cosigned(witness, making.NOW)
    ahead = making.of_leaves([bytes(32)] * 6).cosigned(witness, making.NOW)
    with writing(engine) as connection:
        signed = LEDGER.checkpoint(connection)
        other = SignedCheckpoint.signed(signed.checkpoint, Identity.new("host")).cosigned(witness, making.NOW)
        for wrong, code in ((fork, "fork"), (ahead, "fork"), (signed, "signature"), (other, "signature")):
            with pytest.raises(RefusedError) as caught:
                LEDGER.keep_cosigned(connection, wrong, witness.public)
            assert caught.value.code == f"ledger.{code}"
        assert LEDGER.cosigned(connection) == []


def test_pack_of_an_operation_passes_the_audit_and_shows_no_other(engine: sa.Engine) -> None:
    witness = making.agency("atl")
    story = making.story()
    with writing(engine) as connection:
        for number, found in enumerate(story):
            openings = [making.OPENING] if found.commitments else []
            LEDGER.append(connection, found, openings)
            if number == 7:
                LEDGER.append(connection, making.viewed(8, operation="other"))
                held = LEDGER.checkpoint(connection)
                LEDGER.keep_cosigned(connection, held.cosigned(witness, parse_moment(making.moment(8))), witness.public)
        pack = operation_pack(
            connection,
            LEDGER,
            making.OPERATION,
            agencies=("atl", "bor", "cyr", "host"),
            evidence=Evidence(
                [making.AGREEMENT.encode()],
                [text.encode() for text in making.pack([]).documents],
                [*making.CREDENTIALS],
            ),
            witnessed=[],
            attached=Attached(),
            software=[],
            disclosed_to="host",
            now=making.NOW,
        )
    assert Pack.parse(pack.encode()) == pack
    assert [found.number for found in pack.entries] == [*range(8), *range(9, 13)]
    assert len(pack.leaf_hashes) == 13
    audited = audit(pack, making.NOW, host=making.HOST.public, held=held)
    assert audited.passed, audited.findings
    assert any("agree with what atl saw" in each.sentence for each in audited.findings)
    assert any("the other 1 entry" in each for each in audited.unchecked)
