"""From upload to submission: what a package must be, and the one transaction that takes it in."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from io import BufferedReader
from typing import Any, NamedTuple

import sqlalchemy as sa

from linkage.agreement import Agreement, Party
from linkage.canonical import digest_of
from linkage.envelope import Envelope
from linkage.ledger import Kind, SignedCheckpoint
from linkage.manifest import Manifest, moment_text
from linkage.package import verify_package
from linkage.package.archive import check_layout
from server import journal
from server.audit.witnessing import witness
from server.chunks import pieces
from server.database import writing
from server.database.tables import submissions
from server.errors import AbsentError, ConflictError, NotAllowedError
from server.operations.circles import counterpart_by_secret
from server.operations.registry import operation_in_force
from server.runs.standing import follow
from server.service import Caller, Service, new_id
from server.submissions.keeping import circle_of, discard, erase, sealed_name
from server.submissions.uploads import Upload, forget, open_complete, path_of, unlink


class Receipt(NamedTuple):
    """A submission that was taken in, and the host's signed word for it (DSSE)."""

    submission: str
    envelope: bytes


class _Checked(NamedTuple):
    """A package that was read: its manifest, that as the agency signed it, the id it gets, and what it is."""

    manifest: Manifest
    envelope: bytes
    submission: str
    supplement: bool


def accept(service: Service, caller: Caller, upload: Upload, *, supplement: bool = False) -> Receipt:
    """Return the receipt for a complete upload, now a submission.

    It takes the place of the agency's earlier ones of its category, or comes beside them as a supplement.

    Raises:
        ConflictError: parts are missing, or this very package is here already.
        PackageError: the content is not a whole package signed by the agency.
        RefusedError: the package has expired, or carries a checkpoint that is not of this ledger.
        NotAllowedError: the agreement does not allow it.
    """
    now = service.now()
    with open_complete(service, upload) as file:
        with service.engine.connect() as connection:
            agreement = operation_in_force(connection, upload.operation, now)
        manifest = verify_package(file, trusted=[_party(agreement, caller).root], now=now)
        check_terms(manifest, agreement)
        if manifest.checkpoint is not None:
            witness(service, caller, SignedCheckpoint.parse(manifest.checkpoint.encode(), "checkpoint of the package"))
        checked = _Checked(manifest, _manifest_envelope(file), new_id(), supplement)
        identifier = checked.submission
        wrapped = service.keys.new_sealing_key(identifier)
        service.store.seal(sealed_name(identifier), pieces(file), service.keys.sealing_key(wrapped, identifier))
    try:
        envelope, replaced = _take_in(service, caller, upload, checked, wrapped)
    except Exception:
        _discard_unless_taken_in(service, identifier)
        raise
    for name in replaced:
        discard(service, name)
    unlink(path_of(service, upload.id))
    return Receipt(identifier, envelope)


def _discard_unless_taken_in(service: Service, identifier: str) -> None:
    """Delete the sealed file, unless the transaction committed before it broke; if nobody can say, the sweep will."""
    with suppress(sa.exc.DBAPIError), service.engine.connect() as connection:
        if connection.execute(sa.select(submissions.c.id).where(submissions.c.id == identifier)).first() is None:
            discard(service, sealed_name(identifier))


def _party(agreement: Agreement, caller: Caller) -> Party:
    party = agreement.party(caller.agency)
    if party is None:  # an amendment has left the agency out since the request was let in
        raise AbsentError("there is no such upload for this caller")
    return party


def check_terms(manifest: Manifest, agreement: Agreement) -> None:
    """Raise NotAllowedError unless the agreement allows such a package."""
    if manifest.linkage_schema.digest != agreement.linkage_schema.digest:
        raise NotAllowedError("the package was not made with the schema of the agreement", code="submission.schema")
    party = agreement.party(manifest.agency)
    if party is None or manifest.category not in party.categories:
        raise NotAllowedError(
            "the agreement does not let this agency submit records of this category", code="submission.category"
        )
    if manifest.expires > agreement.valid_until:
        raise NotAllowedError(
            "the package expires after the agreement",
            code="submission.expiry",
            hint=f"encode it to expire by {agreement.valid_until}",
        )
    if manifest.records > agreement.quotas.records_per_submission:
        raise NotAllowedError(
            f"the agreement allows {agreement.quotas.records_per_submission:,} records in a submission",
            code="submission.quota",
        )


