"""Groups: records of any number of parties that are taken to be one person."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matcher.errors import GroupingError
from matcher.greedy import best_ranks, in_group_order, merge_greedily
from matcher.ordered_pairs import OrderedPairs
from matcher.pair_order import in_order
from matcher.values import Groups, PartyPairs

MERGE_THRESHOLD: Final = 0.65
"""Where packages are linked: of two pairs both, of three two, of four three must agree (docs/measurements.md)."""


def solve_groups(
    comparisons: Sequence[PartyPairs],
    *,
    merge_threshold: float = 1.0,
    one_per_party: bool = True,
    repeating: Collection[int] = (),
) -> Groups:
    """Return the groups that greedy merging makes of the candidate pairs of any number of parties.

    Each record starts as a group of its own. Pairs are taken by falling score, ties by the two parties and then the two
    rows. The groups of a pair's records merge if, counting this pair, at least the share `merge_threshold` of the pairs
    between them has been taken. So with 1.0 all records of a group are candidate pairs of each other. The order of
    `comparisons`, and which party of a comparison is on the left, do not matter.

    The partition is that of anonlink's ``probabilistic_greedy_solve(pairs, merge_threshold=..., deduplicated=...)``
    (Data61, anonlink 0.15.3) with `one_per_party` for ``deduplicated``; ``greedy_solve`` is the case of 1.0 and False.

    Args:
        comparisons: candidate pairs of each two parties; a comparison of a party with itself may hold each pair in
            both directions, and rows with themselves.
        merge_threshold: from 0 to 1.
        one_per_party: whether a group may hold only one record of a party. False allows many-to-many groups.
        repeating: numbers of the parties that are exempt, because their files may hold one person twice. Such a file
            is to be compared with itself too, else no two of its records are seen to agree.

    Raises:
        GroupingError: an argument is out of its range, or two parties or a pair come twice.
    """
    check_merge_threshold(merge_threshold)
    pairs = OrderedPairs.of(comparisons)
    single = np.array([one_per_party and party not in repeating for party in range(len(pairs.starts))], dtype=np.bool_)
    group = merge_greedily(pairs.one, pairs.other, pairs.party, single, float(merge_threshold))
    return laid_out(pairs, group)


def check_merge_threshold(merge_threshold: float) -> None:
    """Raise GroupingError unless `merge_threshold` is a number from 0 to 1."""
    if not 0 <= merge_threshold <= 1:
        raise GroupingError("merge_threshold must be a number from 0 to 1", code="grouping.merge-threshold")


def laid_out(pairs: OrderedPairs, group: NDArray[np.int64]) -> Groups:
    """Return a partition as groups in their order, with the score of each member.

    Args:
        pairs: the candidate pairs.
        group: of each record, named by one of its records.
    """
    best = best_ranks(pairs.one, pairs.other, pairs.rank, group)
    joined = np.flatnonzero(best >= 0)  # a record is in a group of two or more if a pair of its own is inside
    first_member = np.full(len(group), -1)
    first_member[group[joined[::-1]]] = joined[::-1]
    group_rank = np.full(len(group), len(pairs.distinct))
    np.minimum.at(group_rank, group[joined], best[joined])
    names = np.flatnonzero(first_member >= 0)
    by_rank = [(group_rank[names], first_member[names])]
    _, ordered = in_order(by_rank, (len(pairs.distinct), len(group)))
    place = np.full(len(group), -1)
    place[group[ordered]] = np.arange(len(ordered))
    members = in_group_order(group, place, len(ordered))
    party = pairs.party[members]
    return Groups(place[group[members]], party, members - pairs.starts[party], pairs.distinct[best[members]])
