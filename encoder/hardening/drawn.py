"""The tokens of a column, and what keys draw for each of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

from encoder.added import Added
from encoder.hardening.keys import keyed_bytes
from encoder.parts import Reader
from encoder.texts import Numbered
from encoder.values import token_encoding
from encoder.weights import token_percents
from linkage.schema import Field

NONCE_BYTES = 12
_BLOCK_BYTES = 16
_TOKENS_AT_ONCE = 64  # so that their blocks stay in the processor's cache


class ReadColumn(NamedTuple):
    """What a column holds.

    Attributes:
        codes: int64 (rows,): which distinct value each row has.
        ids: int64 (all tokens,): the tokens of the values, value by value, as numbers into the vocabulary.
        counts: int64 (values,): how many tokens each value has.
        vocabulary: the distinct tokens, as bytes.
        percents: int64 (vocabulary,): what share of other tokens' weight they have, or None where all weigh alike.
        added: which of the values do not fit or have no token.
    """

    codes: NDArray[np.int64]
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    vocabulary: list[bytes]
    percents: NDArray[np.int64] | None
    added: Added


def read_column(column: Numbered, field: Field, reader: Reader) -> ReadColumn:
    """Return what `column` holds, of `field`, which is hashed."""
    assert field.hashing is not None
    codes, values = column
    tokens, faults = reader.read(values)
    encoding = token_encoding(field)
    encoded = [token.encode(encoding) for token in tokens.vocabulary]
    percents = token_percents(tokens.vocabulary, field.hashing.strategy)
    added = Added.of(codes, faults, tokens.counts == 0)
    return ReadColumn(codes, tokens.ids, tokens.counts, encoded, percents, added)


class Stream:
    """Draws many bytes for each of many tokens: AES-256 in counter mode, from a nonce that another key makes of it.

    A quarter of what as many bytes of SHAKE-256 cost. The counter is the last four bytes of a block; all blocks of some
    tokens are encrypted in one go.
    """

    def __init__(self, nonce_key: bytes, key: bytes, count: int) -> None:
        self._nonce_key = nonce_key
        self._encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - of counters
        self._count = count
        self._blocks = np.empty((_TOKENS_AT_ONCE, -(-count // _BLOCK_BYTES), 4), dtype=">u4")
        self._blocks[:, :, 3] = np.arange(self._blocks.shape[1])
        self._room = np.empty(0, dtype=np.uint8)

    def drawn(self, tokens: Sequence[bytes]) -> NDArray[np.uint8]:
        """Return uint8 (tokens, count), good until the next call; `count` is a multiple of 16."""
        nonces = b"".join([keyed_bytes(self._nonce_key, token, NONCE_BYTES) for token in tokens])
        words = np.frombuffer(nonces, dtype=">u4").reshape(len(tokens), 1, 3)
        size = len(tokens) * self._count
        if len(self._room) < size:
            self._room = np.empty(size + _BLOCK_BYTES - 1, dtype=np.uint8)
        for start in range(0, len(tokens), _TOKENS_AT_ONCE):
            some = words[start : start + _TOKENS_AT_ONCE]
            blocks = self._blocks[: len(some)]
            for place in range(3):  # one by one, since long runs are copied faster than runs of three
                blocks[:, :, place] = some[:, :, place]
            self._encryptor.update_into(blocks.data.cast("B"), self._room[start * self._count :].data)
        return self._room[:size].reshape(len(tokens), self._count)
