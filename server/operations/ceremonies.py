"""The key ceremony by relay: the host hands sealed copies of a secret on, and sees whether confirmations agree.

It is no recipient and cannot become one: a ceremony is taken in only if its copies are exactly those for the parties
that share the secret, and no party may have a key of the host (:mod:`linkage.ceremony`). When all have confirmed the
same secret the copies are deleted, so that a key which is stolen later opens nothing here.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from linkage.canonical import digest_of
from linkage.ceremony import Ceremony, Confirmation
from linkage.envelope import Envelope
from linkage.ledger import Kind
from linkage.manifest import Manifest
from server import journal
from server.audit import evidence
from server.database import writing
from server.database.tables import ceremonies, ceremony_sharers, submissions
from server.errors import ConflictError, NotAllowedError
from server.operations.circles import Held, ceremonies_of, forget, held_ceremony
from server.operations.registry import operation_in_force
from server.service import Caller, Service, new_id


def hold(service: Service, caller: Caller, operation: str, content: bytes) -> str:
    """Return the id of the ceremony in `content`, whose copies wait here for their recipients from now on.

    Its maker may send another one as long as not all have confirmed; who confirmed must do so again.

    Raises:
        CeremonyError: not by a party, not under this agreement, or not for exactly those who share the secret.
        RefusedError: the host would be a recipient.
        NotAllowedError: the caller is neither a sharer nor the host, or the secret is another circle's.
        ConflictError: another ceremony for this secret is here, or submissions that were made with another secret.
    """
    with writing(service.engine) as connection:
        agreement = operation_in_force(connection, operation, service.now())
        found = Ceremony.verified(content, agreement)
        _check_brings(service, caller, found.sharers)
        for held in ceremonies_of(connection, operation):
            if held.row.content == content:
                return str(held.row.id)
            if tuple(held.sharers) != found.sharers:
                _check_other_circle(held, found)
                continue
            if held.row.agreement == found.agreement and (held.complete or held.row.maker != found.maker):
                raise ConflictError("a ceremony for this secret is here already", code="ceremony.held")
            forget(connection, [held.row.id])
        _check_submissions(connection, found)
        identifier = new_id()
        connection.execute(
            ceremonies.insert().values(
                id=identifier,
                operation=operation,
                agreement=found.agreement,
                epoch=found.epoch,
                maker=found.maker,
                made=found.made,
                confirmation=found.confirmation,
                key_confirmation=found.key_confirmation,
                content=content,
            )
        )
        rows = [{"ceremony": identifier, "agency": agency} for agency in found.sharers]
        connection.execute(ceremony_sharers.insert(), rows)
        journal.record(
            connection,
            service,
            caller,
            Kind.CEREMONY_HELD,
            operation=operation,
            subject=identifier,
            digests={"agreement": found.agreement, "ceremony": digest_of(content)},
        )
    return identifier


def confirm(service: Service, caller: Caller, ceremony: str, content: bytes) -> None:
    """Note which secret an agency says to hold; with the last that agrees, the sealed copies are deleted.

    Raises:
        CeremonyError: not by a party that shares the secret, or of another secret than this ceremony's.
        NotAllowedError: the caller is neither a sharer nor the host.
    """
    with writing(service.engine) as connection:
        held = held_ceremony(connection, ceremony)
        agreement = operation_in_force(connection, held.row.operation, service.now())
        found = Confirmation.verified(content, agreement)
        if (found.agreement, list(found.sharers)) != (held.row.agreement, held.sharers):
            raise ConflictError("the confirmation is of another ceremony", code="ceremony.other")
        _check_brings(service, caller, (found.agency,))
        agrees = (found.confirmation, found.key_confirmation) == (held.row.confirmation, held.row.key_confirmation)
        own = sa.and_(ceremony_sharers.c.ceremony == ceremony, ceremony_sharers.c.agency == found.agency)
        connection.execute(ceremony_sharers.update().where(own).values(agrees=agrees, confirmation=content))
        journal.record(
            connection,
            service,
            caller,
            Kind.CEREMONY_CONFIRMED,
            operation=held.row.operation,
            subject=ceremony,
            digests={"agreement": found.agreement, "confirmation": digest_of(content)},
        )
        evidence.keep(connection, "document", held.row.operation, digest_of(content), content)
        if held_ceremony(connection, ceremony).complete:
            connection.execute(ceremonies.update().where(ceremonies.c.id == ceremony).values(content=None))


def _check_brings(service: Service, caller: Caller, agencies: Sequence[str]) -> None:
    if caller.agency not in (*agencies, service.settings.name):
        raise NotAllowedError("only those who share the secret, or the host, bring this file", code="ceremony.stranger")


def _check_other_circle(held: Held, found: Ceremony) -> None:
    if held.row.key_confirmation == found.key_confirmation and held.row.epoch == found.epoch:
        raise NotAllowedError("another pair has this secret already; each has its own", code="ceremony.shared")


def _check_submissions(connection: sa.Connection, found: Ceremony) -> None:
    """Raise ConflictError if submissions of those who share the secret are here that were made with another one."""
    live = sa.select(submissions.c.manifest, submissions.c.counterpart).where(
        submissions.c.operation == found.operation,
        submissions.c.state == "stored",
        submissions.c.agency.in_(found.sharers),
    )
    for row in connection.execute(live):
        manifest = Manifest.parse(Envelope.parse(row.manifest).payload)
        with_them = row.counterpart is None or row.counterpart in found.sharers
        if with_them and manifest.key_confirmation != found.key_confirmation:
            raise ConflictError(
                "submissions that were made with another secret are here",
                code="ceremony.submissions",
                hint="withdraw them, or begin a new epoch",
            )
