"""The comparison of a tile: all pairs of some left and some right rows, compiled by Numba, without the GIL.

A pair is first tested on *sketches* (see :mod:`matcher.sketch`), a stripe of right rows at once (see
:mod:`matcher.lanes`); the few that may pass are then counted in full. So a tile's result is exact whatever the sketch
is; the sketch decides the speed.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matcher.compiled import compiled
from matcher.form import LEFT_ROWS
from matcher.hits import Hits
from matcher.lanes import GROUP, MAKER, count_bits, lowest_bit, near_lanes
from matcher.sides import Constants, Plan, Side
from matcher.sketch import Reach

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]
Scratch = tuple[NDArray[np.uint16], Ints, Words]
Tile = tuple[int, int, int, int]
Kernel = Callable[[Side, Side, Constants, Reach, Tile, int, Scratch, Hits], tuple[int, int, int]]


def scratch(prepared: Plan) -> Scratch:
    """Return the memory that one thread needs: offsets of the columns of a block, how many groups, a mask."""
    most = -(-int(prepared.left.bits_set.max()) // GROUP) * GROUP
    return (
        np.empty((LEFT_ROWS, most), dtype=np.uint16),
        np.empty(LEFT_ROWS, dtype=np.int64),
        np.empty(prepared.form.lanes // 64, dtype=np.uint64),
    )


@cache
def kernel(lanes: int, planes: int) -> Kernel:  # noqa: C901 - one compiled loop, told as one
    """Return the compiled ``compare_tile``; the arguments are the constants of :func:`matcher.lanes.near_lanes`."""
    maker = MAKER
    column_words = lanes // 64

    @compiled
    def compare_tile(  # noqa: PLR0917 - one compiled loop; compiled code has no keywords
        left: Side,
        right: Side,
        constants: Constants,
        reach: Reach,
        tile: Tile,
        resume: int,
        scratch: Scratch,
        hits: Hits,
    ) -> tuple[int, int, int]:
        """Return (the block of left rows and the right row to go on with, hits written).

        Stops before a stripe whose hits might not fit, so that the caller can empty `hits` and go on.

        Args:
            left: rows of one file.
            right: rows of the other.
            constants: the threshold.
            reach: by popcount on the left, the range of right rows that may pass.
            tile: (first block of left rows, last, first right row, last), the first right row at the start of a stripe.
            resume: the right row to begin with in the first block, at the start of a stripe.
            scratch: what :func:`scratch` makes, of this thread.
            hits: (left number, right number, common bits, sum of popcounts) arrays to write, with room for the pairs
                of a block and a stripe at least.
        """
        block, block_stop, right_start, right_stop = tile
        offsets, groups, masks = scratch
        # addresses and whole arrays, no slices: a slice counts references, which threads would do on one cache line
        all_offsets, all_columns, mask_address = offsets.ctypes.data, right.sketches.ctypes.data, masks.ctypes.data
        offsets_bytes = offsets.shape[1] * 2
        stripe_bytes = right.sketches.shape[1] * column_words * 8
        zero_column = right.sketches.shape[1] - planes - 1
        start_bytes = (zero_column + 1) * column_words * 8
        found = 0
        while block < block_stop:
            top = block * LEFT_ROWS
            bottom = min(top + LEFT_ROWS, len(left.popcounts))
            first, last = _reached(left.popcounts, top, bottom, reach, right_start, right_stop)
            begin = max(first // lanes * lanes, resume)
            if begin < last:
                for row in range(top, bottom):
                    groups[row - top] = _columns(left.sketches, row, offsets, row - top, zero_column, column_words)
            for start in range(begin, last, lanes):
                if found + (bottom - top) * lanes > len(hits[0]):
                    return block, start, found
                columns = all_columns + start // lanes * stripe_bytes
                highest = right.popcounts[min(start + lanes, last) - 1]
                for row in range(top, bottom):
                    popcount = left.popcounts[row]
                    limit = constants.distance[popcount + highest]
                    target = max((constants.most + left.bits_set[row] - limit + 1) // 2, 0)
                    if limit < 0 or target > constants.most:
                        continue
                    near = near_lanes(
                        all_offsets + (row - top) * offsets_bytes,
                        groups[row - top],
                        columns,
                        columns + start_bytes,
                        target,
                        mask_address,
                        lanes,
                        planes,
                        maker,
                    )
                    for word in range(len(masks) if near else 0):
                        mask = masks[word]
                        while mask:
                            other = start + word * 64 + lowest_bit(mask)
                            mask &= mask - np.uint64(1)
                            if other < first or other >= last:
                                continue
                            together = popcount + right.popcounts[other]
                            common = _common(left.words, left.numbers[row], right.words, right.numbers[other])
                            if common >= constants.needed[together]:
                                hits[0][found] = left.numbers[row]
                                hits[1][found] = right.numbers[other]
                                hits[2][found] = common
                                hits[3][found] = together
                                found += 1
            resume = right_start
            block += 1
        return block, resume, found

    return compare_tile


@compiled
def _columns(  # noqa: PLR0917 - compiled code has no keywords
    sketches: Words, row: int, offsets: NDArray[np.uint16], place: int, zero_column: int, column_words: int
) -> int:
    """Write where the columns of the bits of a left row begin, and return how many groups they are, filled up."""
    count = 0
    for word in range(sketches.shape[1]):
        rest = sketches[row, word]
        while rest:
            offsets[place, count] = (word * 64 + lowest_bit(rest)) * column_words
            rest &= rest - np.uint64(1)
            count += 1
    groups = -(-count // GROUP)
    for filler in range(count, groups * GROUP):
        offsets[place, filler] = zero_column * column_words
    return groups


@compiled
def _reached(  # noqa: PLR0917 - compiled code has no keywords
    counts: Ints, top: int, bottom: int, reach: Reach, start: int, stop: int
) -> tuple[int, int]:
    """Return the range of right rows, within `start` to `stop`, that rows `top` to `bottom` may pass with."""
    first, last = stop, start
    for row in range(top, bottom):
        first = min(first, reach.first[counts[row]])
        last = max(last, reach.last[counts[row]])
    return max(first, start), min(last, stop)


@compiled
def _common(ones: Words, one: int, others: Words, other: int) -> int:
    """Return the number of bits set in both of two rows."""
    common = 0
    for word in range(ones.shape[1]):
        common += count_bits(ones[one, word] & others[other, word])
    return common
