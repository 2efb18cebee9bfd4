"""What records say in plain: the tokens that their encodings are made of, and how alike they are by them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from encoder.salting import field_readers, salt_places, salted_columns
from encoder.texts import numbered_texts
from encoder.weights import WHOLE, lessened, token_percents
from linkage import Schema
from linkage.schema import Field

_Number = TypeVar("_Number", np.bool_, np.uint16, np.float32)
Rows = Sequence[Sequence[str]]
_COLUMNS = 4096  # of tokens at once


class Counted(NamedTuple):
    """Tokens of one field that weigh alike in one value: all, or those that have one percent of others' weight.

    Attributes:
        field: it is hashed.
        table: uint16 (n, v), how often each row has each of the tokens.
        tokens: int64 (n,), how many tokens the value of each row has, those of another percent too.
        percent: what share of the weight of others they have, from 1 to 100.
    """

    field: Field
    table: NDArray[np.uint16]
    tokens: NDArray[np.int64]
    percent: int

    @property
    def weights(self) -> NDArray[np.float64]:
        """What a token of each row weighs: its share of the bits, of which a common token has its percent."""
        bits, among = self._shared
        return bits / among * (self.percent / WHOLE)

    @property
    def insertions(self) -> NDArray[np.float64]:
        """How often a token of each row is inserted into a filter, on average over the places in its value."""
        bits, among = self._shared
        times, rest = np.divmod(bits, among)
        percent = np.array(self.percent)
        fewer, more = lessened(times, percent), lessened(times + 1, percent)
        return np.asarray(fewer + rest * (more - fewer) / among)

    @property
    def _shared(self) -> tuple[int, NDArray[np.int64]]:
        """The bits of the strategy, and among how many tokens each row shares them."""
        assert self.field.hashing is not None
        strategy = self.field.hashing.strategy
        if strategy.bits_per_token is not None:
            return strategy.bits_per_token, np.ones_like(self.tokens)
        return strategy.bits_per_feature or 0, np.maximum(self.tokens, 1)


def counted_tokens(rows: Rows, schema: Schema) -> Iterator[Counted]:
    """Yield the tokens of each used field, salted where they are, those of each percent that occurs by themselves."""
    columns = salted_columns(list(map(numbered_texts, zip(*rows, strict=True))), salt_places(schema))
    readers = field_readers(schema, validate=False, facts={})
    for field, reader, column in zip(schema.fields, readers, columns, strict=True):
        if reader is None or field.hashing is None:
            continue
        read = reader.read(column.texts).tokens
        table = np.zeros((len(rows), len(read.vocabulary)), dtype=np.uint16)
        np.add.at(table, (np.repeat(np.arange(len(rows)), read.counts), read.ids), 1)
        percents = token_percents(read.vocabulary, field.hashing.strategy)
        if percents is None:
            yield Counted(field, table, read.counts, WHOLE)
            continue
        for percent in sorted({WHOLE, *percents.tolist()}):
            yield Counted(field, table[:, percents == percent], read.counts, percent)


def shared(table: NDArray[_Number]) -> NDArray[_Number]:
    """Return the columns of a table that several rows have: the others say nothing about pairs, and are most."""
    return table[:, (table > 0).sum(axis=0) > 1]


def token_table(rows: Rows, schema: Schema) -> NDArray[np.bool_]:
    """Return which row has which token, bool (n, v); the same token of two fields of the schema is two."""
    return np.concatenate([table > 0 for _, table, *_ in counted_tokens(rows, schema)], axis=1)


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
