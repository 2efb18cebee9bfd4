"""The comparison of codes by equal symbols: at how many places two rows have the same one; compiled, without the GIL.

A symbol has 65,536 values, so two rows hardly ever agree at a place by chance: all agreements are found without looking
at the pairs. Right rows are listed by their symbols, place by place (:class:`Listing`). A left row looks its symbols
up, one place after the other, which brings the rows that agree with it there, one after the other; then these are
counted. That is a look-up per left row and place, for tens of thousands of right rows at once, and a count per
agreement.

All left rows of a tile look up in one place before the next, so that its list stays in the processor's cache.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from linkage.schema.hardening import SYMBOL_BITS
from matcher.compiled import compiled
from matcher.hits import Hits

TILE_ROWS = 8192
"""Left rows that look up in a list while it is in the cache."""
LISTED_ROWS = 32_768
"""Right rows of a listing: the more, the fewer look-ups; then its list of a place no longer fits into the cache."""
PLACES = 32
"""Places that are read from rows at once: a cache line."""
_SPARE = 2  # entries that are read though none may be there
_LINE = 32  # in so many slots, of 2 bytes
_MORE = 3  # times as many agreements as chance brings, and
_AT_LEAST = 64  # some, are kept of a row; a row that has more is counted in another way
Symbols = NDArray[np.uint16]


class Listing(NamedTuple):
    """Right rows by their symbols.

    Attributes:
        first: number of the first row.
        rows: how many there are, at most LISTED_ROWS.
        shift: what a symbol is shifted by for its slot.
        slots: uint16 (places, slots + 1): where the entries of each slot begin.
        entries: uint32 (places, rows and some spare): symbol and row, one above the other, by slot.
    """

    first: int
    rows: int
    shift: int
    slots: NDArray[np.uint16]
    entries: NDArray[np.uint32]

    @classmethod
    def of(cls, first: int, rows: int, places: int) -> Self:
        """Return an empty one."""
        digits = min(SYMBOL_BITS, (rows - 1).bit_length())
        return cls(
            first,
            rows,
            SYMBOL_BITS - digits,
            np.zeros((places, (1 << digits) + 1), dtype=np.uint16),
            np.zeros((places, rows + _SPARE), dtype=np.uint32),
        )

    def fill(self, symbols: Symbols, start: int, stop: int) -> None:
        """List the rows of `symbols`, of the whole file, in the places `start` to `stop`."""
        listed = symbols[self.first : self.first + self.rows]
        _list_rows(listed, start, stop, self.shift, self.slots, self.entries)


def listing_bytes(rows: int, places: int) -> int:
    """Return what a listing takes."""
    slots = 1 << (rows - 1).bit_length()
    return places * (2 * (slots + 1) + 4 * (rows + _SPARE))


class Scratch(NamedTuple):
    """What a thread works in.

    Attributes:
        symbols: (PLACES, left rows), of some places.
        agreeing: (left rows, room): right rows, counted from the listing's first, one for each place they agree in.
        found: uint32 (left rows,): how many there are of each.
        counts: uint16 (listed rows,), zeros.
        passing: uint16 (listed rows,), of one left row.
    """

    symbols: Symbols
    agreeing: NDArray[np.uint16]
    found: NDArray[np.uint32]
    counts: NDArray[np.uint16]
    passing: NDArray[np.uint16]

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
    return _MORE * (listed_rows * places >> SYMBOL_BITS) + _AT_LEAST


@compiled
def compare_rows(  # noqa: PLR0917 - compiled code has no keywords
    left: Symbols, rows: tuple[int, int], resume: int, listing: Listing, needed: int, scratch: Scratch, hits: Hits
) -> tuple[int, int]:
    """Return (the left row to go on with, hits written).

    Stops before a row whose hits might not fit, so that the caller can empty `hits` and go on.

    Args:
        left: uint16 (n, places).
        rows: first left row and the one to end before, for which there is room in `scratch`.
        resume: left row to begin with; of another than the first the agreements stand in `scratch` since the last call.
        listing: of the right rows.
        needed: equal symbols that a pair must have, from 0.
        scratch: of this thread.
        hits: left row, right row, equal symbols and twice the symbols of a row, to write.
    """
    places = left.shape[1]
    if resume == rows[0]:
        _gather(left, rows, listing, scratch)
    counts, passing = scratch.counts, scratch.passing
    room = scratch.agreeing.shape[1] - _SPARE
    written = 0
    for row in range(resume, rows[1]):
        if written + listing.rows > len(hits[0]):
            return row, written
        found = np.int64(scratch.found[row - rows[0]])
        agreeing = scratch.agreeing[row - rows[0]]
        passed = 0
        if found < room:
            for place in range(found):
                other = agreeing[place]
                count = counts[other] + np.uint16(1)
                counts[other] = count
                if count == needed:
                    passing[passed] = other
                    passed += 1
        else:
            passed = _count_all(left[row], listing, needed, counts, passing)
        if needed == 0:
            passed = listing.rows
            for other in range(passed):
                passing[other] = other
        for place in range(passed):
            other = passing[place]
            hits[0][written], hits[1][written] = row, listing.first + other
            hits[2][written], hits[3][written] = counts[other], 2 * places
            written += 1
        if found < room:
            for place in range(found):
                counts[agreeing[place]] = 0
        else:
            counts[:] = 0
    return rows[1], written


@compiled
def _gather(left: Symbols, rows: tuple[int, int], listing: Listing, scratch: Scratch) -> None:
    """Write which right rows agree with each left row, as far as there is room."""
    symbols, agreeing, found = scratch.symbols, scratch.agreeing, scratch.found
    count, places, room = rows[1] - rows[0], left.shape[1], agreeing.shape[1] - _SPARE
    shift, low = np.uint32(listing.shift), np.uint32(SYMBOL_BITS)
    found[:count] = 0
    for start in range(0, places, PLACES):
        now = min(PLACES, places - start)
        for row in range(count):
            for place in range(now):
                symbols[place, row] = left[rows[0] + row, start + place]
        for place in range(now):
            slots, entries = listing.slots[start + place], listing.entries[start + place]
            if _brought_near(slots, entries) < 0:
                return
            for row in range(count):
                symbol = np.uint32(symbols[place, row])
                slot = symbol >> shift
                first, last = np.int64(slots[slot]), np.int64(slots[slot + np.uint32(1)])
                so_far = np.int64(found[row])
                # Two are taken without asking whether they are there: a wrong guess of the processor costs more.
                one, two = entries[first], entries[first + 1]
                agreeing[row, so_far] = np.uint16(one)
                so_far += np.int64(first < last) & np.int64(one >> low == symbol)
                agreeing[row, so_far] = np.uint16(two)
                so_far += np.int64(first + 1 < last) & np.int64(two >> low == symbol)
                for entry in range(first + 2, last):
                    more = entries[entry]
                    agreeing[row, min(so_far, room)] = np.uint16(more)
                    so_far += np.int64(more >> low == symbol)
                found[row] = min(so_far, room)


@compiled
def _brought_near(slots: NDArray[np.uint16], entries: NDArray[np.uint32]) -> int:
    """Read a list from end to end, which brings it into the cache in the order of memory, and return some number."""
    seen = np.int64(0)
    for slot in range(0, len(slots), _LINE):
        seen |= np.int64(slots[slot])
    for entry in range(0, len(entries), _LINE // 2):
        seen |= np.int64(entries[entry])
    return seen


@compiled
def _count_all(
    symbols: Symbols, listing: Listing, needed: int, counts: NDArray[np.uint16], passing: NDArray[np.uint16]
) -> int:
    """Count the agreements of one left row with all listed rows, write which pass, and return how many do."""
    passed = 0
    for place in range(len(symbols)):
        symbol = np.uint32(symbols[place])
        slot = symbol >> np.uint32(listing.shift)
        for entry in range(np.int64(listing.slots[place, slot]), np.int64(listing.slots[place, slot + np.uint32(1)])):
            found = listing.entries[place, entry]
            if found >> np.uint32(SYMBOL_BITS) == symbol:
                other = np.uint16(found)
                counts[other] += np.uint16(1)
                if counts[other] == needed:
                    passing[passed] = other
                    passed += 1
    return passed


@compiled
def _list_rows(  # noqa: PLR0917 - compiled code has no keywords
    symbols: Symbols, start: int, stop: int, shift: int, slots: NDArray[np.uint16], entries: NDArray[np.uint32]
) -> None:
    """List rows by their symbols, in the places `start` to `stop`: a counting sort of each place."""
    rows = len(symbols)
    column = np.empty((PLACES, rows), dtype=np.uint16)
    begins = np.empty(slots.shape[1], dtype=np.uint32)
    for place in range(start, stop):
        if (place - start) % PLACES == 0:
            for row in range(rows):
                for near in range(min(PLACES, stop - place)):
                    column[near, row] = symbols[row, place + near]
        own = column[(place - start) % PLACES]
        begins[:] = 0
        for row in range(rows):
            begins[(own[row] >> shift) + 1] += np.uint32(1)
        for slot in range(1, len(begins)):
            begins[slot] += begins[slot - 1]
        for slot in range(len(begins)):
            slots[place, slot] = begins[slot]
        for row in range(rows):
            slot = own[row] >> shift
            entries[place, begins[slot]] = (np.uint32(own[row]) << np.uint32(SYMBOL_BITS)) | np.uint32(row)
            begins[slot] += np.uint32(1)
