"""What agencies hold of the ledger: each request and package may carry the last checkpoint that its agency saw.

One of this ledger's own past is remembered, so that a data protection officer can be told who holds which. One that is
not proves that the ledger was rolled back, or rewritten, or that another one was shown to that agency, because nobody
but the host can have signed it: it is refused, kept as evidence, and in the ledger, the log and every pack made from
then on.
"""

import sqlalchemy as sa
import structlog

from linkage.canonical import digest_of
from linkage.errors import RefusedError
from linkage.ledger import Checkpoint, Kind, SignedCheckpoint
from server import journal
from server.audit import evidence
from server.database import writing
from server.database.tables import evidence as evidence_table
from server.errors import NotAllowedError
from server.ledger import Ledger, tables
from server.service import Caller, Service

_HINT = "keep your checkpoint, tell your data protection officer and the other agencies, send nothing"


def witness(service: Service, caller: Caller, signed: SignedCheckpoint) -> None:
    """Do nothing but remember it if `signed`, which the caller holds, is a checkpoint of this ledger.

    Raises:
        NotAllowedError: it is not signed by this host, or is of another ledger.
        RefusedError: the host has signed it, and this ledger is not the one that it was of.
    """
    ledger, own, found = Ledger(service.keys.identity), service.keys.identity.public, signed.checkpoint
    if found.origin != own.agency or not signed.signed_by(own):
        raise NotAllowedError("the checkpoint is not one that this host has signed", code="ledger.signature")
    with service.engine.connect() as connection:
        held, size = ledger.holds(connection, found), ledger.size(connection)
        known = _size_known(connection, caller.agency)
    if not held:
        refusal = _refusal(found, size)
        _keep_evidence(service, caller, signed, refusal.code)
        raise refusal
    if known is None or known < found.size:
        with writing(service.engine) as connection:
            _remember(connection, caller.agency, signed, service.now_text())


def _keep_evidence(service: Service, caller: Caller, signed: SignedCheckpoint, code: str) -> None:
    """Write a fork into the log, and the first time that it is shown, into the ledger."""
    structlog.get_logger().error("fork", code=code, agency=caller.agency, officer=caller.officer)
    content = signed.encode()
    with writing(service.engine) as connection:
        if evidence.keep(connection, "checkpoint", caller.agency, digest_of(content), content):
            named = {"checkpoint": digest_of(content)}
            journal.record(connection, service, caller, Kind.FORK_SHOWN, digests=named)


def _refusal(found: Checkpoint, size: int) -> RefusedError:
    if found.size > size:
        message = f"the checkpoint counts {found.size:,} entries, and the ledger of this host has {size:,}: the host "
        return RefusedError(message + "has lost entries, or was rolled back", code="ledger.rolled-back", hint=_HINT)
    message = f"FORK: the checkpoint is of another ledger of {found.size:,} entries than the one that this host has now"
    return RefusedError(message, code="ledger.fork", hint=_HINT)


def _size_known(connection: sa.Connection, agency: str) -> int | None:
    known = sa.select(tables.witnessed.c.size).where(tables.witnessed.c.agency == agency)
    found: int | None = connection.execute(known).scalar_one_or_none()
    return found


def _remember(connection: sa.Connection, agency: str, signed: SignedCheckpoint, now: str) -> None:
    table, size = tables.witnessed, signed.checkpoint.size
    values = {"size": size, "checkpoint": signed.encode(), "shown": now}
    known = _size_known(connection, agency)
    if known is None:
        connection.execute(table.insert().values(agency=agency, **values))
    elif known < size:
        connection.execute(table.update().where(table.c.agency == agency).values(**values))


def witnesses(connection: sa.Connection) -> list[tuple[str, SignedCheckpoint, str]]:
    """Return each agency, the largest checkpoint that it has shown, and when it showed it; by name of the agency."""
    rows = connection.execute(sa.select(tables.witnessed).order_by(tables.witnessed.c.agency))
    return [(row.agency, SignedCheckpoint.parse(row.checkpoint), row.shown) for row in rows]


def forks(connection: sa.Connection) -> list[tuple[str, SignedCheckpoint]]:
    """Return each agency and checkpoint that the host has signed and this ledger does not continue."""
    table = evidence_table
    rows = connection.execute(sa.select(table).where(table.c.kind == "checkpoint").order_by(table.c.digest))
    return [(row.owner, SignedCheckpoint.parse(row.content)) for row in rows]
