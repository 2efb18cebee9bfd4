"""What the kernel finds, gathered and put into order."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.pair_order import Fields, in_order
from matcher.similarity import Measure, Requirement, scores
from matcher.values import CandidatePairs

_LEAST_COMPACTION = 1 << 16
_LARGEST_TABLE = 1 << 24


class Hits(NamedTuple):
    """Pairs as the kernel finds them, uint32 each: row on the left, row on the right, common bits, sum of popcounts."""

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    common: NDArray[np.uint32]
    together: NDArray[np.uint32]


class HitCollector:
    """Gathers hits in any order, piece by piece; gives them back in the order of candidate pairs.

    With a limit it holds at most a small multiple of it, and asks of further hits that they be as good as the last
    kept.
    """

    def __init__(self, measure: Measure, bits: int, limit: int | None) -> None:
        self._measure: Measure = measure
        self._bits = bits
        self._limit = limit
        self._parts: list[Hits] = []
        self._held = 0
        self._raised: NDArray[np.int32] | None = None

    def needed(self, asked: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return, by sum of popcounts, the common bits below which a hit is of no use any more."""
        return asked if self._raised is None else self._raised

    def add(self, parts: Sequence[Hits]) -> None:
        """Take hits in."""
        self._parts += parts
        self._held += sum(len(part.left) for part in parts)
        if self._limit is not None and self._held > max(2 * self._limit, _LEAST_COMPACTION):
            self._compact(self._limit)

    def pairs(self) -> CandidatePairs:
        """Return what was gathered, in order and within the limit; what was gathered is gone."""
        ranking = Ranking(self._parts, self._measure, self._bits)
        rank, left, right = self._in_order(ranking, 2)
        kept = slice(self._limit)
        return CandidatePairs(left[kept], right[kept], ranking.score[rank[kept]])

    def _compact(self, limit: int) -> None:
        ranking = Ranking(self._parts, self._measure, self._bits)
        rank, *fields = (field[:limit] for field in self._in_order(ranking, 4))
        self._parts, self._held = [Hits(*(field.astype(np.uint32) for field in fields))], limit
        self._raised = Requirement.of(self._measure, float(ranking.score[rank[-1]]), self._bits).common

    def _in_order(self, ranking: "Ranking", fields: int) -> list[NDArray[np.int64]]:
        """Return rank and the first so many fields of the hits, in order."""
        largest = [max((int(part[field].max(initial=0)) for part in self._parts), default=0) for field in range(fields)]
        parts: Iterator[Fields] = ((ranking.of_hits(part), *part[:fields]) for part in self._parts)
        return in_order(parts, [len(ranking.score), *largest], self._held)


class Ranking:
    """The distinct scores of hits, and the number of each hit's score among them.

    A score is a function of two small integers, so that only their distinct combinations are divided and sorted.

    Attributes:
        score: float64, the distinct scores, falling.
    """

    def __init__(self, parts: Sequence[Hits], measure: Measure, bits: int) -> None:
        self._common = min((int(part.common.min()) for part in parts), default=0)
        self._together = min((int(part.together.min()) for part in parts), default=0)
        self._span = max((int(part.common.max()) for part in parts), default=0) - self._common + 1
        most_together = max((int(part.together.max()) for part in parts), default=0)
        size = (most_together - self._together + 1) * self._span
        self._table = np.zeros(size, dtype=np.int64) if size <= _LARGEST_TABLE else None
        self._combination = self._distinct_combinations(parts)
        together, common = np.divmod(self._combination, self._span)
        falling = -scores(measure, common + self._common, together + self._together, bits)
        distinct = np.unique(falling)
        self.score = -distinct
        self._rank: NDArray[np.int64] = np.searchsorted(distinct, falling)
        if self._table is not None:
            self._table[self._combination] = self._rank

    def of_hits(self, hits: Hits) -> NDArray[np.int64]:
        """Return the number of each hit's score, 0 for the highest."""
        combinations = self._combinations(hits)
        if self._table is not None:
            return self._table[combinations]
        return self._rank[np.searchsorted(self._combination, combinations)]

    def _distinct_combinations(self, parts: Sequence[Hits]) -> NDArray[np.int64]:
        """Return the combinations that occur, rising."""
        if self._table is None:
            found = [np.unique(self._combinations(part)) for part in parts]
            return np.unique(np.concatenate(found))
        for part in parts:
            self._table[self._combinations(part)] = 1
        return np.flatnonzero(self._table)

    def _combinations(self, hits: Hits) -> NDArray[np.int64]:
        """Return one integer for the common bits and the sum of popcounts of each hit."""
        together = hits.together.astype(np.int64) - self._together
        return together * self._span + (hits.common.astype(np.int64) - self._common)
