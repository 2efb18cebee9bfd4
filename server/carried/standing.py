"""What a host holds at the moment, for its operators: ids and states, nothing of what is inside."""

from typing import Any

import sqlalchemy as sa

from server.database.tables import operations, runs, submissions
from server.service import Service

_SUBMISSION = ("id", "operation", "agency", "category", "records", "accepted", "expires")
_RUN = (
    "id",
    "operation",
    "agency",
    "state",
    "threshold",
    "pairs_done",
    "pairs_total",
    "ordered",
    "finished",
    "problem",
)


def standing_of(service: Service) -> dict[str, list[dict[str, Any]]]:
    """Return the operations, the submissions that are kept, and the runs, newest first."""
    kept = sa.select(*(submissions.c[name] for name in _SUBMISSION)).where(submissions.c.state == "stored")
    asked = {
        "operations": sa.select(operations.c.id, operations.c.version, operations.c.digest).order_by(operations.c.id),
        "submissions": kept.order_by(submissions.c.accepted.desc(), submissions.c.id),
        "runs": sa.select(*(runs.c[name] for name in _RUN)).order_by(runs.c.ordered.desc(), runs.c.id),
    }
    with service.engine.connect() as connection:
        return {name: [dict(row) for row in connection.execute(query).mappings()] for name, query in asked.items()}
