"""Entering runs into the queue; in a standing operation the host does so itself when something new is there."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from linkage.agreement import Agreement
from linkage.ledger import Kind, Opening
from linkage.ledger.entry import MOST_COMPARISONS, STANDING
from linkage.manifest import moment_text
from server import journal
from server.database.tables import operations, runs
from server.errors import NotAllowedError
from server.jobs.queue import enqueue
from server.runs.plan import Plan, plan_of
from server.service import Caller, Service, new_id

ACTIVE = ("queued", "running")
AUTOMATIC = "auto"
JUSTIFICATION: Final = "standing-operation"


def enter(
    connection: sa.Connection,
    service: Service,
    caller: Caller,
    plan: Plan,
    *,
    threshold: float | None,
    justification: str,
    remarks: str | None = None,
) -> str:
    """Return the id of a new run of `plan`, with its job and its ledger entry, in the caller's transaction.

    Raises:
        NotAllowedError: the plan has more comparisons than an entry of the ledger can state.
    """
    if len(plan.comparisons) > MOST_COMPARISONS:
        raise NotAllowedError(f"a run makes at most {MOST_COMPARISONS:,} comparisons", code="run.too-large")
    now, identifier = service.now(), new_id()
    journal.record(
        connection,
        service,
        caller,
        Kind.RUN_ORDERED,
        openings=[Opening.new("remarks", remarks)] if remarks else [],
        operation=plan.operation,
        subject=identifier,
        justification=justification,
        comparisons=plan.compared(),
        digests={"agreement": plan.agreement, "plan": plan.digest},
    )
    connection.execute(
        runs.insert().values(
            id=identifier,
            operation=plan.operation,
            agency=caller.agency,
            officer=caller.officer,
            justification=justification,
            plan=plan.encode(),
            plan_digest=plan.digest,
            threshold=AUTOMATIC if threshold is None else repr(threshold),
            state="queued",
            pairs_done=0,
            pairs_total=plan.pairs,
            ordered=moment_text(now),
            sealing_key=service.keys.new_sealing_key(identifier),
        )
    )
    enqueue(connection, "run", identifier, now)
    return identifier


def is_active(connection: sa.Connection, operation: str) -> bool:
    """Return whether a run of the operation is under way."""
    active = sa.select(runs.c.id).where(runs.c.operation == operation, runs.c.state.in_(ACTIVE))
    return connection.execute(active).first() is not None


def is_frozen(connection: sa.Connection, operation: str) -> bool:
    """Return whether an operation is frozen after an incident."""
    since = sa.select(operations.c.frozen).where(operations.c.id == operation)
    return connection.execute(since).scalar_one_or_none() is not None


def follow(connection: sa.Connection, service: Service, agreement: Agreement) -> str | None:
    """Return the id of a run of what no run of a standing operation has compared yet, or None.

    Called in every transaction that adds or takes away something, and in the one that publishes a run: what came while
    it ran is next. There is none where parties order runs, while one is under way, when nothing is new, and outside the
    time of the agreement, and while the operation is frozen.
    """
    if agreement.runs.by != "on_submission" or is_active(connection, agreement.operation):
        return None
    plan = plan_of(connection, agreement)
    if not plan.comparisons or not _in_time(agreement, service.now()) or is_frozen(connection, agreement.operation):
        return None
    public = service.keys.identity.public
    itself = Caller(public.agency, STANDING, "host.operator", public.key_id, public.key_text)
    return enter(connection, service, itself, plan, threshold=agreement.runs.threshold, justification=JUSTIFICATION)


def _in_time(agreement: Agreement, now: datetime) -> bool:
    return agreement.valid_from <= moment_text(now) < agreement.valid_until
