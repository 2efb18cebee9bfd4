"""What records say in plain: the tokens that their encodings are made of, and how alike they are by them."""

import numpy as np
from numpy.typing import NDArray

from assessment.case import Rows
from encoder.parts import TokenReader
from encoder.standardise import NO_FACTS
from linkage import Schema

_COLUMNS = 4096  # of tokens at once


def token_table(rows: Rows, schema: Schema) -> NDArray[np.bool_]:
    """Return which row has which token, bool (n, v); the same token of two fields of the schema is two."""
    tables = []
    for place, field in enumerate(schema.fields):
        if field.ignored:
            continue
        read = TokenReader(field, validate=False, facts=NO_FACTS).read([row[place] for row in rows]).tokens
        table = np.zeros((len(rows), len(read.vocabulary)), dtype=np.bool_)
        table[np.repeat(np.arange(len(rows)), read.counts), read.ids] = True
        tables.append(table)
    return np.concatenate(tables, axis=1)


def lengths(rows: Rows) -> NDArray[np.int64]:
    """Return the number of characters of each row, int64 (n,)."""
    return np.array([sum(map(len, row)) for row in rows], dtype=np.int64)


def plain_likeness(tokens: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return Dice of the token sets of every two rows of a table (n, v), float32 (n, n)."""
    common = np.zeros((len(tokens), len(tokens)), dtype=np.float32)
    for start in range(0, tokens.shape[1], _COLUMNS):
        block = tokens[:, start : start + _COLUMNS].astype(np.float32)
        common += block @ block.T
    sizes = common.diagonal()
    return np.asarray(2 * common / np.maximum(sizes[:, None] + sizes[None, :], 1), dtype=np.float32)
