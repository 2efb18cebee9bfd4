"""The operations of a host: agreements that every party has signed, registered as they stand."""

from datetime import datetime

import sqlalchemy as sa

from linkage.agreement import Agreement, SignedAgreement, changes_to_tell
from linkage.ledger import Kind
from linkage.manifest import moment_text
from server import journal
from server.audit import evidence
from server.database import writing
from server.database.tables import operations, parties
from server.errors import AbsentError, ConflictError, NotAllowedError
from server.operations.circles import forget_ceremonies
from server.runs.standing import follow, is_frozen
from server.service import Caller, Service
from server.submissions.keeping import discard, erase, live_submissions


def register(service: Service, caller: Caller, content: bytes) -> Agreement:
    """Return the agreement in a signed agreement, from now on an operation of this host.

    A later version takes the place of the one before it; the same version again changes nothing. A new epoch of the key
    erases the submissions that were made with the former secret, and the ceremonies that shared it.

    Raises:
        AgreementError: not a signed agreement.
        NotAllowedError: it is not in force, is not about this host, asks for what this host cannot do, or the caller
            is no party to it.
        AbsentError: there is another operation of that name, which is not the caller's.
        ConflictError: it is not the version that follows the one that is here.
    """
    now = service.now()
    signed = SignedAgreement.parse(content)
    agreement = signed.agreement
    _check_ours(service, agreement)
    _check_can_do(agreement)
    if reasons := signed.not_in_force(now):
        raise NotAllowedError(f"not in force: {'; '.join(reasons)}", code="agreement.not-in-force")
    if caller.agency != service.settings.name and agreement.party(caller.agency) is None:
        raise NotAllowedError("only a party to the agreement or the host can register it", code="agreement.stranger")
    superseded: list[str] = []
    files: list[str] = []
    with writing(service.engine) as connection:
        present = connection.execute(sa.select(operations).where(operations.c.id == agreement.operation)).one_or_none()
        if present is not None and present.digest == agreement.digest:
            return agreement
        values = {
            "version": agreement.version,
            "digest": agreement.digest,
            "agreement": content,
            "registered": moment_text(now),
        }
        if present is None:
            connection.execute(operations.insert().values(id=agreement.operation, **values))
        else:
            former = SignedAgreement.parse(present.agreement).agreement
            _check_follows(connection, service, caller, agreement, former)
            if agreement.key.epoch > former.key.epoch:
                superseded = [row.id for row in live_submissions(connection, agreement.operation)]
                forget_ceremonies(connection, agreement.operation)
            connection.execute(
                operations.update().where(operations.c.id == agreement.operation).values(**values, frozen=None)
            )
            connection.execute(parties.delete().where(parties.c.operation == agreement.operation))
        rows = [
            {"operation": agreement.operation, "agency": party.agency, "root_key": party.root_key}
            for party in agreement.parties
        ]
        connection.execute(parties.insert(), rows)
        journal.record(
            connection,
            service,
            caller,
            Kind.AGREEMENT_REGISTERED,
            operation=agreement.operation,
            digests={"agreement": agreement.digest},
        )
        evidence.keep(connection, "agreement", agreement.operation, agreement.digest, content)
        for submission in superseded:
            files += erase(connection, service, caller, submission, "superseded").files
        follow(connection, service, agreement)
    for name in files:
        discard(service, name)
    return agreement


def _check_ours(service: Service, agreement: Agreement) -> None:
    if agreement.host.root != service.keys.identity.public:
        raise NotAllowedError("the agreement names another host, or another key of this one", code="agreement.host")


def _check_can_do(agreement: Agreement) -> None:
    """Raise NotAllowedError for what an agreement may ask and this host does not do."""
    if agreement.hit_shows == "score":
        raise NotAllowedError(
            "the agreement asks for hits that show a score, which this host cannot do", code="agreement.cannot"
        )


def _check_follows(
    connection: sa.Connection, service: Service, caller: Caller, agreement: Agreement, former: Agreement
) -> None:
    if caller.agency != service.settings.name and not is_party(connection, agreement.operation, caller.agency):
        raise AbsentError("there is no such operation for this caller")
    if reasons := changes_to_tell(agreement, former):
        raise ConflictError(f"not the version that follows: {'; '.join(reasons)}", code="agreement.version")


def agreement_of(connection: sa.Connection, operation: str) -> Agreement:
    """Return the agreement of an operation, in force or not.

    Raises:
        AbsentError: there is none.
    """
    found = connection.execute(
        sa.select(operations.c.agreement).where(operations.c.id == operation)
    ).scalar_one_or_none()
    if found is None:
        raise AbsentError("there is no such operation for this caller")
    return SignedAgreement.parse(found).agreement


def operation_in_force(connection: sa.Connection, operation: str, now: datetime) -> Agreement:
    """Return the agreement of an operation, in force at `now`.

    Raises:
        AbsentError: there is none.
        NotAllowedError: it is not in force, or frozen.
    """
    agreement = agreement_of(connection, operation)
    check_not_frozen(connection, operation)
    if not agreement.valid_from <= moment_text(now) < agreement.valid_until:
        raise NotAllowedError("the agreement is not in force now", code="agreement.not-in-force")
    return agreement


def check_not_frozen(connection: sa.Connection, operation: str) -> None:
    """Raise NotAllowedError if an operation is frozen."""
    if is_frozen(connection, operation):
        raise NotAllowedError(
            "the operation is frozen",
            code="operation.frozen",
            hint="it goes on with a next version of the agreement that all have signed",
        )


def operations_of(connection: sa.Connection, agency: str) -> list[str]:
    """Return the names of all operations that an agency is a party to."""
    mine = sa.select(parties.c.operation).where(parties.c.agency == agency).order_by(parties.c.operation)
    return list(connection.execute(mine).scalars())


def is_party(connection: sa.Connection, operation: str, agency: str) -> bool:
    """Return whether an agency is a party to an operation."""
    return agency in _agencies(connection, operation)


def _agencies(connection: sa.Connection, operation: str) -> set[str]:
    return set(connection.execute(sa.select(parties.c.agency).where(parties.c.operation == operation)).scalars())
