"""What a host holds at the moment, for its operators: ids and states, nothing of what is inside."""

from typing import Any

import sqlalchemy as sa

from server.audit.witnessing import forks, witnesses
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
    """Return operations, submissions and runs, newest first, and which checkpoints of the ledger agencies hold."""
    kept = sa.select(*(submissions.c[name] for name in _SUBMISSION)).where(submissions.c.state == "stored")
    asked = {
        "operations": sa.select(operations.c.id, operations.c.version, operations.c.digest).order_by(operations.c.id),
        "submissions": kept.order_by(submissions.c.accepted.desc(), submissions.c.id),
        "runs": sa.select(*(runs.c[name] for name in _RUN)).order_by(runs.c.ordered.desc(), runs.c.id),
    }
    with service.engine.connect() as connection:
        found = {name: [dict(row) for row in connection.execute(query).mappings()] for name, query in asked.items()}
        found["witnesses"] = [
            {"agency": agency, "entries": signed.checkpoint.size, "shown": shown}
            for agency, signed, shown in witnesses(connection)
        ]
        found["forks"] = [
            {"agency": agency, "entries": signed.checkpoint.size, "checkpoint": signed.encode().decode()}
            for agency, signed in forks(connection)
        ]
    return found
