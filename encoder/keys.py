"""The keys of the fields, derived from the operation secret."""

from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linkage.schema import Schema

_HASHES = {"SHA256": hashes.SHA256, "SHA512": hashes.SHA512}


class FieldKeys(NamedTuple):
    """Two independent keys: blakeHash uses the first, doubleHash both (HMAC-SHA1, HMAC-MD5)."""

    first: bytes
    second: bytes


def field_keys(schema: Schema, secret: bytes | str) -> list[FieldKeys]:
    """Return the keys of every field in order, ignored fields included: HKDF (RFC 5869) as in clkhash 0.18.3.

    An ignored field takes its place in the derived bytes, so dropping one from the schema changes later keys.
    """
    kdf = schema.clk.kdf
    size = kdf.key_size
    derivation = HKDF(
        algorithm=_HASHES[kdf.hash](), length=2 * len(schema.fields) * size, salt=kdf.salt_bytes, info=kdf.info_bytes
    )
    stream = derivation.derive(secret.encode("utf-8") if isinstance(secret, str) else secret)
    return [
        FieldKeys(stream[start : start + size], stream[start + size : start + 2 * size])
        for start in range(0, len(stream), 2 * size)
    ]
