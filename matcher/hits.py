"""What the kernel finds, gathered and put into order."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.cores import equal_parts, on_cores
from matcher.pair_order import in_order
from matcher.similarity import Measure, Requirement, scores
from matcher.values import CandidatePairs

LEAST_COMPACTION = 1 << 16
_SMALL_TABLE = 1 << 20
_TABLE_PER_HIT = 2
_ROWS_AT_ONCE = 1 << 14

Needed = Callable[[NDArray[np.int32]], NDArray[np.int32]]


class Hits(NamedTuple):
    """Pairs as the kernel finds them, uint32 each: row on the left, row on the right, common bits, sum of popcounts."""

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    common: NDArray[np.uint32]
    together: NDArray[np.uint32]

    def of_files(self, offsets: tuple[int, int]) -> Self:
        """Return a copy whose rows are those of the files, of pieces that begin at `offsets`, left and right."""
        left, right = (np.uint32(offset) for offset in offsets)
        return type(self)(self.left + left, self.right + right, self.common.copy(), self.together.copy())


class Order(NamedTuple):
    """What puts hits into the order of candidate pairs: falling score, ties by left and then right row.

    Attributes:
        measure: which similarity.
        bits: width of one encoding.
        threads: how many threads it may take.
    """

    measure: Measure
    bits: int
    threads: int = 1

    def of(self, parts: Sequence[Hits], *, fields: int) -> tuple[NDArray[np.float64], list[NDArray[np.int64]]]:
        """Return the distinct scores, falling; and the number of each hit's score among them, and its first fields.

        Args:
            parts: the hits, piece by piece.
            fields: how many of the fields of hits are wanted, from 2 to 4.
        """
        ranking = Ranking(parts, self)
        largest = ranking.largest[:fields].tolist()
        ranks = on_cores(ranking.of_hits, parts, self.threads)
        ranked = [(rank, *part[:fields]) for rank, part in zip(ranks, parts, strict=True)]
        return ranking.score, in_order(ranked, [len(ranking.score), *largest], threads=self.threads)

    def scores(self, score: NDArray[np.float64], ranks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the score of each hit, written over its number among the distinct scores."""
        found = ranks.view(np.float64)

        def look_up(some: slice) -> None:
            found[some] = np.take(score, ranks[some])

        on_cores(look_up, equal_parts(len(ranks), len(ranks) // _ROWS_AT_ONCE + 1), self.threads)
        return found


class Collector(ABC):
    """Gathers hits in any order, piece by piece; gives them back in the order of candidate pairs.

    One thread gathers; `needed` may be called by any. To be closed when it is of no use any more.
    """

    def needed(self, asked: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return, by sum of popcounts, the common bits below which a hit is of no use (any more)."""
        return asked

    @abstractmethod
    def add(self, hits: Hits) -> None:
        """Take hits in."""

    @abstractmethod
    def pieces(self) -> Iterator[CandidatePairs]:
        """Yield what was gathered, in order, in pieces; what was gathered is gone."""

    def close(self) -> None:  # noqa: B027 - most hold nothing that must be given back
        """Give back files, if there are any."""


class HitCollector(Collector):
    """Holds all hits, or with a limit at most a small multiple of it.

    With a limit it asks of further hits that they be as good as the last kept.
    """

    def __init__(self, order: Order, limit: int | None) -> None:
        self._order = order
        self._limit = limit
        self._parts: list[Hits] = []
        self._held = 0
        self._raised: NDArray[np.int32] | None = None

    def needed(self, asked: NDArray[np.int32]) -> NDArray[np.int32]:  # noqa: D102 - as promised by Collector
        return asked if self._raised is None else self._raised

    def add(self, hits: Hits) -> None:  # noqa: D102 - as promised by Collector
        self._parts.append(hits)
        self._held += len(hits.left)
        if self._limit is not None and self._held > most_held_for(self._limit):
            self._compact(self._limit)

    def pieces(self) -> Iterator[CandidatePairs]:  # noqa: D102 - as promised by Collector
        score, (rank, left, right) = self._order.of(self._parts, fields=2)
        self._parts.clear()
        kept = slice(self._limit)
        yield CandidatePairs(left[kept], right[kept], self._order.scores(score, rank[kept]))

    def _compact(self, limit: int) -> None:
        score, ordered = self._order.of(self._parts, fields=4)
        rank, *fields = (field[:limit] for field in ordered)
        self._parts, self._held = [Hits(*(field.astype(np.uint32) for field in fields))], limit
        self._raised = Requirement.of(self._order.measure, float(score[rank[-1]]), self._order.bits).common


def most_held_for(limit: int) -> int:
    """Return how many hits are held at most with a limit, but for those that come at once."""
    return max(2 * limit, LEAST_COMPACTION)


class _Grid(NamedTuple):
    """How common bits and sums of popcounts are one integer: least of each, and how many different common bits."""

    common: int
    together: int
    span: int


class Ranking:
    """The distinct scores of hits, and the number of each hit's score among them.

    A score is a function of two small integers, so that only their distinct combinations are divided and sorted.

    Attributes:
        score: float64, the distinct scores, falling.
        largest: int64 (4,), the largest of each field of the hits.
    """

    def __init__(self, parts: Sequence[Hits], order: Order) -> None:
        self._threads = order.threads
        extremes = np.array(on_cores(_extremes, parts, order.threads) or [np.zeros((2, len(Hits._fields)), np.int64)])
        least, self.largest = extremes[:, 0].min(axis=0), extremes[:, 1].max(axis=0)
        (common, together), (most_common, most_together) = least[2:].tolist(), self.largest[2:].tolist()
        self._grid = _Grid(common, together, most_common - common + 1)
        size = (most_together - together + 1) * self._grid.span
        largest = max(_SMALL_TABLE, _TABLE_PER_HIT * sum(len(part.left) for part in parts))
        self._table = np.zeros(size, dtype=np.int32) if size <= largest else None
        self._combination = self._distinct_combinations(parts)
        sums, shared = np.divmod(self._combination, self._grid.span)
        falling = -scores(order.measure, shared + common, sums + together, order.bits)
        distinct = np.unique(falling)
        self.score = -distinct
        self._rank = np.searchsorted(distinct, falling).astype(np.int32)
        if self._table is not None:
            self._table[self._combination] = self._rank

    def of_hits(self, hits: Hits) -> NDArray[np.int32]:
        """Return the number of each hit's score, 0 for the highest."""
        if self._table is not None:
            return _looked_up(hits, self._grid, self._table)
        return self._rank[np.searchsorted(self._combination, self._combinations(hits))]

    def _distinct_combinations(self, parts: Sequence[Hits]) -> NDArray[np.int64]:
        """Return the combinations that occur, rising."""
        if self._table is None:
            found = [np.unique(self._combinations(part)) for part in parts]
            return np.unique(np.concatenate(found))
        table = self._table
        on_cores(lambda part: _mark(part, self._grid, table), parts, self._threads)
        return np.flatnonzero(self._table)

    def _combinations(self, hits: Hits) -> NDArray[np.int64]:
        """Return one integer for the common bits and the sum of popcounts of each hit."""
        together = hits.together.astype(np.int64) - self._grid.together
        return together * self._grid.span + (hits.common.astype(np.int64) - self._grid.common)


def _extremes(hits: Hits) -> NDArray[np.int64]:
    """Return the least and the largest of each field of some hits, (2, 4)."""
    return np.array([[field.min() for field in hits], [field.max() for field in hits]], dtype=np.int64)


@compiled
def _combination(hits: Hits, hit: int, grid: _Grid) -> np.int64:
    """Return one integer for the common bits and the sum of popcounts of a hit."""
    return (np.int64(hits.together[hit]) - grid.together) * grid.span + np.int64(hits.common[hit]) - grid.common


@compiled
def _mark(hits: Hits, grid: _Grid, table: NDArray[np.int32]) -> None:
    """Set the combinations that occur to 1, in a table of all."""
    for hit in range(len(hits.common)):
        table[_combination(hits, hit, grid)] = 1


@compiled
def _looked_up(hits: Hits, grid: _Grid, table: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return what a table of all combinations holds for each hit."""
    found = np.empty(len(hits.common), dtype=np.int32)
    for hit in range(len(hits.common)):
        found[hit] = table[_combination(hits, hit, grid)]
    return found
