"""The tokens of a column, with the bytes that a key of the field draws for each of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.field import Added
from encoder.hardening.keys import keyed_bytes
from encoder.numbering import numbered_texts
from encoder.parts import Reader
from encoder.values import token_encoding
from linkage.schema import Field

_REMEMBERED_BYTES = 32 << 20


class Drawn(NamedTuple):
    """What a column holds.

    Attributes:
        codes: int64 (rows,): which distinct value each row has.
        ids: int64 (all tokens,): the tokens of the values, value by value, as numbers below the vocabulary's size.
        counts: int64 (values,): how many tokens each value has.
        bytes_: uint8 (vocabulary, bytes): what is drawn for each token.
        added: which of the values do not fit or have no token.
    """

    codes: NDArray[np.int64]
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    bytes_: NDArray[np.uint8]
    added: Added


class DrawingReader:
    """Reads the values of one field; remembers from batch to batch what was drawn for its tokens."""

    def __init__(self, field: Field, reader: Reader, key: bytes, count: int) -> None:
        self._reader = reader
        self._encoding = token_encoding(field)
        self._key = key
        self._count = count
        self._remembered: dict[str, bytes] = {}
        self._room = np.empty((0, count), dtype=np.uint8)

    def read(self, column: Sequence[str]) -> Drawn:
        """Return what `column` holds; the bytes drawn are good until the next call."""
        codes, values = numbered_texts(column)
        tokens, faults = self._reader.read(values)
        numbers, vocabulary = numbered_texts(tokens.vocabulary)
        rows = [(np.flatnonzero(codes == place), rule) for place, rule in sorted(faults.items())]
        added = Added(rows, (tokens.counts == 0)[codes])
        return Drawn(codes, numbers[tokens.ids], tokens.counts, self._drawn(vocabulary), added)

    def _drawn(self, vocabulary: Sequence[str]) -> NDArray[np.uint8]:
        if len(self._room) < len(vocabulary):
            self._room = np.empty((len(vocabulary), self._count), dtype=np.uint8)
        room = self._room.data.cast("B") if len(vocabulary) else memoryview(bytearray())
        remembered = self._remembered
        for place, token in enumerate(vocabulary):
            drawn = remembered.get(token)
            if drawn is None:
                drawn = remembered[token] = keyed_bytes(self._key, token.encode(self._encoding), self._count)
            room[place * self._count : (place + 1) * self._count] = drawn
        if len(remembered) * self._count > _REMEMBERED_BYTES:
            remembered.clear()
        return self._room[: len(vocabulary)]
