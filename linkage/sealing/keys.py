"""The sealing key of a party: what is sealed to its public half only the private half opens.

The hybrid of ML-KEM-768 and X25519 (HPKE's KEM ``MLKEM768_X25519``): both would have to be broken. It stands beside
the identity, which signs; signing and sealing keys are never the same.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from linkage.canonical import base64_text, canonical_json, parse_base64, parse_json
from linkage.errors import KeyFileError
from linkage.files import OWNER_ONLY, read_capped, write_whole
from linkage.identity import AGENCY_NAME, require_agency_name
from linkage.problems import first_problem

PUBLIC_KEY_BYTES = 1184 + 32
SEALED_OVERHEAD_BYTES = 1088 + 32 + 16  # the two encapsulations and the tag
_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_SEED_BYTES = 64
_PRIVATE_KEY_BYTES = _MLKEM_SEED_BYTES + 32
_KEY_FILE_LIMIT_BYTES = 8192
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class _KeyFile(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    agency: str = Field(pattern=AGENCY_NAME)


class _PrivateKeyFile(_KeyFile):
    format: Literal["counterfoil-sealing-key/1"] = "counterfoil-sealing-key/1"
    private_key: str


class _PublicKeyFile(_KeyFile):
    format: Literal["counterfoil-public-sealing-key/1"] = "counterfoil-public-sealing-key/1"
    public_key: str


FileT = TypeVar("FileT", bound=_KeyFile)


@dataclass(frozen=True, slots=True)
class PublicSealingKey:
    """A party's name and public sealing key: 1,216 bytes, ML-KEM-768 first, then X25519."""

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

    @property
    def halves(self) -> tuple[bytes, bytes]:
        """The ML-KEM half and the X25519 half."""
        return self.key[:_MLKEM_PUBLIC_BYTES], self.key[_MLKEM_PUBLIC_BYTES:]

    def shares_a_half_with(self, other: "PublicSealingKey") -> bool:
        """Return whether the ML-KEM or the X25519 half is that of `other`: then they belong to one holder."""
        return not {*self.halves}.isdisjoint(other.halves)

    def seal(self, content: bytes, info: bytes) -> bytes:
        """Return `content` sealed to this key: HPKE base mode, one shot, 1,136 bytes longer, bound to `info`.

        Raises:
            KeyFileError: the key is not one that can be sealed to.
        """
        try:
            return _SUITE.encrypt(content, self._loaded(), info)
        except ValueError:
            raise KeyFileError(f"the sealing key of {self.agency} is not a usable one") from None

    @classmethod
    def from_text(cls, agency: str, key_text: str) -> Self:
        """Return the key for its base64, one spelling only.

        Raises:
            ValueError: not 1,216 bytes in canonical base64, or not the two keys that they must be.
        """
        found = cls(agency, parse_base64(key_text))
        if len(found.key) != PUBLIC_KEY_BYTES:
            raise ValueError("not a public sealing key in base64")
        try:
            X25519PrivateKey.from_private_bytes(bytes(32)).exchange(found._x25519())  # refuses points of low order
            found._loaded()
        except ValueError:
            raise ValueError("not a usable public sealing key") from None
        return found

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the public sealing key in `path`.

        Raises:
            FileError: the file cannot be read.
            KeyFileError: it is not a public sealing key.
        """
        content = _read_key_file(path, _PublicKeyFile)
        try:
            return cls.from_text(content.agency, content.public_key)
        except ValueError as error:
            raise KeyFileError(f"{path}: public_key: {error}") from None

    def write(self, path: Path) -> None:
        """Write the public sealing key to `path`; an existing file is not replaced."""
        content = _PublicKeyFile(agency=self.agency, public_key=self.key_text)
        write_whole(path, canonical_json(content.model_dump()) + b"\n", overwrite=False)

    def _loaded(self) -> MLKEM768X25519PublicKey:
        mlkem = MLKEM768PublicKey.from_public_bytes(self.halves[0])
        return MLKEM768X25519PublicKey(mlkem, self._x25519())

    def _x25519(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(self.halves[1])


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A party's name and private sealing key; `repr` does not show the key."""

    agency: str
    _mlkem: MLKEM768PrivateKey = field(repr=False)
    _x25519: X25519PrivateKey = field(repr=False)

    @classmethod
    def new(cls, agency: str) -> Self:
        """Return a fresh key.

        Raises:
            KeyFileError: `agency` is not a usable name.
        """
        require_agency_name(agency)
        return cls(agency, MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())

    @property
    def public(self) -> PublicSealingKey:
        """The half that others may hold."""
        key = self._mlkem.public_key().public_bytes_raw() + self._x25519.public_key().public_bytes_raw()
        return PublicSealingKey(self.agency, key)

    def unseal(self, sealed: bytes, info: bytes) -> bytes | None:
        """Return what was sealed to this key with this `info`, or None: another key, another `info`, or damage."""
        try:
            return _SUITE.decrypt(sealed, MLKEM768X25519PrivateKey(self._mlkem, self._x25519), info)
        except (InvalidTag, ValueError):
            return None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the private sealing key in `path`.

        Raises:
            FileError: the file cannot be read.
            KeyFileError: it is not a private sealing key.
        """
        content = _read_key_file(path, _PrivateKeyFile)
        try:
            key = parse_base64(content.private_key)
        except ValueError as error:
            raise KeyFileError(f"{path}: private_key: {error}") from None
        if len(key) != _PRIVATE_KEY_BYTES:
            raise KeyFileError(f"{path}: private_key: not a private sealing key in base64")
        return cls(
            content.agency,
            MLKEM768PrivateKey.from_seed_bytes(key[:_MLKEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(key[_MLKEM_SEED_BYTES:]),
        )

    def write(self, path: Path) -> None:
        """Write the key to `path`, readable by its owner only; an existing file is not replaced."""
        key = self._mlkem.private_bytes_raw() + self._x25519.private_bytes_raw()
        content = _PrivateKeyFile(agency=self.agency, private_key=base64_text(key))
        write_whole(path, canonical_json(content.model_dump()) + b"\n", overwrite=False, mode=OWNER_ONLY)


def _read_key_file(path: Path, model: type[FileT]) -> FileT:
    content: Any
    try:
        content = parse_json(read_capped(path, limit_bytes=_KEY_FILE_LIMIT_BYTES))
        return model.model_validate(content)
    except ValidationError as error:
        raise KeyFileError(
            f"{path}: {first_problem(error)}", hint="'counterfoil identity sealing-key' makes a pair of sealing keys"
        ) from None
    except ValueError as error:
        raise KeyFileError(f"{path}: {error}") from None
