"""Comparing codes by equal symbols: the two files laid out, cut into tiles, and how one thread compares these."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from matcher.form import Form
from matcher.hits import Hits, Needed
from matcher.sides import in_lanes
from matcher.similarity import Requirement
from matcher.symbol_kernel import TILE_ROWS, Files, Scratch, planes_for, symbol_kernel, write_offsets
from matcher.tiles import Tile, TileSize, hit_capacity

_TILE_STRIPES = 8  # a tile then takes some ten milliseconds, after which a thread can hear that it must stop


class SymbolTiling(NamedTuple):
    """Two files, neither empty, and how they are cut into tiles.

    Attributes:
        files: both, the right one crosswise too.
        places: symbols of a row.
        form: how the kernel computes.
        asked: int32 by sum of both rows' symbols, of which there is one: how many equal symbols pass.
        left_rows: of a tile.
        stripes: of right rows, of a tile.
    """

    files: Files
    places: int
    form: Form
    asked: NDArray[np.int32]
    left_rows: int
    stripes: int

    @classmethod
    def of(
        cls, left: Encodings, right: Encodings, requirement: Requirement, form: Form, size: TileSize | None
    ) -> "SymbolTiling":
        """Return the tiling of about `size`, or of a size that suits most machines."""
        columns = in_lanes(right.words, np.zeros(len(right), dtype=np.int64), right.bits, 1, form)
        wanted = TileSize(TILE_ROWS, _TILE_STRIPES * form.lanes) if size is None else size
        return cls(
            Files(np.ascontiguousarray(left.words), np.ascontiguousarray(right.words), columns),
            left.bits // 8,
            form,
            requirement.common,
            min(max(1, wanted.left), TILE_ROWS),
            max(1, wanted.right // form.lanes),
        )

    def tiles(self) -> Iterator[Tile]:
        """Yield tiles that cover every pair."""
        left_rows, right_rows = len(self.files.left), len(self.files.right)
        all_stripes = len(self.files.columns)
        for top in range(0, left_rows, self.left_rows):
            bottom = min(top + self.left_rows, left_rows)
            for stripe in range(0, all_stripes, self.stripes):
                stop = min(stripe + self.stripes, all_stripes)
                rows = min(stop * self.form.lanes, right_rows) - stripe * self.form.lanes
                yield Tile(top, bottom, stripe, stop, (bottom - top) * rows)

    def comparer(
        self, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> "SymbolComparer":
        """Return what compares tiles in one thread; see :meth:`matcher.tiles.Tiling.comparer`."""
        return SymbolComparer(self, needed, put, stop, offsets)


class SymbolComparer:
    """Compares tiles, one after the other, in memory that it keeps; each thread has one of its own."""

    def __init__(
        self, tiling: SymbolTiling, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> None:
        planes = planes_for(int(tiling.asked[2 * tiling.places]))
        self._tiling, self._needed, self._put, self._stop, self._offsets = tiling, needed, put, stop, offsets
        self._kernel = symbol_kernel(tiling.form, planes)
        self._scratch = Scratch.of(tiling.places, planes, tiling.form)
        room = hit_capacity(len(tiling.files.left), len(tiling.files.right), tiling.form)
        self._buffer = np.empty((len(Hits._fields), room), dtype=np.uint32)
        self._top = -1

    def compare(self, tile: Tile) -> None:
        """Find the hits of a tile and give them on."""
        tiling = self._tiling
        if tile.block != self._top:
            words = tiling.form.lanes // 64
            write_offsets(tiling.files.left, tile.block, tile.block_stop, tiling.places, words, self._scratch.offsets)
            self._top = tile.block
        rows, resume = (tile.block, tile.block_stop), (tile.right, 0)
        while resume[0] < tile.right_stop and not self._stop.is_set():
            needed = int(self._needed(tiling.asked)[2 * tiling.places])
            stripe, row, found = self._kernel(
                tiling.files, rows, tile.right_stop, resume, needed, self._scratch, Hits(*self._buffer)
            )
            resume = (stripe, row)
            if found:
                left, right, common, together = self._buffer[:, :found]
                first, second = (np.uint32(offset) for offset in self._offsets)
                self._put(Hits(left + first, right + second, common.copy(), together.copy()))

    def flush(self) -> None:
        """Do nothing: no hit is held back."""
