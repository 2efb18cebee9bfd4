"""Who may act under an agreement: a credential is worth what the agreement says of its issuer."""

from collections.abc import Mapping
from datetime import datetime

from linkage.agreement.model import Agreement
from linkage.credential import Officer, RevocationList
from linkage.credential import officer_of as officer_of_root
from linkage.errors import CredentialError


def officer_of(
    credential: bytes, agreement: Agreement, *, now: datetime, revocations: Mapping[str, RevocationList]
) -> Officer:
    """Return the officer that `credential` certifies under `agreement`.

    Agencies certify their own officers and data protection officers, the host its own and those of authorities.

    Args:
        credential: as its holder sends it.
        agreement: whose root keys count.
        now: aware.
        revocations: the latest list of each issuer that has made one.

    Raises:
        CredentialError: it is not valid now, revoked, by a stranger, or its issuer may not give this role.
    """
    issuer = Officer.claimed(credential).issuer
    party, host = agreement.party(issuer), agreement.host
    if party is None and issuer != host.name:
        raise CredentialError("the issuer is not named in the agreement", code="credential.stranger")
    found = officer_of_root(
        credential, host.root if party is None else party.root, now=now, revocations=revocations.get(issuer)
    )
    if found.role.of_agency != (party is not None):
        raise CredentialError("the issuer may not give this role", code="credential.role")
    return found
