"""The threads that compare two sides: tiles in, hits out, nothing held that nobody has asked for."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from queue import Empty, Full, Queue
from threading import Event, Lock
from typing import NamedTuple

from matcher.hits import Hits, Needed
from matcher.tiles import Tile, Work

_WAKE_SECONDS = 0.2  # on Windows nothing interrupts a wait, so that Ctrl-C is heard between two
_PARTS_PER_THREAD = 2
PARTS_HELD_PER_THREAD = _PARTS_PER_THREAD + 2
"""Copies of a thread's hits there may be at once: in the queue, before it and after it."""


class Part(NamedTuple):
    """Some of what a comparison brings: hits, or pairs that are settled."""

    hits: Hits | None
    pairs: int


def compared(work: Work, threads: int, needed: Needed, offsets: tuple[int, int]) -> Iterator[Part]:
    """Yield all hits of two sides and account for all their pairs, in any order; close it to end the work early.

    Hits wait in a short queue: who takes them slowly makes the threads wait, and no memory is filled.

    Args:
        work: the sides.
        threads: how many threads at most; with one, or one tile, the caller's own does the work.
        needed: what a hit must have; called by the threads.
        offsets: what is added to the row numbers of hits, left and right.
    """
    tiles = work.tiles()
    first = list(islice(tiles, threads))
    if len(first) == 1:
        yield from _alone(work, chain(first, tiles), needed, offsets)
    else:
        crew = _Crew(work, chain(first, tiles), needed, offsets)
        yield from crew.work(len(first))


def _alone(work: Work, tiles: Iterator[Tile], needed: Needed, offsets: tuple[int, int]) -> Iterator[Part]:
    found: list[Hits] = []
    comparer = work.comparer(needed, found.append, Event(), offsets)
    for tile in tiles:
        comparer.compare(tile)
        yield from (Part(hits, 0) for hits in found)
        found.clear()
        yield Part(None, tile.pairs)
    comparer.flush()
    yield from (Part(hits, 0) for hits in found)


class _Crew:
    """Some threads, the tiles that they share, and the queue of what they bring."""

    def __init__(self, work: Work, tiles: Iterator[Tile], needed: Needed, offsets: tuple[int, int]) -> None:
        self._work, self._tiles, self._needed, self._offsets = work, tiles, needed, offsets
        self._one_at_a_time = Lock()
        self._stop = Event()
        self._brought: Queue[Part | None] = Queue()

    def work(self, threads: int) -> Iterator[Part]:
        """Yield what `threads` threads bring, until all tiles are done."""
        self._brought = Queue(_PARTS_PER_THREAD * threads)
        with ThreadPoolExecutor(threads) as pool:
            try:
                workers = [pool.submit(self._compare_tiles) for _ in range(threads)]
                at_work = threads
                while at_work:
                    try:
                        part = self._brought.get(timeout=_WAKE_SECONDS)
                    except Empty:
                        continue
                    if part is None:
                        at_work -= 1
                    else:
                        yield part
                for worker in workers:
                    worker.result()
            finally:
                self._stop.set()

    def _compare_tiles(self) -> None:
        """Compare tiles until there are none; runs in a thread of the pool."""
        try:
            comparer = self._work.comparer(
                self._needed, lambda hits: self._put(Part(hits, 0)), self._stop, self._offsets
            )
            while not self._stop.is_set() and (tile := self._next_tile()):
                comparer.compare(tile)
                self._put(Part(None, tile.pairs))
            comparer.flush()
        finally:
            self._put(None)

    def _next_tile(self) -> Tile | None:
        with self._one_at_a_time:
            return next(self._tiles, None)

    def _put(self, part: Part | None) -> None:
        """Add to the queue when there is room, or drop it when nobody wants it any more."""
        while not self._stop.is_set():
            try:
                self._brought.put(part, timeout=_WAKE_SECONDS)
            except Full:
                continue
            return
