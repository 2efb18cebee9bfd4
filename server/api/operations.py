"""Routes about operations, and the submissions that agencies make to them."""

import re

import sqlalchemy as sa
from apiflask import APIBlueprint
from flask import request
from werkzeug.exceptions import BadRequest

from linkage.agreement import Agreement
from linkage.canonical import canonical_json, parse_json
from server.api.context import caller, host
from server.api.documents import submission_document, submission_documents
from server.api.models import (
    PART_TYPE,
    CertificateDocument,
    CertificateList,
    Document,
    Envelope,
    OperationDocument,
    OperationList,
    ReceiptDocument,
    RecordWithdrawal,
    SubmissionList,
    SubmissionQuery,
    UploadDocument,
    UploadOrder,
)
from server.database.tables import certificates, operations, uploads
from server.operations.registry import agreement_of, operations_of, register
from server.submissions import uploads as parts
from server.submissions.acceptance import accept
from server.submissions.withdrawal import withdraw, withdraw_records

agreed = APIBlueprint("operations", __name__)
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


@agreed.post("/operations")
@agreed.input(Envelope)
@agreed.output(OperationDocument, status_code=201)
def register_operation(json_data: Envelope) -> Document:
    """Register an agreement that all parties and the host have signed."""
    content = canonical_json(json_data.model_dump())
    return _operation(register(host(), caller(), content), content)


@agreed.get("/operations")
@agreed.output(OperationList)
def list_operations() -> Document:
    """List the operations of the caller's agency, or all to the host's own officers."""
    with host().engine.connect() as connection:
        if caller().agency == host().settings.name:
            found = list(connection.execute(sa.select(operations.c.id).order_by(operations.c.id)).scalars())
        else:
            found = operations_of(connection, caller().agency)
    return {"operations": found}


@agreed.get("/operations/<operation>")
@agreed.output(OperationDocument)
def show_operation(operation: str) -> Document:
    """Show an operation and its signed agreement."""
    with host().engine.connect() as connection:
        row = connection.execute(sa.select(operations).where(operations.c.id == operation)).one()
        return _operation(agreement_of(connection, operation), row.agreement) | {"frozen": row.frozen}


@agreed.post("/operations/<operation>/uploads")
@agreed.input(UploadOrder)
@agreed.output(UploadDocument, status_code=201)
def begin_upload(operation: str, json_data: UploadOrder) -> Document:
    """Announce a package; its parts follow."""
    return _upload(parts.begin(host(), caller(), operation, json_data.size, json_data.digest))


@agreed.get("/uploads/<upload>")
@agreed.output(UploadDocument)
def show_upload(upload: str) -> Document:
    """Say how much of an upload has come, so that it can go on there."""
    return _upload(_found_upload(upload))


@agreed.patch("/uploads/<upload>")
@agreed.doc(
    responses={200: "How much has come"},
)
@agreed.output(UploadDocument)
def append_part(upload: str) -> Document:
    """Take the next part of a package: bytes, with Content-Range saying which of how many."""
    request.require_type(PART_TYPE)  # type: ignore[attr-defined]  # of StrictRequest
    content = request.get_data(cache=True)
    found = _found_upload(upload)
    stated = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
    if stated is None:
        raise BadRequest
    first, last, size = (int(number) for number in stated.groups())
    if last - first + 1 != len(content) or size != found.size:
        raise BadRequest
    return _upload(parts.append(host(), found, first, content))


@agreed.delete("/uploads/<upload>")
@agreed.output({}, status_code=204)
def abandon_upload(upload: str) -> str:
    """Throw an unfinished upload away."""
    parts.abandon(host(), upload)
    return ""


@agreed.post("/uploads/<upload>/submission")
@agreed.input(SubmissionQuery, location="query")
@agreed.output(ReceiptDocument, status_code=201)
def submit(upload: str, query_data: SubmissionQuery) -> Document:
    """Make a complete upload a submission, in place of the agency's earlier ones of its category or beside them."""
    receipt = accept(host(), caller(), _found_upload(upload), supplement=query_data.supplement)
    return submission_document(host(), receipt.submission)


@agreed.get("/operations/<operation>/submissions")
@agreed.output(SubmissionList)
def list_submissions(operation: str) -> Document:
    """List the submissions of the caller's agency, newest first."""
    return {"submissions": submission_documents(host(), caller().agency, operation)}


@agreed.get("/submissions/<submission>")
@agreed.output(ReceiptDocument)
def show_submission(submission: str) -> Document:
    """Show a submission and its receipt."""
    return submission_document(host(), submission)


@agreed.delete("/submissions/<submission>")
@agreed.output(CertificateDocument)
def withdraw_submission(submission: str) -> Document:
    """Erase a submission and all hits that rest on it; the answer is the certificate."""
    return {"certificate": parse_json(withdraw(host(), caller(), submission))}


@agreed.post("/submissions/<submission>/withdrawals")
@agreed.input(RecordWithdrawal)
@agreed.output(CertificateDocument, status_code=201)
def withdraw_some(submission: str, json_data: RecordWithdrawal) -> Document:
    """Erase some records of a submission and all hits about them; the answer is the certificate."""
    done = withdraw_records(host(), caller(), submission, json_data.tokens, reason=json_data.reason)
    return {"certificate": parse_json(done)}


@agreed.get("/operations/<operation>/certificates")
@agreed.output(CertificateList)
def list_certificates(operation: str) -> Document:
    """List the certificates of what was erased of the caller's agency, newest first."""
    mine = (
        sa.select(certificates.c.envelope)
        .where(certificates.c.operation == operation, certificates.c.agency == caller().agency)
        .order_by(certificates.c.issued.desc(), certificates.c.id)
        .limit(1000)
    )
    with host().engine.connect() as connection:
        return {"certificates": [parse_json(found) for found in connection.execute(mine).scalars()]}


def _operation(agreement: Agreement, content: bytes) -> Document:
    return {
        "operation": agreement.operation,
        "version": agreement.version,
        "agreement": agreement.digest,
        "valid_until": agreement.valid_until,
        "signed": parse_json(content),
    }


def _found_upload(identifier: str) -> parts.Upload:
    with host().engine.connect() as connection:
        row = connection.execute(sa.select(uploads).where(uploads.c.id == identifier)).one()
    return parts.Upload(*row)


def _upload(upload: parts.Upload) -> Document:
    return {"upload": upload.id, "size": upload.size, "received": upload.received, "expires": upload.expires}
