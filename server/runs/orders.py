"""Orders for runs, and calling them off."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from linkage.agreement import Agreement
from linkage.ledger import Kind
from linkage.manifest import moment_text
from server import journal
from server.database import writing
from server.database.tables import comparisons, runs
from server.errors import ConflictError, NotAllowedError
from server.operations.registry import operation_in_force
from server.runs.plan import Plan, plan_of
from server.runs.standing import ACTIVE, enter, is_active
from server.service import Caller, Service


def planned(service: Service, operation: str) -> Plan:
    """Return what a run ordered now would compare."""
    with service.engine.connect() as connection:
        return plan_of(connection, operation_in_force(connection, operation, service.now()))


def order(
    service: Service,
    caller: Caller,
    operation: str,
    *,
    plan_digest: str,
    threshold: float | None,
    justification: str,
    remarks: str | None = None,
) -> str:
    """Return the id of a run that is now in the queue.

    Args:
        service: the host.
        caller: who orders it.
        operation: under which agreement.
        plan_digest: of the plan that the caller has seen; nothing else is compared.
        threshold: least similarity of a candidate pair; None for the one that the encodings suggest.
        justification: why, as a code, for the ledger.
        remarks: why, in words; the ledger holds a commitment to them.

    Raises:
        NotAllowedError: the agreement is not in force, or does not let this agency order a run, or permits nothing.
        ConflictError: the plan has changed, or a run is under way.
    """
    now = service.now()
    with writing(service.engine) as connection:
        agreement = operation_in_force(connection, operation, now)
        _check_may_order(connection, agreement, caller, now)
        plan = plan_of(connection, agreement)
        if not plan.comparisons:
            raise NotAllowedError(
                "nothing that is here may be compared",
                code="run.nothing",
                hint="the plan lists what is here and what the agreement permits",
            )
        if plan.digest != plan_digest:
            raise ConflictError("the plan has changed", code="run.plan", hint="look at the plan and order again")
        if is_active(connection, operation):
            raise ConflictError("a run of this operation is under way", code="run.active")
        return enter(
            connection,
            service,
            caller,
            plan,
            threshold=threshold,
            justification=justification,
            remarks=remarks,
        )


def cancel(service: Service, caller: Caller, run: str) -> None:
    """Call a run off; its worker stops within a second or two, and nothing of it is published.

    Raises:
        ConflictError: it has ended.
    """
    with writing(service.engine) as connection:
        row = connection.execute(sa.select(runs).where(runs.c.id == run)).one()
        if row.state not in ACTIVE:
            raise ConflictError("the run has ended", code="run.ended")
        connection.execute(
            runs.update()
            .where(runs.c.id == run)
            .values(state="cancelled", finished=service.now_text(), sealing_key=None)
        )
        connection.execute(comparisons.delete().where(comparisons.c.run == run))
        journal.record(
            connection, service, caller, Kind.RUN_ENDED, operation=row.operation, subject=run, reason="cancelled"
        )


def _check_may_order(connection: sa.Connection, agreement: Agreement, caller: Caller, now: datetime) -> None:
    if agreement.runs.by == "on_submission":
        raise NotAllowedError(
            "under this agreement runs are not ordered: every submission starts one", code="run.order"
        )
    if agreement.runs.by == "named" and caller.agency not in agreement.runs.agencies:
        raise NotAllowedError("the agreement does not let this agency order a run", code="run.order")
    today = sa.select(sa.func.count()).where(
        runs.c.operation == agreement.operation,
        runs.c.agency == caller.agency,
        runs.c.ordered > moment_text(now - timedelta(days=1)),
    )
    if connection.execute(today).scalar_one() >= agreement.quotas.runs_per_day:
        raise NotAllowedError(f"the agreement allows {agreement.quotas.runs_per_day} runs a day", code="run.quota")
