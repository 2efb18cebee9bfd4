"""All candidate pairs between two files of encodings: exact, complete, in one order, on all cores."""

import os
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event
from typing import NamedTuple

import numpy as np

from linkage import Encodings
from linkage.command import OnProgress
from matcher.errors import ComparisonError
from matcher.form import LEFT_ROWS, RIGHT_VECTORS, Form, host_form
from matcher.hits import HitCollector, Hits
from matcher.kernel import kernel
from matcher.sides import Plan, plan
from matcher.similarity import Requirement, check_comparable, checked
from matcher.values import CandidatePairs

_WAKE_SECONDS = 0.2  # on Windows nothing interrupts a wait, so that Ctrl-C is heard between two
_HIT_CAPACITY = 1 << 16
_TILE_LEFT_ROWS = 2048
_TILE_RIGHT_BYTES = 1 << 19  # stays in a second- or third-level cache while the left rows pass by


class TileSize(NamedTuple):
    """Rows of a tile on each side, as far as they are wanted; made multiples of what the vectors take."""

    left: int
    right: int


class _Tile(NamedTuple):
    """A range of blocks of left rows, a range of right rows, and the pairs that are settled when it is done."""

    block: int
    block_stop: int
    right: int
    right_stop: int
    pairs: int


def candidate_pairs(
    left: Encodings,
    right: Encodings,
    threshold: float,
    *,
    measure: str = "dice",
    threads: int | None = None,
    limit: int | None = None,
    on_progress: OnProgress | None = None,
    tile_size: TileSize | None = None,
    form: Form | None = None,
) -> CandidatePairs:
    """Return every pair of a left and a right encoding whose similarity is at least `threshold`.

    Exact and complete: scores are correctly rounded, a pair exactly at the threshold is in, any width is right. Pairs
    come by falling score, ties by left and then right index; they do not depend on `threads`, `tile_size` or `form`.

    Args:
        left: encodings of one file.
        right: encodings of another, or the same, file.
        threshold: least similarity, from 0 to 1.
        measure: "dice", "jaccard" or "hamming" (share of equal bits).
        threads: how many cores to use; all of them by default.
        limit: keep only the first so many pairs of that order; memory then grows with `limit` and not with the pairs.
        on_progress: called with the pairs compared so far and in all.
        tile_size: size of a unit of work, instead of one chosen for this machine.
        form: how the kernel computes, instead of the fastest way for this machine.

    Raises:
        ComparisonError: the widths differ, or an argument is out of its range.
    """
    known_measure, threshold = checked(measure, threshold)
    check_comparable(left, right)
    threads = _positive("threads", _cores() if threads is None else threads)
    if limit is not None:
        _positive("limit", limit)
    collector = HitCollector(known_measure, left.bits, limit)
    if len(left) and len(right):
        requirement = Requirement.of(known_measure, threshold, left.bits)
        work = _Work(plan(left, right, requirement, form or host_form()), collector, tile_size)
        work.run(threads, on_progress)
    return collector.pairs()


class _Work:
    """The tiles of one comparison, and what becomes of their hits."""

    def __init__(self, prepared: Plan, collector: HitCollector, tile_size: TileSize | None) -> None:
        self._plan = prepared
        self._collector = collector
        self._stripe = RIGHT_VECTORS * prepared.form.lanes
        size = tile_size or TileSize(_TILE_LEFT_ROWS, _TILE_RIGHT_BYTES // prepared.left.digits.shape[1])
        self._tile_blocks = max(1, size.left // LEFT_ROWS)
        self._tile_rows = max(1, size.right // self._stripe) * self._stripe
        self._operand_shape = (
            LEFT_ROWS // prepared.form.rows_per_operand,
            prepared.left.digits.shape[1],
            prepared.form.operand_bytes,
        )
        self._stop = Event()

    def run(self, threads: int, on_progress: OnProgress | None) -> None:
        """Compare all tiles with `threads` threads and collect the hits as they come."""
        total = len(self._plan.left.popcounts) * len(self._plan.right.popcounts)
        done = 0
        pending: dict[Future[list[Hits]], int] = {}
        tiles = self._tiles()
        with ThreadPoolExecutor(threads) as pool:
            try:
                while True:
                    while len(pending) < 2 * threads and (tile := next(tiles, None)):
                        pending[pool.submit(self._compare, tile)] = tile.pairs
                    if not pending:
                        break
                    for future in wait(pending, _WAKE_SECONDS, FIRST_COMPLETED).done:
                        self._collector.add(future.result())
                        done += pending.pop(future)
                        if on_progress:
                            on_progress(done, total)
            finally:
                self._stop.set()

    def _tiles(self) -> Iterator[_Tile]:
        """Yield tiles that cover every pair that popcounts leave, and account for all pairs."""
        counts = self._plan.left.popcounts
        right_rows = len(self._plan.right.popcounts)
        for block in range(0, -(-len(counts) // LEFT_ROWS), self._tile_blocks):
            block_stop = block + self._tile_blocks
            part = counts[block * LEFT_ROWS : block_stop * LEFT_ROWS]
            first = int(self._plan.reach.first[part].min()) // self._tile_rows * self._tile_rows
            last = int(self._plan.reach.last[part].max())
            settled = len(part) * right_rows
            for start in range(first, last, self._tile_rows):
                stop = min(start + self._tile_rows, last)
                pairs = settled if stop == last else len(part) * (stop - start)
                settled -= pairs
                yield _Tile(block, min(block_stop, -(-len(counts) // LEFT_ROWS)), start, stop, pairs)
            if last <= first:
                yield _Tile(block, block, 0, 0, settled)

    def _compare(self, tile: _Tile) -> list[Hits]:
        """Return the hits of a tile, in pieces; runs in a thread of the pool."""
        plan_ = self._plan
        compare = kernel(plan_.form.lanes, int(plan_.form.name == "table"), int(plan_.wide))
        capacity = max(_HIT_CAPACITY, LEFT_ROWS * (self._tile_rows + 2 * self._stripe))
        buffer = Hits(*np.empty((4, capacity), dtype=np.uint32))
        scratch = (
            np.empty(self._operand_shape, dtype=np.uint8),
            np.empty(LEFT_ROWS * self._stripe // 64, dtype=np.uint64),
            np.empty(LEFT_ROWS * self._stripe, dtype=np.uint16),
        )
        found = []
        block = tile.block
        constants = plan_.constants._replace(needed=self._collector.needed(plan_.constants.needed))
        while block < tile.block_stop and not self._stop.is_set():
            part = (block, tile.block_stop, tile.right, tile.right_stop)
            block, count = compare(plan_.left, plan_.right, constants, plan_.reach, plan_.exact, part, scratch, buffer)
            if count:
                found.append(Hits(*(column[:count].copy() for column in buffer)))
        return found


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _positive(name: str, value: int) -> int:
    if value < 1:
        raise ComparisonError(f"{name} must be a whole number from 1", code=f"comparison.{name}")
    return value
