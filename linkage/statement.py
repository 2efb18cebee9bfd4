"""Statements of one party: a small JSON document in a DSSE envelope with one signature."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from linkage.canonical import canonical_json, digest_of, parse_json
from linkage.envelope import Envelope
from linkage.errors import InputError
from linkage.identity import Identity, PublicIdentity
from linkage.problems import first_problem


class Statement(BaseModel):
    """What one party states and signs. A kind of statement says what it is called, its largest size, and its error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    payload_type: ClassVar[str]
    limit_bytes: ClassVar[int]
    error: ClassVar[type[InputError]]

    def encode(self) -> bytes:
        """Return the statement in its one spelling (RFC 8785); what is not known is left out."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))

    @property
    def digest(self) -> str:
        """What names the statement, whoever has signed it."""
        return digest_of(self.encode())

    def signed(self, identity: Identity) -> bytes:
        """Return the statement signed by `identity`."""
        return Envelope.signed(self.payload_type, self.encode(), identity).encode()

    @classmethod
    def claimed(cls, content: bytes) -> Self:
        """Return what `content` claims, its signature not verified: enough to know whose key to fetch.

        Raises:
            InputError: of the kind that the statement names: not such a statement, or another spelling of one.
        """
        return cls._stated(cls._envelope(content))

    @classmethod
    def parse(cls, content: bytes, signer: PublicIdentity) -> Self:
        """Return the statement in `content` if `signer` alone has signed it.

        Raises:
            InputError: of the kind that the statement names: not such a statement, or not signed by `signer`.
        """
        envelope = cls._envelope(content)
        statement = cls._stated(envelope)
        if len(envelope.signatures) != 1 or not envelope.signed_by(signer):
            raise cls.error(
                f"not signed by the key of {signer.agency} that counts", code=f"{cls.error.default_code}.signature"
            )
        return statement

    @classmethod
    def _envelope(cls, content: bytes) -> Envelope:
        if len(content) > cls.limit_bytes:
            raise cls.error(f"larger than the {cls.limit_bytes:,} bytes that it may have")
        try:
            envelope = Envelope.parse(content)
        except ValueError as error:
            raise cls.error(str(error)) from None
        if envelope.payload_type != cls.payload_type:
            raise cls.error("what is signed is something else", code=f"{cls.error.default_code}.signature")
        return envelope

    @classmethod
    def _stated(cls, envelope: Envelope) -> Self:
        try:
            statement = cls.model_validate(parse_json(envelope.payload))
        except ValidationError as error:
            raise cls.error(first_problem(error)) from None
        except ValueError as error:
            raise cls.error(str(error)) from None
        if statement.encode() != envelope.payload:
            raise cls.error("not in canonical form (RFC 8785)")
        return statement
