"""The compliance pack of an operation, out of the host's ledger."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from linkage.canonical import base64_text
from linkage.ledger import Entry
from linkage.ledger.pack import HostKey, Numbered, OpeningDocument, Pack, SoftwareUsed, leaves_text
from linkage.manifest import moment_text
from server.ledger import tables
from server.ledger.ledger import Ledger


def operation_pack(
    connection: sa.Connection,
    ledger: Ledger,
    operation: str,
    *,
    agreements: Iterable[bytes],
    documents: Iterable[bytes],
    software: Iterable[SoftwareUsed],
    now: datetime,
) -> Pack:
    """Return the signed pack of what the ledger says about an operation.

    Args:
        connection: in a transaction that sees one state of the ledger.
        ledger: whose it is.
        operation: whose entries are shown; of all others the pack has the hashes.
        agreements: the signed versions of its agreement.
        documents: what its entries name by digest: manifests, plans, certificates.
        software: what the host ran.
        now: when it is made; aware.
    """
    entries = connection.execute(
        sa.select(tables.entries.c.number, tables.entries.c.content)
        .where(tables.entries.c.operation == operation)
        .order_by(tables.entries.c.number)
    )
    leaves = sa.select(tables.hashes.c.hash).where(tables.hashes.c.level == 0).order_by(tables.hashes.c.number)
    openings = connection.execute(
        sa.select(tables.openings)
        .join(tables.entries, tables.entries.c.number == tables.openings.c.entry)
        .where(tables.entries.c.operation == operation)
        .order_by(tables.openings.c.entry, tables.openings.c.name)
    )
    host = ledger.host.public
    pack = Pack(
        made=moment_text(now),
        operation=operation,
        host=HostKey(name=host.agency, public_key=host.key_text),
        leaves=leaves_text(tuple(connection.scalars(leaves))),
        entries=tuple(Numbered(number=row.number, entry=Entry.parse(row.content)) for row in entries),
        checkpoints=tuple(
            found.encode().decode() for found in (*ledger.cosigned(connection), ledger.checkpoint(connection))
        ),
        agreements=tuple(content.decode() for content in agreements),
        documents=tuple(content.decode() for content in documents),
        openings=tuple(
            OpeningDocument(number=row.entry, name=row.name, salt=base64_text(row.salt), value=row.value)
            for row in openings
        ),
        software=tuple(software),
        signature="",
    )
    return pack.signed(ledger.host)
