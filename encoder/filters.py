"""Bloom filters of whole records: the bits of all fields in one.

Every distinct value is read and tokenised once, every distinct token hashed once; what remains is to set bits
(:mod:`encoder.masks`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from encoder.added import Added
from encoder.folding import fold
from encoder.hashing import token_hasher
from encoder.keys import FieldKeys, field_keys
from encoder.masks import add_masks, insert_tokens
from encoder.parts import Reader
from encoder.texts import Numbered
from encoder.values import token_encoding
from linkage.schema import ExactComparison, Field, Schema

_BYTE_BITS = 8
_SELDOM_TWICE = (None, "document")
"""Standard forms whose whole values hardly come again in another value."""


class FilterEncoder:
    """Makes the Bloom filters of batches of columns, folded as clkhash folds them."""

    def __init__(self, schema: Schema, secret: bytes | str, readers: Sequence[Reader | None]) -> None:
        self._schema = schema
        self._fields = [
            None if reader is None else FieldEncoder(field, reader, keys, schema.filter_bits)
            for field, reader, keys in zip(schema.fields, readers, field_keys(schema, secret), strict=True)
        ]
        self._bytes = -(-schema.filter_bits // _BYTE_BITS)

    def encode(self, columns: Sequence[Numbered]) -> tuple[NDArray[np.uint8], list[Added | None]]:
        """Return uint8 (rows, bytes), and for each field what became of its values, None for ignored ones."""
        filters = np.zeros((len(columns[0].codes), self._bytes), dtype=np.uint8)
        added: list[Added | None] = [None] * len(columns)
        fields = [(place, field) for place, field in enumerate(self._fields) if field is not None]
        for column in {id(columns[place]): columns[place] for place, _ in fields}.values():
            masks = np.zeros((len(column.distinct), self._bytes), dtype=np.uint8)
            for place, field in fields:
                if columns[place] is column:
                    added[place] = field.add(column, masks)
            add_masks(filters, masks, column.codes)
        return fold(filters, self._schema.filter_bits, self._schema.clk.xor_folds), added


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
