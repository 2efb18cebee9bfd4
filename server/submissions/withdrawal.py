"""What an owner takes back: a submission, or some of its records. Hits follow."""

from collections.abc import Collection

import sqlalchemy as sa

from linkage.canonical import digest_of
from linkage.ledger import Kind
from server import journal
from server.database import writing
from server.database.tables import hits, submissions
from server.errors import ConflictError
from server.expiry.certificates import certify
from server.operations.registry import agreement_of
from server.runs.standing import follow
from server.service import Caller, Service, new_id
from server.submissions.keeping import (
    count_hits,
    discard,
    end_runs,
    erase,
    forget_pairs,
    opened,
    sealed_name,
    stored,
    take_hits,
)
from server.submissions.reduced import reduced_content, without


def withdraw(service: Service, caller: Caller, submission: str) -> bytes:
    """Erase a submission and every hit that rests on it; return the signed certificate.

    Raises:
        ConflictError: it is gone already.
    """
    with writing(service.engine) as connection:
        erased = erase(connection, service, caller, submission, "withdrawn")
        operation = connection.execute(sa.select(submissions.c.operation).where(submissions.c.id == submission))
        follow(connection, service, agreement_of(connection, operation.scalar_one()))
    for name in erased.files:
        discard(service, name)
    return erased.certificate


def withdraw_records(
    service: Service, caller: Caller, submission: str, tokens: Collection[str], *, reason: str
) -> bytes:
    """Erase some records of a submission and every hit about them; return the signed certificate.

    What is left is sealed anew under another key. A crash on the way leaves either the old or the new; the file of the
    other is swept up later, and says nothing without its key.

    Args:
        service: the host.
        caller: who wants it.
        submission: which.
        tokens: of the records, 32 hexadecimal digits each; all of them together are the whole submission.
        reason: why, as a code, for the ledger.

    Raises:
        ConflictError: it is gone already, has no such records, or has been changed in this moment.
    """
    with service.engine.connect() as connection:
        before = stored(connection, submission)
    left, gone = without(opened(service, before).encodings, tokens)
    if gone != len(set(tokens)):
        raise ConflictError("the submission has no records with some of these tokens", code="submission.token")
    if not len(left):
        return withdraw(service, caller, submission)
    file, wrapped = new_id(), service.keys.new_sealing_key(submission)
    service.store.seal(sealed_name(file), reduced_content(left), service.keys.sealing_key(wrapped, submission))
    with writing(service.engine) as connection:
        row = stored(connection, submission)
        if row.file != before.file:
            raise ConflictError("other records were withdrawn in this moment; do it again", code="submission.changed")
        hits_before = count_hits(connection, submission)
        about = sa.and_(hits.c.submission == submission, hits.c.token.in_(sorted(tokens)))
        take_hits(connection, service, row.operation, about, reason="records-withdrawn")
        values = {"file": file, "sealing_key": wrapped, "records": row.records - gone, "encodings": len(left)}
        connection.execute(submissions.update().where(submissions.c.id == submission).values(values))
        files = forget_pairs(connection, submission)
        end_runs(connection, service, row.operation)
        certificate = certify(
            connection,
            service,
            row,
            "records-withdrawn",
            encodings_after=len(left),
            hits_before=hits_before,
            hits_after=count_hits(connection, submission),
        )
        journal.record(
            connection,
            service,
            caller,
            Kind.RECORDS_WITHDRAWN,
            operation=row.operation,
            subject=submission,
            reason=reason,
            count=gone,
            digests={"certificate": digest_of(certificate), "package": row.digest},
        )
        follow(connection, service, agreement_of(connection, row.operation))
    for name in (sealed_name(before.file), *files):
        discard(service, name)
    return certificate
