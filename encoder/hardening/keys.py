"""The keys of hardening, derived from the operation secret under labels of their own, and what is drawn from them."""

import hashlib
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from linkage.schema import Schema

_KEY_BYTES = 32
_HASHES = {"SHA256": hashes.SHA256, "SHA512": hashes.SHA512}


def keyed_bytes(key: bytes, message: bytes, count: int) -> bytes:
    """Return `count` bytes that only who has `key` can tell from random ones.

    SHAKE-256 of key and message: keyed by prefix, a sponge is a pseudo-random function (Bertoni et al., "On the
    security of the keyed sponge construction", 2011); all keys have one length, so no pair is another pair.
    """
    return hashlib.shake_256(key + message).digest(count)


@dataclass(frozen=True, slots=True)
class HardeningKeys:
    """One key for each label: HKDF (RFC 5869) with the salt and context of the schema's kdf, and the label."""

    schema: Schema
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, schema: Schema, secret: bytes | str) -> Self:
        """Return the keys that `secret`, bytes or text in UTF-8, gives under `schema`."""
        return cls(schema, secret.encode("utf-8") if isinstance(secret, str) else secret)

    def key(self, label: str) -> bytes:
        """Return the 32-byte key for `label`; other labels, and the keys of the plain filter, tell nothing about it."""
        kdf = self.schema.clk.kdf
        context = kdf.info_bytes + b"\0counterfoil hardening\0" + label.encode("utf-8")
        derivation = HKDF(algorithm=_HASHES[kdf.hash](), length=_KEY_BYTES, salt=kdf.salt_bytes, info=context)
        return derivation.derive(self._secret)

    def permutations(self, label: str, of: int, count: int = 1) -> NDArray[np.int64]:
        """Return `count` orders of the numbers below `of` that the key sets, int64 (count, of); the same everywhere."""
        drawn = keyed_bytes(self.key(label), b"", 8 * of * count)
        return np.argsort(np.frombuffer(drawn, dtype=">u8").reshape(count, of), axis=1, kind="stable")
