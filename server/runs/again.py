"""Runs of standing operations that failed are ordered anew by the schedule, each time after twice as long."""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

import sqlalchemy as sa

from linkage.ledger.entry import STANDING
from linkage.manifest import moment_text
from server.database import writing
from server.database.tables import runs
from server.operations.registry import agreement_of
from server.runs.standing import follow
from server.service import Service
from server.submissions.keeping import GONE

_FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(days=1)
_MOST_DOUBLINGS: Final = 20


def try_again(service: Service) -> None:
    """Order anew what was given up in standing operations: each time later, until a run of the operation succeeds."""
    given_up = sa.select(runs.c.operation).where(runs.c.officer == STANDING, runs.c.state == "failed").distinct()
    with service.engine.connect() as connection:
        names = connection.execute(given_up.order_by(runs.c.operation)).scalars().all()
        due = [name for name in names if _is_due(connection, name, service.now())]
    for name in due:
        with writing(service.engine) as connection:
            follow(connection, service, agreement_of(connection, name))


def _is_due(connection: sa.Connection, operation: str, now: datetime) -> bool:
    """Return whether the newest runs of an operation have failed of themselves, the last long enough ago."""
    newest = sa.select(runs.c.state, runs.c.problem, runs.c.finished).where(runs.c.operation == operation)
    order = newest.order_by(runs.c.ordered.desc(), runs.c.finished.desc(), runs.c.id).limit(_MOST_DOUBLINGS)
    failed = list(takewhile(lambda run: run.state == "failed" and run.problem != GONE, connection.execute(order)))
    if not failed:
        return False
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (len(failed) - 1))
    return bool(failed[0].finished <= moment_text(now - pause))
