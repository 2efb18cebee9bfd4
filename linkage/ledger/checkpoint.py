"""Checkpoints: the size and head of a ledger, signed by its host and cosigned by those who watched it grow.

The text is a C2SP tlog-checkpoint (origin, size, head in base64), the host's signature an Ed25519 note signature, and
that of a witness a C2SP cosignature/v1, which also says when the witness saw it. Other software for transparency logs
reads and verifies them as they are.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Self

from linkage.canonical import base64_text, parse_base64
from linkage.errors import LedgerError
from linkage.identity import Identity, PublicIdentity
from linkage.ledger.note import Note, NoteSignature, key_hash
from linkage.ledger.tree import HASH_BYTES

_ED25519 = b"\x01"
_COSIGNATURE = b"\x04"
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_LINES = 3
_LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


class Checkpoint(NamedTuple):
    """The name of a ledger, its number of entries, and the head of the tree over them."""

    origin: str
    size: int
    head: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64_text(self.head)}\n"

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return the checkpoint that three lines write; extension lines are refused.

        Raises:
            ValueError: any other text.
        """
        lines = text.split("\n")
        if len(lines) != _LINES + 1 or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise ValueError("not the three lines origin, size and head")
        found = cls(lines[0], int(lines[1]), parse_base64(lines[2]))
        if len(found.head) != HASH_BYTES:
            raise ValueError("the head does not have 32 bytes")
        return found


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and its signatures, not yet verified: ask :meth:`signed_by` and :meth:`seen_by`."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def signed(cls, checkpoint: Checkpoint, host: Identity) -> Self:
        """Return `checkpoint` signed by the host whose ledger it is of."""
        name, key = host.public.agency, host.public.key
        value = host.sign(checkpoint.text.encode())
        return cls(checkpoint, (NoteSignature(name, key_hash(name, _ED25519, key), value),))

    def signed_by(self, host: PublicIdentity) -> bool:
        """Return whether the host signed it."""
        expected = key_hash(host.agency, _ED25519, host.key)
        message = self.checkpoint.text.encode()
        return any(
            (found.name, found.key_hash) == (host.agency, expected) and host.verifies(found.value, message)
            for found in self.signatures
        )

    def cosigned(self, witness: Identity, seen: datetime) -> "SignedCheckpoint":
        """Return the checkpoint with the signature of a witness that saw it at `seen`, in place of a former one.

        A witness promises by it that it has seen no other checkpoint that this one does not continue.
        """
        name, key = witness.public.agency, witness.public.key
        hashed = key_hash(name, _COSIGNATURE, key)
        seconds = int(seen.timestamp())
        value = seconds.to_bytes(_TIME_BYTES, "big") + witness.sign(_witnessed(self.checkpoint, seconds))
        kept = (found for found in self.signatures if (found.name, found.key_hash) != (name, hashed))
        return SignedCheckpoint(self.checkpoint, (*kept, NoteSignature(name, hashed, value)))

    def seen_by(self, witness: PublicIdentity) -> datetime | None:
        """Return when the witness says it saw the checkpoint, or None if no signature of it holds."""
        expected = key_hash(witness.agency, _COSIGNATURE, witness.key)
        for found in self.signatures:
            if (found.name, found.key_hash) != (witness.agency, expected):
                continue
            seconds, value = int.from_bytes(found.value[:_TIME_BYTES], "big"), found.value[_TIME_BYTES:]
            if (
                len(value) == _SIGNATURE_BYTES
                and seconds <= _LATEST
                and witness.verifies(value, _witnessed(self.checkpoint, seconds))
            ):
                return datetime.fromtimestamp(seconds, UTC)
        return None

    def encode(self) -> bytes:
        """Return the signed note."""
        return Note(self.checkpoint.text, self.signatures).encode()

    @classmethod
    def parse(cls, content: bytes, name: str = "checkpoint") -> Self:
        """Return the checkpoint in a signed note; ``parse(content).encode() == content``.

        Raises:
            LedgerError: not a checkpoint; the message calls it `name`.
        """
        try:
            note = Note.parse(content)
            return cls(Checkpoint.of_text(note.text), note.signatures)
        except ValueError as error:
            raise LedgerError(f"{name}: {error}", code="ledger.checkpoint") from None


def _witnessed(checkpoint: Checkpoint, seconds: int) -> bytes:
    """Return what a witness signs (C2SP tlog-cosignature)."""
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()
