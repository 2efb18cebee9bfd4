"""Officers: whose keys may sign requests here, because the root key of an agency or of the host says so."""

import sqlalchemy as sa

from linkage.credential import Officer, officer_of
from linkage.errors import CredentialError
from linkage.identity import PublicIdentity
from linkage.ledger import Kind
from server import journal
from server.audit import evidence
from server.database import writing
from server.database.tables import officers
from server.errors import NotAllowedError, UnauthenticatedError
from server.operations.revocation import is_revoked, roots_of
from server.service import Caller, Service


def register_credential(service: Service, credential: bytes) -> Caller:
    """Return the officer that a credential certifies, who may sign requests from now on.

    Raises:
        CredentialError: it is not valid now.
        NotAllowedError: its issuer is unknown here, or may not give that role.
    """
    claimed = Officer.claimed(credential)
    with service.engine.connect() as connection:
        roots = roots_of(connection, service, claimed.issuer)
    found, root = _certified(service, credential, roots)
    if found.role.of_agency != (found.issuer != service.settings.name):
        raise NotAllowedError("the issuer may not give this role", code="credential.role")
    caller = Caller(found.issuer, found.officer, found.role.value, found.key.key_id, root.key_text)
    with writing(service.engine) as connection:
        if is_revoked(connection, root.key_text, found.digest):
            raise NotAllowedError("the credential has been revoked", code="credential.revoked")
        known = sa.select(officers.c.credential).where(officers.c.key_id == caller.key_id)
        if connection.execute(known).scalar_one_or_none() == credential:
            return caller
        connection.execute(officers.delete().where(officers.c.key_id == caller.key_id))
        connection.execute(
            officers.insert().values(
                key_id=caller.key_id,
                agency=caller.agency,
                officer=caller.officer,
                role=caller.role,
                public_key=found.public_key,
                credential=credential,
                digest=found.digest,
                root_key=root.key_text,
                valid_until=found.valid_until,
            )
        )
        evidence.keep(connection, "credential", caller.agency, found.digest, credential)
        journal.record(connection, service, caller, Kind.CREDENTIAL_REGISTERED, digests={"credential": found.digest})
    return caller


def officer_with(connection: sa.Connection, service: Service, key_id: str) -> tuple[Caller, PublicIdentity] | None:
    """Return the officer whose key has this id, and the key, if the credential is valid now.

    Raises:
        UnauthenticatedError: the credential has been revoked.
    """
    row = connection.execute(sa.select(officers).where(officers.c.key_id == key_id)).one_or_none()
    if row is None or row.valid_until <= service.now_text():
        return None
    if is_revoked(connection, row.root_key, row.digest):
        raise UnauthenticatedError("the credential of this key has been revoked", code="unauthenticated.revoked")
    caller = Caller(row.agency, row.officer, row.role, row.key_id, row.root_key)
    return caller, PublicIdentity.from_text(row.agency, row.public_key)


def _certified(service: Service, credential: bytes, roots: list[PublicIdentity]) -> tuple[Officer, PublicIdentity]:
    refused: CredentialError | None = None
    for root in roots:
        try:
            return officer_of(credential, root, now=service.now()), root
        except CredentialError as error:
            refused = error
    raise refused or NotAllowedError("no agreement here names the issuer of the credential", code="credential.stranger")
