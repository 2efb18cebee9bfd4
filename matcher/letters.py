"""The comparison of a tile by letters: sketches are read six bits at a time.

Two letters that differ in two bits or more are *far*. A far letter is a distance of two at least, so that a pair with
many of them cannot pass. Of letters that have nothing in common nine in ten are far; so a letter, for which one column
is added up, tells as much as 3.6 bits, for which 1.8 columns are (half of the bits are set).

For each letter and each of its 64 values a column says which right rows are near: these tables are made for a stripe of
right rows, stay near the processor, and serve many left rows. So that only pays where left rows are many, and where an
addition takes more instructions than a load.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.form import LEFT_ROWS, Form, Sums
from matcher.hits import Hits
from matcher.kernel import Tile, Words, reached, take
from matcher.lanes import LETTER_BITS, MAKER, add_columns, enough, write_letters
from matcher.sides import Constants, Plan, Side, aligned_words
from matcher.sketch import FAR, LETTERS_AT_ONCE, Reach, some_letters

BLOCKS_AT_ONCE: Final = 64
"""Most blocks of left rows that share the tables of a stripe."""
_VALUES = 1 << LETTER_BITS
_LEVELS = LETTERS_AT_ONCE.bit_length() - 1
Place = tuple[int, int]
Scratch = tuple[NDArray[np.uint16], Words, Words, Words]
Kernel = Callable[[Side, Side, Constants, Reach, Tile, Place, Scratch, Hits], tuple[int, int, int]]


def scratch(prepared: Plan) -> Scratch:
    """Return the memory that one thread needs: offsets of columns by left row, tables, sums and their start, a mask."""
    words = prepared.form.lanes // 64
    rows = min(BLOCKS_AT_ONCE * LEFT_ROWS, len(prepared.left.popcounts))
    return (
        np.empty((rows, prepared.letters), dtype=np.uint16),
        aligned_words((prepared.letters * _VALUES, words)),
        aligned_words((2, prepared.sums.planes, words)),
        np.empty(words, dtype=np.uint64),
    )


def scratch_bytes(left_rows: int, words: int, form: Form) -> int:
    """Return what :func:`scratch` takes at most, for encodings of so many words."""
    letters = min(words * 64 // LETTER_BITS, form.letters)
    return letters * (2 * min(BLOCKS_AT_ONCE * LEFT_ROWS, left_rows) + _VALUES * form.lanes // 8)


@cache
def kernel(form: Form, sums: Sums) -> Kernel:
    """Return the compiled ``compare_tile``."""
    lanes, planes = form.lanes, sums.planes
    maker, levels, block_rows = MAKER, _LEVELS, LEFT_ROWS  # as in the kernel for bits
    column_words = lanes // 64
    sum_bytes = planes * lanes // 8

    @compiled
    def compare_tile(  # noqa: PLR0917 - compiled code has no keywords
        left: Side,
        right: Side,
        constants: Constants,
        reach: Reach,
        tile: Tile,
        resume: Place,
        scratch: Scratch,
        hits: Hits,
    ) -> tuple[int, int, int]:
        """Return (the block of left rows and the right row to go on with, hits written).

        Stops before a block whose hits might not fit, so that the caller can empty `hits` and go on. It is done when
        the right row is the last one of the tile.

        Args:
            left: rows of one file.
            right: rows of the other.
            constants: the threshold.
            reach: by popcount on the left, the range of right rows that may pass.
            tile: (first block of left rows, last, first right row, last), at most BLOCKS_AT_ONCE blocks, the first
                right row at the start of a stripe.
            resume: (block, right row at the start of a stripe) to begin with.
            scratch: what :func:`scratch` makes, of this thread.
            hits: see :func:`matcher.kernel.kernel`.
        """
        top_block, block_stop, right_start, right_stop = tile
        offsets, tables, sums, masks = scratch
        letters = offsets.shape[1]
        all_offsets, all_columns = np.int64(offsets.ctypes.data), np.int64(right.sketches.ctypes.data)
        tables_address, mask_address = np.int64(tables.ctypes.data), np.int64(masks.ctypes.data)
        sums_address = np.int64(sums.ctypes.data)
        stripe_bytes = right.sketches.shape[1] * column_words * 8
        top_row = top_block * block_rows
        _spell(left.sketches, top_row, min(block_stop * block_rows, len(left.popcounts)), column_words, offsets)
        ranges = np.empty((block_stop - top_block, 2), dtype=np.int64)
        for number in range(block_stop - top_block):
            top = top_row + number * block_rows
            bottom = min(top + block_rows, len(left.popcounts))
            ranges[number] = reached(left.popcounts, top, bottom, reach, right_start, right_stop)
        found = 0
        next_block = resume[0]
        for start in range(resume[1], right_stop, lanes):
            made = False
            for block in range(next_block, block_stop):
                top = block * block_rows
                bottom = min(top + block_rows, len(left.popcounts))
                first, last = ranges[block - top_block]
                if start + lanes <= first or start >= last:
                    continue
                if found + (bottom - top) * lanes > len(hits[0]):
                    return block, start, found
                if not made:
                    columns = all_columns + start // lanes * stripe_bytes
                    for letter in range(letters):
                        table = tables_address + letter * _VALUES * column_words * 8
                        write_letters(columns + letter * LETTER_BITS * column_words * 8, table, lanes, maker)
                    made = True
                highest = right.popcounts[min(start + lanes, last) - 1]
                for row in range(top, bottom):
                    limit = constants.distance[left.popcounts[row] + highest]
                    if limit < 0:
                        continue
                    place = all_offsets + (row - top_row) * letters * 2
                    begins = sums_address + sum_bytes
                    add_columns(
                        place, letters >> levels, tables_address, begins, sums_address, lanes, planes, levels, maker
                    )
                    target = max(letters - limit // FAR, 0)
                    if enough(sums_address, target, mask_address, lanes, planes, maker):
                        found = take(left, right, constants, row, start, first, last, masks, hits, found)
            next_block = top_block
        return top_block, right_stop, found

    return compare_tile


@compiled
def _spell(sketches: Words, top: int, bottom: int, column_words: int, offsets: NDArray[np.uint16]) -> None:
    """Write where the columns of the letters of some left rows begin."""
    for row in range(top, bottom):
        for part in range(offsets.shape[1] // LETTERS_AT_ONCE):
            bits = some_letters(sketches, row, part)
            for letter in range(part * LETTERS_AT_ONCE, (part + 1) * LETTERS_AT_ONCE):
                value = np.int64(bits & np.uint64(_VALUES - 1))
                offsets[row - top, letter] = (letter * _VALUES + value) * column_words
                bits >>= np.uint64(LETTER_BITS)
