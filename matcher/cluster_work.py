"""A comparison on a Dask cluster: pieces of both files go out once, cells of two pieces are compared, hits come back.

A cell's result is its hits whatever worker makes it and however often, so a worker that dies costs its cells only: they
are done again elsewhere. What comes back is put into the same order as ever, so the result has the same bytes.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from matcher.cluster import Cluster
from matcher.crew import Part
from matcher.errors import EngineError
from matcher.form import host_form
from matcher.hits import Hits, Needed
from matcher.layout import laid_out
from matcher.pieces import cells
from matcher.similarity import Requirement
from matcher.tiles import TileSize

_LARGEST_PIECE_ROWS = 1 << 16
_LEAST_PIECE_ROWS = 1 << 10
_CELLS_PER_THREAD = 8
_AHEAD_PER_THREAD = 2
_MOST_HITS = 1 << 22  # of one result: 64 MiB; a cell that has more is cut into four
_MOST_ATTEMPTS = 4
_WAKE_SECONDS = 0.2


class _Task(NamedTuple):
    """A cell still to be compared: rows on each side, and how often it was tried."""

    left: range
    right: range
    attempt: int = 0

    @property
    def pairs(self) -> int:
        return len(self.left) * len(self.right)

    def quarters(self) -> "Iterator[_Task]":
        """Yield tasks that together do the same."""
        for left in _halves(self.left):
            for right in _halves(self.right):
                yield _Task(left, right)


def compared_on(
    cluster: Cluster,
    files: tuple[Encodings, Encodings],
    requirement: Requirement,
    needed: Needed,
    size: TileSize | None,
) -> Iterator[Part]:
    """Yield all hits of two files and account for all their pairs; close it to end the work early.

    Each worker comes to hold both files, 128 bytes per encoding of 1,024 bits, and lays out one cell per thread.

    Args:
        cluster: where.
        files: left and right, neither empty.
        requirement: what the threshold asks.
        needed: what a hit must have.
        size: rows of a cell, instead of a size chosen for the cluster.

    Raises:
        EngineError: the cluster cannot be reached, or fails again and again.
    """
    client = cluster.connect()
    with closing(client):
        threads = sum(client.nthreads().values())
        work = _Work(client, files, requirement, needed, size or _cell_size(files, threads))
        yield from work.parts(_AHEAD_PER_THREAD * threads)


class _Work:
    """The tasks of a comparison and what is known of them."""

    def __init__(
        self, client: Any, files: tuple[Encodings, Encodings], requirement: Requirement, needed: Needed, size: TileSize
    ) -> None:
        self._client, self._files, self._requirement, self._needed, self._size = (
            client,
            files,
            requirement,
            needed,
            size,
        )
        self._sent: dict[tuple[int, int], Any] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()

    def parts(self, ahead: int) -> Iterator[Part]:
        """Yield the results, with at most `ahead` tasks under way."""
        rows = (len(self._files[0]), len(self._files[1]))
        coming = (_Task(*cell) for cell in cells(*rows, *self._size))
        again: deque[_Task] = deque()
        under_way: dict[Any, _Task] = {}
        try:
            for side, count in enumerate(rows):  # before any work, so that a worker's death meets no piece on its way
                for start in range(0, count, self._size[side]):
                    self._piece(side, range(start, count))
            while True:
                while len(under_way) < ahead and (task := again.popleft() if again else next(coming, None)):
                    future = self._submit(task)
                    under_way[future] = task
                    future.add_done_callback(self._done.put)
                if not under_way:
                    return
                try:
                    future = self._done.get(timeout=_WAKE_SECONDS)
                except Empty:
                    self._check_connected()
                    continue
                task = under_way.pop(future)
                found, lost = self._result(future)
                if lost:
                    again.append(self._tried(task))
                elif found is None:
                    again.extend(task.quarters())
                else:
                    if found.shape[1]:
                        yield Part(Hits(*found), 0)
                    yield Part(None, task.pairs)
        finally:
            with suppress(Exception):  # a scheduler that is gone has nothing to cancel
                self._client.cancel(list(under_way), force=True)

    def _submit(self, task: _Task) -> Any:
        try:
            left, right = (self._piece(side, rows) for side, rows in enumerate((task.left, task.right)))
            needed = self._needed(self._requirement.common)
            ranges = _within(task.left, self._size.left), _within(task.right, self._size.right)
            offsets = task.left.start, task.right.start
            return self._client.submit(
                compare_cell, left, right, ranges, offsets, self._requirement, needed, self._files[0].bits, pure=False
            )
        except (OSError, RuntimeError) as error:
            raise _failed("the connection to the scheduler is lost") from error

    def _piece(self, side: int, rows: range) -> Any:
        """Return the future of the piece that rows begin in, sent to all workers unless they have it."""
        number = rows.start // self._size[side]
        if (side, number) not in self._sent:
            start = number * self._size[side]
            words = self._files[side].words[start : start + self._size[side]]
            self._sent[side, number] = self._client.scatter(words, broadcast=True, hash=False)
        return self._sent[side, number]

    def _result(self, future: Any) -> tuple[NDArray[np.uint32] | None, bool]:
        """Return what a task found, and whether its worker or what it needs was lost instead."""
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        try:
            return future.result(), False
        except (CancelledError, KilledWorker, OSError):
            self._check_connected()
            return None, True
        except Exception as error:
            raise _failed(f"a worker failed with {type(error).__name__}") from error

    def _tried(self, task: _Task) -> _Task:
        """Return a lost task for another try, pieces that nobody holds any more to be sent anew."""
        if task.attempt + 1 == _MOST_ATTEMPTS:
            raise _failed(f"a part of the work was lost {_MOST_ATTEMPTS} times")
        for side, rows in enumerate((task.left, task.right)):
            number = rows.start // self._size[side]
            if self._sent[side, number].status != "finished":  # all that held it are gone
                del self._sent[side, number]
        return task._replace(attempt=task.attempt + 1)

    def _check_connected(self) -> None:
        if self._client.status != "running":
            raise _failed("the connection to the scheduler is lost")


def compare_cell(  # noqa: PLR0917 - Dask passes them on by place
    left: NDArray[np.uint64],
    right: NDArray[np.uint64],
    ranges: tuple[slice, slice],
    offsets: tuple[int, int],
    requirement: Requirement,
    needed: NDArray[np.int32],
    bits: int,
) -> NDArray[np.uint32] | None:
    """Return the hits of some rows of two pieces, uint32 (4, n), or None if they are too many; runs on a worker.

    Args:
        left: words of the left piece.
        right: words of the right piece.
        ranges: which of their rows.
        offsets: number of the first of these rows in the files.
        requirement: what the threshold asks.
        needed: what a hit must have.
        bits: width of one encoding.
    """
    sides = _encodings(left[ranges[0]], bits), _encodings(right[ranges[1]], bits)
    work = laid_out(*sides, requirement, host_form(), None)
    found: list[Hits] = []
    comparer = work.comparer(lambda _: needed, found.append, Event(), offsets)
    for tile in work.tiles():
        comparer.compare(tile)
        if sum(len(hits.left) for hits in found) > _MOST_HITS:
            return None
    comparer.flush()
    if sum(len(hits.left) for hits in found) > _MOST_HITS:
        return None
    return np.concatenate([np.stack(hits) for hits in found], axis=1) if found else np.empty((4, 0), dtype=np.uint32)


def _encodings(words: NDArray[np.uint64], bits: int) -> Encodings:
    """Return encodings that need no tokens."""
    popcounts = np.bitwise_count(words).sum(axis=1, dtype=np.uint32)
    return Encodings(words, popcounts, np.empty((len(words), 0), dtype=np.uint8), bits)


def _cell_size(files: Sequence[Encodings], threads: int) -> TileSize:
    """Return a size that gives every thread several cells, so that all end at about one time."""
    pairs = len(files[0]) * len(files[1]) / (_CELLS_PER_THREAD * threads)
    rows = min(_LARGEST_PIECE_ROWS, max(_LEAST_PIECE_ROWS, int(pairs**0.5)))
    return TileSize(rows, rows)


def _halves(rows: range) -> list[range]:
    middle = rows.start + (len(rows) + 1) // 2
    return [part for part in (range(rows.start, middle), range(middle, rows.stop)) if part]


def _within(rows: range, piece_rows: int) -> slice:
    """Return where rows are in their piece."""
    start = rows.start % piece_rows
    return slice(start, start + len(rows))


def _failed(reason: str) -> EngineError:
    return EngineError(
        f"the cluster failed: {reason}", code="engine.cluster-failed", hint="see the logs of its scheduler and workers"
    )
