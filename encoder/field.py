"""The part of the filter that one field sets, for a whole column at once.

Every distinct value is read and tokenised once, every distinct token hashed once; what remains is OR of bit masks
(:mod:`encoder.masks`).
"""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.hashing import token_hasher
from encoder.keys import FieldKeys
from encoder.masks import MaskMaker
from encoder.numbering import looked_up, new_numbers
from encoder.parts import Reader, summed_runs
from encoder.values import token_encoding
from linkage.schema import ExactComparison, Field

_REMEMBERED_BYTES = 16 << 20
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


class ColumnNumbers:
    """Numbers the values of a column, once for all fields that are made of it; forgets them when they are many."""

    def __init__(self, filter_bits: int) -> None:
        self._most = _REMEMBERED_BYTES // (8 * -(-filter_bits // 64))
        self._last: tuple[Sequence[str], NDArray[np.int64]] | None = None
        self._forget()

    def _forget(self) -> None:
        self._numbers = new_numbers()
        self._after, self._values = (0, 0), tuple[str, ...]()
        self.life = object()  # numbers of one life are never those of another

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, column: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of each value, int64 (rows,)."""
        if self._last is not None and (column is self._last[0] or column == self._last[0]):
            return self._last[1]
        if len(self._numbers) > self._most:
            self._forget()
        codes = np.fromiter(looked_up(column, self._numbers), dtype=np.int64, count=len(column))
        self._last = column, codes
        return codes

    def after(self, met: int) -> tuple[str, ...]:
        """Return the values numbered from `met` on, in the order of their numbers; all fields ask for the same."""
        if self._after != (met, len(self._numbers)):
            self._after = met, len(self._numbers)
            self._values = tuple(islice(reversed(self._numbers), len(self._numbers) - met))[::-1]
        return self._values


class FieldEncoder:
    """Sets the bits of one used field; remembers the values it has met, as long as `numbers` does."""

    def __init__(self, field: Field, reader: Reader, keys: FieldKeys, filter_bits: int, numbers: ColumnNumbers) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field sets no bits")
        self._reader = reader
        hasher = token_hasher(
            field.hashing.hash,
            keys,
            filter_bits,
            remember=field.standard not in _SELDOM_TWICE or not isinstance(field.hashing.comparison, ExactComparison),
        )
        self._maker = MaskMaker(hasher, token_encoding(field), field.hashing.strategy, filter_bits)
        self._numbers = numbers
        self._masks = np.empty((0, self._maker.words), dtype=np.uint64)
        self._forget()

    def _forget(self) -> None:
        self._life = self._numbers.life
        self._empty = np.empty(0, dtype=np.bool_)
        self._faults: dict[int, str] = {}
        self._met = 0

    def add(self, column: Sequence[str], filters: NDArray[np.uint64]) -> Added:
        """OR the bits of `column` into `filters`, uint64 (rows, words), in place."""
        codes = self._numbers.of(column)
        if self._life is not self._numbers.life:
            self._forget()
        self._meet(self._numbers.after(self._met))
        self._maker.add(filters, self._masks, codes)
        faults = [(np.flatnonzero(codes == index), rule) for index, rule in self._faults.items()]
        return Added([(rows, rule) for rows, rule in faults if len(rows)], self._empty[codes])

    def _meet(self, values: Sequence[str]) -> None:
        """Add the masks and faults of distinct `values` that were not met before."""
        if not values:
            return
        read = self._reader.read_texts(values)
        self._faults.update({self._met + index: rule for index, rule in read.faults.items()})
        met = self._met + len(values)
        if met > len(self._masks):
            grown = np.empty((max(met, 2 * len(self._masks)), self._maker.words), dtype=np.uint64)
            grown[: self._met] = self._masks[: self._met]
            self._masks = grown
        self._maker.write(read, self._masks[self._met : met])
        self._empty = np.concatenate([self._empty, summed_runs(read.tokens.counts[read.ids], read.counts) == 0])
        self._met = met
