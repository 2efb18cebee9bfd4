"""The comparison of a tile: all pairs of some left and some right rows, compiled by Numba, without the GIL.

A pair is first tested on *sketches* (see :mod:`matcher.sketch`), many at once (see :mod:`matcher.lanes`); the few that
may pass are then counted in full. So a tile's result is exact whatever the sketch is; the sketch decides the speed.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matcher.compiled import compiled
from matcher.form import COUNT, LEFT_ROWS, RIGHT_VECTORS, TABLE
from matcher.hits import Hits
from matcher.lanes import MAKER, count_bits, lowest_bit, near_lanes
from matcher.sides import Constants, Side
from matcher.sketch import Reach

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Ints = NDArray[np.int64]
Tile = tuple[int, int, int, int]
Scratch = tuple[Bytes, Words, NDArray[np.uint16]]
Kernel = Callable[[Side, Side, Constants, Reach, bool, Tile, Scratch, Hits], tuple[int, int]]


@cache
def kernel(lanes: int, tables: int, wide: int) -> Kernel:  # noqa: C901 - one compiled loop, told as one
    """Return the compiled ``compare_tile``; the arguments are the constants of :func:`matcher.lanes.near_lanes`."""
    maker = MAKER
    operand_bytes = (TABLE if tables else COUNT).operand_bytes

    @compiled
    def compare_tile(  # noqa: C901, PLR0912, PLR0917 - one compiled loop; compiled code has no keywords
        left: Side,
        right: Side,
        constants: Constants,
        reach: Reach,
        exact: bool,  # noqa: FBT001 - compiled code has no keywords
        tile: Tile,
        scratch: Scratch,
        hits: Hits,
    ) -> tuple[int, int]:
        """Return (the block of left rows to go on with, hits written).

        Stops before a block whose hits might not fit, so that the caller can empty `hits` and go on.

        Args:
            left: rows of one file.
            right: rows of the other.
            constants: tables of the form and the threshold.
            reach: by popcount on the left, the range of right rows that may pass.
            exact: whether a sketch is the whole encoding, so that its distance is that of the encodings.
            tile: (first block of left rows, last, first right row, last).
            scratch: (operands of one block, masks, distances), see :func:`matcher.lanes.near_lanes`.
            hits: (left number, right number, common bits, sum of popcounts) arrays to write.
        """
        block, block_stop, right_start, right_stop = tile
        block_operands, masks, sums = scratch
        stripe = RIGHT_VECTORS * lanes
        found = 0
        while block < block_stop:
            top = block * LEFT_ROWS
            bottom = min(top + LEFT_ROWS, len(left.popcounts))
            first, last = _reached(left.popcounts[top:bottom], reach, right_start, right_stop)
            if first < last:
                if found + LEFT_ROWS * (last - first) > len(hits[0]):
                    break
                for row in range(block_operands.shape[0]):
                    for digit in range(block_operands.shape[1]):
                        byte = left.digits[block * block_operands.shape[0] + row, digit]
                        for k in range(operand_bytes):
                            block_operands[row, digit, k] = constants.operands[byte, k]
            for start in range(first // stripe * stripe, last, stripe):
                highest = left.popcounts[bottom - 1] + right.popcounts[min(start + stripe, last) - 1]
                if constants.distance[highest] < 0:
                    continue
                near = near_lanes(
                    block_operands.ctypes.data,
                    right.digits[start // lanes :].ctypes.data,
                    block_operands.shape[1],
                    constants.distance[highest],
                    masks.ctypes.data,
                    sums.ctypes.data,
                    lanes,
                    tables,
                    wide,
                    maker,
                )
                for word in range(len(masks) if near else 0):
                    mask = masks[word]
                    while mask:
                        place = word * 64 + lowest_bit(mask)
                        mask &= mask - np.uint64(1)
                        row, other = top + place // stripe, start + place % stripe
                        if row >= bottom or other < first or other >= last:
                            continue
                        together = left.popcounts[row] + right.popcounts[other]
                        if exact:
                            common = (together - sums[place]) // 2
                        else:
                            common = _common(left.words[row], right.words[other])
                        if common >= constants.needed[together]:
                            hits[0][found] = left.numbers[row]
                            hits[1][found] = right.numbers[other]
                            hits[2][found] = common
                            hits[3][found] = together
                            found += 1
            block += 1
        return block, found

    return compare_tile


@compiled
def _reached(counts: Ints, reach: Reach, start: int, stop: int) -> tuple[int, int]:
    """Return the range of right rows, within `start` to `stop`, that rows of some popcounts may pass with."""
    first, last = stop, start
    for popcount in counts:
        first = min(first, reach.first[popcount])
        last = max(last, reach.last[popcount])
    return max(first, start), min(last, stop)


@compiled
def _common(one: Words, other: Words) -> int:
    """Return the number of bits set in both encodings."""
    common = 0
    for word in range(len(one)):
        common += count_bits(one[word] & other[word])
    return common
