"""The best pairs of each record: a pair stays if it is among the first so many of its left or of its right record."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matcher.hits import LEAST_COMPACTION, Collector, Hits, Order
from matcher.similarity import scores
from matcher.values import CandidatePairs

_NOTHING = -1.0  # below every score


class BestCollector(Collector):
    """Holds at most a small multiple of (left rows + right rows) x best hits, however many there are.

    A hit that is dropped has `best` better hits with its left record and `best` with its right one, and hits only ever
    grow in number; so what stays at the end is what would stay of all hits at once.
    """

    def __init__(self, order: Order, *, best: int, rows: tuple[int, int], limit: int | None) -> None:
        """Begin with no hits.

        Args:
            order: puts hits into order.
            best: pairs of a record that stay.
            rows: rows on the left and on the right.
            limit: keep only the first so many pairs, in the end.
        """
        self._order = order
        self._best = best
        self._limit = limit
        self._parts: list[Hits] = []
        self._held = 0
        self._most = most_held(best, rows)
        self._floors = tuple(np.full(count, _NOTHING) for count in rows)

    def add(self, hits: Hits) -> None:  # noqa: D102 - as promised by Collector
        score = scores(
            self._order.measure, hits.common.astype(np.int64), hits.together.astype(np.int64), self._order.bits
        )
        useful = (score >= self._floors[0][hits.left]) | (score >= self._floors[1][hits.right])
        if not useful.all():
            hits = Hits(*(field[useful] for field in hits))
        if len(hits.left):
            self._parts.append(hits)
            self._held += len(hits.left)
        if self._held > self._most:
            self._compact()

    def pieces(self) -> Iterator[CandidatePairs]:  # noqa: D102 - as promised by Collector
        self._compact()
        score, (rank, left, right) = self._order.of(self._parts, fields=2)
        self._parts.clear()
        kept = slice(self._limit)
        yield CandidatePairs(left[kept], right[kept], score[rank[kept]])

    def _compact(self) -> None:
        """Drop what is not among the best of either record, and ask as much of hits to come."""
        score, (rank, *fields) = self._order.of(self._parts, fields=4)
        kept = np.zeros(len(rank), dtype=np.bool_)
        for floor, record in zip(self._floors, fields[:2], strict=True):
            place = places(record)
            kept |= place < self._best
            last = place == self._best - 1
            floor[record[last]] = score[rank[last]]
        self._parts = [Hits(*(field[kept].astype(np.uint32) for field in fields))] if len(rank) else []
        self._held = int(np.count_nonzero(kept))


def most_held(best: int, rows: tuple[int, int]) -> int:
    """Return how many hits are held at most, but for those that come at once."""
    return max(2 * best * sum(rows), LEAST_COMPACTION)


def places(record: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many of the entries before have the same record, for each entry."""
    order = np.argsort(record, kind="stable")
    ordered = record[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    place = np.empty(len(record), dtype=np.int64)
    place[order] = np.arange(len(record)) - np.repeat(begins, np.diff(begins, append=len(record)))
    return place
