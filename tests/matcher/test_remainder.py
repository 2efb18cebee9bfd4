"""matcher.remainder: which candidate pairs the groups leave out, and why."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import CandidatePairs, PartyPairs, Reason, Remainder, remainder, solve_groups
from matcher.errors import GroupingError
from tests.matcher.making import comparisons

Record = tuple[int, int]


def pairs(*rows: tuple[int, int, float]) -> CandidatePairs:
    left, right, score = zip(*rows, strict=True) if rows else ((), (), ())
    return CandidatePairs(np.array(left, np.int64), np.array(right, np.int64), np.array(score, np.float64))


def told(found: Remainder) -> list[tuple[Record, Record, float, Reason]]:
    columns = (found.left_party, found.left, found.right_party, found.right, found.score, found.reason)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [((party, row), (other, index), score, Reason(why)) for party, row, other, index, score, why in rows]


def plain(
    found: list[PartyPairs], members: list[list[Record]], single: set[int]
) -> tuple[list[tuple[Record, Record, float, Reason]], int]:
    """The remainder and the number of contested groups, by looking at one pair after the other."""
    group_of = {record: group for group in members for record in group}
    expected = []
    contested = set()
    for left_party, right_party, (left, right, score) in found:
        for i, j, value in zip(left.tolist(), right.tolist(), score.tolist(), strict=True):
            one, other = sorted([(left_party, i), (right_party, j)])
            first, second = group_of.get(one, [one]), group_of.get(other, [other])
            if first is second:
                continue
            same = any(a[0] == b[0] and a[0] in single for a, b in product(first, second))
            expected.append((-value, one, other, Reason.SAME_PARTY if same else Reason.TOO_FEW_AGREE))
            contested |= {tuple(group) for group in (first, second) if len(group) > 1}
    expected.sort(key=lambda row: (row[0], row[1][0], row[2][0], row[1][1], row[2][1]))
    return [(one, other, -value, reason) for value, one, other, reason in expected], len(contested)


@settings(max_examples=200, deadline=None)
@given(comparisons(with_itself=True), st.sampled_from([1.0, 0.5, 0.0]), st.booleans(), st.sets(st.integers(0, 5)))
def test_the_remainder_is_what_looking_at_each_pair_finds(
    found: list[PartyPairs],
    merge_threshold: float,
    one_per_party: bool,  # noqa: FBT001 - drawn
    repeating: set[int],
) -> None:
    rules: Any = {"one_per_party": one_per_party, "repeating": repeating}
    groups = solve_groups(found, merge_threshold=merge_threshold, **rules)
    left_out = remainder(found, groups, **rules)
    single = set(range(6)) - repeating if one_per_party else set()
    expected, contested = plain(found, groups.members(), single)
    assert told(left_out) == expected
    assert left_out.contested_groups == contested
    assert len(left_out) == len(expected) == sum(left_out.count(reason) for reason in Reason)


def test_a_chain_leaves_the_pair_of_its_end() -> None:
    chain = [PartyPairs(0, 1, pairs((0, 0, 0.9))), PartyPairs(1, 2, pairs((0, 0, 0.8)))]
    left_out = remainder(chain, solve_groups(chain))
    assert told(left_out) == [((1, 0), (2, 0), 0.8, Reason.TOO_FEW_AGREE)]
    assert left_out.contested_groups == 1
    assert told(remainder(chain, solve_groups(chain, merge_threshold=0.5))) == []


def test_a_second_best_record_of_a_party_is_left_out_for_that() -> None:
    found = [PartyPairs(0, 1, pairs((0, 0, 0.9), (1, 0, 0.8)))]
    assert told(remainder(found, solve_groups(found))) == [((0, 1), (1, 0), 0.8, Reason.SAME_PARTY)]


def test_a_comparison_with_itself_gives_each_pair_once_and_no_record_with_itself() -> None:
    both = [PartyPairs(0, 0, pairs((0, 0, 1.0), (0, 1, 0.9), (1, 0, 0.9)))]
    left_out = remainder(both, solve_groups(both))
    assert told(left_out) == [((0, 0), (0, 1), 0.9, Reason.SAME_PARTY)]
    assert left_out.contested_groups == 0


def test_no_pairs_leave_nothing() -> None:
    for nothing in ([], [PartyPairs(0, 1, pairs())]):
        left_out = remainder(nothing, solve_groups(nothing))
        assert len(left_out) == left_out.contested_groups == 0


def test_pairs_left_out_twice_are_a_typed_error() -> None:
    found = [PartyPairs(0, 1, pairs((0, 0, 0.9), (0, 0, 0.8)))]
    with pytest.raises(GroupingError) as caught:
        remainder(found, solve_groups([]))
    assert caught.value.code == "grouping.repeated"
