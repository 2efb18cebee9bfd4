"""matcher.solve_groups against its plain reference, and its promises one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import CandidatePairs, Groups, PartyPairs, reference, solve_groups
from matcher.errors import GroupingError
from tests.matcher.making import comparisons

MERGE_THRESHOLDS = st.sampled_from([1.0, 0.9, 0.75, 2 / 3, 0.5, 1 / 3, 0.2, 0.0])


def pairs(*rows: tuple[int, int, float]) -> CandidatePairs:
    left, right, score = zip(*rows, strict=True) if rows else ((), (), ())
    return CandidatePairs(np.array(left, np.int64), np.array(right, np.int64), np.array(score, np.float64))


def told(groups: Groups) -> list[list[tuple[tuple[int, int], float]]]:
    """Groups as the reference gives them."""
    found: list[list[tuple[tuple[int, int], float]]] = [[] for _ in groups.members()]
    columns = (groups.group, groups.party, groups.index, groups.score)
    for group, party, index, score in zip(*(column.tolist() for column in columns), strict=True):
        found[group].append(((party, index), score))
    return found


@settings(max_examples=300, deadline=None)
@given(comparisons(with_itself=True), MERGE_THRESHOLDS, st.booleans(), st.sets(st.integers(0, 5)))
def test_groups_equal_the_reference(
    found: list[PartyPairs],
    merge_threshold: float,
    one_per_party: bool,  # noqa: FBT001 - drawn
    repeating: set[int],
) -> None:
    options: Any = {"merge_threshold": merge_threshold, "one_per_party": one_per_party, "repeating": repeating}
    groups = solve_groups(found, **options)
    expected = reference.solve_groups(found, **options)
    assert told(groups) == expected
    assert groups.members() == [[record for record, _ in group] for group in expected]


@settings(max_examples=60, deadline=None)
@given(comparisons(), st.randoms(use_true_random=False))
def test_the_order_of_comparisons_and_of_their_sides_does_not_matter(found: list[PartyPairs], random: object) -> None:
    expected = told(solve_groups(found))
    turned = [
        PartyPairs(right, left, CandidatePairs(rows.right[::-1], rows.left[::-1], rows.score[::-1]))
        for left, right, rows in found
    ]
    random.shuffle(turned)  # type: ignore[attr-defined]  # a random.Random
    assert told(solve_groups(turned)) == expected


def test_a_record_joins_only_a_group_of_which_all_are_its_candidates() -> None:
    chain = [PartyPairs(0, 1, pairs((0, 0, 0.9))), PartyPairs(1, 2, pairs((0, 0, 0.8)))]
    assert solve_groups(chain).members() == [[(0, 0), (1, 0)]]
    assert solve_groups(chain, merge_threshold=0.5).members() == [[(0, 0), (1, 0), (2, 0)]]
    closed = [*chain, PartyPairs(0, 2, pairs((0, 0, 0.7)))]
    assert told(solve_groups(closed)) == [[((0, 0), 0.9), ((1, 0), 0.9), ((2, 0), 0.8)]]


def test_a_group_holds_two_records_of_a_party_only_where_that_is_allowed() -> None:
    found = [PartyPairs(0, 1, pairs((0, 0, 0.9), (1, 0, 0.8))), PartyPairs(0, 0, pairs((0, 1, 1.0)))]
    assert solve_groups(found).members() == [[(0, 0), (1, 0)]]
    assert solve_groups(found, one_per_party=False).members() == [[(0, 0), (0, 1), (1, 0)]]


def test_only_files_that_may_repeat_persons_have_two_records_in_a_group() -> None:
    twice = pairs((0, 0, 0.9), (1, 0, 0.8), (0, 1, 0.7), (1, 1, 0.7))
    found = [PartyPairs(0, 1, twice), *(PartyPairs(party, party, pairs((0, 1, 1.0))) for party in (0, 1))]
    assert solve_groups(found, repeating=[0]).members() == [[(0, 0), (0, 1), (1, 0)]]
    assert solve_groups(found, repeating=[1]).members() == [[(0, 0), (1, 0), (1, 1)]]
    assert solve_groups(found, repeating=[0, 1]).members() == solve_groups(found, one_per_party=False).members()


def test_a_comparison_with_itself_may_hold_both_directions_and_the_diagonal() -> None:
    both = pairs((0, 0, 1.0), (1, 1, 1.0), (0, 1, 0.9), (1, 0, 0.9))
    assert solve_groups([PartyPairs(0, 0, both)], one_per_party=False).members() == [[(0, 0), (0, 1)]]


def test_groups_come_by_best_score_then_by_smallest_member() -> None:
    found = [PartyPairs(0, 1, pairs((5, 5, 0.9), (2, 9, 0.8), (3, 1, 0.8)))]
    assert solve_groups(found).members() == [[(0, 5), (1, 5)], [(0, 2), (1, 9)], [(0, 3), (1, 1)]]


def test_more_than_64_parties_are_kept_apart() -> None:
    found = [PartyPairs(left, left + 1, pairs((0, 0, 0.9))) for left in range(0, 140, 2)]
    found += [PartyPairs(0, 130, pairs((7, 0, 0.8))), PartyPairs(0, 131, pairs((7, 0, 0.7)))]
    groups = solve_groups(found, merge_threshold=0.0)
    assert [(0, 7), (130, 0), (131, 0)] in groups.members()
    clash = solve_groups([*found, PartyPairs(1, 130, pairs((0, 0, 0.85)))], merge_threshold=0.0)
    assert all(len({party for party, _ in group}) == len(group) for group in clash.members())


def test_no_pairs_give_no_groups() -> None:
    for nothing in ([], [PartyPairs(0, 1, pairs())]):
        assert solve_groups(nothing).members() == []


def test_many_groups_that_stay_neighbours_are_counted_right() -> None:
    random = np.random.default_rng(5)
    rows = 60
    found = []
    for left in range(5):
        for right in range(left + 1, 5):
            key = np.sort(random.choice(rows * rows, 1200, replace=False))
            score = random.integers(1, 50, len(key)) / 50
            found.append(PartyPairs(left, right, CandidatePairs(key // rows, key % rows, score)))
    for merge_threshold in (1.0, 0.4, 0.1):
        for one_per_party in (True, False):
            groups = solve_groups(found, merge_threshold=merge_threshold, one_per_party=one_per_party)
            expected = reference.solve_groups(found, merge_threshold=merge_threshold, one_per_party=one_per_party)
            assert told(groups) == expected


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([PartyPairs(0, 1, pairs()), PartyPairs(1, 0, pairs())], "grouping.repeated"),
        ([PartyPairs(0, 1, pairs((0, 0, 0.9), (0, 0, 0.8)))], "grouping.repeated"),
        ([PartyPairs(0, 0, pairs((0, 1, 0.9), (1, 0, 0.8)))], "grouping.repeated"),
        ([PartyPairs(-1, 0, pairs())], "grouping.party"),
        ([PartyPairs(0, 1, pairs((-1, 0, 0.9)))], "grouping.pairs"),
        ([PartyPairs(0, 1, pairs((0, 2**32, 0.9)))], "grouping.pairs"),
        ([PartyPairs(0, 1, pairs((0, 0, float("nan"))))], "grouping.pairs"),
        ([PartyPairs(0, 1, pairs((0, 0, 0.9))._replace(score=np.empty(0)))], "grouping.pairs"),
    ],
)
def test_comparisons_that_cannot_be_are_typed_errors(found: list[PartyPairs], code: str) -> None:
    with pytest.raises(GroupingError) as caught:
        solve_groups(found)
    assert caught.value.code == code


@pytest.mark.parametrize("merge_threshold", [-0.1, 1.1, float("nan")])
def test_a_merge_threshold_out_of_range_is_a_typed_error(merge_threshold: float) -> None:
    with pytest.raises(GroupingError, match="merge_threshold"):
        solve_groups([], merge_threshold=merge_threshold)
