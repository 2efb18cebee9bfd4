"""From tokens to bits of the filter: the two hash families of clkhash 0.18.3."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from encoder.keys import FieldKeys
from linkage.schema import BlakeHash, DoubleHash

_INDICES_PER_MAC = 32
_LARGEST_INDEX = (1 << 16) - 1
_LARGEST_CACHE = 1 << 17


class TokenHasher(Protocol):
    """Hashes tokens of one field."""

    def bits(self, tokens: Sequence[bytes], count: int) -> NDArray[np.uint16] | NDArray[np.int64]:
        """Return the first `count` bits of each token, shape (tokens, count); one inserted n times sets its first n."""
        ...  # pragma: no cover


def token_hasher(
    family: BlakeHash | DoubleHash, keys: FieldKeys, filter_bits: int, *, remember: bool = True
) -> TokenHasher:
    """Return the hasher of a field for a filter of `filter_bits` bits.

    With `remember` it keeps the hashes of tokens, in bounded memory: right where tokens come again.
    """
    if isinstance(family, BlakeHash):
        return _Blake(keys.first, filter_bits, remember=remember)
    return _Double(keys, filter_bits, prevent_singularity=family.prevent_singularity)


class _Blake:
    """Independent indices: BLAKE2b-512(token, key, salt = str(i)) cut into 16-bit little-endian numbers mod L."""

    def __init__(self, key: bytes, filter_bits: int, *, remember: bool) -> None:
        self._key = key
        self._remember = remember
        self._filter_bits = filter_bits
        self._keyed: list[hashlib.blake2b] = []
        self._streams: defaultdict[int, dict[bytes, bytes]] = defaultdict(dict)  # by number of MACs

    def bits(self, tokens: Sequence[bytes], count: int) -> NDArray[np.uint16]:
        """Return the bits of `tokens`; see :class:`TokenHasher`."""
        macs = max(1, -(-count // _INDICES_PER_MAC))
        streams = self._remembered(tokens, macs) if self._remember else self._hashed(tokens, macs)
        numbers = np.frombuffer(b"".join(streams), dtype="<u2").reshape(len(tokens), macs * _INDICES_PER_MAC)
        bits = numbers[:, :count]
        return bits if self._filter_bits > _LARGEST_INDEX else bits % np.uint16(self._filter_bits)

    def _remembered(self, tokens: Sequence[bytes], macs: int) -> list[bytes]:
        """Return what `_hashed` does, hashing only what was not hashed before."""
        if sum(map(len, self._streams.values())) > _LARGEST_CACHE:
            self._streams.clear()
        known = self._streams[macs]
        lacking = [token for token in dict.fromkeys(tokens) if token not in known]
        known.update(zip(lacking, self._hashed(lacking, macs), strict=True))
        return [known[token] for token in tokens]

    def _hashed(self, tokens: Sequence[bytes], macs: int) -> list[bytes]:
        """Return the first `macs` MACs of each token, joined."""
        for index in range(len(self._keyed), macs):
            self._keyed.append(hashlib.blake2b(key=self._key, salt=str(index).encode("ascii")))
        columns = [_macs(keyed, tokens) for keyed in self._keyed[:macs]]
        return columns[0] if len(columns) == 1 else [b"".join(parts) for parts in zip(*columns, strict=True)]


def _macs(keyed: hashlib.blake2b, tokens: Sequence[bytes]) -> list[bytes]:
    """Return the MAC of each token; copying a keyed hash is cheaper than keying one anew."""
    copy, macs = keyed.copy, []
    for token in tokens:
        mac = copy()
        mac.update(token)
        macs.append(mac.digest())
    return macs


class _Double:
    """Bits (a + i b) mod L with a = HMAC-SHA1 and b = HMAC-MD5 of the token (Schnell, Bachteler & Reiher 2011).

    Weak by construction (only L squared patterns, and b = 0 sets one bit); here for users who hold such encodings.
    """

    def __init__(self, keys: FieldKeys, filter_bits: int, *, prevent_singularity: bool) -> None:
        self._keys = keys
        self._filter_bits = filter_bits
        self._prevent_singularity = prevent_singularity
        self._steps: dict[bytes, tuple[int, int]] = {}

    def bits(self, tokens: Sequence[bytes], count: int) -> NDArray[np.int64]:
        """Return the bits of `tokens`; see :class:`TokenHasher`."""
        if len(self._steps) > _LARGEST_CACHE:
            self._steps.clear()
        steps = np.array([self._step(token) for token in tokens], dtype=np.int64).reshape(len(tokens), 2)
        bits: NDArray[np.int64] = (steps[:, :1] + np.arange(count) * steps[:, 1:]) % self._filter_bits
        return bits

    def _step(self, token: bytes) -> tuple[int, int]:
        found = self._steps.get(token)
        if found is None:
            found = self._steps[token] = self._first_and_step(token)
        return found

    def _first_and_step(self, token: bytes) -> tuple[int, int]:
        first = int.from_bytes(hmac.digest(self._keys.first, token, "sha1"), "big") % self._filter_bits
        step = self._md5(token)
        suffix = 0
        # A filter of one bit has no other step than 0; clkhash would never return.
        while self._prevent_singularity and step == 0 and self._filter_bits > 1:
            step = self._md5(token + chr(suffix).encode("utf-8"))
            suffix += 1
        return first, step

    def _md5(self, message: bytes) -> int:
        return int.from_bytes(hmac.digest(self._keys.second, message, "md5"), "big") % self._filter_bits
