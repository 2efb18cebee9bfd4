"""Revocation: credentials that the root key of their issuer has ended before their time."""

import sqlalchemy as sa

from linkage.credential import RevocationList
from linkage.errors import CredentialError
from linkage.identity import PublicIdentity
from linkage.ledger import Kind
from server import journal
from server.database import writing
from server.database.tables import officers, parties, revocation_lists, revocations
from server.errors import ConflictError, NotAllowedError
from server.service import Caller, Service


def accept_list(service: Service, caller: Caller, content: bytes) -> RevocationList:
    """Return the revocation list in `content`, which counts from now on in place of the issuer's one before.

    What was revoked stays revoked, so that a list which was put together in haste lets no lost key in again. The same
    list once more changes nothing.

    Raises:
        CredentialError: not a list that the issuer's root key has signed.
        NotAllowedError: the issuer is unknown here, or neither it nor the host brings the list.
        ConflictError: a later list is here, or this one leaves out what the one before has revoked.
    """
    issuer = RevocationList.claimed(content).issuer
    if caller.agency not in (issuer, service.settings.name):
        raise NotAllowedError("only its issuer or the host brings a revocation list", code="credential.issuer")
    with writing(service.engine) as connection:
        found, root = _signed(content, roots_of(connection, service, issuer))
        lists, known = revocation_lists.c, revocations.c
        present = connection.execute(sa.select(lists.content, lists.number).where(lists.root_key == root)).one_or_none()
        if present is not None and present.content == content:
            return found
        before = set(connection.execute(sa.select(known.credential).where(known.root_key == root)).scalars())
        if present is not None and present.number >= found.number:
            raise ConflictError("a list with this number or a later one is here", code="credential.list-number")
        if not before <= set(found.revoked):
            raise ConflictError(
                "the list leaves out what the one before it has revoked",
                code="credential.list-shorter",
                hint="'credential revoke --after' keeps all of it; to let an officer in again, issue a new credential",
            )
        connection.execute(revocation_lists.delete().where(lists.root_key == root))
        connection.execute(
            revocation_lists.insert().values(root_key=root, issuer=issuer, number=found.number, content=content)
        )
        fresh = set(found.revoked) - before
        if fresh:
            rows = [{"root_key": root, "credential": digest} for digest in sorted(fresh)]
            connection.execute(revocations.insert(), rows)
        named = {"revocations": found.digest}
        journal.record(
            connection, service, caller, Kind.REVOCATIONS_REGISTERED, digests=named, count=len(found.revoked)
        )
        for digest in _ended(connection, root, fresh):
            journal.record(connection, service, caller, Kind.CREDENTIAL_REVOKED, digests=named | {"credential": digest})
    return found


def is_revoked(connection: sa.Connection, root_key: str, digest: str) -> bool:
    """Return whether the root key has revoked the credential that its digest names."""
    known = revocations.c
    named = sa.select(known.credential).where(known.root_key == root_key, known.credential == digest)
    return connection.execute(named).first() is not None


def _ended(connection: sa.Connection, root: str, fresh: set[str]) -> list[str]:
    """Return the digests among `fresh` that are of officers of this host."""
    theirs = sa.select(officers.c.digest).where(officers.c.root_key == root).order_by(officers.c.digest)
    return [digest for digest in connection.execute(theirs).scalars() if digest in fresh]


def _signed(content: bytes, roots: list[PublicIdentity]) -> tuple[RevocationList, str]:
    refused: CredentialError | None = None
    for root in roots:
        try:
            return RevocationList.parse(content, root), root.key_text
        except CredentialError as error:
            refused = error
    raise refused or NotAllowedError("no agreement here names the issuer of the list", code="credential.stranger")


def roots_of(connection: sa.Connection, service: Service, issuer: str) -> list[PublicIdentity]:
    """Return the root keys that count for an issuer: the host's own, or those that agreements here name."""
    host = service.keys.identity.public
    if issuer == host.agency:
        return [host]
    named = sa.select(parties.c.root_key).where(parties.c.agency == issuer).distinct().order_by(parties.c.root_key)
    return [PublicIdentity.from_text(issuer, text) for text in connection.execute(named).scalars()]
