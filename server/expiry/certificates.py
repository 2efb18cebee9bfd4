"""Certificates of deletion: what went, when, why, and how many there were before and after."""

from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from linkage.canonical import canonical_json
from linkage.envelope import Envelope
from linkage.manifest import Moment
from server.database.tables import certificates
from server.service import Service, new_id

Reason = Literal["replaced", "withdrawn", "expired", "superseded", "records-withdrawn"]
PAYLOAD_TYPE = "application/vnd.counterfoil.deletion+json"


class DeletionCertificate(BaseModel):
    """The host's statement that a submission and its hits are gone, or some records of it and theirs."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    format: Literal["counterfoil-deletion/1"] = "counterfoil-deletion/1"
    operation: str
    agency: str
    submission: str
    package: str
    reason: Reason
    deleted: Moment
    due: Moment
    encodings_before: int
    encodings_after: int
    hits_before: int
    hits_after: int


def certify(
    connection: sa.Connection,
    service: Service,
    submission: sa.Row[Any],
    reason: Reason,
    *,
    hits_before: int,
    encodings_after: int = 0,
    hits_after: int = 0,
) -> bytes:
    """Return the signed certificate for the deletion of a submission, kept for its owner in the same transaction."""
    now = service.now_text()
    statement = DeletionCertificate(
        operation=submission.operation,
        agency=submission.agency,
        submission=submission.id,
        package=submission.digest,
        reason=reason,
        deleted=now,
        due=submission.expires,
        encodings_before=submission.encodings,
        encodings_after=encodings_after,
        hits_before=hits_before,
        hits_after=hits_after,
    )
    envelope = Envelope.signed(PAYLOAD_TYPE, canonical_json(statement.model_dump()), service.keys.identity).encode()
    connection.execute(
        certificates.insert().values(
            id=new_id(), operation=submission.operation, agency=submission.agency, envelope=envelope, issued=now
        )
    )
    return envelope
