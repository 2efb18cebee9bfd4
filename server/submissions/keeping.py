"""Submissions that are here: finding them, opening them for a comparison, and erasing them with their hits."""

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from linkage import Package, open_package
from linkage.canonical import digest_of
from linkage.ledger import Kind
from server import journal
from server.database import writing
from server.database.tables import comparisons, hits, runs, submissions
from server.errors import ConflictError
from server.expiry.certificates import certify
from server.hits.erasing import erase_hits, erase_lonely
from server.service import Caller, Service

Ending = Literal["replaced", "withdrawn", "expired", "superseded"]
GONE = "run.submission-gone"


def sealed_name(submission: str) -> str:
    """Return the name of a submission's file in the store."""
    return f"submissions/{submission}"


def live_submissions(connection: sa.Connection, operation: str) -> Sequence[sa.Row[Any]]:
    """Return the rows of the submissions that can be compared, by agency and category."""
    return connection.execute(
        sa.select(submissions)
        .where(submissions.c.operation == operation, submissions.c.state == "stored")
        .order_by(submissions.c.agency, submissions.c.category)
    ).all()


def opened(service: Service, submission: sa.Row[Any]) -> Package:
    """Return the package of a submission; in clear it is in memory only, and on disk for the moment of reading it."""
    if submission.sealing_key is None:
        raise ConflictError("a submission of the run is gone", code=GONE)
    key = service.keys.sealing_key(submission.sealing_key, submission.id)
    with tempfile.NamedTemporaryFile(dir=service.settings.uploads, suffix=".reading") as file:
        for piece in service.store.opened(sealed_name(submission.id), key):
            file.write(piece)
        file.flush()
        package = open_package(Path(file.name))
    return Package(package.manifest, package.encodings, Path(submission.id))


def withdraw(service: Service, caller: Caller, submission: str) -> bytes:
    """Erase a submission and every hit that rests on it; return the signed certificate.

    Raises:
        ConflictError: it is gone already.
    """
    with writing(service.engine) as connection:
        envelope = erase(connection, service, caller, submission, "withdrawn")
    discard(service, sealed_name(submission))
    return envelope


def discard(service: Service, name: str) -> None:
    """Delete a sealed file whose key is gone; if the store does not let us, the schedule finds it later."""
    with suppress(OSError):
        service.store.delete(name)


def erase(connection: sa.Connection, service: Service, caller: Caller | None, submission: str, ending: Ending) -> bytes:
    """Delete the key of a submission and its hits, in the caller's transaction; return the signed certificate.

    A group of which one agency is left is no hit any more, so its rest goes too. Runs under way that rest on the
    submission are cancelled. The file itself is to be deleted after the transaction: without its key it says nothing.

    Args:
        connection: in a transaction that writes.
        service: the host.
        caller: who wants it; None for the host's own schedule.
        submission: which.
        ending: why.

    Raises:
        ConflictError: it is gone already.
    """
    row = connection.execute(sa.select(submissions).where(submissions.c.id == submission)).one()
    if row.state != "stored":
        raise ConflictError("the submission is gone already", code="submission.gone")
    before = connection.execute(sa.select(sa.func.count()).where(hits.c.submission == submission)).scalar_one()
    erase_hits(connection, service, hits.c.submission == submission, ending)
    erase_lonely(connection, service, row.operation, "no-counterpart")
    connection.execute(
        submissions.update().where(submissions.c.id == submission).values(state=ending, sealing_key=None)
    )
    end_runs(connection, service, row.operation, problem=GONE, reason="submission-gone")
    certificate = certify(connection, service, row, ending, hits_before=before)
    journal.record(
        connection,
        service,
        caller,
        Kind.SUBMISSION_ERASED,
        operation=row.operation,
        subject=submission,
        reason=ending,
        count=row.records,
        digests={"certificate": digest_of(certificate), "package": row.digest},
    )
    return certificate


def end_runs(connection: sa.Connection, service: Service, operation: str, *, problem: str, reason: str) -> None:
    """End the runs of an operation that are under way: with a problem for their parties, a reason for the ledger."""
    under_way = sa.and_(runs.c.operation == operation, runs.c.state.in_(["queued", "running"]))
    for run in connection.execute(sa.select(runs.c.id).where(under_way)).scalars().all():
        values = {"state": "failed", "problem": problem, "finished": service.now_text(), "sealing_key": None}
        connection.execute(runs.update().where(runs.c.id == run).values(values))
        connection.execute(comparisons.delete().where(comparisons.c.run == run))
        journal.record(connection, service, None, Kind.RUN_ENDED, operation=operation, subject=run, reason=reason)
