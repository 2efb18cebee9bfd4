"""The compliance pack: one file with everything that a data protection officer needs to verify an operation offline.

It is canonical JSON, so that it can also be read by eye. It carries the hash of every entry of the ledger, and the
entries themselves that are about the operation: from the hashes follows the head, and so that nothing was rewritten;
each entry is held to its hash, so that one that was changed can be named.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from linkage.agreement import SignedAgreement
from linkage.canonical import base64_text, canonical_json, digest_of, parse_base64, parse_json
from linkage.errors import CounterfoilError, LedgerError, SchemaError
from linkage.files import read_capped, write_whole
from linkage.identity import Identity, PublicIdentity
from linkage.ledger.checkpoint import SignedCheckpoint
from linkage.ledger.entry import SALT_BYTES, Entry, Name, Opening, Word
from linkage.ledger.proof_file import InclusionProof
from linkage.ledger.tree import HASH_BYTES, Proof, consistency_proof, inclusion_proof, leaf_nodes
from linkage.manifest import Digest, Moment, Text
from linkage.problems import first_problem
from linkage.schema import Schema, load_schema

LARGEST_PACK_BYTES = 1 << 28
_SIGNED = b"counterfoil-pack/1\n"
_Number = Annotated[int, Field(ge=0, lt=1 << 53)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, ignored_types=(cached_property,))


class Numbered(_Part):
    """An entry and its number in the ledger."""

    number: _Number
    entry: Entry


class OpeningDocument(_Part):
    """What a commitment of an entry stands for."""

    number: _Number
    name: Word
    salt: str = Field(description="base64")
    value: Text = Field(max_length=10_000)

    @field_validator("salt")
    @classmethod
    def _is_a_salt(cls, text: str) -> str:
        if len(parse_base64(text)) != SALT_BYTES:
            raise ValueError(f"must have {SALT_BYTES} bytes")
        return text

    @property
    def opening(self) -> Opening:
        """The opening, without the number of the entry."""
        return Opening(self.name, self.value, parse_base64(self.salt))


class Witnessed(_Part):
    """A checkpoint that an agency holds, by what it has shown to the host, and when it showed it."""

    agency: Name
    checkpoint: Text
    shown: Moment

    @field_validator("checkpoint")
    @classmethod
    def _is_a_checkpoint(cls, text: str) -> str:
        return _all_parse((text,), SignedCheckpoint.parse)[0]

    @property
    def signed(self) -> SignedCheckpoint:
        """The checkpoint; signatures not verified."""
        return SignedCheckpoint.parse(self.checkpoint.encode())


class SoftwareUsed(_Part):
    """A program or library that the host ran."""

    name: Text = Field(max_length=200)
    version: Text = Field(max_length=100)
    digest: Digest | None = None


class HostKey(_Part):
    """The host and its public key, as the pack itself states them: to be compared with what one knows."""

    name: Name
    public_key: str

    @field_validator("public_key")
    @classmethod
    def _is_a_key(cls, text: str) -> str:
        PublicIdentity.from_text("any", text)
        return text

    @property
    def identity(self) -> PublicIdentity:
        """The host as whoever signs checkpoints."""
        return PublicIdentity.from_text(self.name, self.public_key)


class Attached(_Part):
    """What whoever asks for a pack adds to it; the host signs that it was added, each is verified for itself."""

    ceremony: tuple[Text, ...] = Field(
        default=(), strict=False, max_length=10_000, description="signed ceremonies and confirmations"
    )
    schemas: tuple[Text, ...] = Field(default=(), strict=False, max_length=100, description="linkage schemas, JSON")
    assessments: tuple[Text, ...] = Field(
        default=(), strict=False, max_length=100, description="what 'counterfoil assess --json' printed"
    )


class Pack(_Part):
    """An operation's part of a ledger and the documents that it names."""

    format: Literal["counterfoil-pack/1"] = "counterfoil-pack/1"
    made: Moment
    operation: Name
    host: HostKey
    leaves: str = Field(description="base64 of the hashes of all entries, end to end")
    entries: tuple[Numbered, ...] = Field(strict=False)
    checkpoints: tuple[Text, ...] = Field(strict=False, min_length=1, max_length=10_000, description="oldest first")
    witnessed: tuple[Witnessed, ...] = Field(default=(), strict=False, max_length=1000)
    agreements: tuple[Text, ...] = Field(strict=False, max_length=1000, description="signed agreements")
    documents: tuple[Text, ...] = Field(
        strict=False, description="signed manifests, run plans, certificates: what the entries name by digest"
    )
    credentials: tuple[Text, ...] = Field(
        default=(), strict=False, max_length=100_000, description="signed credentials of officers"
    )
    attached: Attached = Attached()
    openings: tuple[OpeningDocument, ...] = Field(strict=False)
    software: tuple[SoftwareUsed, ...] = Field(strict=False, max_length=1000)
    signature: str = Field(pattern=r"^([A-Za-z0-9+/]{86}==)?$", description="of the host, over all the rest; base64")

    @field_validator("leaves")
    @classmethod
    def _are_hashes(cls, text: str) -> str:
        if len(parse_base64(text)) % HASH_BYTES:
            raise ValueError(f"must be hashes of {HASH_BYTES} bytes each")
        return text

    @field_validator("checkpoints")
    @classmethod
    def _are_checkpoints(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return _all_parse(texts, SignedCheckpoint.parse)

    @field_validator("agreements")
    @classmethod
    def _are_agreements(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return _all_parse(texts, SignedAgreement.parse)

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        numbers = [found.number for found in self.entries]
        if numbers != sorted(set(numbers)) or (numbers and numbers[-1] >= len(self.leaf_hashes)):
            raise ValueError("entries must be in the order of their numbers, each once, and each have a hash")
        return self

    @cached_property
    def leaf_hashes(self) -> tuple[bytes, ...]:
        """The hashes of all entries of the ledger."""
        found = parse_base64(self.leaves)
        return tuple(found[at : at + HASH_BYTES] for at in range(0, len(found), HASH_BYTES))

    @cached_property
    def signed_checkpoints(self) -> tuple[SignedCheckpoint, ...]:
        """The checkpoints, oldest first; signatures not verified."""
        return tuple(SignedCheckpoint.parse(text.encode()) for text in self.checkpoints)

    @cached_property
    def signed_agreements(self) -> dict[str, SignedAgreement]:
        """The agreements by their digests; every signature that they have holds."""
        parsed = (SignedAgreement.parse(text.encode()) for text in self.agreements)
        return {found.digest: found for found in parsed}

    @cached_property
    def document_of(self) -> dict[str, bytes]:
        """The other documents by their digests."""
        return {digest_of(text.encode()): text.encode() for text in self.documents}

    def proof(self, number: int) -> InclusionProof:
        """Return the proof that an entry is in the ledger of the last checkpoint.

        Raises:
            LedgerError: the pack lacks hashes that the checkpoint asks for.
        """
        signed = self.signed_checkpoints[-1]
        if not number < signed.checkpoint.size <= len(self.leaf_hashes):
            raise LedgerError("the pack does not have the hashes of its checkpoint", code="ledger.pack")
        path = inclusion_proof(number, signed.checkpoint.size, leaf_nodes(self.leaf_hashes))
        return InclusionProof(number, path, signed)

    def consistency(self, one: int, other: int) -> Proof | None:
        """Return the proof that the ledger of the larger size continues that of the smaller; None beyond the pack."""
        old, new = sorted((one, other))
        if not 0 < old <= new <= len(self.leaf_hashes):
            return None
        return consistency_proof(old, new, leaf_nodes(self.leaf_hashes))

    @staticmethod
    def schema_of(text: str) -> Schema:
        """Return an attached schema.

        Raises:
            SchemaError: it is none.
        """
        try:
            document = parse_json(text.encode())
        except ValueError as error:
            raise SchemaError(str(error)) from None
        if not isinstance(document, dict):  # a text would name a file of the verifier
            raise SchemaError("the top level must be an object")
        return load_schema(document)

    def signed(self, host: Identity) -> Self:
        """Return the pack as the host signs it."""
        return self.model_copy(update={"signature": base64_text(host.sign(self._signed_bytes()))})

    def signed_by(self, host: PublicIdentity) -> bool:
        """Return whether the host made the pack, as it is to the last byte."""
        return host.verifies(parse_base64(self.signature), self._signed_bytes())

    def _signed_bytes(self) -> bytes:
        return _SIGNED + self.model_copy(update={"signature": ""}).encode()

    def encode(self) -> bytes:
        """Return the pack in its one spelling (RFC 8785)."""
        document = self.model_dump(mode="json", exclude_none=True, exclude={"entries"})
        document["entries"] = [{"number": found.number, "entry": found.entry.document()} for found in self.entries]
        return canonical_json(document)

    @classmethod
    def parse(cls, content: bytes, name: str = "pack") -> Self:
        """Return the pack in `content`; ``Pack.parse(content).encode() == content``.

        Nothing of it is verified but its form, and the signatures that its agreements have.

        Raises:
            LedgerError: not a pack, or another spelling of one; the message calls it `name`.
        """
        try:
            pack = cls.model_validate(parse_json(content))
            same = pack.encode() == content
        except ValidationError as error:
            raise LedgerError(f"{name}: {first_problem(error)}", code="ledger.pack") from None
        except ValueError as error:
            raise LedgerError(f"{name}: {error}", code="ledger.pack") from None
        if not same:
            raise LedgerError(f"{name}: not in canonical form (RFC 8785)", code="ledger.pack")
        return pack

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the pack in a file (see :meth:`parse`).

        Raises:
            FileError: it cannot be read, or is too large.
            LedgerError: it is not a pack.
        """
        return cls.parse(read_capped(path, limit_bytes=LARGEST_PACK_BYTES), str(path))

    def write(self, path: Path) -> None:
        """Write the pack to `path`, whole or not at all."""
        write_whole(path, self.encode())


def leaves_text(hashes: tuple[bytes, ...]) -> str:
    """Return leaf hashes as a pack holds them."""
    return base64_text(b"".join(hashes))


def _all_parse(texts: tuple[str, ...], parse: Callable[[bytes], object]) -> tuple[str, ...]:
    """Return `texts` if each is what `parse` reads; else name the first that is not."""
    for number, text in enumerate(texts):
        try:
            parse(text.encode())
        except CounterfoilError as error:
            raise ValueError(f"number {number}: {error.message}") from None
    return texts
