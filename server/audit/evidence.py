"""Signed documents that the ledger names by digest and that nothing else keeps: kept when the entry is written."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import sqlalchemy as sa

from server.database.tables import certificates, evidence, runs, submissions

Kind = Literal["agreement", "credential", "document", "checkpoint"]


class Evidence(NamedTuple):
    """All documents about an operation."""

    agreements: list[bytes]
    documents: list[bytes]
    credentials: list[bytes]


def keep(connection: sa.Connection, kind: Kind, owner: str, digest: str, content: bytes) -> bool:
    """Keep a document, in the caller's transaction; return whether it is new.

    Args:
        connection: in a transaction that writes.
        kind: of document.
        owner: the operation; of a credential or a checkpoint, the agency.
        digest: what the ledger names it by.
        content: as it was signed.
    """
    present = sa.select(evidence.c.digest).where(evidence.c.digest == digest)
    if connection.execute(present).first() is not None:
        return False
    connection.execute(evidence.insert().values(kind=kind, owner=owner, digest=digest, content=content))
    return True


def kept(connection: sa.Connection, kind: Kind, owners: Iterable[str]) -> list[bytes]:
    """Return the documents of some owners, in the order of their digests."""
    mine = sa.and_(evidence.c.kind == kind, evidence.c.owner.in_(list(owners)))
    return [*connection.execute(sa.select(evidence.c.content).where(mine).order_by(evidence.c.digest)).scalars()]


def evidence_of(connection: sa.Connection, operation: str, agencies: Iterable[str]) -> Evidence:
    """Return the documents about an operation, and the credentials of the officers of `agencies`."""
    others = [
        connection.execute(sa.select(column).where(table.c.operation == operation)).scalars()
        for table, column in (
            (submissions, submissions.c.manifest),
            (runs, runs.c.plan),
            (certificates, certificates.c.envelope),
        )
    ]
    forks = connection.execute(sa.select(evidence.c.content).where(evidence.c.kind == "checkpoint")).scalars()
    own = {*kept(connection, "document", [operation])}
    documents = {content for each in others for content in each} | own | {*forks}
    return Evidence(
        kept(connection, "agreement", [operation]), sorted(documents), kept(connection, "credential", agencies)
    )
