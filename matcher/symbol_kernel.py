"""The comparison of codes by equal symbols: at how many places two rows have the same byte; compiled, without the GIL.

Right rows lie crosswise, as for bits (see :mod:`matcher.form`): eight columns per place, one per bit of its symbol.
From them a table is made for some places at a time, with a column per place and symbol that says which rows of the
stripe have it. It stays in the processor's cache while all left rows of a tile ask it for the columns of their own
symbols and add them up, 16 at a time, by the adders of :mod:`matcher.lanes`. No place is left out; sums stop short of
counting further than the threshold asks, and the few pairs that may pass are counted in full.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.compiled import compiled
from matcher.form import Form
from matcher.hits import Hits
from matcher.lanes import GROUP, MAKER, add_columns, count_bits, enough, lowest_bit
from matcher.sides import aligned_words

SYMBOLS = 256
PLACES = 32  # at a time: the table's columns, of 512 bits, then all begin within reach of an offset of 16 bits
TILE_ROWS = 1024
"""Left rows that share a table; they and it fit into a processor's second cache."""
Words = NDArray[np.uint64]
Offsets = NDArray[np.uint16]
_PLANES = (6, 9, 14)  # few, because the kernel is compiled for each


class Files(NamedTuple):
    """Both files: words of the left rows, uint64 (n, words), of the right rows, and these crosswise, by stripe."""

    left: Words
    right: Words
    columns: Words


