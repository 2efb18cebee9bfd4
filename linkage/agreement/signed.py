"""The signed agreement: which signatures it has, which it lacks, and whether it is in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from linkage.agreement.findings import faults
from linkage.agreement.model import LARGEST_AGREEMENT_BYTES, Agreement
from linkage.envelope import Envelope
from linkage.errors import AgreementError
from linkage.identity import Identity, PublicIdentity
from linkage.manifest import parse_moment

PAYLOAD_TYPE = "application/vnd.counterfoil.agreement+json"
LARGEST_SIGNED_AGREEMENT_BYTES = 2 * LARGEST_AGREEMENT_BYTES


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """An agreement and the signatures that it has so far: every one holds and is that of a party or of the host."""

    agreement: Agreement
    envelope: Envelope

    @classmethod
    def signed_first(cls, agreement: Agreement, identity: Identity) -> Self:
        """Return `agreement` with its first signature.

        Raises:
            AgreementError: `identity` is neither a party nor the host, or the agreement contradicts itself.
        """
        _require_signer(agreement, identity.public)
        if found := faults(agreement):
            raise AgreementError(f"the agreement cannot be signed as it is: {found[0]}", code="agreement.faulty")
        return cls(agreement, Envelope.signed(PAYLOAD_TYPE, agreement.encode(), identity))

    def signed_also(self, identity: Identity) -> Self:
        """Return the agreement with the signature of `identity` added.

        Raises:
            AgreementError: `identity` is neither a party nor the host.
        """
        return self.merged(type(self).signed_first(self.agreement, identity))

    def merged(self, other: "SignedAgreement") -> Self:
        """Return the agreement with the signatures of both, ordered by key id, so that any order of merging is one.

        Raises:
            AgreementError: `other` is not the same version of the same agreement.
        """
        if other.agreement != self.agreement:
            raise AgreementError(
                "the two files are not signatures of the same text",
                code="agreement.different",
                hint="'counterfoil agreement show' tells them apart; everybody must sign one text",
            )
        signatures = {found.key_id: found for found in (*self.envelope.signatures, *other.envelope.signatures)}
        ordered = tuple(signatures[key_id] for key_id in sorted(signatures))
        return type(self)(self.agreement, Envelope(PAYLOAD_TYPE, self.envelope.payload, ordered))

    @property
    def digest(self) -> str:
        """The digest of the agreement, without the signatures."""
        return self.agreement.digest

    @property
    def signers(self) -> tuple[str, ...]:
        """Who has signed, in the order of the agreement, the host last."""
        signed = {signature.key_id for signature in self.envelope.signatures}
        return tuple(name for name, key in _keys(self.agreement) if key.key_id in signed)

    @property
    def missing(self) -> tuple[str, ...]:
        """Who has not signed yet, in the order of the agreement, the host last."""
        signers = set(self.signers)
        return tuple(name for name, _ in _keys(self.agreement) if name not in signers)

    def not_in_force(self, now: datetime) -> tuple[str, ...]:
        """Return the reasons why the agreement is not in force at `now` (aware), one sentence each; none if it is."""
        agreement = self.agreement
        reasons = [f"the agreement contradicts itself: {fault}" for fault in faults(agreement)]
        reasons += [f"{name} has not signed" for name in self.missing]
        if now < parse_moment(agreement.valid_from):
            reasons.append(f"it is valid only from {agreement.valid_from}")
        if now >= parse_moment(agreement.valid_until):
            reasons.append(f"it was valid only until {agreement.valid_until}")
        return tuple(reasons)

    def in_force(self, now: datetime) -> bool:
        """Return whether all have signed a consistent agreement that is valid at `now`."""
        return not self.not_in_force(now)

    def encode(self) -> bytes:
        """Return the signed agreement in its one spelling."""
        return self.envelope.encode()

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the signed agreement in `content`, all signatures verified; ``parse(content).encode() == content``.

        Raises:
            AgreementError: not a signed agreement, or a signature is false, strange, doubled or out of order.
        """
        if len(content) > LARGEST_SIGNED_AGREEMENT_BYTES:
            raise AgreementError("the file is larger than a signed agreement may be")
        try:
            envelope = Envelope.parse(content)
        except ValueError as error:
            raise AgreementError(f"not a signed agreement: {error}") from None
        if envelope.payload_type != PAYLOAD_TYPE:
            raise AgreementError("what is signed is not an agreement", code="agreement.signature")
        agreement = Agreement.parse(envelope.payload)
        key_ids = [signature.key_id for signature in envelope.signatures]
        if key_ids != sorted(set(key_ids)):
            raise AgreementError("the signatures are not in order, each once", code="agreement.signature")
        keys = {key.key_id: key for _, key in _keys(agreement)}
        for key_id in key_ids:
            if key_id not in keys or not envelope.signed_by(keys[key_id]):
                raise AgreementError(
                    "a signature is false, or by a key that the agreement does not name", code="agreement.signature"
                )
        return cls(agreement, envelope)


def _keys(agreement: Agreement) -> list[tuple[str, PublicIdentity]]:
    return [
        *((party.agency, party.root) for party in agreement.parties),
        (f"{agreement.host.name} (host)", agreement.host.root),
    ]


def _require_signer(agreement: Agreement, signer: PublicIdentity) -> None:
    if signer.key not in [key.key for _, key in _keys(agreement)]:
        raise AgreementError(
            "this identity is neither a party to the agreement nor the host",
            code="agreement.stranger",
            hint="the agreement names the public key of each; give the identity whose .pub file was put into it",
        )
