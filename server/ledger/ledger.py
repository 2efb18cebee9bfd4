"""The ledger of a host, on a connection whose transaction the caller holds.

An entry is written in the transaction of the change that it records: both are there afterwards, or neither. Appenders
wait for each other at one row, so numbers have no gaps and no two entries have one number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from linkage.errors import RefusedError
from linkage.identity import Identity, PublicIdentity
from linkage.ledger import Checkpoint, Entry, Opening, SignedCheckpoint
from linkage.ledger.tiles import HEIGHT, WIDTH, Tiles, whole_subtree
from linkage.ledger.tree import Proof, consistency_proof, inclusion_proof, leaf_hash
from linkage.ledger.tree import head as head_of_size
from server.ledger import tables

_ONE = 1
_ENTRIES_AT_ONCE = 1000
_MOST_COSIGNED = 1000
_TILE = (
    sa.select(tables.hashes.c.hash)
    .where(
        tables.hashes.c.level == sa.bindparam("of_level"),
        tables.hashes.c.number.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(tables.hashes.c.number)
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger that `host` keeps and signs."""

    host: Identity

    def append(self, connection: sa.Connection, entry: Entry, openings: Sequence[Opening] = ()) -> int:
        """Add an entry and return its number; what its commitments stand for is kept aside in `openings`.

        Nothing of it is there unless the caller's transaction commits.

        Raises:
            ValueError: an opening is not of a commitment of the entry.
        """
        if not all(opening.opens(entry) for opening in openings):
            raise ValueError("an opening is not of a commitment of the entry")
        content = entry.encode()
        number = _next_number(connection)
        connection.execute(
            tables.entries.insert(), {"number": number, "content": content, "operation": entry.operation}
        )
        _add_hash(connection, number, leaf_hash(content))
        for opening in openings:
            connection.execute(
                tables.openings.insert(),
                {"entry": number, "name": opening.name, "salt": opening.salt, "value": opening.value},
            )
        return number

    def size(self, connection: sa.Connection) -> int:
        """Return the number of entries."""
        found: int | None = connection.scalar(sa.select(tables.head.c.size).where(tables.head.c.id == _ONE))
        return found or 0

    def checkpoint(self, connection: sa.Connection) -> SignedCheckpoint:
        """Return the signed head of all entries so far; it goes with every receipt and list of hits."""
        size = self.size(connection)
        head = head_of_size(size, _tiles(connection))
        return SignedCheckpoint.signed(Checkpoint(self.host.public.agency, size, head), self.host)

    def holds(self, connection: sa.Connection, found: Checkpoint) -> bool:
        """Return whether a checkpoint is one of this ledger's own past or its present, whoever signed it."""
        if found.origin != self.host.public.agency or found.size > self.size(connection):
            return False
        return head_of_size(found.size, _tiles(connection)) == found.head

    def keep_cosigned(self, connection: sa.Connection, signed: SignedCheckpoint, witness: PublicIdentity) -> None:
        """Keep a checkpoint that a witness has cosigned; packs carry it.

        Raises:
            RefusedError: it is not of this ledger, or the witness has not cosigned it.
        """
        found = signed.checkpoint
        if not signed.signed_by(self.host.public) or signed.seen_by(witness) is None:
            raise RefusedError("the checkpoint is not signed by the host and the witness", code="ledger.signature")
        if not self.holds(connection, found):
            raise RefusedError("the checkpoint is not of this ledger", code="ledger.fork")
        table = tables.cosignatures
        connection.execute(table.delete().where(table.c.size == found.size, table.c.witness == witness.agency))
        stated = {"size": found.size, "witness": witness.agency, "checkpoint": signed.encode()}
        connection.execute(table.insert(), stated)

    def cosigned(self, connection: sa.Connection) -> list[SignedCheckpoint]:
        """Return the newest checkpoints that witnesses have cosigned, oldest first, as many as a pack needs."""
        table = tables.cosignatures
        newest = sa.select(table.c.checkpoint).order_by(table.c.size.desc(), table.c.witness.desc())
        rows = connection.scalars(newest.limit(_MOST_COSIGNED)).all()
        return [SignedCheckpoint.parse(content) for content in reversed(rows)]

    def inclusion(self, connection: sa.Connection, number: int, size: int) -> Proof:
        """Return the proof that entry `number` is in the ledger of `size` entries.

        Raises:
            ValueError: the ledger has no such size, or that size no such entry.
        """
        self._has(connection, size)
        return inclusion_proof(number, size, _tiles(connection))

    def consistency(self, connection: sa.Connection, old: int, new: int) -> Proof:
        """Return the proof that the ledger of `new` entries continues that of `old` entries.

        Raises:
            ValueError: the ledger has no such size.
        """
        self._has(connection, new)
        return consistency_proof(old, new, _tiles(connection))

    def tile(self, connection: sa.Connection, level: int, number: int) -> bytes:
        """Return the hashes of a tile, end to end, as many as there are (C2SP tlog-tiles)."""
        return _tile(connection, level, number)

    def entries(self, connection: sa.Connection, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes of entries `start` to below `stop`."""
        for first in range(start, stop, _ENTRIES_AT_ONCE):
            last = min(stop, first + _ENTRIES_AT_ONCE) - 1
            yield from connection.scalars(
                sa.select(tables.entries.c.content)
                .where(tables.entries.c.number.between(first, last))
                .order_by(tables.entries.c.number)
            )

    def openings(self, connection: sa.Connection, number: int) -> list[Opening]:
        """Return what is still known of the commitments of an entry."""
        rows = connection.execute(
            sa.select(tables.openings).where(tables.openings.c.entry == number).order_by(tables.openings.c.name)
        )
        return [Opening(row.name, row.value, row.salt) for row in rows]

    def erase(self, connection: sa.Connection, numbers: Sequence[int]) -> int:
        """Delete what some entries say and what their commitments stand for; their hashes stay. Return how many."""
        connection.execute(tables.openings.delete().where(tables.openings.c.entry.in_(numbers)))
        return connection.execute(tables.entries.delete().where(tables.entries.c.number.in_(numbers))).rowcount

    def leaves(self, connection: sa.Connection) -> Iterator[bytes]:
        """Yield the hash of each entry: computed anew from what it says, and as kept where that was erased."""
        for first in range(0, self.size(connection), _ENTRIES_AT_ONCE):
            hashed = sa.and_(tables.hashes.c.level == 0, tables.hashes.c.number >= first)
            kept = sa.select(tables.hashes.c.hash, tables.entries.c.content).outerjoin_from(
                tables.hashes, tables.entries, tables.entries.c.number == tables.hashes.c.number
            )
            for row in connection.execute(kept.where(hashed).order_by(tables.hashes.c.number).limit(_ENTRIES_AT_ONCE)):
                yield row.hash if row.content is None else leaf_hash(row.content)

    def _has(self, connection: sa.Connection, size: int) -> None:
        if size > self.size(connection):
            raise ValueError("the ledger does not have so many entries")


def _next_number(connection: sa.Connection) -> int:
    """Return the number of the next entry; until the transaction ends, no other can ask."""
    counted = tables.head.update().where(tables.head.c.id == _ONE).values(size=tables.head.c.size + 1)
    size: int | None = connection.scalar(counted.returning(tables.head.c.size))
    if size is None:
        connection.execute(tables.head.insert(), {"id": _ONE, "size": 1})
        return 0
    return size - 1


def _add_hash(connection: sa.Connection, number: int, found: bytes) -> None:
    """Add the hash of a leaf, and of each tile that it completes."""
    level = 0
    connection.execute(tables.hashes.insert(), {"level": level, "number": number, "hash": found})
    while number % WIDTH == WIDTH - 1:
        tile = _tile_hashes(connection, level, number >> HEIGHT)
        level, number = level + 1, number >> HEIGHT
        connection.execute(tables.hashes.insert(), {"level": level, "number": number, "hash": whole_subtree(tile)})


def _tiles(connection: sa.Connection) -> Tiles:
    return Tiles(lambda level, number: _tile(connection, level, number))


def _tile(connection: sa.Connection, level: int, number: int) -> bytes:
    return b"".join(_tile_hashes(connection, level, number))


def _tile_hashes(connection: sa.Connection, level: int, number: int) -> Sequence[bytes]:
    first = number << HEIGHT
    found: Sequence[bytes] = connection.scalars(
        _TILE, {"of_level": level, "first": first, "last": first + WIDTH - 1}
    ).all()
    return found
