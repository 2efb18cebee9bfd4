"""The part of the filter that one field sets, for a whole column at once.

Every distinct value is read and tokenised once, every distinct token hashed once; what remains is to set bits
(:mod:`encoder.masks`).
"""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from encoder.hashing import token_hasher
from encoder.keys import FieldKeys
from encoder.masks import insert_tokens
from encoder.parts import Reader
from encoder.texts import Numbered
from encoder.values import token_encoding
from linkage.schema import ExactComparison, Field

_SELDOM_TWICE = (None, "document")
"""Standard forms whose whole values hardly come again in another value."""


class Added(NamedTuple):
    """What became of the values of a column.

    Attributes:
        faults: rows (int64 indices) and the rule they break, together; a faulty value sets no bits.
        empty: bool (rows,), whether the value set no bits.
    """

    faults: list[tuple[NDArray[np.int64], str]]
    empty: NDArray[np.bool_]

    @classmethod
    def of(cls, codes: NDArray[np.int64], faults: Mapping[int, str], empty: NDArray[np.bool_]) -> Self:
        """Return what became of rows whose values, by `codes`, have these faults, or set no bits: bool (values,)."""
        return cls([(np.flatnonzero(codes == value), rule) for value, rule in sorted(faults.items())], empty[codes])


class FieldEncoder:
    """Sets the bits of one used field."""

    def __init__(self, field: Field, reader: Reader, keys: FieldKeys, filter_bits: int) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field sets no bits")
        self._reader = reader
        self._encoding, self._strategy = token_encoding(field), field.hashing.strategy
        self._hasher = token_hasher(
            field.hashing.hash,
            keys,
            filter_bits,
            remember=field.standard not in _SELDOM_TWICE or not isinstance(field.hashing.comparison, ExactComparison),
        )

    def add(self, column: Numbered, masks: NDArray[np.uint8]) -> Added:
        """OR the bits of the distinct values of `column` into `masks`, uint8 (distinct, bytes), in place."""
        read = self._reader.read_texts(column.distinct)
        empty = insert_tokens(read, self._hasher, self._encoding, self._strategy, masks)
        return Added.of(column.codes, read.faults, empty)
