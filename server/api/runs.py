"""Routes about runs and hits."""

from apiflask import APIBlueprint

from server.api.context import caller, host
from server.api.documents import plan_document, run_document, run_documents
from server.api.models import Document, HitList, HitQuery, PlanDocument, RunDocument, RunList, RunOrder
from server.hits.reading import own_hits
from server.runs.orders import cancel, order

ordered = APIBlueprint("runs", __name__)


@ordered.get("/operations/<operation>/plan")
@ordered.output(PlanDocument)
def show_plan(operation: str) -> Document:
    """Show what a run ordered now would compare: the permitted pairings of what is here, and nothing else.

    An agency sees the comparisons that its own submissions take part in, and how many others there are.
    """
    return plan_document(host(), caller().agency, operation)


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
    return run_document(host(), caller().agency, identifier)


@ordered.get("/operations/<operation>/runs")
@ordered.output(RunList)
def list_runs(operation: str) -> Document:
    """List the runs of an operation, newest first."""
    return {"runs": run_documents(host(), caller().agency, operation)}


@ordered.get("/runs/<run>")
@ordered.output(RunDocument)
def show_run(run: str) -> Document:
    """Say how far a run is."""
    return run_document(host(), caller().agency, run)


@ordered.post("/runs/<run>/cancellation")
@ordered.output(RunDocument)
def cancel_run(run: str) -> Document:
    """Call a run off; nothing of it is published."""
    cancel(host(), caller(), run)
    return run_document(host(), caller().agency, run)


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
