"""The work of a run: the permitted comparisons, and what is published of them."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from linkage import Package
from linkage.ledger import Kind
from linkage.manifest import moment_text
from matcher import Linkage, link
from matcher.party import Party
from server import journal
from server.database import writing
from server.database.tables import comparisons, hits, runs, submissions
from server.errors import CancelledError
from server.hits.groups import Hit, found_hits, hits_digest
from server.jobs.queue import Lease, finish, held
from server.operations.registry import agreement_of
from server.runs.kept import KEEP_FROM_PAIRS, KeptComparisons
from server.runs.machines import comparison_options
from server.runs.orders import ACTIVE, AUTOMATIC
from server.runs.plan import Plan
from server.service import Service
from server.submissions.keeping import discard, opened

_NOTE_SECONDS: Final = 1.0


def do_run(service: Service, lease: Lease, *, keep_from: int = KEEP_FROM_PAIRS) -> None:
    """Compare what the plan of the run says and publish the hits, once.

    Raises:
        LeaseLostError: another worker has the run.
        CounterfoilError: it cannot be done; nothing is published.
    """
    identifier = lease.job.subject
    try:
        row = _begun(service, lease)
        plan = Plan.parse(row.plan)
        key = service.keys.sealing_key(row.sealing_key, row.id)
        linkage = _linked(service, lease, row, plan, KeptComparisons(service, lease, key, keep_from=keep_from))
        _publish(service, lease, row, found_hits(linkage, plan), linkage.threshold)
    except CancelledError:
        with writing(service.engine) as connection:
            finish(connection, lease.job, "done")
    discard(service, f"comparisons/{identifier}")


def run_failed(connection: sa.Connection, service: Service, run: str, code: str) -> None:
    """Note that a run failed, in the transaction that ends its job."""
    active = sa.and_(runs.c.id == run, runs.c.state.in_(ACTIVE))
    values = {"state": "failed", "problem": code, "finished": service.now_text(), "sealing_key": None}
    changed = connection.execute(runs.update().where(active).values(values)).rowcount
    if changed:
        row = connection.execute(sa.select(runs).where(runs.c.id == run)).one()
        connection.execute(comparisons.delete().where(comparisons.c.run == run))
        journal.record(connection, service, None, Kind.RUN_ENDED, operation=row.operation, subject=run, reason=code)


def _begun(service: Service, lease: Lease) -> sa.Row[Any]:
    with writing(service.engine) as connection:
        held(connection, lease.job)
        begun = sa.and_(runs.c.id == lease.job.subject, runs.c.state.in_(ACTIVE))
        if not connection.execute(runs.update().where(begun).values(state="running")).rowcount:
            raise CancelledError("the run was cancelled")
        return connection.execute(sa.select(runs).where(runs.c.id == lease.job.subject)).one()


def _packages(service: Service, plan: Plan) -> list[Package]:
    names = [planned.submission for planned in plan.submissions]
    with service.engine.connect() as connection:
        rows = connection.execute(sa.select(submissions).where(submissions.c.id.in_(names))).all()
    return [opened(service, row) for row in rows]


def _linked(service: Service, lease: Lease, row: sa.Row[Any], plan: Plan, kept: KeptComparisons) -> Linkage:
    names = {planned.submission: (planned.agency, planned.category) for planned in plan.submissions}
    couples = {frozenset((names[planned.left], names[planned.right])) for planned in plan.comparisons}

    def permitted(left: Party, right: Party) -> bool:
        return frozenset(((left.agency, left.category), (right.agency, right.category))) in couples

    return link(
        _packages(service, plan),
        AUTOMATIC if row.threshold == AUTOMATIC else float(row.threshold),  # type: ignore[arg-type]  # a literal by name
        engine=kept.engine(),
        options=comparison_options(service.settings),
        permitted=permitted,
        on_progress=_progress(service, lease),
    )


def _progress(service: Service, lease: Lease) -> Callable[[int, int | None], None]:
    """Return what notes progress once a second, and ends the work when it is no longer wanted."""
    noted = 0.0

    def note(done: int, _total: int | None) -> None:
        nonlocal noted
        lease.check()
        if time.monotonic() - noted < _NOTE_SECONDS:
            return
        noted = time.monotonic()
        running = sa.and_(runs.c.id == lease.job.subject, runs.c.state == "running")
        with writing(service.engine) as connection:
            held(connection, lease.job)
            if not connection.execute(runs.update().where(running).values(pairs_done=done)).rowcount:
                raise CancelledError("the run was cancelled")

    return note


def _publish(service: Service, lease: Lease, row: sa.Row[Any], found: list[Hit], threshold: float) -> None:
    """Write the hits, the end of the run and of its job, and the ledger entry, all or nothing."""
    now = service.now()
    digest = hits_digest(found)
    with writing(service.engine) as connection:
        running = sa.and_(runs.c.id == row.id, runs.c.state == "running")
        ended = connection.execute(
            runs.update()
            .where(running)
            .values(
                state="done",
                pairs_done=row.pairs_total,
                threshold=repr(threshold),
                result_digest=digest,
                finished=moment_text(now),
                sealing_key=None,
            )
        )
        if not ended.rowcount:
            raise CancelledError("the run was cancelled")
        agreement = agreement_of(connection, row.operation)
        expires = moment_text(now + timedelta(days=agreement.retention.hits_days))
        if found:
            connection.execute(hits.insert(), [hit._asdict() | {"run": row.id, "expires": expires} for hit in found])
        connection.execute(comparisons.delete().where(comparisons.c.run == row.id))
        journal.record(
            connection,
            service,
            None,
            Kind.RUN_PUBLISHED,
            operation=row.operation,
            subject=row.id,
            count=len(found),
            comparisons=Plan.parse(row.plan).compared(),
            digests={"agreement": agreement.digest, "plan": row.plan_digest, "result": digest},
        )
        finish(connection, lease.job, "done")
