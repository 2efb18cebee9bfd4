"""The files of a key ceremony, which anybody may relay and the host can check, and none of which tells the secret.

One agency, the *maker*, draws the secret and seals a copy to the sealing key of every other agency that shares it
(:class:`Ceremony`). Each opens its copy and states what it got by a value that equal secrets have in common
(:class:`Confirmation`). Who touches the secret itself is in :mod:`encoder.ceremony`, at an agency.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from linkage.agreement.model import AgencyName, Agreement, Party
from linkage.agreement.signed import SignedAgreement
from linkage.canonical import canonical_json, parse_base64
from linkage.errors import CeremonyError, RefusedError
from linkage.manifest import Digest, Moment, parse_moment
from linkage.statement import Statement

LARGEST_CEREMONY_BYTES = 4 << 20
_CONTEXT_LABEL = b"counterfoil/1 ceremony\n"

Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Sharers = Annotated[tuple[AgencyName, ...], Field(strict=False, min_length=2, max_length=1000)]


class SealedCopy(BaseModel):
    """The secret, sealed to the key of one agency."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    agency: AgencyName
    key_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    sealed: str = Field(max_length=4096, description="HPKE, base64")

    @property
    def sealed_bytes(self) -> bytes:
        """The copy as HPKE wrote it.

        Raises:
            CeremonyError: not base64.
        """
        try:
            return parse_base64(self.sealed)
        except ValueError as error:
            raise CeremonyError(f"the copy for {self.agency}: {error}") from None


class _AboutSecret(Statement):
    """What both kinds of file say: which secret it is, and two values by which equal secrets are known."""

    limit_bytes: ClassVar[int] = LARGEST_CEREMONY_BYTES
    error: ClassVar[type[CeremonyError]] = CeremonyError

    operation: AgencyName
    epoch: int = Field(ge=1, le=1_000_000)
    agreement: Digest
    sharers: Sharers = Field(description="who shares the secret, in alphabetical order")
    confirmation: Hex64 = Field(description="equal for equal secrets under one agreement and epoch")
    key_confirmation: Hex64 = Field(description="what the packages made with the secret and the agreed schema will say")


class Ceremony(_AboutSecret):
    """The secret of an operation or of a pair, sealed to all that share it but its maker."""

    payload_type: ClassVar[str] = "application/vnd.counterfoil.ceremony+json"

    format: Literal["counterfoil-ceremony/1"] = "counterfoil-ceremony/1"
    maker: AgencyName
    made: Moment
    copies: tuple[SealedCopy, ...] = Field(strict=False, max_length=1000)

    @classmethod
    def verified(cls, content: bytes, agreement: Agreement) -> Self:
        """Return the ceremony in `content`, if a party made it as `agreement` says and for those whom it names only.

        Raises:
            CeremonyError: the signature, the agreement, the epoch, the sharers or a recipient is another.
            RefusedError: the host is among the recipients.
        """
        claimed = cls.claimed(content)
        found = cls.parse(content, _party(agreement, claimed.maker).root)
        _require_same_secret(found, agreement)
        if found.maker not in found.sharers:
            raise CeremonyError("the maker is not among those who share the secret", code="ceremony.recipients")
        due = [(party.agency, party.sealing.key_id) for party in recipients(agreement, found.sharers, found.maker)]
        if [(copy.agency, copy.key_id) for copy in found.copies] != due:
            raise CeremonyError(
                "the copies are not exactly those for the sealing keys of the others who share the secret",
                code="ceremony.recipients",
            )
        return found


class Confirmation(_AboutSecret):
    """One agency states which secret it holds, without telling it."""

    payload_type: ClassVar[str] = "application/vnd.counterfoil.confirmation+json"

    format: Literal["counterfoil-confirmation/1"] = "counterfoil-confirmation/1"
    agency: AgencyName

    @classmethod
    def verified(cls, content: bytes, agreement: Agreement) -> Self:
        """Return the confirmation in `content`, if a party that shares the secret has signed it.

        Raises:
            CeremonyError: the signature, the agreement, the epoch or the sharers are others.
        """
        found = cls.parse(content, _party(agreement, cls.claimed(content).agency).root)
        _require_same_secret(found, agreement)
        if found.agency not in found.sharers:
            raise CeremonyError("the agency is not among those who share the secret", code="ceremony.recipients")
        return found


