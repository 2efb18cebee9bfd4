"""Officers: who may act for an agency or the host, certified by its root key, and who may no longer.

A root key signs agreements and packages and is best kept offline. For every day there are officers' keys: a
*credential* says that a key belongs to an officer (a pseudonymous id, never a name), in which role and until when,
signed by the root. A *revocation list* of the root ends credentials before their time.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, ValidationError

from linkage.errors import CredentialError
from linkage.identity import AGENCY_NAME, Identity, PublicIdentity
from linkage.manifest import Digest, Moment, moment_text, parse_moment
from linkage.problems import first_problem
from linkage.statement import Statement

LONGEST_VALIDITY = timedelta(days=1100)
OFFICER_ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"


class Role(StrEnum):
    """What an officer may be."""

    AGENCY_OFFICER = "agency.officer"
    AGENCY_DPO = "agency.dpo"
    HOST_OPERATOR = "host.operator"
    HOST_DPO = "host.dpo"
    AUTHORITY = "authority"

    @property
    def of_agency(self) -> bool:
        """Whether the root key of an agency certifies it; else it is that of the host."""
        return self in (Role.AGENCY_OFFICER, Role.AGENCY_DPO)


def _key_text(text: str) -> str:
    PublicIdentity.from_text("", text)
    return text


class Officer(Statement):
    """The statement of a credential: this key is this officer's."""

    payload_type: ClassVar[str] = "application/vnd.counterfoil.credential+json"
    limit_bytes: ClassVar[int] = 8192
    error: ClassVar[type[CredentialError]] = CredentialError

    format: Literal["counterfoil-credential/1"] = "counterfoil-credential/1"
    issuer: str = Field(pattern=AGENCY_NAME, description="the agency or the host")
    officer: str = Field(pattern=OFFICER_ID, description="pseudonymous; the issuer knows whose")
    role: Role = Field(strict=False)
    public_key: Annotated[str, AfterValidator(_key_text)] = Field(description="Ed25519, base64")
    valid_from: Moment
    valid_until: Moment

    @property
    def key(self) -> PublicIdentity:
        """The key that the officer signs requests with, under the name of the issuer."""
        return PublicIdentity.from_text(self.issuer, self.public_key)


class RevocationList(Statement):
    """The credentials that an issuer has ended, by their digests; a higher number replaces a lower one."""

    payload_type: ClassVar[str] = "application/vnd.counterfoil.revocations+json"
    limit_bytes: ClassVar[int] = 4 << 20
    error: ClassVar[type[CredentialError]] = CredentialError

    format: Literal["counterfoil-revocations/1"] = "counterfoil-revocations/1"
    issuer: str = Field(pattern=AGENCY_NAME, description="the agency or the host")
    number: int = Field(ge=1, le=1_000_000_000)
    issued: Moment
    revoked: tuple[Digest, ...] = Field(strict=False, max_length=30_000)

    @classmethod
    def parse(cls, content: bytes, signer: PublicIdentity) -> Self:
        """Return the list in `content` if `signer` has signed it for itself.

        Raises:
            CredentialError: not a revocation list, or not by `signer`.
        """
        found = super().parse(content, signer)
        if found.issuer != signer.agency:
            raise CredentialError("the list is by another issuer than its signer", code="credential.signature")
        if list(found.revoked) != sorted(set(found.revoked)):
            raise CredentialError("revoked: must be digests in order, each once")
        return found


def issue(
    officer: str, role: Role, key: PublicIdentity, root: Identity, *, valid_from: datetime, valid_until: datetime
) -> bytes:
    """Return a credential: `root` certifies that `key` belongs to `officer`.

    Raises:
        CredentialError: the officer's id has a form that is not allowed, the key is the root itself, or the time is
            none or longer than three years.
    """
    if not timedelta(0) < valid_until - valid_from <= LONGEST_VALIDITY:
        raise CredentialError(f"a credential is valid for 1 to {LONGEST_VALIDITY.days:,} days", code="credential.time")
    if key.key == root.public.key:
        raise CredentialError("the root key is not an officer's key; make one with 'counterfoil identity new'")
    try:
        statement = Officer(
            issuer=root.agency,
            officer=officer,
            role=role,
            public_key=key.key_text,
            valid_from=moment_text(valid_from),
            valid_until=moment_text(valid_until),
        )
    except ValidationError as error:
        raise CredentialError(first_problem(error)) from None
    return statement.signed(root)


def officer_of(
    credential: bytes, root: PublicIdentity, *, now: datetime, revocations: RevocationList | None = None
) -> Officer:
    """Return the officer that `credential` certifies, if `root` has signed it, it is valid `now`, and not revoked.

    Which roles the issuer may give, the agreement says: :func:`linkage.agreement.officers.officer_of`.

    Raises:
        CredentialError: none of that.
    """
    found = Officer.parse(credential, root)
    if found.issuer != root.agency:
        raise CredentialError("the credential is by another issuer than its signer", code="credential.signature")
    if not parse_moment(found.valid_from) <= now < parse_moment(found.valid_until):
        raise CredentialError("the credential is not valid at this time", code="credential.time")
    if revocations is not None and revocations.issuer == found.issuer and found.digest in revocations.revoked:
        raise CredentialError("the credential has been revoked", code="credential.revoked")
    return found
