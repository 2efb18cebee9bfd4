"""All candidate pairs between two files of encodings: exact, complete, in one order, on all cores or many machines."""

from collections.abc import Generator, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from linkage import Encodings
from linkage.command import OnProgress
from matcher.best import BestCollector, most_held
from matcher.cores import usable_cores
from matcher.crew import Part, compared
from matcher.errors import ComparisonError
from matcher.form import Form, host_form
from matcher.hits import Collector, HitCollector, Order, most_held_for
from matcher.layout import laid_out
from matcher.pieces import Cell, Shares, cells
from matcher.similarity import Measure, Requirement, check_comparable, checked
from matcher.spill import SORT_BYTES_PER_HIT, Spilling, SpillingCollector
from matcher.tiles import TileSize
from matcher.values import CandidatePairs

if TYPE_CHECKING:
    from matcher.cluster import Cluster

__all__ = ["Options", "TileSize", "candidate_pairs", "stream_pairs"]

_requirement = lru_cache(maxsize=4)(Requirement.of)  # many small comparisons ask the same


class Options(TypedDict, total=False):
    """How pairs are compared; all may be left out.

    Attributes:
        measure: "dice" (the default), "jaccard", "hamming" (share of equal bits) or "symbols" (share of equal symbols).
        threads: how many cores to use; all of them by default.
        limit: keep only the first so many pairs of the order; memory then grows with `limit` and not with the pairs.
        best: keep a pair only if it is among the first so many of its left record or of its right record, in the order
            of pairs; memory then grows with the records and not with the pairs. `limit` counts what is left.
        memory_limit: bytes that the comparison may take beside the encodings given. Files are then laid out in pieces,
            and hits that do not fit go to temporary files.
        loss: largest probability of losing a pair exactly at the threshold, from 0 (the default: exact) to below 1; see
            :func:`matcher.sides.plan`. Which pairs are lost may then depend on memory and machines.
        folder: where temporary files go; by default the system's folder for them, which may be memory.
        cluster: the machines that compare, instead of the threads of this one; see :mod:`matcher.cluster`.
        on_progress: called with the pairs compared so far and in all.
        tile_size: size of a unit of work, instead of one chosen for this machine.
        form: how the kernel computes, instead of the fastest way for this machine.
    """

    measure: str
    threads: int | None
    limit: int | None
    best: int | None
    memory_limit: int | None
    loss: float
    folder: Path | None
    cluster: "Cluster | None"
    on_progress: OnProgress | None
    tile_size: TileSize | None
    form: Form | None


def candidate_pairs(left: Encodings, right: Encodings, threshold: float, **options: Unpack[Options]) -> CandidatePairs:
    """Return every pair of a left and a right encoding whose similarity is at least `threshold`.

    Exact and complete: scores are correctly rounded, a pair exactly at the threshold is in, any width is right. Pairs
    come by falling score, ties by left and then right index; they do not depend on threads, memory, machines, tiles or
    form. A memory limit holds for the pairs given back too; where it is too small for them, :func:`stream_pairs` gives
    them piece by piece.

    Args:
        left: encodings of one file.
        right: encodings of another, or the same, file.
        threshold: least similarity, from 0 to 1.
        options: see :class:`Options`.

    Raises:
        ComparisonError: the widths differ, an argument is out of its range, or a memory limit is too small.
        EngineError: the cluster cannot be reached, or fails.
        FileError: a temporary file cannot be written.
    """
    comparison = _Comparison(left, right, threshold, options, streamed=False)
    with closing(comparison.pieces()) as pieces:
        return _together(pieces, comparison.collector)


def stream_pairs(
    left: Encodings, right: Encodings, threshold: float, **options: Unpack[Options]
) -> Generator[CandidatePairs, None, None]:
    """Return what :func:`candidate_pairs` returns, in pieces one after the other.

    With a memory limit, pieces are small and any number of pairs is possible. The comparison starts when the first
    piece is asked for. Closing the iterator ends it and takes the temporary files away.
    """
    return _Comparison(left, right, threshold, options, streamed=True).pieces()


