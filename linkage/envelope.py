"""Signed statements: DSSE envelopes (https://github.com/secure-systems-lab/dsse, version 1) with Ed25519."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from linkage.canonical import base64_text, canonical_json, parse_base64, parse_json
from linkage.identity import Identity, PublicIdentity
from linkage.problems import first_problem


class Signature(NamedTuple):
    """The id of a key (a hint, not trusted) and the 64 bytes that it signed with."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, its media type, and the signatures over both."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @classmethod
    def signed(cls, payload_type: str, payload: bytes, identity: Identity) -> Self:
        """Return `payload` signed by `identity`."""
        signature = Signature(identity.public.key_id, identity.sign(_signed_bytes(payload_type, payload)))
        return cls(payload_type, payload, (signature,))

    def signed_by(self, signer: PublicIdentity) -> bool:
        """Return whether one of the signatures is that of `signer`, and names its key."""
        message = _signed_bytes(self.payload_type, self.payload)
        return any(
            signature.key_id == signer.key_id and signer.verifies(signature.value, message)
            for signature in self.signatures
        )

    def encode(self) -> bytes:
        """Return the envelope in its one spelling: RFC 8785 JSON, base64 with padding."""
        document = _EnvelopeDocument(
            payload=base64_text(self.payload),
            payloadType=self.payload_type,
            signatures=tuple(
                _SignatureDocument(keyid=signature.key_id, sig=base64_text(signature.value))
                for signature in self.signatures
            ),
        )
        return canonical_json(document.model_dump(mode="json"))

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the envelope in `content`, signatures not yet verified; ``parse(content).encode() == content``.

        Raises:
            ValueError: not an envelope, or another spelling of one. The message never quotes the content.
        """
        try:
            document = _EnvelopeDocument.model_validate(parse_json(content))
        except ValidationError as error:
            raise ValueError(first_problem(error)) from None
        envelope = cls(
            document.payloadType,
            parse_base64(document.payload),
            tuple(Signature(found.keyid, parse_base64(found.sig)) for found in document.signatures),
        )
        if envelope.encode() != content:
            raise ValueError("not in canonical form (RFC 8785)")
        return envelope


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _SignatureDocument(_Part):
    keyid: str
    sig: str


class _EnvelopeDocument(_Part):
    payload: str
    payloadType: str  # noqa: N815 - the name in the standard
    signatures: tuple[_SignatureDocument, ...] = Field(strict=False, min_length=1)


def _signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding (PAE) of DSSE: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
