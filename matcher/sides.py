"""The two sides of a comparison, laid out for the kernel."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from linkage.compiled import compiled
from matcher.cores import equal_parts, on_cores
from matcher.form import Form, Sums
from matcher.similarity import Requirement
from matcher.sketch import Ordered, Reach, Sketch, best_sketch, sample_limits

_CACHE_LINE_BYTES = 64
_WORD_BITS = 64
_ROW_BYTES = 64  # beside the bits: order, popcounts, numbers, and copies of them


class Side(NamedTuple):
    """The rows of one side by rising popcount.

    Attributes:
        sketches: uint64; on the left (n, words of a sketch), on the right (stripes, columns, words of a vector): for
            each bit of a sketch a column that holds it for a stripe of rows, then a column of zeros, then the planes
            where sums start: half of what the row's sketch has fewer bits set than the fullest, rounded up. Without the
            planes where letters are compared, as their sums start with 0.
        bits_set: int64, (n,): bits set in each sketch.
        words: uint64, (n, words), as they come.
        popcounts: int64, (n,), rising.
        numbers: uint32, (n,): index of each row in `words`.
    """

    sketches: NDArray[np.uint64]
    bits_set: NDArray[np.int64]
    words: NDArray[np.uint64]
    popcounts: NDArray[np.int64]
    numbers: NDArray[np.uint32]


class Constants(NamedTuple):
    """What the kernel compares with.

    Attributes:
        needed: int32 by sum of popcounts, least number of common bits that passes.
        distance: int32 by sum of popcounts, largest sketch distance that may pass, -1 for none.
        most: bits set in the fullest sketch of the right side.
    """

    needed: NDArray[np.int32]
    distance: NDArray[np.int32]
    most: int


class Plan(NamedTuple):
    """All that the kernel needs to compare any part of two files.

    Attributes:
        left: the rows of one file.
        right: the rows of the other.
        form: how the kernel computes.
        sums: how it adds up.
        letters: how many letters sketches are read as; 0 where bits are counted.
        constants: tables.
        reach: by popcount on the left, the range of right rows that may pass.
    """

    left: Side
    right: Side
    form: Form
    sums: Sums
    letters: int
    constants: Constants
    reach: Reach

    @property
    def right_row_bytes(self) -> int:
        """What the kernel reads of a right row for every left row, at most."""
        columns: int = self.right.sketches.shape[1]
        return -(-columns // 8)


def side_bytes(words: int) -> tuple[int, int]:
    """Return what a row takes on the left and on the right while it is laid out and compared, at most."""
    return _ROW_BYTES + 8 * words, _ROW_BYTES + 16 * words


def plan(
    left: Encodings,
    right: Encodings,
    requirement: Requirement,
    form: Form,
    *,
    loss: float = 0.0,
    sketch: Sketch | None = None,
    threads: int = 1,
) -> Plan:
    """Return both files, neither empty, laid out for comparison.

    With a `loss` above 0 pairs may be judged by a random sample of their bits. A pair exactly at the threshold is then
    lost with at most this probability, and one above it less likely. That is an exact bound (hypergeometric) over the
    draw of the sample, if the positions in which two encodings differ do not depend on it. The sample is drawn by a
    fixed generator, so that results can be repeated; keyed hashes know nothing of it.

    Args:
        left: encodings of one file.
        right: encodings of the other.
        requirement: what the threshold asks.
        form: how the kernel computes.
        loss: largest probability of losing a pair exactly at the threshold, from 0 to below 1; 0 is exact.
        sketch: how pairs are first judged, instead of the way that promises the least work.
        threads: how many lay out, at most.
    """
    left_rows, right_rows = on_cores(_ordered, (left, right), threads)
    reach = _reach(left_rows.popcounts, right_rows.popcounts, requirement, left.bits)
    sketch = sketch or best_sketch(left_rows, right_rows, reach, requirement, form, bits=left.bits, loss=loss)
    distance = requirement.distance
    if sketch.positions is not None and loss > 0:
        distance = sample_limits(distance.astype(np.int64), left.bits, sketch.bits, loss).astype(np.int32)
    left_sketches, right_sketches = (
        sketch.of(rows.words, rows.numbers, threads=threads) for rows in (left_rows, right_rows)
    )
    left_set, right_set = on_cores(_bits_set, (left_sketches, right_sketches), threads)
    most = int(right_set.max())
    sums = Sums.of_letters(sketch.letters) if sketch.letters else Sums.of(most)
    planes = 0 if sketch.letters else sums.planes
    columns = in_lanes(right_sketches, (most - right_set + 1) // 2, sketch.bits, planes, form, threads=threads)
    return Plan(
        _side(left_rows, left_sketches, left_set),
        _side(right_rows, columns, right_set),
        form,
        sums,
        sketch.letters,
        Constants(requirement.common, distance, most),
        reach,
    )


def _ordered(side: Encodings) -> Ordered:
    counts = side.popcounts.astype(np.min_scalar_type(side.bits))  # NumPy sorts short numbers by digits
    order = np.argsort(counts, kind="stable").astype(np.uint32)
    return Ordered(side.words, order, side.popcounts[order].astype(np.int64))


def _side(rows: Ordered, sketches: NDArray[np.uint64], bits_set: NDArray[np.int64]) -> Side:
    words = np.ascontiguousarray(rows.words).view()
    words.setflags(write=False)  # the kernel is compiled for one kind of array only
    return Side(sketches, bits_set, words, rows.popcounts, rows.numbers)


def _bits_set(sketches: NDArray[np.uint64]) -> NDArray[np.int64]:
    bits_set: NDArray[np.int64] = np.bitwise_count(sketches).sum(axis=1, dtype=np.int64)
    return bits_set


def _reach(
    left_counts: NDArray[np.int64], right_counts: NDArray[np.int64], requirement: Requirement, bits: int
) -> Reach:
    """Return, by popcount on the left, the range of right rows whose popcounts allow them to pass."""
    first, last = np.zeros(bits + 1, dtype=np.int64), np.zeros(bits + 1, dtype=np.int64)
    _write_reach(_distinct(left_counts), _distinct(right_counts), requirement.common, first, last)
    begins = np.searchsorted(right_counts, np.arange(bits + 2))  # of each popcount, and of the one above the most
    return Reach(begins[first], begins[last])


def _distinct(rising: NDArray[np.int64]) -> NDArray[np.int64]:
    return rising[np.flatnonzero(np.diff(rising, prepend=-1))]


@compiled
def _write_reach(
    left_counts: NDArray[np.int64],
    right_counts: NDArray[np.int64],
    common: NDArray[np.int32],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> None:
    """Write, by popcount on the left, the least popcount on the right that may pass, and one above the largest."""
    for popcount in left_counts:
        for other in right_counts:
            if common[popcount + other] <= min(popcount, other):
                first[popcount] = first[popcount] if last[popcount] else other
                last[popcount] = other + 1


def in_lanes(
    sketches: NDArray[np.uint64], starts: NDArray[np.int64], bits: int, planes: int, form: Form, *, threads: int = 1
) -> NDArray[np.uint64]:
    """Return what :class:`Side` says of the right side, cache-aligned: a column per bit, zeros, and `starts`."""
    shape = (-(-len(sketches) // form.lanes), bits + 1 + planes, form.lanes // _WORD_BITS)
    columns = aligned_words(shape)

    def lay_out(rows: slice) -> None:
        stripes = columns[rows.start // form.lanes :]
        _lay_out(sketches[rows], starts[rows], stripes, bits + 1, form.lanes)

    on_cores(lay_out, equal_parts(len(sketches), threads, unit=form.lanes), threads)
    return columns


def aligned_words(shape: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return zeros that begin at a cache line."""
    size = int(np.prod(shape)) * 8
    memory = np.zeros(size + _CACHE_LINE_BYTES, dtype=np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE_BYTES
    return memory[start : start + size].view(np.uint64).reshape(shape)


@compiled
def _lay_out(
    sketches: NDArray[np.uint64], starts: NDArray[np.int64], columns: NDArray[np.uint64], first_plane: int, lanes: int
) -> None:
    """Write sketches and starts crosswise into zeros."""
    square = np.zeros(_WORD_BITS, dtype=np.uint64)
    for top in range(0, len(sketches), _WORD_BITS):
        stripe, place = top // lanes, top % lanes // _WORD_BITS
        rows = min(_WORD_BITS, len(sketches) - top)
        for word in range(sketches.shape[1]):
            square[rows:] = 0
            for row in range(rows):
                square[row] = sketches[top + row, word]
            _transpose(square)
            first = word * _WORD_BITS
            for column in range(first, min(first + _WORD_BITS, first_plane - 1)):
                columns[stripe, column, place] = square[column - first]
        for row in range(rows):
            for plane in range(columns.shape[1] - first_plane):
                digit = np.uint64((starts[top + row] >> plane) & 1)
                columns[stripe, first_plane + plane, place] |= digit << np.uint64(row)


@compiled
def _transpose(square: NDArray[np.uint64]) -> None:
    """Swap bit i of word j and bit j of word i, for all of 64 words: halves, then quarters, and so on down to bits.

    Warren, Hacker's Delight, 7-3.
    """
    half = 32
    mask = np.uint64(0x00000000FFFFFFFF)
    while half:
        shift = np.uint64(half)
        for upper in range(0, _WORD_BITS, 2 * half):
            for row in range(upper, upper + half):
                swapped = ((square[row] >> shift) ^ square[row + half]) & mask
                square[row] ^= swapped << shift
                square[row + half] ^= swapped
        half >>= 1
        mask ^= mask << np.uint64(half)