def _take_in(
    service: Service, caller: Caller, upload: Upload, checked: _Checked, wrapped: bytes
) -> tuple[bytes, list[str]]:
    """Return the signed receipt, and the files of what this one has replaced, all in one transaction."""
    manifest, identifier = checked.manifest, checked.submission
    now = service.now()
    with writing(service.engine) as connection:
        agreement = operation_in_force(connection, upload.operation, now)
        check_terms(manifest, agreement)  # the agreement may have been amended meanwhile
        live = connection.execute(
            sa.select(submissions).where(submissions.c.operation == upload.operation, submissions.c.state == "stored")
        ).all()
        counterpart = counterpart_by_secret(connection, agreement, manifest)
        circle = circle_of(caller.agency, counterpart)
        mates = [row for row in live if circle_of(row.agency, row.counterpart) == circle]
        _check_beside(checked, upload, mates)
        _check_daily(connection, upload, agreement, now)
        until = min(
            manifest.expires,
            moment_text(now + timedelta(days=agreement.retention.encodings_days)),
            agreement.valid_until,
        )
        journal.record(
            connection,
            service,
            caller,
            Kind.SUBMISSION_ACCEPTED,
            operation=upload.operation,
            subject=identifier,
            category=manifest.category,
            count=manifest.records,
            due=until,
            digests={"agreement": agreement.digest, "package": upload.digest, "manifest": digest_of(checked.envelope)},
        )
        envelope = journal.signed_receipt(
            service,
            {
                "submission": identifier,
                "operation": upload.operation,
                "agency": caller.agency,
                "category": manifest.category.value,
                "package": upload.digest,
                "records": manifest.records,
                "accepted": moment_text(now),
                "expires": until,
                "checkpoint": journal.checkpoint(connection, service),
            },
        )
        own = [row.id for row in mates if (row.agency, row.category) == (caller.agency, manifest.category.value)]
        replaced = [] if checked.supplement else own
        gone = [name for one in replaced for name in erase(connection, service, caller, one, "replaced").files]
        connection.execute(
            submissions.insert().values(
                id=identifier,
                operation=upload.operation,
                agency=caller.agency,
                category=manifest.category.value,
                counterpart=counterpart,
                digest=upload.digest,
                file=identifier,
                manifest=checked.envelope,
                records=manifest.records,
                encodings=manifest.encodings,
                state="stored",
                accepted=moment_text(now),
                expires=until,
                sealing_key=wrapped,
                receipt=envelope,
            )
        )
        forget(connection, upload.id)
        follow(connection, service, agreement)
    return envelope, gone


def _check_beside(checked: _Checked, upload: Upload, live: Sequence[sa.Row[Any]]) -> None:
    """Raise unless the package is new and made with the secret of those that stay here."""
    manifest = checked.manifest
    for row in live:
        if row.digest == upload.digest:
            raise ConflictError("this very package is here already", code="submission.repeated")
        if Manifest.parse(Envelope.parse(row.manifest).payload).key_confirmation != manifest.key_confirmation and (
            checked.supplement or row.agency != upload.agency
        ):
            raise NotAllowedError(
                "the package was made with another secret than those of the other parties",
                code="submission.secret",
                hint="compare key confirmations with the other agencies",
            )


def _check_daily(connection: sa.Connection, upload: Upload, agreement: Agreement, now: datetime) -> None:
    since = moment_text(now - timedelta(days=1))
    today = sa.select(sa.func.count()).where(
        submissions.c.operation == upload.operation,
        submissions.c.agency == upload.agency,
        submissions.c.accepted > since,
    )
    if connection.execute(today).scalar_one() >= agreement.quotas.submissions_per_day:
        raise NotAllowedError(
            f"the agreement allows {agreement.quotas.submissions_per_day} submissions a day", code="submission.quota"
        )


def _manifest_envelope(file: BufferedReader) -> bytes:
    """Return the signed manifest of a package that was verified."""
    member = check_layout(file).manifest
    return member.read(member.size)
