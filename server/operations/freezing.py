"""Freezing an operation after an incident: nothing is submitted, compared or looked at until all have signed anew."""

import sqlalchemy as sa

from linkage.ledger import Kind, Opening
from server import journal
from server.database import writing
from server.database.tables import operations
from server.errors import AbsentError, ConflictError
from server.service import Caller, Service
from server.submissions.keeping import end_runs


def freeze(service: Service, caller: Caller, operation: str, *, justification: str, remarks: str | None = None) -> str:
    """Return the moment from which an operation is frozen; its runs under way are called off.

    It goes on when a next version of the agreement is registered, which all have signed.

    Args:
        service: the host.
        caller: who wants it.
        operation: which.
        justification: why, as a code, for the ledger.
        remarks: why, in words; the ledger holds a commitment to them.

    Raises:
        AbsentError: there is no such operation.
        ConflictError: it is frozen already.
    """
    now = service.now_text()
    openings = [Opening.new("remarks", remarks)] if remarks else []
    with writing(service.engine) as connection:
        row = connection.execute(sa.select(operations).where(operations.c.id == operation)).one_or_none()
        if row is None:
            raise AbsentError("there is no such operation for this caller")
        if row.frozen is not None:
            raise ConflictError("the operation is frozen already", code="operation.frozen")
        connection.execute(operations.update().where(operations.c.id == operation).values(frozen=now))
        end_runs(connection, service, operation, problem="operation.frozen", reason="frozen")
        journal.record(
            connection,
            service,
            caller,
            Kind.OPERATION_FROZEN,
            openings=openings,
            operation=operation,
            justification=justification,
        )
    return now
