"""The part of the filter that one field sets, for a whole column at once.

Every distinct value is read and tokenised once, every distinct token hashed once; what remains is OR of bit masks.
"""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.grams import Tokens
from encoder.hashing import token_hasher
from encoder.keys import FieldKeys
from encoder.numbering import looked_up, new_numbers, numbered
from encoder.parts import Reader
from encoder.values import token_encoding
from encoder.weights import lessened, token_percents
from linkage.schema import ExactComparison, Field, Strategy

_TAKEN_BYTES = 512 << 10  # what is taken at once stays in the processor's cache
_UNPACKED_BYTES = 1 << 20
_REMEMBERED_BYTES = 16 << 20
_SHORT = 1 << 15
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

    def after(self, met: int) -> list[str]:
        """Return the values numbered from `met` on, in the order of their numbers."""
        return list(islice(reversed(self._numbers), len(self._numbers) - met))[::-1]


class FieldEncoder:
    """Sets the bits of one used field; remembers the values it has met, as long as `numbers` does."""

    def __init__(self, field: Field, reader: Reader, keys: FieldKeys, filter_bits: int, numbers: ColumnNumbers) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field sets no bits")
        self._reader = reader
        self._encoding = token_encoding(field)
        self._strategy = field.hashing.strategy
        self._hasher = token_hasher(
            field.hashing.hash,
            keys,
            filter_bits,
            remember=field.standard not in _SELDOM_TWICE or not isinstance(field.hashing.comparison, ExactComparison),
        )
        self._words = -(-filter_bits // 64)
        self._rows_at_once = max(1, _TAKEN_BYTES // (8 * self._words))
        self._taken = np.empty((self._rows_at_once, self._words), dtype=np.uint64)
        self._gathered = np.empty_like(self._taken)
        self._numbers = numbers
        self._forget()

    def _forget(self) -> None:
        self._life = self._numbers.life
        self._masks = np.empty((0, self._words), dtype=np.uint64)
        self._empty = np.empty(0, dtype=np.bool_)
        self._faults: dict[int, str] = {}
        self._met = 0

    def add(self, column: Sequence[str], filters: NDArray[np.uint64]) -> Added:
        """OR the bits of `column` into `filters`, uint64 (rows, words), in place."""
        codes = self._numbers.of(column)
        if self._life is not self._numbers.life:
            self._forget()
        self._meet(self._numbers.after(self._met))
        for start in range(0, len(codes), self._rows_at_once):
            block = slice(start, start + self._rows_at_once)
            self._add_masks(filters[block], self._masks, codes[block])
        faults = [(np.flatnonzero(codes == index), rule) for index, rule in self._faults.items()]
        return Added([(rows, rule) for rows, rule in faults if len(rows)], self._empty[codes])

    def _meet(self, values: list[str]) -> None:
        """Add the masks and faults of distinct `values` that were not met before."""
        if not values:
            return
        tokens, faults = self._reader.read(values)
        self._faults.update({self._met + index: rule for index, rule in faults.items()})
        met = self._met + len(values)
        if met > len(self._masks):
            grown = np.empty((max(met, 2 * len(self._masks)), self._words), dtype=np.uint64)
            grown[: self._met] = self._masks[: self._met]
            self._masks = grown
        self._mask_values(tokens, self._masks[self._met : met])
        self._empty = np.concatenate([self._empty, tokens.counts == 0])
        self._met = met

    def _mask_values(self, tokens: Tokens, masks: NDArray[np.uint64]) -> None:
        """Write the bits of each value into `masks`, uint64 (values, words)."""
        token_masks, ids = self._token_masks(tokens)
        # Longest values first: then the values that have a token at a place are the first ones, without gaps.
        longest = int(tokens.counts.max(initial=0))
        descending = longest - tokens.counts
        order = np.argsort(descending.astype(np.int16) if longest < _SHORT else descending, kind="stable")
        descending = descending[order]
        firsts = (np.cumsum(tokens.counts) - tokens.counts)[order]
        for start in range(0, len(order), self._rows_at_once):
            chosen = order[start : start + self._rows_at_once]
            block = self._gathered[: len(chosen)]
            block[:] = 0
            places = longest - descending[start : start + len(chosen)]
            block_firsts = firsts[start : start + len(chosen)]
            for place in range(int(places[0])):
                reached = int(np.searchsorted(-places, -place, side="left"))
                self._add_masks(block[:reached], token_masks, ids[block_firsts[:reached] + place])
            masks[chosen] = block

    def _add_masks(self, filters: NDArray[np.uint64], masks: NDArray[np.uint64], chosen: NDArray[np.int64]) -> None:
        """OR masks[chosen] into `filters`, in place and without making a new array each time."""
        taken = self._taken[: len(filters)]
        np.take(masks, chosen, axis=0, out=taken, mode="clip")
        np.bitwise_or(filters, taken, out=filters)

    def _token_masks(self, tokens: Tokens) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return a mask per distinct (token, times inserted), uint64 (m, words), and for each token its mask."""
        vocabulary = [token.encode(self._encoding) for token in tokens.vocabulary]
        percents = token_percents(tokens.vocabulary, self._strategy)
        if self._strategy.bits_per_token is not None:
            times, ids = np.full(len(vocabulary), self._strategy.bits_per_token, dtype=np.int64), tokens.ids
        else:
            shares = insertions(tokens.counts, self._strategy)
            most = int(shares.max(initial=0)) + 1
            pairs, ids = numbered(tokens.ids * most + shares, len(vocabulary) * most)
            vocabulary = [vocabulary[index] for index in (pairs // most).tolist()]
            times = pairs % most
            percents = None if percents is None else percents[pairs // most]
        if percents is not None:
            times = lessened(times, percents)
        masks = np.empty((len(vocabulary), self._words), dtype=np.uint64)
        at_once = max(1, _UNPACKED_BYTES // (self._words * 64))
        for start in range(0, len(vocabulary), at_once):
            part = slice(start, start + at_once)
            owners, bits = self._hasher.bits(vocabulary[part], times[part])
            unpacked = np.zeros((len(vocabulary[part]), self._words * 64), dtype=bool)
            unpacked[owners, bits] = True
            masks[part] = np.packbits(unpacked, axis=1).view(np.uint64)
        return masks, ids


def insertions(counts: NDArray[np.int64], strategy: Strategy) -> NDArray[np.int64]:
    """Return how often each token is inserted, shape (sum of counts,), for values with `counts` tokens.

    bitsPerFeature b shared by t tokens: the first b mod t tokens get one more than b // t; some may get none.
    """
    if strategy.bits_per_token is not None:
        return np.full(int(counts.sum()), strategy.bits_per_token, dtype=np.int64)
    share, rest = np.divmod(strategy.bits_per_feature or 0, np.maximum(counts, 1))
    place = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(share, counts) + (place < np.repeat(rest, counts))
