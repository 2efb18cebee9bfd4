"""Submissions that are here: finding them, opening them for a comparison, and erasing them with their hits."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from linkage import Manifest, Package
from linkage.canonical import digest_of
from linkage.envelope import Envelope
from linkage.ledger import Kind
from linkage.package import load_package
from server import journal
from server.chunks import pieces
from server.database.tables import comparisons, couples, hits, runs, submissions
from server.errors import ConflictError
from server.expiry.certificates import certify
from server.hits.erasing import erase_hits, erase_lonely
from server.service import Caller, Service
from server.submissions.reduced import read_reduced

Ending = Literal["replaced", "withdrawn", "expired", "superseded"]
GONE = "run.submission-gone"


class Erased(NamedTuple):
    """The signed certificate, and the files to be deleted after the transaction; their keys go with it."""

    certificate: bytes
    files: list[str]


def sealed_name(file: str) -> str:
    """Return where in the store a file of submissions lies."""
    return f"submissions/{file}"


def couple_name(file: str) -> str:
    """Return where in the store the candidate pairs of two submissions lie."""
    return f"couples/{file}"


def circle_of(agency: str, counterpart: str | None) -> frozenset[str]:
    """Return the two agencies that share the secret of a submission; empty where all parties share one."""
    return frozenset((agency, counterpart)) if counterpart else frozenset()


def live_submissions(connection: sa.Connection, operation: str) -> Sequence[sa.Row[Any]]:
    """Return the rows of the submissions that can be compared, by agency, category and age."""
    return connection.execute(
        sa.select(submissions)
        .where(submissions.c.operation == operation, submissions.c.state == "stored")
        .order_by(submissions.c.agency, submissions.c.category, submissions.c.accepted, submissions.c.id)
    ).all()


def opened(service: Service, submission: sa.Row[Any]) -> Package:
    """Return the package of a submission; it is in clear in memory only."""
    if submission.sealing_key is None:
        raise ConflictError("a submission of the run is gone", code=GONE)
    key, name = service.keys.sealing_key(submission.sealing_key, submission.id), Path(submission.id)
    with service.store.opened(sealed_name(submission.file), key) as file:
        if submission.file == submission.id:
            return load_package(file, name)
        manifest = Manifest.parse(Envelope.parse(submission.manifest).payload)
        return Package(manifest, read_reduced(pieces(file), submission.encodings, manifest.width), name)


def discard(service: Service, name: str) -> None:
    """Delete a sealed file whose key is gone; if the store does not let us, the schedule finds it later."""
    with suppress(OSError):
        service.store.delete(name)


def erase(
    connection: sa.Connection, service: Service, caller: Caller | None, submission: str, ending: Ending
) -> Erased:
    """Delete the key of a submission and its hits, in the caller's transaction.

    A group of which one agency is left is no hit any more, so its rest goes too. Runs of the operation that are under
    way end. The files are to be deleted after the transaction: without their keys they say nothing.

    Args:
        connection: in a transaction that writes.
        service: the host.
        caller: who wants it; None for the host's own schedule.
        submission: which.
        ending: why.

    Raises:
        ConflictError: it is gone already.
    """
    row = stored(connection, submission)
    hits_before = count_hits(connection, submission)
    take_hits(connection, service, row.operation, hits.c.submission == submission, reason=ending)
    connection.execute(
        submissions.update().where(submissions.c.id == submission).values(state=ending, sealing_key=None)
    )
    end_runs(connection, service, row.operation)
    certificate = certify(connection, service, row, ending, hits_before=hits_before)
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
    files = forget_pairs(connection, submission)
    connection.execute(couples.delete().where(_of_couple(submission)))
    return Erased(certificate, [sealed_name(row.file), *files])


def stored(connection: sa.Connection, submission: str) -> sa.Row[Any]:
    """Return the row of a submission that is here.

    Raises:
        ConflictError: it is gone.
    """
    row = connection.execute(sa.select(submissions).where(submissions.c.id == submission)).one()
    if row.state != "stored":
        raise ConflictError("the submission is gone already", code="submission.gone")
    return row


def count_hits(connection: sa.Connection, submission: str) -> int:
    """Return how many hits rest on records of a submission, in all runs."""
    own = sa.select(sa.func.count()).where(hits.c.submission == submission)
    return int(connection.execute(own).scalar_one())


def take_hits(
    connection: sa.Connection, service: Service, operation: str, which: sa.ColumnElement[bool], *, reason: str
) -> None:
    """Delete the hits that `which` selects, and what is left of their groups inside one agency."""
    erase_hits(connection, service, which, reason)
    erase_lonely(connection, service, operation)


def forget_pairs(connection: sa.Connection, submission: str) -> list[str]:
    """Delete the keys of the candidate pairs of a submission with others; return the files to be deleted afterwards."""
    kept = sa.and_(_of_couple(submission), couples.c.file.is_not(None))
    files = connection.execute(sa.select(couples.c.file).where(kept)).scalars().all()
    connection.execute(couples.update().where(kept).values(file=None, sealing_key=None, pairs=None))
    return [couple_name(file) for file in files]


def _of_couple(submission: str) -> sa.ColumnElement[bool]:
    return sa.or_(couples.c.left_submission == submission, couples.c.right_submission == submission)


def end_runs(
    connection: sa.Connection,
    service: Service,
    operation: str,
    *,
    problem: str = GONE,
    reason: str = "submission-gone",
) -> None:
    """End the runs of an operation that are under way: with a problem for their parties, a reason for the ledger."""
    under_way = sa.and_(runs.c.operation == operation, runs.c.state.in_(["queued", "running"]))
    for run in connection.execute(sa.select(runs.c.id).where(under_way)).scalars().all():
        values = {"state": "failed", "problem": problem, "finished": service.now_text(), "sealing_key": None}
        connection.execute(runs.update().where(runs.c.id == run).values(values))
        connection.execute(comparisons.delete().where(comparisons.c.run == run))
        journal.record(connection, service, None, Kind.RUN_ENDED, operation=operation, subject=run, reason=reason)
