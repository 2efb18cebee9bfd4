"""The candidate pairs of any number of parties, in the one order in which groups are made of them."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matcher.errors import GroupingError
from matcher.pair_order import in_order, score_ranks
from matcher.values import CandidatePairs, PartyPairs

_LARGEST_INDEX = 1 << 32


class OrderedPairs(NamedTuple):
    """The pairs of all comparisons in one order, over records numbered by (party, row).

    Attributes:
        rank: number of each pair's score among the distinct scores, the highest first; rising.
        one, other: its records.
        party: the party of each record.
        starts: number of the first record of each party.
        distinct: the distinct scores, falling.
    """

    rank: NDArray[np.int64]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    party: NDArray[np.int64]
    starts: NDArray[np.int64]
    distinct: NDArray[np.float64]

    @classmethod
    def of(cls, comparisons: Sequence[PartyPairs]) -> Self:
        """Return the pairs of `comparisons`, each two parties and each pair at most once.

        Raises:
            GroupingError: something comes twice, or is not what it should be.
        """
        ordered = sorted((_one_way(comparison) for comparison in comparisons), key=lambda item: item[:2])
        couples = [(item.left_party, item.right_party) for item in ordered]
        if len(set(couples)) != len(couples):
            raise GroupingError("two parties are compared twice", code="grouping.repeated")
        rows = np.zeros(max((right for _, right in couples), default=0) + 1, dtype=np.int64)
        for left_party, right_party, pairs in ordered:
            rows[left_party] = max(rows[left_party], pairs.left.max(initial=-1) + 1)
            rows[right_party] = max(rows[right_party], pairs.right.max(initial=-1) + 1)
        starts = np.cumsum(rows) - rows
        ranks, distinct = score_ranks([item.pairs.score for item in ordered])
        rank, couple, left, right = in_order(
            [
                (rank, np.broadcast_to(np.int64(number), len(rank)), item.pairs.left, item.pairs.right)
                for number, (rank, item) in enumerate(zip(ranks, ordered, strict=True))
            ],
            (len(distinct), len(ordered), int(rows.max()), int(rows.max())),
        )
        left_starts, right_starts = starts[np.array(couples, dtype=np.int64).reshape(-1, 2)].T
        party = np.repeat(np.arange(len(rows)), rows)
        return cls(rank, left + left_starts[couple], right + right_starts[couple], party, starts, distinct)


def _one_way(comparison: PartyPairs) -> PartyPairs:
    """Return a comparison with the smaller party, or of one party the smaller row, on the left; no row with itself.

    Raises:
        GroupingError: it holds something else than pairs of rows, or a pair twice.
    """
    left_party, right_party, (left, right, score) = comparison
    if left_party < 0 or right_party < 0:
        raise GroupingError("parties are numbered from 0", code="grouping.party")
    if not len(left) == len(right) == len(score):
        raise GroupingError("left, right and score must be of one length", code="grouping.pairs")
    if not np.all(score >= 0):
        raise GroupingError("scores must be numbers from 0", code="grouping.pairs")
    if any(len(rows) and not 0 <= rows.min() <= rows.max() < _LARGEST_INDEX for rows in (left, right)):
        raise GroupingError("rows are numbered from 0, below 2^32", code="grouping.pairs")
    if left_party > right_party:
        left_party, right_party, left, right = right_party, left_party, right, left
    if left_party == right_party:
        pairs = np.stack([np.minimum(left, right), np.maximum(left, right)])
        _, kept = np.unique(np.vstack([pairs, score]), axis=1, return_index=True)
        kept = kept[pairs[0, kept] != pairs[1, kept]]
        (left, right), score = pairs[:, kept], score[kept]
    both = np.sort(left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64))
    if np.any(both[1:] == both[:-1]):
        raise GroupingError(
            f"a pair of party {left_party} and party {right_party} comes twice", code="grouping.repeated"
        )
    return PartyPairs(left_party, right_party, CandidatePairs(left, right, score))
