"""The comparison of codes by equal symbols: at how many places two rows have the same one; compiled, without the GIL.

Two rows of many symbols agree at few places, so agreements are found without looking at the pairs. Right rows are
listed by their symbols, place by place (:class:`Listing`). A left row looks its symbols up, one place after the other,
which brings the rows that agree with it there; then it counts how often each was brought. That is a look-up per left
row and place, for tens of thousands of right rows at once, and a count per agreement.

All left rows of a tile look up in one place before the next, so that its list stays in the processor's cache.
"""

from typing import Any, NamedTuple, Self

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from linkage.compiled import compiled
from linkage.symbols import ALPHABET, PAIR_BYTES, SYMBOL_BITS
from matcher.hits import Hits

TILE_ROWS = 1024
"""Left rows that look up in a list while it is in the cache."""
LISTED_ROWS = 32_768
"""Right rows of a listing: the more, the fewer look-ups; then its list of a place no longer fits into the cache."""
PLACES = 32
"""Places that are read from rows at once: nearly a cache line."""
_COPIED = 16  # rows at once, wanted or not: to ask how many are there costs more
_LINE_BYTES = 64
_MORE = 1.25  # times as many agreements as chance brings are kept of a row, and all of some
_PARTNERS = 2  # other rows of the same person; a row that has more is counted in another way

Rows = NDArray[np.uint8]
Numbers = NDArray[np.uint16]


class Listing(NamedTuple):
    """Right rows by their symbols.

    Attributes:
        first: number of the first row.
        rows: how many there are, at most LISTED_ROWS.
        begins: uint16 (places, ALPHABET + 1): where the rows with each symbol begin.
        listed: uint16 (places, rows and some spare): the rows by their symbol, counted from the first.
    """

    first: int
    rows: int
    begins: Numbers
    listed: Numbers

    @classmethod
    def of(cls, first: int, rows: int, places: int) -> Self:
        """Return an empty one."""
        begins = np.empty((places, ALPHABET + 1), dtype=np.uint16)
        return cls(first, rows, begins, np.empty((places, rows + _COPIED), dtype=np.uint16))

    def fill(self, encodings: Rows, start: int, stop: int) -> None:
        """List the rows of `encodings`, of the whole file, in the places `start` to `stop`."""
        _list_rows(encodings[self.first : self.first + self.rows], start, stop, self.begins, self.listed)


def listing_bytes(rows: int, places: int) -> int:
    """Return what a listing takes."""
    return 2 * places * (ALPHABET + 1 + rows + _COPIED)


class Scratch(NamedTuple):
    """What a thread works in.

    Attributes:
        symbols: (PLACES, left rows), of some places.
        agreeing: (left rows, room): listed rows, one for each place they agree in.
        found: uint32 (left rows,): how many there are of each.
        counts: uint16 (listed rows,), zeros.
        passing: uint16 (listed rows,), of one left row.
    """

    symbols: Numbers
    agreeing: Numbers
    found: NDArray[np.uint32]
    counts: Numbers
    passing: Numbers

    @classmethod
    def of(cls, left_rows: int, listed_rows: int, places: int) -> Self:
        """Return memory for tiles of so many rows."""
        return cls(
            np.empty((PLACES, left_rows), dtype=np.uint16),
            np.empty((left_rows, _room(listed_rows, places)), dtype=np.uint16),
            np.empty(left_rows, dtype=np.uint32),
            np.zeros(listed_rows, dtype=np.uint16),
            np.empty(listed_rows, dtype=np.uint16),
        )


def scratch_bytes(left_rows: int, listed_rows: int, places: int) -> int:
    """Return what :class:`Scratch` takes."""
    return left_rows * (2 * PLACES + 2 * _room(listed_rows, places) + 4) + 4 * listed_rows


def _room(listed_rows: int, places: int) -> int:
    return int(_MORE * listed_rows * places / ALPHABET) + _PARTNERS * places + 4 * _COPIED


