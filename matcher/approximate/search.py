"""Candidate pairs found by Hamming LSH: not all of them, but each with at least a stated probability.

For files so large that comparing all pairs takes too long. It loses pairs, so it is for those who ask for it; the exact
:func:`matcher.candidate_pairs` compares some billions of pairs per second, and for CLKs, whose unrelated pairs
agree in many bits, it is the faster one up to sizes that ``benchmarks/lsh.py`` measures.
"""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event
from typing import NamedTuple, Self

import numpy as np

from linkage import Encodings
from linkage.command import OnProgress
from matcher.approximate.design import (
    Counts,
    KeyDesign,
    best_design,
    bucket_bits,
    exact_design,
    sampled_pairs,
    tables_of_rows,
)
from matcher.approximate.table import CANDIDATES, Rows, Rules, hashes, look_up, table_of
from matcher.comparison import candidate_pairs
from matcher.cores import usable_cores
from matcher.errors import ComparisonError
from matcher.hits import HitCollector, Hits, Order
from matcher.similarity import Measure, Requirement, check_comparable, checked
from matcher.values import CandidatePairs

_HIT_CAPACITY = 1 << 16
_WAKE_SECONDS = 0.2  # on Windows nothing interrupts a wait, so that Ctrl-C is heard between two


def approximate_pairs(
    left: Encodings,
    right: Encodings,
    threshold: float,
    *,
    recall: float,
    measure: str = "dice",
    threads: int | None = None,
    limit: int | None = None,
    seed: int = 0,
    design: KeyDesign | None = None,
    on_progress: OnProgress | None = None,
) -> CandidatePairs:
    """Return pairs of :func:`matcher.candidate_pairs`, each with a probability of at least `recall`.

    What is returned is exact, scores and order too; only pairs may be missing. A pair exactly at the threshold is found
    with probability `recall`, a more similar one with a higher, identical ones always. The chance lies in the bit
    positions that `seed` draws and not in the data (see :mod:`matcher.approximate.guarantee`), so it holds for every
    pair of encodings made without knowledge of the draw. The same arguments give the same pairs on any machine.

    Where comparing all pairs promises less work, that is done and nothing is missing; :func:`search_design` says so.

    Args:
        left: encodings of one file.
        right: encodings of another, or the same, file.
        threshold: least similarity, from 0 to 1.
        recall: above 0, at most 1; 1 compares all pairs.
        measure: "dice", "jaccard" or "hamming" (share of equal bits); "symbols" are always compared exactly.
        threads: how many cores to use; all of them by default.
        limit: keep only the first so many pairs.
        seed: what the positions are drawn from.
        design: how to search, instead of what :func:`search_design` returns.
        on_progress: called with the pairs settled so far and in all.

    Raises:
        ComparisonError: the widths differ, or an argument is out of its range.
    """
    search = _Search.of(left, right, threshold, recall, measure, seed)
    design = design or search.design()
    if design.exact or not len(left) or not len(right):
        return candidate_pairs(
            left, right, threshold, measure=measure, threads=threads, limit=limit, on_progress=on_progress
        )
    for name, value in (("limit", limit), ("threads", threads)):
        if value is not None and value < 1:
            raise ComparisonError(f"{name} must be a whole number from 1", code=f"comparison.{name}")
    threads = threads or usable_cores()
    collector = HitCollector(Order(search.measure, left.bits, threads), limit)
    _Tables(search, design, collector).run(threads, on_progress)
    (pairs,) = collector.pieces()
    return pairs


def search_design(
    left: Encodings, right: Encodings, threshold: float, *, recall: float, measure: str = "dice", seed: int = 0
) -> KeyDesign:
    """Return how :func:`approximate_pairs` searches, given the same arguments.

    Raises:
        ComparisonError: the widths differ, or an argument is out of its range.
    """
    return _Search.of(left, right, threshold, recall, measure, seed).design()