class Scratch(NamedTuple):
    """What a thread works in.

    Attributes:
        offsets: (left rows, places), where the column of each row's symbol begins in the table of its places.
        table: (PLACES * SYMBOLS, words of a vector).
        halves: the same for four bits of a symbol, (2, 16, words of a vector).
        sums: (left rows, planes, words of a vector).
        masks: (words of a vector,).
    """

    offsets: Offsets
    table: Words
    halves: Words
    sums: Words
    masks: Words

    @classmethod
    def of(cls, places: int, planes: int, form: Form) -> "Scratch":
        """Return memory for TILE_ROWS rows."""
        words = form.lanes // 64
        return cls(
            np.zeros((TILE_ROWS, -(-places // GROUP) * GROUP), dtype=np.uint16),
            aligned_words((PLACES * SYMBOLS, words)),
            aligned_words((2, 16, words)),
            aligned_words((TILE_ROWS, planes, words)),
            np.zeros(words, dtype=np.uint64),
        )


def scratch_bytes(places: int, form: Form) -> int:
    """Return what :class:`Scratch` takes at most, for codes of so many places."""
    vector = form.lanes // 8
    return TILE_ROWS * (2 * (places + GROUP) + planes_for(places) * vector) + (PLACES * SYMBOLS + 32) * vector


SymbolKernel = Callable[[Files, tuple[int, int], int, tuple[int, int], int, Scratch, Hits], tuple[int, int, int]]


def planes_for(needed: int) -> int:
    """Return how many binary digits of a sum tell whether it reaches `needed`: the highest, once set, stays set."""
    return next(planes for planes in _PLANES if needed <= 1 << (planes - 1))


@cache
def _filler(form: Form) -> Callable[[Words, int, int, int, Words, Words], None]:
    """Return the compiled ``fill``."""
    words = form.lanes // 64

    @compiled
    def fill(columns: Words, stripe: int, start: int, count: int, halves: Words, table: Words) -> None:  # noqa: PLR0917
        """Write, for each of `count` places and each symbol, which rows of a stripe have it; no row beyond the last."""
        last = (columns.shape[1] - 2) // 8
        for place in range(count):
            for half in range(2):
                for word in range(words):
                    halves[half, 0, word] = ~np.uint64(0) if start + place < last else np.uint64(0)
                for digit in range(4):
                    column = min(8 * (start + place) + 4 * half + digit, 8 * last - 1)
                    for value in range(1 << digit):
                        for word in range(words):
                            bits, so_far = columns[stripe, column, word], halves[half, value, word]
                            halves[half, (1 << digit) + value, word] = so_far & bits
                            halves[half, value, word] = so_far & ~bits
            for high in range(16):
                for low in range(16):
                    for word in range(words):
                        table[(place * 16 + high) * 16 + low, word] = halves[1, high, word] & halves[0, low, word]

    return fill


@cache
def symbol_kernel(form: Form, planes: int) -> SymbolKernel:
    """Return the compiled ``compare_stripes``."""
    lanes, maker, group, places, fill = form.lanes, MAKER, GROUP, PLACES, _filler(form)
    sum_bytes, most = planes * lanes // 8, 1 << (planes - 1)

    @compiled
    def compare_stripes(  # noqa: PLR0917 - compiled code has no keywords
        files: Files,
        rows: tuple[int, int],
        last_stripe: int,
        resume: tuple[int, int],
        needed: int,
        scratch: Scratch,
        hits: Hits,
    ) -> tuple[int, int, int]:
        """Return (the stripe and the left row in it to go on with, hits written).

        Stops before a row whose hits might not fit, so that the caller can empty `hits` and go on.

        Args:
            files: both.
            rows: first left row and the one to end before, at most TILE_ROWS, whose offsets are those of `scratch`.
            last_stripe: of right rows, the one to end before.
            resume: stripe and left row, counted from the first, to begin with: of a row other than 0 the sums stand in
                `scratch` since the last call.
            needed: equal symbols that a pair must have, from 0; `planes` suffice for it, or it has grown since.
            scratch: of this thread.
            hits: left row, right row, equal symbols and twice the symbols of a row, to write.
        """
        offsets, table, halves, sums, masks = scratch
        table_address, sums_address = np.int64(table.ctypes.data), np.int64(sums.ctypes.data)
        mask_address, offset_address = np.int64(masks.ctypes.data), np.int64(offsets.ctypes.data)
        padded, count = offsets.shape[1], rows[1] - rows[0]
        found = 0
        begin = resume[1]
        for stripe in range(resume[0], last_stripe):
            if begin == 0:
                sums[:count] = 0
                for start in range(0, padded, places):
                    now = min(places, padded - start)
                    fill(files.columns, stripe, start, now, halves, table)
                    for row in range(count):
                        address = sums_address + row * sum_bytes
                        place = offset_address + (row * padded + start) * 2
                        add_columns(place, now // group, table_address, address, address, lanes, planes, maker)
            for row in range(begin, count):
                if found + lanes > len(hits[0]):
                    return stripe, row, found
                address = sums_address + row * sum_bytes
                if enough(address, min(needed, most), mask_address, lanes, planes, maker):
                    found = _take(files, rows[0] + row, stripe * lanes, masks, needed, hits, found)
            begin = 0
        return last_stripe, 0, found

    return compare_stripes


@compiled
def write_offsets(left: Words, first: int, last: int, places: int, column_words: int, offsets: Offsets) -> None:  # noqa: PLR0917
    """Write, for rows `first` to `last`, where the columns of their symbols begin; 0 beyond the last place."""
    for row in range(first, last):
        for place in range(offsets.shape[1]):
            symbol = np.uint64(0)
            if place < places:
                symbol = (left[row, place // 8] >> np.uint64(8 * (place % 8))) & np.uint64(0xFF)
            offsets[row - first, place] = (np.int64(symbol) + place % 32 * 256) * column_words


@compiled
def _take(  # noqa: PLR0917 - compiled code has no keywords
    files: Files, row: int, start: int, masks: Words, needed: int, hits: Hits, found: int
) -> int:
    """Write those pairs of a left row and the right rows in a mask that pass, and return the hits written by now."""
    places = (files.columns.shape[1] - 2) // 8
    for word in range(len(masks)):
        mask = masks[word]
        while mask:
            other = start + word * 64 + lowest_bit(mask)
            mask &= mask - np.uint64(1)
            if other >= len(files.right):
                break
            equal = _equal_symbols(files.left, row, files.right, other) - (8 * files.left.shape[1] - places)
            if equal >= needed:
                hits[0][found], hits[1][found], hits[2][found], hits[3][found] = row, other, equal, 2 * places
                found += 1
    return found


@compiled
def _equal_symbols(ones: Words, one: int, others: Words, other: int) -> int:
    """Return the number of equal bytes of two rows, those beyond the width included."""
    low = np.uint64(0x7F7F7F7F7F7F7F7F)
    equal = 0
    for word in range(ones.shape[1]):
        apart = ones[one, word] ^ others[other, word]
        equal += count_bits(~(((apart & low) + low) | apart | low))
    return equal
