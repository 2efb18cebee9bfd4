"""Comparing codes by equal symbols pair by pair: what is fastest where one of two files has few rows.

A listing of rows by their symbols (:mod:`matcher.symbol_kernel`) costs as much for one row that looks something up as
for thousands. So where a file is short, each of its rows is compared with each of the other file: new records of an
agency with a large register, or the files of many small agencies with each other.
"""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from linkage import Encodings
from linkage.compiled import compiled
from linkage.symbols import SYMBOL_BITS, unpacked
from matcher.hits import Hits, Needed
from matcher.similarity import Requirement
from matcher.symbol_kernel import Numbers, Rows, read_symbols
from matcher.tiles import HIT_CAPACITY, Tile

FEW_ROWS = 200
"""So many rows at most are compared pair by pair; for more the listing pays, whatever the other file has."""
_TILE_ROWS = 256  # of the other file
_LANES = 32  # symbols compared by one instruction, or a few
_SYMBOL_BYTES = 2
_FILLED, _FILLED_OTHERWISE = 0xFFFF, 0xFFFE  # never equal, and no symbols


class FewTiling:
    """Two files, neither empty, one of them short, and how the other one is cut into tiles."""

    def __init__(self, left: Encodings, right: Encodings, requirement: Requirement) -> None:
        """Take the shorter file apart into symbols."""
        self.few_left = len(left) < len(right)
        few, many = (left, right) if self.few_left else (right, left)
        self.places = left.bits // SYMBOL_BITS
        self.asked = requirement.common
        self.few = np.full((len(few), _padded(self.places)), _FILLED, dtype=np.uint16)
        self.few[:, : self.places] = unpacked(few.to_bytes())
        self.many: Rows = many.words.view(np.uint8)

    def tiles(self) -> Iterator[Tile]:
        """Yield tiles that cover every pair: ranges of rows of the longer file."""
        count = len(self.many)
        for start in range(0, count, _TILE_ROWS):
            stop = min(start + _TILE_ROWS, count)
            yield Tile(start, stop, 0, len(self.few), (stop - start) * len(self.few))

    def comparer(
        self, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> "FewComparer":
        """Return what compares tiles in one thread; see :meth:`matcher.tiles.Tiling.comparer`."""
        return FewComparer(self, needed, put, stop, offsets)


class FewComparer:
    """Compares tiles, one after the other, in memory that it keeps; each thread has one of its own."""

    def __init__(
        self, tiling: FewTiling, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> None:
        self._tiling, self._needed, self._put, self._stop, self._offsets = tiling, needed, put, stop, offsets
        self._symbols = np.full((_padded(tiling.places), 1), _FILLED_OTHERWISE, dtype=np.uint16)
        room = min(HIT_CAPACITY, _TILE_ROWS * len(tiling.few))
        self._buffer: NDArray[np.uint32] = np.empty((len(Hits._fields), room), dtype=np.uint32)

    def compare(self, tile: Tile) -> None:
        """Find the hits of a tile and give them on."""
        tiling, row = self._tiling, tile.block
        while row < tile.block_stop and not self._stop.is_set():
            needed = int(self._needed(tiling.asked)[2 * tiling.places])
            row, found = compare_pairs(
                tiling.many, (row, tile.block_stop), tiling.few, tiling.places, needed, self._symbols, self._buffer
            )
            if found:
                many, few, *counts = self._buffer[:, :found]
                left, right = (few, many) if tiling.few_left else (many, few)
                self._put(Hits(left, right, *counts).of_files(self._offsets))

    def flush(self) -> None:
        """Do nothing: no hit is held back."""


def are_few(left_rows: int, right_rows: int) -> bool:
    """Return whether two files of so many rows are best compared pair by pair."""
    return min(left_rows, right_rows) <= FEW_ROWS


def few_bytes(left_rows: int, right_rows: int, places: int) -> int:
    """Return what such a comparison takes, beside the files and the hits."""
    return 2 * _SYMBOL_BYTES * _padded(places) * min(left_rows, right_rows)  # twice while rows are taken apart


def _padded(places: int) -> int:
    return -(-places // _LANES) * _LANES


def _equal(_context: Any, _one: Any, _other: Any, _vectors: Any) -> Any:
    """Count equal uint16 of two runs of _LANES each: (address, address, how many such)."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        one, other, vectors = arguments
        lanes = ir.VectorType(ir.IntType(16), _LANES)
        counts = cgutils.alloca_once_value(builder, ir.Constant(lanes, [0] * _LANES))  # type: ignore[no-untyped-call]  # Numba is not typed
        with cgutils.for_range(builder, vectors) as loop:
            offset = builder.mul(loop.index, ir.Constant(ir.IntType(64), _SYMBOL_BYTES * _LANES))
            read = [
                builder.load(builder.inttoptr(builder.add(start, offset), lanes.as_pointer()), align=2)
                for start in (one, other)
            ]
            agree = builder.sext(builder.icmp_unsigned("==", *read), lanes)
            builder.store(builder.sub(builder.load(counts), agree), counts)
        found, total = builder.load(counts), ir.Constant(ir.IntType(64), 0)
        for lane in range(_LANES):
            one_lane = builder.extract_element(found, ir.Constant(ir.IntType(32), lane))
            total = builder.add(total, builder.zext(one_lane, ir.IntType(64)))
        return total

    return types.int64(types.int64, types.int64, types.int64), generate


_count_equal: Any = intrinsic(_equal)


@compiled
def compare_pairs(  # noqa: PLR0917 - compiled code has no keywords
    many: Rows,
    rows: tuple[int, int],
    few: Numbers,
    places: int,
    needed: int,
    symbols: Numbers,
    hits: NDArray[np.uint32],
) -> tuple[int, int]:
    """Return (the row of `many` to go on with, hits written).

    Stops before a row whose hits might not fit, so that the caller can empty `hits` and go on.

    Args:
        many: encodings, (n, bytes).
        rows: the first of them to compare, and the one to end before.
        few: symbols, (m, places and what fills up to whole vectors).
        places: symbols of a row.
        needed: equal symbols that a pair must have, from 0.
        symbols: (places and what fills up, 1), to work in.
        hits: (4, room for m at least): row of `many`, row of `few`, equal symbols and twice the symbols of a row.
    """
    own, vectors, written = np.int64(symbols.ctypes.data), few.shape[1] // _LANES, 0
    for row in range(rows[0], rows[1]):
        if written + len(few) > hits.shape[1]:
            return row, written
        read_symbols(many, (row, row + 1), 0, places, symbols)
        for other in range(len(few)):
            equal = _count_equal(own, np.int64(few[other].ctypes.data), vectors)
            if equal >= needed:
                hits[0, written], hits[1, written] = row, other
                hits[2, written], hits[3, written] = equal, 2 * places
                written += 1
    return rows[1], written
