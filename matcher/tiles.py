"""Units of work: the tiles of two sides that are laid out, and how one thread compares them."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import NamedTuple, Protocol

import numpy as np

from matcher.form import LEFT_ROWS, Form
from matcher.hits import Hits, Needed
from matcher.kernel import kernel, scratch
from matcher.letters import BLOCKS_AT_ONCE
from matcher.letters import kernel as letter_kernel
from matcher.letters import scratch as letter_scratch
from matcher.sides import Constants, Plan

HIT_CAPACITY = 1 << 16
_TILE_LEFT_ROWS = 1024
_LEAST_TILES = 32  # so that no thread works long at the last one while others are done
_LEAST_TILE_PAIRS = 1 << 20  # but less than this is not worth handing out
_TILE_STRIPES = 32  # so many pass by for each block of left rows, whose columns must be told apart first
_BITS_PER_CALL = 1 << 36  # compared within about a fifth of a second, after which a thread can hear that it must stop


class TileSize(NamedTuple):
    """Rows of a tile on each side, as far as they are wanted; made multiples of what the vectors take."""

    left: int
    right: int


class Tile(NamedTuple):
    """A range of blocks of left rows, a range of right rows, and the pairs that are settled when it is done."""

    block: int
    block_stop: int
    right: int
    right_stop: int
    pairs: int


class Comparer(Protocol):
    """Compares tiles, one after the other, in memory that it keeps; each thread has one of its own."""

    def compare(self, tile: Tile) -> None:
        """Find the hits of a tile; they are given on when there are many, or by `flush`."""

    def flush(self) -> None:
        """Give on the hits found so far."""


class Work(Protocol):
    """Two files, laid out and cut into tiles."""

    def tiles(self) -> Iterator[Tile]:
        """Yield tiles that cover every pair that may pass, and account for all pairs."""

    def comparer(self, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]) -> Comparer:
        """Return what compares tiles in one thread; see :meth:`Tiling.comparer`."""


class Tiling(NamedTuple):
    """How a plan is cut into tiles.

    Attributes:
        plan: the two sides.
        blocks: blocks of left rows per tile.
        rows: right rows per tile, whole stripes.
    """

    plan: Plan
    blocks: int
    rows: int

    @classmethod
    def of(cls, prepared: Plan, size: TileSize | None) -> "Tiling":
        """Return the tiling of about `size`, or of a size that suits most machines."""
        lanes = prepared.form.lanes
        wanted = size.right if size else _TILE_STRIPES * lanes
        rows = max(1, min(wanted, len(prepared.right.popcounts) + lanes - 1) // lanes) * lanes
        across = -(-len(prepared.right.popcounts) // rows)
        shared = max(len(prepared.left.popcounts) * across // _LEAST_TILES, _LEAST_TILE_PAIRS // rows)
        most = BLOCKS_AT_ONCE * LEFT_ROWS if prepared.letters else _TILE_LEFT_ROWS
        left_rows = size.left if size else min(most, shared)
        return cls(prepared, max(1, left_rows // LEFT_ROWS), rows)

    def tiles(self) -> Iterator[Tile]:
        """Yield tiles that cover every pair that popcounts leave, and account for all pairs."""
        counts, reach = self.plan.left.popcounts, self.plan.reach
        right_rows = len(self.plan.right.popcounts)
        all_blocks = -(-len(counts) // LEFT_ROWS)
        for block in range(0, all_blocks, self.blocks):
            block_stop = min(block + self.blocks, all_blocks)
            part = counts[block * LEFT_ROWS : block_stop * LEFT_ROWS]
            first = int(reach.first[part].min()) // self.rows * self.rows
            last = int(reach.last[part].max())
            settled = len(part) * right_rows
            for start in range(first, last, self.rows):
                stop = min(start + self.rows, last)
                pairs = settled if stop == last else len(part) * (stop - start)
                settled -= pairs
                yield Tile(block, block_stop, start, stop, pairs)
            if last <= first:
                yield Tile(block, block, 0, 0, settled)

    def comparer(self, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]) -> Comparer:
        """Return what compares tiles in one thread.

        Args:
            needed: asked before each call of the kernel for what a hit must have.
            put: given the hits, many at a time.
            stop: when set, a comparison ends soon, unfinished.
            offsets: what is added to the row numbers of hits, left and right.
        """
        kind = LetterComparer if self.plan.letters else BitComparer
        return kind(self, needed, put, stop, offsets)

    @property
    def hit_capacity(self) -> int:
        """Hits for which a thread has room."""
        return hit_capacity(len(self.plan.left.popcounts), len(self.plan.right.popcounts), self.plan.form)


def hit_capacity(left_rows: int, right_rows: int, form: Form) -> int:
    """Return how many hits one thread needs room for: those of a stripe at least, and not more than there can be."""
    return max(min(LEFT_ROWS, left_rows) * form.lanes, min(HIT_CAPACITY, left_rows * right_rows))


class _Finder:
    """What the hits of a thread go through.

    Attributes:
        plan: the two sides.
        stop: when set, a comparison ends soon, unfinished.
    """

    def __init__(
        self, tiling: Tiling, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> None:
        self.plan, self.stop = tiling.plan, stop
        self._needed, self._put, self._offsets = needed, put, offsets
        self._buffer = np.empty((len(Hits._fields), tiling.hit_capacity), dtype=np.uint32)
        self._used = 0

    def asked(self) -> Constants:
        """Return what the kernel compares with from now on."""
        constants = self.plan.constants
        return constants._replace(needed=self._needed(constants.needed))

    def room(self) -> Hits:
        """Return where hits can be written."""
        return Hits(*self._buffer[:, self._used :])

    def found(self, count: int) -> None:
        """Note that so many were written."""
        self._used += count

    def flush(self) -> None:
        """Give on the hits found so far."""
        if self._used:
            self._put(Hits(*self._buffer[:, : self._used]).of_files(self._offsets))
            self._used = 0


class BitComparer(_Finder):
    """Compares tiles, one after the other, in memory that it keeps; each thread has one of its own."""

    def __init__(
        self, tiling: Tiling, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> None:
        super().__init__(tiling, needed, put, stop, offsets)
        self._kernel = kernel(self.plan.form, self.plan.sums)
        self._blocks_per_call = max(1, _BITS_PER_CALL // (LEFT_ROWS * tiling.rows * self.plan.right_row_bytes * 8))
        self._scratch = scratch(self.plan)

    def compare(self, tile: Tile) -> None:
        """Find the hits of a tile; they are given on when there are many, or by `flush`."""
        left, right, reach = self.plan.left, self.plan.right, self.plan.reach
        block, resume = tile.block, tile.right
        while block < tile.block_stop and not self.stop.is_set():
            part = (block, min(tile.block_stop, block + self._blocks_per_call), tile.right, tile.right_stop)
            block, resume, count = self._kernel(
                left, right, self.asked(), reach, part, resume, self._scratch, self.room()
            )
            self.found(count)
            if block < part[1]:  # the next stripe's hits might not fit
                self.flush()


class LetterComparer(_Finder):
    """Compares tiles, one after the other, in memory that it keeps; each thread has one of its own."""

    def __init__(
        self, tiling: Tiling, needed: Needed, put: Callable[[Hits], None], stop: Event, offsets: tuple[int, int]
    ) -> None:
        super().__init__(tiling, needed, put, stop, offsets)
        self._kernel = letter_kernel(self.plan.form, self.plan.sums)
        self._scratch = letter_scratch(self.plan)

    def compare(self, tile: Tile) -> None:
        """Find the hits of a tile; they are given on when there are many, or by `flush`."""
        left, right, reach = self.plan.left, self.plan.right, self.plan.reach
        for block in range(tile.block, tile.block_stop, BLOCKS_AT_ONCE):
            part = (block, min(tile.block_stop, block + BLOCKS_AT_ONCE), tile.right, tile.right_stop)
            resume, start = block, tile.right
            while start < tile.right_stop and not self.stop.is_set():
                resume, start, count = self._kernel(
                    left, right, self.asked(), reach, part, (resume, start), self._scratch, self.room()
                )
                self.found(count)
                if start < tile.right_stop:  # the next block's hits might not fit
                    self.flush()
