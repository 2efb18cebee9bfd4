"""An agency's look at its hits. Every look is in the ledger, with who looked and why."""

from typing import NamedTuple

import sqlalchemy as sa

from linkage.ledger import Kind
from server import journal
from server.database import writing
from server.database.tables import hits, runs, submissions
from server.operations.registry import agreement_of, check_not_frozen
from server.service import Caller, Service


class Counterpart(NamedTuple):
    """Another agency with a record in the group, and whom to call there. Nothing of the record itself."""

    agency: str
    jurisdiction: str
    contact: str


class OwnHit(NamedTuple):
    """A record of the agency that asks, which has a counterpart elsewhere."""

    token: str
    group: str
    band: str
    category: str
    counterparts: list[Counterpart]


class HitPage(NamedTuple):
    """Some hits in the order of their tokens, whether there are more, and the ledger after this look."""

    hits: list[OwnHit]
    more: bool
    checkpoint: str


def own_hits(service: Service, caller: Caller, run: str, *, justification: str, after: str, limit: int) -> HitPage:
    """Return the hits of a run that are about the caller's own records.

    Args:
        service: the host.
        caller: who looks.
        run: of which run.
        justification: why, as a code, for the ledger.
        after: token after which to begin.
        limit: most hits of a page.

    Raises:
        NotAllowedError: the operation is frozen.
    """
    with writing(service.engine) as connection:
        found = hits_about(connection, service, caller.agency, run, after=after, limit=limit + 1)
        operation = connection.execute(sa.select(runs.c.operation).where(runs.c.id == run)).scalar_one()
        check_not_frozen(connection, operation)
        shown = found[:limit]
        journal.record(
            connection,
            service,
            caller,
            Kind.HITS_VIEWED,
            operation=operation,
            subject=run,
            justification=justification,
            count=len(shown),
        )
        return HitPage(shown, len(found) > limit, journal.checkpoint(connection, service))


def hits_about(
    connection: sa.Connection, service: Service, agency: str, run: str, *, after: str = "", limit: int | None = None
) -> list[OwnHit]:
    """Return hits of a run that are about the records of an agency; whoever shows them writes that into the ledger."""
    mine = (
        sa.select(hits, submissions.c.category)
        .join(submissions, submissions.c.id == hits.c.submission)
        .where(hits.c.run == run, hits.c.agency == agency, hits.c.token > after)
        .where(hits.c.expires > service.now_text())
        .order_by(hits.c.token)
        .limit(limit)
    )
    rows = connection.execute(mine).all()
    operation = connection.execute(sa.select(runs.c.operation).where(runs.c.id == run)).scalar_one()
    others = _others(connection, agency, run, {row.hit_group for row in rows})
    contacts = {
        party.agency: Counterpart(party.agency, party.jurisdiction, party.contact_point)
        for party in agreement_of(connection, operation).parties
    }
    return [
        OwnHit(
            row.token,
            row.hit_group,
            row.band,
            row.category,
            [contacts[other] for other in others[row.hit_group] if other in contacts],
        )
        for row in rows
    ]


def _others(connection: sa.Connection, agency: str, run: str, groups: set[str]) -> dict[str, list[str]]:
    """Return the other agencies of each group, in the order of their names."""
    own = sa.select(hits.c.hit_group).where(hits.c.run == run, hits.c.agency == agency)
    members = (
        sa.select(hits.c.hit_group, hits.c.agency)
        .where(hits.c.run == run, hits.c.hit_group.in_(own), hits.c.agency != agency)
        .distinct()
        .order_by(hits.c.agency)
    )
    found: dict[str, list[str]] = {group: [] for group in groups}
    for group, other in connection.execute(members):
        if group in found:
            found[group].append(other)
    return found
