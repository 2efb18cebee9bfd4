"""The comparison of a tile: all pairs of some left and some right rows, compiled by Numba, without the GIL.

A pair is first tested on *sketches* (see :mod:`matcher.sketch`), a stripe of right rows at once (see
:mod:`matcher.lanes`); the few that may pass are then counted in full. So a tile's result is exact whatever the sketch
is; the sketch decides the speed.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.form import LEFT_ROWS, Form, Sums
from matcher.hits import Hits
from matcher.lanes import GROUP, LEVELS, MAKER, add_columns, add_sums, count_bits, enough, lowest_bit
from matcher.sides import Constants, Plan, Side, aligned_words
from matcher.sketch import Reach

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]
Scratch = tuple[NDArray[np.uint16], Ints, Words, Ints, Words]
Tile = tuple[int, int, int, int]
Kernel = Callable[[Side, Side, Constants, Reach, Tile, int, Scratch, Hits], tuple[int, int, int]]


def scratch(prepared: Plan) -> Scratch:
    """Return the memory that one thread needs.

    That is, by team of a block, offsets of columns and how many groups each class of them has; sums by class, and zeros
    after them; what the rows of a team must reach; a mask.
    """
    form, (planes, team) = prepared.form, prepared.sums
    classes = 1 << team
    most = min(int(prepared.left.bits_set.max()) * team, prepared.right.sketches.shape[1]) + classes * GROUP
    return (
        np.empty((LEFT_ROWS // team, most), dtype=np.uint16),
        np.empty((LEFT_ROWS // team, classes), dtype=np.int64),
        aligned_words((classes, planes, form.lanes // 64)),
        np.empty(team, dtype=np.int64),
        np.empty(form.lanes // 64, dtype=np.uint64),
    )


@cache
def kernel(form: Form, sums: Sums) -> Kernel:  # noqa: C901 - one compiled loop, told as one
    """Return the compiled ``compare_tile``."""
    lanes, planes, team = form.lanes, sums.planes, sums.team
    maker, levels, block_rows = (
        MAKER,
        LEVELS,
        LEFT_ROWS,
    )  # as variables of this function they decide which code in the cache fits
    column_words = lanes // 64
    classes = 1 << team
    sum_bytes = planes * lanes // 8

    @compiled
    def compare_tile(  # noqa: C901, PLR0917 - one compiled loop; compiled code has no keywords
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
        offsets, groups, sums, targets, masks = scratch
        # addresses and whole arrays, no slices: a slice counts references, which threads would do on one cache line
        all_offsets, all_columns = np.int64(offsets.ctypes.data), np.int64(right.sketches.ctypes.data)
        all_sums, mask_address = np.int64(sums.ctypes.data), np.int64(masks.ctypes.data)
        offsets_bytes = offsets.shape[1] * 2
        stripe_bytes = right.sketches.shape[1] * column_words * 8
        zero_column = right.sketches.shape[1] - planes - 1
        start_bytes = (zero_column + 1) * column_words * 8
        found = 0
        while block < block_stop:
            top = block * block_rows
            bottom = min(top + block_rows, len(left.popcounts))
            first, last = reached(left.popcounts, top, bottom, reach, right_start, right_stop)
            begin = max(first // lanes * lanes, resume)
            if begin < last:
                for row in range(top, bottom, team):
                    _columns(left.sketches, row, team, offsets, groups, (row - top) // team, zero_column, column_words)
            for start in range(begin, last, lanes):
                if found + (bottom - top) * lanes > len(hits[0]):
                    return block, start, found
                columns = all_columns + start // lanes * stripe_bytes
                highest = right.popcounts[min(start + lanes, last) - 1]
                for row in range(top, bottom, team):
                    rows = min(team, bottom - row)
                    if not _targets(left, row, rows, highest, constants, targets):
                        continue
                    place = all_offsets + (row - top) // team * offsets_bytes
                    for number in range(1, classes):
                        count = groups[(row - top) // team, number]
                        begins = columns + start_bytes if number == classes - 1 else all_sums
                        add_columns(
                            place, count, columns, begins, all_sums + number * sum_bytes, lanes, planes, levels, maker
                        )
                        place += count * GROUP * 2
                    # a class of columns is those that some rows of the team have set and the others have not; from the
                    # last row on, the sums of classes with it are added up for it, and also to those without it
                    row_class = classes // 2
                    while row_class > 1:
                        for number in range(1, row_class):
                            others = all_sums + (row_class + number) * sum_bytes
                            add_sums(all_sums + number * sum_bytes, others, lanes, planes, maker)
                            add_sums(all_sums + row_class * sum_bytes, others, lanes, planes, maker)
                        row_class //= 2
                    for member in range(rows):
                        target = targets[member]
                        if target < 0 or not enough(
                            all_sums + (1 << member) * sum_bytes, target, mask_address, lanes, planes, maker
                        ):
                            continue
                        found = take(left, right, constants, row + member, start, first, last, masks, hits, found)
            resume = right_start
            block += 1
        return block, resume, found

    return compare_tile


@compiled
def _columns(  # noqa: PLR0917 - compiled code has no keywords
    sketches: Words,
    top: int,
    team: int,
    offsets: NDArray[np.uint16],
    groups: Ints,
    place: int,
    zero_column: int,
    column_words: int,
) -> None:
    """Write where the columns of the bits of a team of left rows begin, class by class, each filled up to groups."""
    bottom = min(top + team, len(sketches))
    written = 0
    for number in range(1, 1 << team):
        begin = written
        for word in range(sketches.shape[1]):
            rest = ~np.uint64(0)
            for row in range(top, bottom):
                bits = sketches[row, word]
                rest &= bits if (number >> (row - top)) & 1 else ~bits
            if number >> (bottom - top):
                rest = np.uint64(0)
            while rest:
                offsets[place, written] = (word * 64 + lowest_bit(rest)) * column_words
                rest &= rest - np.uint64(1)
                written += 1
        groups[place, number] = -(-(written - begin) // GROUP)
        while written < begin + groups[place, number] * GROUP:
            offsets[place, written] = zero_column * column_words
            written += 1


@compiled
def _targets(  # noqa: PLR0917 - compiled code has no keywords
    left: Side, top: int, rows: int, highest: int, constants: Constants, targets: Ints
) -> bool:
    """Return whether any of some left rows can pass with any right row of a stripe, and write what each must reach.

    That is -1 for those that cannot; `highest` is the largest popcount of the stripe.
    """
    possible = False
    for member in range(rows):
        row = top + member
        limit = constants.distance[left.popcounts[row] + highest]
        target = max((constants.most + left.bits_set[row] - limit + 1) // 2, 0)
        targets[member] = -1 if limit < 0 or target > constants.most else target
        possible |= targets[member] >= 0
    return possible


@compiled
def reached(  # noqa: PLR0917 - compiled code has no keywords
    counts: Ints, top: int, bottom: int, reach: Reach, start: int, stop: int
) -> tuple[int, int]:
    """Return the range of right rows, within `start` to `stop`, that rows `top` to `bottom` may pass with."""
    first, last = stop, start
    for row in range(top, bottom):
        first = min(first, reach.first[counts[row]])
        last = max(last, reach.last[counts[row]])
    return max(first, start), min(last, stop)


@compiled
def take(  # noqa: PLR0917 - compiled code has no keywords
    left: Side,
    right: Side,
    constants: Constants,
    row: int,
    start: int,
    first: int,
    last: int,
    masks: Words,
    hits: Hits,
    found: int,
) -> int:
    """Write those pairs of a left row and the right rows in a mask, from `first` to `last`, that pass.

    Returns:
        The hits written by now.
    """
    for word in range(len(masks)):
        mask = masks[word]
        while mask:
            other = start + word * 64 + lowest_bit(mask)
            mask &= mask - np.uint64(1)
            if other < first or other >= last:
                continue
            together = left.popcounts[row] + right.popcounts[other]
            common = _common(left.words, left.numbers[row], right.words, right.numbers[other])
            if common >= constants.needed[together]:
                hits[0][found] = left.numbers[row]
                hits[1][found] = right.numbers[other]
                hits[2][found] = common
                hits[3][found] = together
                found += 1
    return found


@compiled
def _common(ones: Words, one: int, others: Words, other: int) -> int:
    """Return the number of bits set in both of two rows."""
    common = 0
    for word in range(ones.shape[1]):
        common += count_bits(ones[one, word] & others[other, word])
    return common