class _Comparison:
    """Two files, how they are compared, and what gathers the hits."""

    def __init__(
        self, left: Encodings, right: Encodings, threshold: float, options: Options, *, streamed: bool
    ) -> None:
        measure, threshold = checked(options.get("measure", "dice"), threshold)
        check_comparable(left, right, measure)
        for name in ("threads", "limit", "best", "memory_limit"):
            value: int | None = options.get(name)  # type: ignore[assignment]  # these four are numbers
            if value is not None and value < 1:
                code = f"comparison.{name.removesuffix('_limit')}"
                raise ComparisonError(f"{name} must be a whole number from 1", code=code)
        self._loss = options.get("loss", 0.0)
        if not 0 <= self._loss < 1:
            raise ComparisonError("loss must be a number from 0 and below 1", code="comparison.loss")
        if self._loss and options.get("cluster") is not None:
            raise ComparisonError("a comparison on a cluster is exact; leave loss out", code="comparison.loss")
        self._left, self._right, self._options = left, right, options
        self._threads = options.get("threads") or usable_cores()
        self._form = options.get("form") or host_form()
        self._requirement = _requirement(measure, threshold, left.bits)
        self.shares = self._shares()
        self.collector = self._collector(measure, streamed=streamed)

    def pieces(self) -> Generator[CandidatePairs, None, None]:
        """Yield the pairs in order, in pieces, after having compared all."""
        on_progress = self._options.get("on_progress")
        total = len(self._left) * len(self._right)
        done = 0
        with closing(self.collector), closing(self._parts()) as parts:
            for part in parts:
                if part.hits is not None:
                    self.collector.add(part.hits)
                done += part.pairs
                if on_progress and part.pairs:
                    on_progress(done, total)
            yield from self.collector.pieces()

    def _parts(self) -> Generator[Part, None, None]:
        cluster = self._options.get("cluster")
        if not len(self._left) or not len(self._right):
            return
        if cluster is not None:
            from matcher.cluster_work import compared_on

            files, needed = (self._left, self._right), self.collector.needed
            yield from compared_on(cluster, files, self._requirement, needed, self._options.get("tile_size"))
            return
        rows = len(self._left), len(self._right)
        pieces = rows if self.shares is None else (self.shares.left_rows, self.shares.right_rows)
        for cell in cells(*rows, *pieces):
            yield from self._compared(cell)

    def _compared(self, cell: Cell) -> Iterator[Part]:
        """Yield the hits of all pairs of a left and a right piece."""
        left, right = (
            side.rows(slice(rows.start, rows.stop)) for side, rows in zip((self._left, self._right), cell, strict=True)
        )
        size = self._options.get("tile_size") or (self.shares.tile if self.shares else None)
        work = laid_out(left, right, self._requirement, self._form, size, loss=self._loss, threads=self._threads)
        return compared(work, self._threads, self.collector.needed, (cell.left.start, cell.right.start))

    def _shares(self) -> Shares | None:
        limit = self._options.get("memory_limit")
        if limit is None or not len(self._left) or not len(self._right):
            return None
        return Shares.of(limit, self._left, self._right, self._requirement.measure, self._form, self._threads)

    def _collector(self, measure: Measure, *, streamed: bool) -> Collector:
        order = Order(measure, self._left.bits, self._threads)
        limit, best = self._options.get("limit"), self._options.get("best")
        rows = len(self._left), len(self._right)
        shares = self.shares
        if best is not None:
            if shares is not None:
                _check_holds(most_held(best, rows), shares.hit_bytes)
            return BestCollector(order, best=best, rows=rows, limit=limit)
        if shares is None or (limit is not None and most_held_for(limit) * SORT_BYTES_PER_HIT <= shares.hit_bytes):
            return HitCollector(order, limit)
        spilling = Spilling(shares.hit_bytes, self._options.get("folder"), None if streamed else shares.pairs)
        return SpillingCollector(order, limit, spilling)


def _check_holds(hits: int, hit_bytes: int) -> None:
    """Raise ComparisonError unless memory for hits holds so many."""
    if hits * SORT_BYTES_PER_HIT > hit_bytes:
        raise ComparisonError(
            f"the memory limit is too small for the best pairs of each record: "
            f"it leaves {hit_bytes:,} bytes for them and they need {hits * SORT_BYTES_PER_HIT:,}",
            code="comparison.memory",
            hint="give more memory or keep fewer pairs of each record",
        )


def _together(pieces: Iterator[CandidatePairs], collector: Collector) -> CandidatePairs:
    """Return all pieces as one; many of them are never held beside it."""
    first = next(pieces)
    if not isinstance(collector, SpillingCollector):
        return first
    count = collector.pair_count
    whole = CandidatePairs(np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.float64))
    start = 0
    for piece_ in chain([first], pieces):
        for column, values in zip(whole, piece_, strict=True):
            column[start : start + len(values)] = values
        start += len(piece_.score)
    return whole
