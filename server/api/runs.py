"""Routes about runs and hits."""

from typing import Any

import sqlalchemy as sa
from apiflask import APIBlueprint

from server.api.context import caller, host
from server.api.models import Document, HitList, HitQuery, PlanDocument, RunDocument, RunList, RunOrder
from server.database.tables import runs
from server.hits.reading import own_hits
from server.runs.orders import cancel, order, planned
from server.runs.plan import Plan

ordered = APIBlueprint("runs", __name__)
_MOST_RUNS = 1000


@ordered.get("/operations/<operation>/plan")
@ordered.output(PlanDocument)
def show_plan(operation: str) -> Document:
    """Show what a run ordered now would compare: the permitted pairings of what is here, and nothing else.

    An agency sees the comparisons that its own submissions take part in, and how many others there are.
    """
    whole = planned(host(), operation)
    plan = _seen(whole)
    return {
        "operation": plan.operation,
        "agreement": plan.agreement,
        "digest": whole.digest,
        "pairs": plan.pairs,
        "others": len(whole.comparisons) - len(plan.comparisons),
        "submissions": [
            found.model_dump(include={"submission", "agency", "category", "counterpart", "records"})
            for found in plan.submissions
        ],
        "comparisons": [found.model_dump() for found in plan.comparisons],
        "known": [found.model_dump() for found in plan.known],
    }


@ordered.post("/operations/<operation>/runs")
@ordered.input(RunOrder)
@ordered.output(RunDocument, status_code=201)
def order_run(operation: str, json_data: RunOrder) -> Document:
    """Order what a plan says."""
    identifier = order(
        host(),
        caller(),
        operation,
        plan_digest=json_data.plan,
        threshold=None if json_data.threshold == "auto" else json_data.threshold,
        justification=json_data.justification,
        remarks=json_data.remarks,
    )
    return _run(_found(identifier))


@ordered.get("/operations/<operation>/runs")
@ordered.output(RunList)
def list_runs(operation: str) -> Document:
    """List the runs of an operation, newest first."""
    newest = (
        sa.select(runs)
        .where(runs.c.operation == operation)
        .order_by(runs.c.ordered.desc(), runs.c.id)
        .limit(_MOST_RUNS)
    )
    with host().engine.connect() as connection:
        return {"runs": [_run(row) for row in connection.execute(newest)]}


@ordered.get("/runs/<run>")
@ordered.output(RunDocument)
def show_run(run: str) -> Document:
    """Say how far a run is."""
    return _run(_found(run))


@ordered.post("/runs/<run>/cancellation")
@ordered.output(RunDocument)
def cancel_run(run: str) -> Document:
    """Call a run off; nothing of it is published."""
    cancel(host(), caller(), run)
    return _run(_found(run))


@ordered.get("/runs/<run>/hits")
@ordered.input(HitQuery, location="query")
@ordered.output(HitList)
def show_hits(run: str, query_data: HitQuery) -> Document:
    """Show the hits about the caller's own records; the look is in the ledger before it is answered."""
    page = own_hits(
        host(),
        caller(),
        run,
        justification=query_data.justification,
        after=query_data.after,
        limit=query_data.limit,
    )
    return {
        "hits": [
            hit._asdict() | {"counterparts": [counterpart._asdict() for counterpart in hit.counterparts]}
            for hit in page.hits
        ],
        "next": page.hits[-1].token if page.more else None,
        "checkpoint": page.checkpoint,
    }


def _found(identifier: str) -> sa.Row[Any]:
    with host().engine.connect() as connection:
        return connection.execute(sa.select(runs).where(runs.c.id == identifier)).one()


def _seen(plan: Plan) -> Plan:
    """Return what the caller may see of a plan; how much other agencies hold is not among it."""
    agency = caller().agency
    return plan if agency == host().settings.name else plan.seen_by(agency)


def _run(row: sa.Row[Any]) -> Document:
    own = _seen(Plan.parse(row.plan)).pairs
    return {
        "run": row.id,
        "operation": row.operation,
        "ordered_by": row.agency,
        "ordered": row.ordered,
        "state": row.state,
        "plan": row.plan_digest,
        "pairs_done": own * row.pairs_done // max(1, row.pairs_total),
        "pairs_total": own,
        "threshold": row.threshold,
        "finished": row.finished,
        "result": row.result_digest,
        "problem": row.problem,
    }