class Standing(NamedTuple):
    """How far a ceremony has come: who holds the maker's secret, who another one, and who has not said."""

    ceremony: Ceremony
    agreeing: tuple[str, ...]
    differing: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether all who share the secret have confirmed the same one."""
        return not self.differing and not self.waiting


def standing(ceremony: Ceremony, confirmations: Iterable[Confirmation]) -> Standing:
    """Return how far `ceremony` has come by these verified `confirmations`; those of other secrets do not count."""
    values: dict[str, set[tuple[str, str]]] = {}
    for found in confirmations:
        if _same_secret(found) == _same_secret(ceremony):
            values.setdefault(found.agency, set()).add((found.confirmation, found.key_confirmation))
    right = {(ceremony.confirmation, ceremony.key_confirmation)}
    said = [agency for agency in ceremony.sharers if agency in values]
    return Standing(
        ceremony,
        tuple(agency for agency in said if values[agency] == right),
        tuple(agency for agency in said if values[agency] != right),
        tuple(agency for agency in ceremony.sharers if agency not in values),
    )


def groups_of_sharers(agreement: Agreement) -> tuple[tuple[str, ...], ...]:
    """Return who shares a secret with whom: all parties one, or each pair its own, in alphabetical order."""
    names = sorted(party.agency for party in agreement.parties)
    return (tuple(names),) if agreement.key.scope == "operation" else tuple(combinations(names, 2))


def recipients(agreement: Agreement, sharers: Sequence[str], maker: str) -> tuple[Party, ...]:
    """Return the parties that a copy is sealed to: all that share the secret but its maker, never the host.

    Raises:
        CeremonyError: a sharer is not a party.
        RefusedError: one of them has the name, the root key or the sealing key of the host.
    """
    found = tuple(_party(agreement, name) for name in sharers if name != maker)
    host = agreement.host
    for party in (*found, _party(agreement, maker)):
        if (
            party.agency == host.name
            or party.root_key == host.root_key
            or party.sealing.shares_a_half_with(host.sealing)
        ):
            raise RefusedError(
                f"{party.agency} has the name or a key of the host, and the host never gets a secret",
                code="ceremony.host",
            )
    return found


def require_agreed(signed: SignedAgreement, now: datetime) -> Agreement:
    """Return the agreement if all have signed it and it has not ended; it need not have begun.

    Raises:
        RefusedError: it lacks a signature, contradicts itself, or has ended.
    """
    begun = max(now, parse_moment(signed.agreement.valid_from))
    if reasons := signed.not_in_force(begun):
        raise RefusedError(f"no secret is shared under this agreement: {reasons[0]}", code="ceremony.agreement")
    return signed.agreement


def context(about: _AboutSecret, recipient: str) -> bytes:
    """Return what a sealed copy is bound to: it opens for this operation, epoch, agreement, group and agency only."""
    return _CONTEXT_LABEL + canonical_json([*_same_secret(about), recipient])


def _same_secret(about: _AboutSecret) -> tuple[str, int, str, tuple[str, ...]]:
    return about.operation, about.epoch, about.agreement, about.sharers


def _party(agreement: Agreement, name: str) -> Party:
    party = agreement.party(name)
    if party is None:
        raise CeremonyError(f"{name} is not a party to the agreement", code="ceremony.recipients")
    return party


def _require_same_secret(about: _AboutSecret, agreement: Agreement) -> None:
    due = (agreement.operation, agreement.key.epoch, agreement.digest)
    if (about.operation, about.epoch, about.agreement) != due:
        raise CeremonyError(
            "the file is of another operation, epoch or version of the agreement", code="ceremony.agreement"
        )
    if about.sharers not in groups_of_sharers(agreement):
        raise CeremonyError("those who share the secret are not who the agreement says", code="ceremony.recipients")
