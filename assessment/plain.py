"""What records say in plain: the tokens that their encodings are made of, and how alike they are by them."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from encoder.salting import field_readers, salt_places, salted_columns
from linkage import Schema
from linkage.schema import Field

_Number = TypeVar("_Number", np.bool_, np.uint16, np.float32)
Rows = Sequence[Sequence[str]]
Counted = tuple[Field, NDArray[np.uint16]]
_COLUMNS = 4096  # of tokens at once


def counted_tokens(rows: Rows, schema: Schema) -> Iterator[Counted]:
    """Yield each used field with how often each row has each of its tokens, salted where they are, uint16 (n, v)."""
    columns = salted_columns(list(zip(*rows, strict=True)), salt_places(schema))
    readers = field_readers(schema, validate=False, facts={})
    for field, reader, column in zip(schema.fields, readers, columns, strict=True):
        if reader is None:
            continue
        read = reader.read(column).tokens
        table = np.zeros((len(rows), len(read.vocabulary)), dtype=np.uint16)
        np.add.at(table, (np.repeat(np.arange(len(rows)), read.counts), read.ids), 1)
        yield field, table


def insertions(field: Field, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often each token of a value with so many is inserted into a filter, on average."""
    assert field.hashing is not None
    strategy = field.hashing.strategy
    if strategy.bits_per_token is not None:
        return np.full(len(tokens), float(strategy.bits_per_token))
    return (strategy.bits_per_feature or 0) / np.maximum(tokens, 1)


def shared(table: NDArray[_Number]) -> NDArray[_Number]:
    """Return the columns of a table that several rows have: the others say nothing about pairs, and are most."""
    return table[:, (table > 0).sum(axis=0) > 1]


def token_table(rows: Rows, schema: Schema) -> NDArray[np.bool_]:
    """Return which row has which token, bool (n, v); the same token of two fields of the schema is two."""
    return np.concatenate([table > 0 for _, table in counted_tokens(rows, schema)], axis=1)


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
