"""The compliance pack of an operation, out of the host's ledger."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from linkage.canonical import base64_text
from linkage.ledger import Entry, Kind
from linkage.ledger.pack import Attached, HostKey, Numbered, OpeningDocument, Pack, SoftwareUsed, Witnessed, leaves_text
from linkage.manifest import moment_text
from server.audit.evidence import Evidence
from server.ledger import tables
from server.ledger.ledger import Ledger


def operation_pack(
    connection: sa.Connection,
    ledger: Ledger,
    operation: str,
    *,
    agencies: Collection[str],
    evidence: Evidence,
    attached: Attached,
    witnessed: Iterable[Witnessed],
    software: Iterable[SoftwareUsed],
    disclosed_to: str,
    now: datetime,
) -> Pack:
    """Return the signed pack of what the ledger says about an operation.

    Args:
        connection: in a transaction that sees one state of the ledger.
        ledger: whose it is.
        operation: whose entries are shown; of all others the pack has the hashes.
        agencies: whose officers' credentials count; the entries that registered them are shown, too.
        evidence: the documents that entries name.
        attached: what whoever asks for the pack adds.
        witnessed: the checkpoints that its agencies hold.
        software: what the host ran.
        disclosed_to: who sees the words behind commitments: an agency its own, the host all that were not erased.
        now: when it is made; aware.
    """
    leaves = sa.select(tables.hashes.c.hash).where(tables.hashes.c.level == 0).order_by(tables.hashes.c.number)
    openings = connection.execute(
        sa.select(tables.openings, tables.entries.c.content)
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
        entries=tuple(_entries(connection, operation, agencies)),
        checkpoints=tuple(
            found.encode().decode() for found in (*ledger.cosigned(connection), ledger.checkpoint(connection))
        ),
        witnessed=tuple(witnessed),
        agreements=tuple(content.decode() for content in evidence.agreements),
        documents=tuple(content.decode() for content in evidence.documents),
        credentials=tuple(content.decode() for content in evidence.credentials),
        attached=attached,
        openings=tuple(
            OpeningDocument(number=row.entry, name=row.name, salt=base64_text(row.salt), value=row.value)
            for row in openings
            if disclosed_to in (host.agency, Entry.parse(row.content).agency)
        ),
        software=tuple(software),
        signature="",
    )
    return pack.signed(ledger.host)


def _entries(connection: sa.Connection, operation: str, agencies: Collection[str]) -> Iterator[Numbered]:
    """Yield the entries about an operation, forks, and by which officers of its agencies became and ceased to be."""
    of_officers = (Kind.CREDENTIAL_REGISTERED, Kind.REVOCATIONS_REGISTERED, Kind.CREDENTIAL_REVOKED)
    table = tables.entries
    rows = connection.execute(
        sa.select(table)
        .where(sa.or_(table.c.operation == operation, table.c.operation.is_(None)))
        .order_by(table.c.number)
    )
    for row in rows:
        entry = Entry.parse(row.content)
        of_agencies = entry.kind in of_officers and entry.agency in agencies
        if entry.operation == operation or of_agencies or entry.kind is Kind.FORK_SHOWN:
            yield Numbered(number=row.number, entry=entry)
