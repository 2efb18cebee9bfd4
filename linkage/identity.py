"""The signing key of a party, and the public half that others hold."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from linkage.canonical import base64_text, canonical_json, parse_base64, parse_json
from linkage.errors import KeyFileError
from linkage.files import OWNER_ONLY, read_capped, write_whole
from linkage.problems import first_problem

AGENCY_NAME = r"^[a-z0-9][a-z0-9._-]{0,62}$"
_KEY_BYTES = 32
_KEY_FILE_LIMIT_BYTES = 4096


class _KeyFile(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    agency: str = Field(pattern=AGENCY_NAME)


class _PrivateKeyFile(_KeyFile):
    format: Literal["counterfoil-identity/1"] = "counterfoil-identity/1"
    private_key: str = Field(pattern=r"^[A-Za-z0-9+/]{43}=$")


class _PublicKeyFile(_KeyFile):
    format: Literal["counterfoil-public-identity/1"] = "counterfoil-public-identity/1"
    public_key: str = Field(pattern=r"^[A-Za-z0-9+/]{43}=$")


FileT = TypeVar("FileT", bound=_KeyFile)


def require_agency_name(agency: str) -> None:
    """Do nothing if `agency` is a usable name.

    Raises:
        KeyFileError: it is not.
    """
    if not re.fullmatch(AGENCY_NAME, agency):
        raise KeyFileError(
            "the name of an agency has 1 to 63 of the characters a-z, 0-9, '.', '_' and '-'", code="key-file.agency"
        )


@dataclass(frozen=True, slots=True)
class PublicIdentity:
    """A party's name and Ed25519 public key (32 bytes)."""

    agency: str
    key: bytes

    @property
    def key_id(self) -> str:
        """The first 16 bytes of the SHA-256 of the public key, in hexadecimal."""
        return hashlib.sha256(self.key).hexdigest()[:32]

    @property
    def key_text(self) -> str:
        """The public key in base64."""
        return base64_text(self.key)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether `signature` is this key's signature of `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    @classmethod
    def from_text(cls, agency: str, key_text: str) -> Self:
        """Return the identity for a base64 public key, one spelling only.

        Raises:
            ValueError: not 32 bytes in canonical base64.
        """
        key = parse_base64(key_text)
        if len(key) != _KEY_BYTES:
            raise ValueError("not an Ed25519 public key in base64")
        return cls(agency, key)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the public identity in `path`.

        Raises:
            FileError: the file cannot be read.
            KeyFileError: it is not a public identity.
        """
        content = _read_key_file(path, _PublicKeyFile)
        try:
            return cls.from_text(content.agency, content.public_key)
        except ValueError as error:
            raise KeyFileError(f"{path}: {error}") from None

    def write(self, path: Path) -> None:
        """Write the public identity to `path`; an existing file is not replaced."""
        content = _PublicKeyFile(agency=self.agency, public_key=self.key_text)
        write_whole(path, canonical_json(content.model_dump()) + b"\n", overwrite=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """A party's name and Ed25519 private key; `repr` does not show the key."""

    agency: str
    _private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def new(cls, agency: str) -> Self:
        """Return a fresh identity.

        Raises:
            KeyFileError: `agency` is not a usable name.
        """
        require_agency_name(agency)
        return cls(agency, Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicIdentity:
        """The half that others may hold."""
        return PublicIdentity(self.agency, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""
        return self._private.sign(message)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the identity in `path`.

        Raises:
            FileError: the file cannot be read.
            KeyFileError: it is not an identity.
        """
        content = _read_key_file(path, _PrivateKeyFile)
        try:
            return cls(content.agency, Ed25519PrivateKey.from_private_bytes(parse_base64(content.private_key)))
        except ValueError as error:
            raise KeyFileError(f"{path}: private_key: {error}") from None

    def write(self, path: Path) -> None:
        """Write the identity to `path`, readable by its owner only; an existing file is not replaced."""
        private_key = base64_text(self._private.private_bytes_raw())
        content = _PrivateKeyFile(agency=self.agency, private_key=private_key)
        write_whole(path, canonical_json(content.model_dump()) + b"\n", overwrite=False, mode=OWNER_ONLY)


def _read_key_file(path: Path, model: type[FileT]) -> FileT:
    content: Any
    try:
        content = parse_json(read_capped(path, limit_bytes=_KEY_FILE_LIMIT_BYTES))
        return model.model_validate(content)
    except ValidationError as error:
        raise KeyFileError(f"{path}: {first_problem(error)}", hint=_wrong_half(content)) from None
    except ValueError as error:
        raise KeyFileError(f"{path}: {error}") from None


def _wrong_half(content: Any) -> str:
    found = content.get("format") if isinstance(content, dict) else None
    if found == "counterfoil-identity/1":
        return "this is a private identity; give the .pub file beside it"
    if found == "counterfoil-public-identity/1":
        return "this is a public identity; give the private one made by 'counterfoil identity new'"
    return "'counterfoil identity new' makes one"
