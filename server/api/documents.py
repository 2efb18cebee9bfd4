"""What the host says of plans, runs, submissions and ceremonies, as documents of the API."""

from typing import Any

import sqlalchemy as sa

from linkage.canonical import parse_json
from server.api.models import Document
from server.database.tables import runs, submissions
from server.operations.circles import Held, ceremonies_of
from server.runs.orders import planned
from server.runs.plan import Plan
from server.service import Service

MOST_RUNS = 1000
MOST_SUBMISSIONS = 1000


def plan_document(service: Service, agency: str, operation: str) -> Document:
    """Return what a run ordered now would compare, as an agency, or the host, may see it."""
    whole = planned(service, operation)
    plan = _seen(service, agency, whole)
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


def run_document(service: Service, agency: str, run: str) -> Document:
    """Return how far a run is, as an agency, or the host, may see it."""
    return _runs(service, agency, sa.select(runs).where(runs.c.id == run))[0]


def run_documents(service: Service, agency: str, operation: str) -> list[Document]:
    """Return how far the runs of an operation are, newest first."""
    newest = sa.select(runs).where(runs.c.operation == operation).order_by(runs.c.ordered.desc(), runs.c.id)
    return _runs(service, agency, newest.limit(MOST_RUNS))


def submission_document(service: Service, submission: str) -> Document:
    """Return a submission and its receipt."""
    return _submissions(service, sa.select(submissions).where(submissions.c.id == submission))[0]


def submission_documents(service: Service, agency: str, operation: str) -> list[Document]:
    """Return the submissions of an agency, newest first."""
    mine = sa.select(submissions).where(submissions.c.operation == operation, submissions.c.agency == agency)
    newest = mine.order_by(submissions.c.accepted.desc(), submissions.c.id)
    return _submissions(service, newest.limit(MOST_SUBMISSIONS))


def ceremony_documents(service: Service, agency: str, operation: str) -> list[Document]:
    """Return the ceremonies of an agency, or all of an operation to the host, by those who share a secret."""
    own = None if agency == service.settings.name else agency
    with service.engine.connect() as connection:
        return [ceremony_document(held) for held in ceremonies_of(connection, operation, own)]


def ceremony_document(held: Held) -> Document:
    """Return who has confirmed which secret."""
    row = held.row
    return {
        "ceremony": row.id,
        "operation": row.operation,
        "agreement": row.agreement,
        "epoch": row.epoch,
        "maker": row.maker,
        "made": row.made,
        "sharers": held.sharers,
        "agreeing": held.agreeing,
        "differing": held.differing,
        "waiting": held.waiting,
        "complete": held.complete,
    }


def _seen(service: Service, agency: str, plan: Plan) -> Plan:
    """Return what an agency may see of a plan; how much others hold for each other is not among it."""
    return plan if agency == service.settings.name else plan.seen_by(agency)


def _runs(service: Service, agency: str, query: sa.Select[Any]) -> list[Document]:
    with service.engine.connect() as connection:
        found = connection.execute(query).all()
    return [_run(service, agency, row) for row in found]


def _run(service: Service, agency: str, row: sa.Row[Any]) -> Document:
    own = _seen(service, agency, Plan.parse(row.plan)).pairs
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


def _submissions(service: Service, query: sa.Select[Any]) -> list[Document]:
    with service.engine.connect() as connection:
        return [_submission(row) for row in connection.execute(query)]


def _submission(row: sa.Row[Any]) -> Document:
    return {
        "submission": row.id,
        "operation": row.operation,
        "category": row.category,
        "counterpart": row.counterpart,
        "records": row.records,
        "state": row.state,
        "package": row.digest,
        "accepted": row.accepted,
        "expires": row.expires,
        "receipt": parse_json(row.receipt),
    }