class _Search(NamedTuple):
    """What is searched: both sides by rising popcount, what the threshold asks, and two independent streams of chance.

    Attributes:
        left, right: rows.
        counts: their popcounts.
        requirement: what the threshold asks.
        measure: which similarity.
        recall: probability with which a pair at the threshold is to be found.
        sampling: draws the sample that the design looks at.
        drawing: draws the positions, when the design is settled.
    """

    left: Rows
    right: Rows
    counts: Counts
    requirement: Requirement
    measure: Measure
    recall: float
    sampling: np.random.Generator
    drawing: np.random.Generator

    @classmethod
    def of(  # noqa: PLR0917 - the arguments of the public functions, all of them
        cls, left: Encodings, right: Encodings, threshold: float, recall: float, measure: str, seed: int
    ) -> Self:
        """Return the search that was asked for, if it can be done.

        Raises:
            ComparisonError: the widths differ, or an argument is out of its range.
        """
        known_measure, threshold = checked(measure, threshold)
        check_comparable(left, right, measure)
        if not 0 < recall <= 1:
            raise ComparisonError("recall must be a number above 0, at most 1", code="comparison.recall")
        if seed < 0:
            raise ComparisonError("the seed must be a whole number from 0", code="comparison.seed")
        requirement = Requirement.of(known_measure, threshold, left.bits)
        sides = _rows(left), _rows(right)
        counts = Counts.of(sides[0].popcounts, sides[1].popcounts, requirement)
        streams = np.random.default_rng(seed).spawn(2)
        return cls(*sides, counts, requirement, known_measure, recall, *streams)

    def design(self) -> KeyDesign:
        """Return the design that promises the least work; symbols are looked at one by one."""
        if self.measure == "symbols":
            return exact_design((len(self.requirement.common) - 1) // 2)
        sample = sampled_pairs((self.left, self.right), self.counts, self.sampling)
        return best_design(self.counts, sample, self.requirement, self.recall)


class _Tables:
    """The tables of one search."""

    def __init__(self, search: _Search, design: KeyDesign, collector: HitCollector) -> None:
        self._search, self._design, self._collector = search, design, collector
        self._bits = (len(search.requirement.common) - 1) // 2
        self._positions = np.array(
            [
                search.drawing.choice(self._bits, design.key_bits, replace=False, shuffle=False)
                for _ in range(design.tables)
            ],
            dtype=np.int64,
        )
        self._masks = np.zeros((design.tables, search.left.words.shape[1]), dtype=np.uint64)
        table = np.arange(design.tables)[:, None]
        bit = np.uint64(1) << (self._positions % 64).astype(np.uint64)
        np.bitwise_or.at(self._masks, (table, self._positions // 64), bit)
        self._left_tables, self._right_tables = tables_of_rows(search.counts, design.tables_by_sum)
        self._stop = Event()

    def run(self, threads: int, on_progress: OnProgress | None) -> None:
        """Search all tables with `threads` threads and collect the hits as they come."""
        total = len(self._search.left.popcounts) * len(self._search.right.popcounts)
        done = 0
        pending: set[Future[list[Hits]]] = set()
        tables = iter(range(self._design.tables))
        with ThreadPoolExecutor(threads) as pool:
            try:
                while True:
                    pending |= {pool.submit(self._hits, table) for table in islice(tables, 2 * threads - len(pending))}
                    if not pending:
                        break
                    finished, pending = wait(pending, _WAKE_SECONDS, FIRST_COMPLETED)
                    for future in finished:
                        for hits in future.result():
                            self._collector.add(hits)
                        done += 1
                        if on_progress:
                            on_progress(total * done // self._design.tables, total)
            finally:
                self._stop.set()

    def _hits(self, table: int) -> list[Hits]:
        """Return the hits of a table, in pieces; runs in a thread of the pool."""
        left, right, counts = self._search.left, self._search.right, self._search.counts
        left_start, right_start = (
            int(np.searchsorted(tables, table, side="right")) for tables in (self._left_tables, self._right_tables)
        )
        positions = self._positions[table]
        buckets = bucket_bits(len(right.popcounts) - right_start)
        entries = table_of(hashes(right.columns, positions, right_start), right_start, buckets)
        hashed = hashes(left.columns, positions, left_start)
        least_sum = int(np.searchsorted(self._design.tables_by_sum, table, side="right"))
        least = np.clip(least_sum - np.arange(self._bits + 1), 0, self._bits + 1)
        rules = Rules(
            np.maximum(counts.first, counts.starts[least]),
            counts.last,
            self._collector.needed(self._search.requirement.common),
            self._masks,
            table,
        )
        candidates = np.empty((CANDIDATES, 2), dtype=np.int64)
        buffer = Hits(*np.empty((4, _HIT_CAPACITY), dtype=np.uint32))
        found = []
        place = (0, 0)
        while place[0] < len(hashed) and not self._stop.is_set():
            row, entry, count = look_up(entries, hashed, left_start, left, right, rules, place, candidates, buffer)
            place = (row, entry)
            if count:
                found.append(Hits(*(column[:count].copy() for column in buffer)))
        return found


def _rows(side: Encodings) -> Rows:
    order = np.argsort(side.popcounts, kind="stable")
    columns = np.ascontiguousarray(side.words[order].T)
    return Rows(side.words, columns, side.popcounts[order].astype(np.int64), order.astype(np.uint32))
