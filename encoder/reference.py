"""The encoding of one record, written as plainly as it can be; the fast way must agree with it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from encoder.folding import fold
from encoder.hashing import token_hasher
from encoder.keys import field_keys
from encoder.standardise import standardiser
from encoder.tokens import tokenise
from encoder.values import ValueReader, token_encoding
from linkage.schema import Field, Schema


def encode_record(cells: Sequence[str], schema: Schema, secret: bytes | str) -> NDArray[np.uint8]:
    """Return the encoding of one record, uint8 (ceil(l / 8),).

    Raises:
        ValueError: a cell does not fit its field.
    """
    bits = np.zeros(schema.filter_bits, dtype=np.uint8)
    for cell, field, keys in zip(cells, schema.fields, field_keys(schema, secret), strict=True):
        if field.hashing is None:
            continue
        tokens = [token for text in _texts(cell, field) for token in tokenise(text, field.hashing.comparison)]
        hasher = token_hasher(field.hashing.hash, keys, schema.filter_bits)
        for place, token in enumerate(tokens):
            times = field.hashing.strategy.bits_per_token
            if times is None:
                share, rest = divmod(field.hashing.strategy.bits_per_feature or 0, len(tokens))
                times = share + (place < rest)
            bits[hasher.bits([token.encode(token_encoding(field))], np.array([times])).bits] = 1
    folded: NDArray[np.uint8] = fold(np.packbits(bits)[None, :], schema.filter_bits, schema.clk.xor_folds)[0]
    return folded


def _texts(cell: str, field: Field) -> Sequence[str]:
    """Return what is tokenised of a cell: its parts where the field has a standard form, else its one text."""
    if field.standard is not None:
        return standardiser(field.standard)(cell)
    texts, faults = ValueReader(field, validate=True).read([cell])
    if faults:
        raise ValueError(f"field '{field.identifier}': {faults[0]}")
    return texts
