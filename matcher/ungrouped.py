"""The remainder: candidate pairs whose records are not taken to be one person, and why.

Similarity is not transitive: A may be like B and B like C, and A not like C. A group is then made of some of them, and
the pairs that it leaves out are reported here, so that nobody takes the groups for all that the threshold found.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.ordered_pairs import OrderedPairs
from matcher.values import CandidatePairs, Groups, PartyPairs

Ints = NDArray[np.int64]


class Reason(IntEnum):
    """Why two records that are candidates of each other are not in one group.

    Attributes:
        SAME_PARTY: their groups hold records of one party, of which a group may hold only one: at least one of the two
            has a better partner of that party.
        TOO_FEW_AGREE: too few of the pairs between their groups are candidate pairs.
    """

    SAME_PARTY = 0
    TOO_FEW_AGREE = 1


@dataclass(frozen=True, slots=True, eq=False)
class Remainder:
    """Candidate pairs that are not inside a group, by falling score, ties by the two parties and then the two rows.

    Attributes:
        left_party, right_party: int64, party of each record; the smaller is on the left.
        left, right: int64, row of each record in its party's file.
        score: float64.
        reason: uint8, a :class:`Reason`.
        contested_groups: how many groups have a member in one of these pairs.
    """

    left_party: Ints
    left: Ints
    right_party: Ints
    right: Ints
    score: NDArray[np.float64]
    reason: NDArray[np.uint8]
    contested_groups: int

    def __len__(self) -> int:
        return len(self.score)

    def count(self, reason: Reason) -> int:
        """Return how many pairs are left out for `reason`."""
        return int(np.count_nonzero(self.reason == reason))


def remainder(
    comparisons: Sequence[PartyPairs], groups: Groups, *, one_per_party: bool = True, repeating: Collection[int] = ()
) -> Remainder:
    """Return the candidate pairs that are not inside a group.

    The reason is that of the groups as they are in the end. Two records that may not be in one group for both reasons
    count as SAME_PARTY.

    Args:
        comparisons: what the groups were made of.
        groups: what :func:`matcher.solve_groups` returned for it.
        one_per_party: as it was for the groups.
        repeating: as it was for the groups.

    Raises:
        GroupingError: the comparisons are not what they should be.
    """
    rows = _rows(comparisons, groups)
    starts = np.cumsum(rows) - rows
    group_of = np.full(int(rows.sum()), -1)
    group_of[starts[groups.party] + groups.index] = groups.group
    outside = OrderedPairs.of([_outside(comparison, group_of, starts) for comparison in comparisons])
    party = outside.party
    index = np.arange(len(party)) - outside.starts[party]
    group = group_of[starts[party] + index]
    single = np.array([one_per_party and number not in repeating for number in range(len(rows))], dtype=np.bool_)
    first_member = np.searchsorted(groups.group, np.arange(groups.group.max(initial=-1) + 2))
    barred = _barred(outside.one, outside.other, party, group, groups.party, first_member, single)
    one, other = outside.one, outside.other
    touched = np.zeros(len(party), dtype=np.bool_)
    touched[one] = touched[other] = True
    return Remainder(
        party[one],
        index[one],
        party[other],
        index[other],
        outside.distinct[outside.rank],
        np.where(barred, Reason.SAME_PARTY, Reason.TOO_FEW_AGREE).astype(np.uint8),
        len(np.unique(group[touched & (group >= 0)])),
    )


def _rows(comparisons: Sequence[PartyPairs], groups: Groups) -> Ints:
    """Return, by party, more than any row that occurs."""
    last = max([-1, *(max(left, right) for left, right, _ in comparisons)])
    rows = np.zeros(max(last, int(groups.party.max(initial=-1))) + 1, dtype=np.int64)
    np.maximum.at(rows, groups.party, groups.index + 1)
    for left_party, right_party, pairs in comparisons:
        rows[left_party] = max(rows[left_party], pairs.left.max(initial=-1) + 1)
        rows[right_party] = max(rows[right_party], pairs.right.max(initial=-1) + 1)
    return rows


def _outside(comparison: PartyPairs, group_of: Ints, starts: Ints) -> PartyPairs:
    """Return the pairs of a comparison that are not inside a group."""
    left_party, right_party, pairs = comparison
    left, right = group_of[starts[left_party] + pairs.left], group_of[starts[right_party] + pairs.right]
    outside = (left != right) | (left < 0)
    return PartyPairs(left_party, right_party, CandidatePairs(*(column[outside] for column in pairs)))


@compiled
def _barred(  # noqa: PLR0917 - compiled code has no keywords
    one: Ints,
    other: Ints,
    party: Ints,
    group: Ints,
    member_party: Ints,
    first_member: Ints,
    single: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return for each pair whether the groups of its records hold records of one single party.

    Args:
        one: a record of each pair.
        other: the other record of each.
        party: of each record.
        group: of each record, or -1 if it is alone.
        member_party: parties of the members of groups, group by group, rising within each.
        first_member: by group, number of its first member; and that of all members.
        single: by party, whether a group may hold only one record of it.
    """
    barred = np.zeros(len(one), dtype=np.bool_)
    for pair in range(len(one)):
        a, b = group[one[pair]], group[other[pair]]
        parties = member_party[first_member[a] : first_member[a + 1]] if a >= 0 else party[one[pair] : one[pair] + 1]
        others = member_party[first_member[b] : first_member[b + 1]] if b >= 0 else party[other[pair] : other[pair] + 1]
        i, j = 0, 0
        while i < len(parties) and j < len(others) and not barred[pair]:
            barred[pair] = parties[i] == others[j] and single[parties[i]]
            if parties[i] <= others[j]:
                i += 1
            else:
                j += 1
    return barred
