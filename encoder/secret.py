"""The operation secret: what all agencies of one operation share, and the host never has."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from encoder.errors import SecretError
from encoder.strength import estimated_bits
from linkage.errors import KeyFileError
from linkage.files import OWNER_ONLY, read_capped, unusable, write_whole

SECRET_BYTES = 32
LEAST_BITS = 128
_FORMAT = "counterfoil-secret-1:"
# What is meant to be a secret of ours, also with a wrong character in any part of it.
_OURS = re.compile(r"counterfoil|-secret-|:.{50,}:")
_CHECKSUM_DIGITS = 8
_FILE_LIMIT_BYTES = 16_384
_CONFIRMATION_LABEL = b"counterfoil/1 key confirmation"
_HINT = "'counterfoil secret new' makes a good one"


@dataclass(frozen=True, slots=True)
class OperationSecret:
    """The secret that keys the encodings; `repr` does not show it.

    Attributes:
        value: the bytes that the field keys are derived from.
        bits: entropy: 256 for a secret made by us, else a conservative estimate.
        ours: whether it was made by ``counterfoil secret new``.
    """

    value: bytes = field(repr=False)
    bits: int
    ours: bool

    @classmethod
    def new(cls, draw: Callable[[int], bytes] = secrets.token_bytes) -> Self:
        """Return a fresh secret of 256 random bits from `draw`."""
        return cls(draw(SECRET_BYTES), 8 * SECRET_BYTES, ours=True)

    def write(self, path: Path) -> None:
        """Write a secret of ours to `path`, readable by its owner only; an existing file is not replaced."""
        digits = self.value.hex()
        write_whole(path, f"{_FORMAT}{digits}:{_checksum(digits)}\n".encode("ascii"), overwrite=False, mode=OWNER_ONLY)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the secret in `path`: ours, or the text of an existing user of clkhash (its UTF-8 bytes).

        Raises:
            FileError: the file cannot be read.
            KeyFileError: it is not a secret, or was mistyped.
            SecretError: it is too weak, or others than its owner can read the file.
        """
        _refuse_shared(path)
        try:
            text = read_capped(path, limit_bytes=_FILE_LIMIT_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise KeyFileError(f"{path} is not UTF-8 text", hint="save it again as UTF-8") from None
        text = text.removesuffix("\n").removesuffix("\r")
        if not text.isprintable():
            raise KeyFileError(f"{path} holds more than one line of text, so it is not a secret", hint=_HINT)
        if '"counterfoil-' in text:
            raise KeyFileError(f"{path} is another file of Counterfoil, not a secret", hint=_HINT)
        if _OURS.search(text.casefold()):
            return cls(_parsed(path, text), 8 * SECRET_BYTES, ours=True)
        bits = estimated_bits(text)
        if bits < LEAST_BITS:
            raise SecretError(
                f"{path}: the secret is too weak: by a careful estimate it has {bits} bits of entropy, and it needs "
                f"{LEAST_BITS}",
                hint=_HINT,
            )
        return cls(text.encode(), bits, ours=False)

    def key_confirmation(self, schema_digest: str) -> str:
        """Return 64 hexadecimal digits that are equal for two parties with one secret and one schema.

        HMAC-SHA256 over the digest, with a key that HKDF-SHA256 (RFC 5869) derives from the secret under a label of its
        own. Two packages show by it that they can be compared, and no more: HMAC does not give its key away, a key of
        HKDF neither gives the secret away nor keys made under other labels, so a reader can do nothing but guess
        secrets and see whether they fit. Nobody guesses 128 bits; that is why weaker secrets are refused.
        """
        key = HKDF(SHA256(), length=32, salt=None, info=_CONFIRMATION_LABEL).derive(self.value)
        return hmac.new(key, schema_digest.encode("ascii"), hashlib.sha256).hexdigest()


def _parsed(path: Path, text: str) -> bytes:
    digits, _, checksum = text.removeprefix(_FORMAT).partition(":")
    if not text.startswith(_FORMAT) or not hmac.compare_digest(checksum.encode(), _checksum(digits).encode()):
        raise KeyFileError(
            f"{path}: the secret is damaged or was mistyped: its checksum does not agree",
            code="key-file.checksum",
            hint="copy the file again; a secret with one wrong character gives encodings that match nothing",
        )
    if len(digits) != 2 * SECRET_BYTES or set(digits) - set("0123456789abcdef"):
        raise KeyFileError(f"{path}: a secret has {2 * SECRET_BYTES} hexadecimal digits")
    return bytes.fromhex(digits)


def _checksum(digits: str) -> str:
    return hashlib.sha256(f"{_FORMAT}{digits}".encode()).hexdigest()[:_CHECKSUM_DIGITS]


def _refuse_shared(path: Path) -> None:
    """Refuse a secret that other users of this machine can read, on systems with permission bits."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise unusable(path, "read", error) from error
    if os.name == "posix" and mode & 0o077:
        raise SecretError(
            f"{path} can be read by others than its owner", code="secret.exposed", hint=f"chmod 600 {path}"
        )
