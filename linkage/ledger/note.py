"""Signed notes (C2SP signed-note): a text of whole lines, an empty line, and a line for each signature.

::

    host.example
    20
    fEgbLz...=

    — host.example Az3g...=

A signature line names a key and holds, in base64, four bytes that tell keys of one name apart, then the signature.
What kinds of signatures there are and what they sign is for :mod:`linkage.ledger.checkpoint` to say.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from linkage.canonical import base64_text, parse_base64

LARGEST_NOTE_BYTES = 1 << 16
MOST_SIGNATURES = 100
_HASH_BYTES = 4
_NAME = re.compile(r"[^\s+]{1,255}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_DASH = "\N{EM DASH} "


class NoteSignature(NamedTuple):
    """The name of a key, four bytes that tell it from others of that name, and what it signed with."""

    name: str
    key_hash: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, which are not verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """Return the note as it is written to a file or sent."""
        lines = "".join(
            f"{_DASH}{found.name} {base64_text(found.key_hash + found.value)}\n" for found in self.signatures
        )
        return f"{self.text}\n{lines}".encode()

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the note in `content`; ``parse(content).encode() == content``.

        Raises:
            ValueError: not a note, or another spelling of one. The message never quotes it.
        """
        if len(content) > LARGEST_NOTE_BYTES:
            raise ValueError(f"larger than {LARGEST_NOTE_BYTES:,} bytes")
        try:
            decoded = content.decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"not UTF-8 text (byte {error.start})") from None
        if _CONTROL.search(decoded):
            raise ValueError("it holds control characters; lines end in a line feed alone")
        text, gap, lines = decoded.rpartition("\n\n")
        if not gap or not text or not lines.endswith("\n"):
            raise ValueError("not a text, an empty line and lines of signatures")
        signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
        if len(signatures) > MOST_SIGNATURES:
            raise ValueError(f"more than {MOST_SIGNATURES} signatures")
        return cls(f"{text}\n", signatures)


def key_hash(name: str, kind: bytes, key: bytes) -> bytes:
    """Return the four bytes that tell a public key of some kind (one byte) from others of its name."""
    return hashlib.sha256(name.encode() + b"\n" + kind + key).digest()[:_HASH_BYTES]


def _signature(line: str) -> NoteSignature:
    dash, name, encoded = line[: len(_DASH)], *line[len(_DASH) :].rpartition(" ")[::2]
    if dash != _DASH or not _NAME.fullmatch(name):
        raise ValueError("a line of signatures is not a dash, a name and base64")
    content = parse_base64(encoded)
    if len(content) <= _HASH_BYTES:
        raise ValueError("a signature is too short")
    return NoteSignature(name, content[:_HASH_BYTES], content[_HASH_BYTES:])
