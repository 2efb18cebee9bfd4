"""Comparing codes by equal symbols: how two files are cut into tiles, and how one thread compares these."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from linkage.symbols import SYMBOL_BITS
from matcher.hits import Hits, Needed
from matcher.similarity import Requirement
from matcher.symbol_kernel import (
    LISTED_ROWS,
    PLACES,
    TILE_ROWS,
    Listing,
    Rows,
    Scratch,
    compare_rows,
    listing_bytes,
    scratch_bytes,
)
from matcher.tiles import HIT_CAPACITY, Tile, TileSize

LARGEST_TILE = TileSize(TILE_ROWS, LISTED_ROWS)
_SMALL = 1024  # rows of a part
_LISTINGS = 2  # held at once: of the tiles at work, and of those that come next


class SymbolTiling:
    """Two files, neither empty, and how they are cut into tiles.

    The right file goes in parts. Before the tiles of a part come some that list its rows by their symbols, a few places
    each, so that all threads do it together; these settle no pairs.
    """

    def __init__(self, left: Encodings, right: Encodings, requirement: Requirement, size: TileSize | None) -> None:
        """Cut two files into tiles of about `size`, or of a size that suits most machines."""
        self.left = _rows(left)
        self.places = left.bits // SYMBOL_BITS
        self.asked = requirement.common
        wanted = LARGEST_TILE if size is None else size
        self.left_rows = min(max(1, wanted.left), TILE_ROWS, len(left))
        count = -(-len(right) // min(max(1, wanted.right), LISTED_ROWS))
        self.listed_rows = -(-len(right) // count)
        starts = range(0, len(right), self.listed_rows)
        self._tops = range(0, len(left), self.left_rows)
        self._parts = [
            _Part(_rows(right), start, min(self.listed_rows, len(right) - start), self.places, len(self._tops))
            for start in starts
        ]

    def tiles(self) -> Iterator[Tile]:
        """Yield tiles that cover every pair, those of a part after the ones that list its rows."""
        for number, part in enumerate(self._parts):
            for place in range(0, self.places, PLACES):
                yield Tile(place, min(place + PLACES, self.places), number, number, 0)
            for top in self._tops:
                bottom = min(top + self.left_rows, len(self.left))
                yield Tile(top, bottom, number, number + 1, (bottom - top) * part.rows)

    def comparer(
        self, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> "SymbolComparer":
        """Return what compares tiles in one thread; see :meth:`matcher.tiles.Tiling.comparer`."""
        return SymbolComparer(self, needed, put, stop, offsets)

    def part_of(self, tile: Tile) -> "_Part":
        """Return the part that a tile belongs to."""
        return self._parts[tile.right]


class _Part:
    """Some right rows, whose listing several threads make before all use it; it is dropped after the last tile."""

    def __init__(self, encodings: Rows, first: int, rows: int, places: int, tiles: int) -> None:
        self.rows = rows
        self._encodings, self._first = encodings, first
        self._places = self._missing = places
        self._tiles = tiles
        self._lock = Lock()
        self._begun: Listing | None = None
        self._ready: Future[Listing] = Future()

    def list_rows(self, start: int, stop: int) -> None:
        """List the rows in the places `start` to `stop`."""
        try:
            with self._lock:
                if self._begun is None:
                    self._begun = Listing.of(self._first, self.rows, self._places)
            self._begun.fill(self._encodings, start, stop)
        except BaseException as error:
            self._ready.set_exception(error)  # who waits must not wait for ever
            raise
        with self._lock:
            self._missing -= stop - start
            if not self._missing:
                self._ready.set_result(self._begun)

    def listing(self) -> Listing:
        """Return the listing when it is whole."""
        return self._ready.result()

    def leave(self) -> None:
        """Say that a tile is done."""
        with self._lock:
            self._tiles -= 1
            if not self._tiles:
                self._begun, self._ready = None, Future()


class SymbolComparer:
    """Compares tiles, one after the other, in memory that it keeps; each thread has one of its own."""

    def __init__(
        self, tiling: SymbolTiling, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> None:
        self._tiling, self._needed, self._put, self._stop, self._offsets = tiling, needed, put, stop, offsets
        self._scratch = Scratch.of(tiling.left_rows, tiling.listed_rows, tiling.places)
        room = max(tiling.listed_rows, min(HIT_CAPACITY, len(tiling.left) * tiling.listed_rows))
        self._buffer: NDArray[np.uint32] = np.empty((len(Hits._fields), room), dtype=np.uint32)

    def compare(self, tile: Tile) -> None:
        """Find the hits of a tile and give them on, or list rows."""
        tiling, part = self._tiling, self._tiling.part_of(tile)
        if tile.right == tile.right_stop:
            part.list_rows(tile.block, tile.block_stop)
            return
        listing, row = part.listing(), tile.block
        while row < tile.block_stop and not self._stop.is_set():
            needed = int(self._needed(tiling.asked)[2 * tiling.places])
            row, found = compare_rows(
                tiling.left, (tile.block, tile.block_stop), row, listing, needed, self._scratch, Hits(*self._buffer)
            )
            if found:
                self._put(Hits(*self._buffer[:, :found]).of_files(self._offsets))
        part.leave()

    def flush(self) -> None:
        """Do nothing: no hit is held back."""


def _rows(encodings: Encodings) -> Rows:
    return encodings.words.view(np.uint8)


def working_bytes(size: TileSize, places: int, threads: int) -> int:
    """Return what a comparison in tiles of `size` takes, beside the files and the hits."""
    return _LISTINGS * listing_bytes(size.right, places) + threads * scratch_bytes(size.left, size.right, places)


def tile_within(most_bytes: int, rows: tuple[int, int], places: int, threads: int) -> TileSize:
    """Return the largest tile with which a comparison of so many rows takes so much at most, or a small one."""
    size = TileSize(min(LARGEST_TILE.left, rows[0]), min(LARGEST_TILE.right, rows[1]))
    while size.right > _SMALL and working_bytes(size, places, threads) > most_bytes:
        size = TileSize(-(-size.left // 2), -(-size.right // 2))
    return size