def _copy(_context: Any, _target: Any, _source: Any) -> Any:
    """Copy _COPIED uint16, as one vector: (address to copy to, address to copy from)."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(16), _COPIED).as_pointer()
        target, source = (builder.inttoptr(address, vector) for address in arguments)
        builder.store(builder.load(source, align=2), target, align=2)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


_copy_rows: Any = intrinsic(_copy)


@compiled
def compare_rows(  # noqa: PLR0917 - compiled code has no keywords
    left: Rows, rows: tuple[int, int], resume: int, listing: Listing, needed: int, scratch: Scratch, hits: Hits
) -> tuple[int, int]:
    """Return (the left row to go on with, hits written).

    Stops before a row whose hits might not fit, so that the caller can empty `hits` and go on.

    Args:
        left: encodings, (n, bytes).
        rows: first left row and the one to end before, for which there is room in `scratch`.
        resume: left row to begin with; of another than the first the agreements stand in `scratch` since the last call.
        listing: of the right rows.
        needed: equal symbols that a pair must have, from 0.
        scratch: of this thread.
        hits: left row, right row, equal symbols and twice the symbols of a row, to write.
    """
    if resume == rows[0]:
        _gather(left, rows, listing, scratch)
    counts, passing = scratch.counts, scratch.passing
    places, room = len(listing.begins), scratch.agreeing.shape[1] - _COPIED
    written = 0
    for row in range(resume, rows[1]):
        if written + listing.rows > len(hits[0]):
            return row, written
        found = np.int64(scratch.found[row - rows[0]])
        if found < room:
            passed = _count(scratch.agreeing[row - rows[0], :found], needed, counts, passing)
        else:
            passed = _look_up_and_count(left[row], listing, needed, counts, passing)
        if needed == 0:
            passed = listing.rows
            for other in range(passed):
                passing[other] = other
        for place in range(passed):
            other = passing[place]
            hits[0][written], hits[1][written] = row, listing.first + other
            hits[2][written], hits[3][written] = counts[other], 2 * places
            written += 1
        counts[:] = 0
    return rows[1], written


@compiled
def _gather(left: Rows, rows: tuple[int, int], listing: Listing, scratch: Scratch) -> None:
    """Write which listed rows agree with each left row, as far as there is room."""
    symbols, agreeing, found = scratch.symbols, scratch.agreeing, scratch.found
    count, places, room = rows[1] - rows[0], len(listing.begins), agreeing.shape[1]
    address, last = np.int64(agreeing.ctypes.data), room - _COPIED
    found[:count] = 0
    for start in range(0, places, PLACES):
        stop = min(start + PLACES, places)
        read_symbols(left, rows, start, stop, symbols)
        for place in range(start, stop):
            begins, listed, own = listing.begins[place], listing.listed[place], symbols[place - start]
            if _brought_near(begins) + _brought_near(listed) < 0:
                return
            source = np.int64(listed.ctypes.data)
            for row in range(count):
                begin, end = np.int64(begins[own[row]]), np.int64(begins[np.int64(own[row]) + 1])
                so_far = np.int64(found[row])
                _copy_rows(address + 2 * (row * room + so_far), source + 2 * begin)
                for more in range(begin + _COPIED, end):
                    agreeing[row, min(so_far + more - begin, last)] = listed[more]
                found[row] = min(so_far + end - begin, last)


@compiled
def read_symbols(encodings: Rows, rows: tuple[int, int], start: int, stop: int, symbols: Numbers) -> None:
    """Write the symbols of some rows at the places from `start`, which is even, to `stop`: (places, rows)."""
    for row in range(rows[1] - rows[0]):
        encoding = encodings[rows[0] + row]
        for place in range(start, stop, 2):
            three = place // 2 * PAIR_BYTES
            pair = np.uint32(encoding[three])
            pair |= np.uint32(encoding[three + 1]) << np.uint32(8)
            pair |= np.uint32(encoding[three + 2]) << np.uint32(16)
            symbols[place - start, row] = pair & np.uint32(ALPHABET - 1)
            symbols[place - start + 1, row] = pair >> np.uint32(SYMBOL_BITS)


@compiled
def _brought_near(numbers: Numbers) -> int:
    """Read numbers from end to end, which brings them into the cache in the order of memory, and return some number."""
    seen = 0
    for place in range(0, len(numbers), _LINE_BYTES // 2):
        seen |= int(numbers[place])
    return seen


@compiled
def _count(agreeing: Numbers, needed: int, counts: Numbers, passing: Numbers) -> int:
    """Count how often each row agrees, write which do so often enough, and return how many do."""
    passed = 0
    for place in range(len(agreeing)):
        other = agreeing[place]
        count = counts[other] + np.uint16(1)
        counts[other] = count
        if count == needed:
            passing[passed] = other
            passed += 1
    return passed


@compiled
def _look_up_and_count(encoding: Rows, listing: Listing, needed: int, counts: Numbers, passing: Numbers) -> int:
    """Do for one left row what :func:`_count` does, without room for what agrees with it."""
    passed = 0
    pair = np.empty((2, 1), dtype=np.uint16)
    for place in range(len(listing.begins)):
        if place % 2 == 0:
            read_symbols(encoding.reshape(1, -1), (0, 1), place, place + 2, pair)
        symbol = np.int64(pair[place % 2, 0])
        agreeing = listing.listed[place, listing.begins[place, symbol] : listing.begins[place, symbol + 1]]
        passed += _count(agreeing, needed, counts, passing[passed:])
    return passed


@compiled
def _list_rows(encodings: Rows, start: int, stop: int, begins: Numbers, listed: Numbers) -> None:
    """List rows by their symbols, in the places from `start`, which is even, to `stop`: a counting sort for each."""
    rows = len(encodings)
    symbols = np.empty((PLACES, rows), dtype=np.uint16)
    ends = np.empty(ALPHABET, dtype=np.uint16)
    for place in range(start, stop):
        near = (place - start) % PLACES
        if near == 0:
            read_symbols(encodings, (0, rows), place, min(place + PLACES, stop), symbols)
        ends[:] = 0
        for row in range(rows):
            ends[symbols[near, row]] += np.uint16(1)
        before = 0
        for symbol in range(ALPHABET):
            times = int(ends[symbol])
            begins[place, symbol] = ends[symbol] = before
            before += times
        begins[place, ALPHABET] = rows
        for row in range(rows):
            symbol = symbols[near, row]
            listed[place, ends[symbol]] = row
            ends[symbol] += np.uint16(1)
