"""Deleting hits: each deletion is in the ledger with its number, so that every hit is accounted for in the end."""

import sqlalchemy as sa

from linkage.ledger import Kind
from server import journal
from server.database.tables import hits, runs
from server.service import Service


def erase_hits(connection: sa.Connection, service: Service, which: sa.ColumnElement[bool], reason: str) -> int:
    """Delete some hits in the caller's transaction, with an entry for each run that loses any; return how many."""
    losing = (
        sa.select(hits.c.run, runs.c.operation, sa.func.count().label("hits"))
        .join(runs, runs.c.id == hits.c.run)
        .where(which)
        .group_by(hits.c.run, runs.c.operation)
        .order_by(hits.c.run)
    )
    found = connection.execute(losing).all()
    connection.execute(hits.delete().where(which))
    for row in found:
        journal.record(
            connection,
            service,
            None,
            Kind.HITS_ERASED,
            operation=row.operation,
            subject=row.run,
            reason=reason,
            count=row.hits,
        )
    return sum(row.hits for row in found)


def erase_lonely(connection: sa.Connection, service: Service, operation: str) -> None:
    """Delete the hits of an operation whose groups are left inside one agency."""
    own = sa.select(runs.c.id).where(runs.c.operation == operation)
    lonely = (
        sa.select(hits.c.run, hits.c.hit_group)
        .where(hits.c.run.in_(own))
        .group_by(hits.c.run, hits.c.hit_group)
        .having(sa.func.count(hits.c.agency.distinct()) < 2)  # noqa: PLR2004 - one agency is nobody's counterpart
    )
    erase_hits(connection, service, sa.tuple_(hits.c.run, hits.c.hit_group).in_(lonely), "no-counterpart")
