"""The threshold from scores alone, on scores whose truth is known."""

from math import comb
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.threshold import ChanceSample, Compared, Estimate, Unrelated, estimate_threshold
from matcher.threshold.evidence import Evidence, from_top, one_to_one
from matcher.threshold.mixture import Mixture, _solved, hidden_below, separate
from matcher.threshold.solution import solve
from matcher.values import CandidatePairs

Floats = NDArray[np.float64]

FLOOR = 0.545  # about eight candidates per record by chance
CHANCE = (0.4, 0.06)  # mean and deviation of the similarity of different people
SAME = (0.85, 0.06)


class Drawn(NamedTuple):
    compared: Compared
    sample: ChanceSample
    same: np.ndarray
    matches: int

    def estimate(self) -> Estimate:
        return estimate_threshold(Evidence.of([self.compared], self.sample), np.random.default_rng(1))

    def f1(self, threshold: float) -> float:
        linked = one_to_one(self.compared.pairs.left, self.compared.pairs.right, *self.compared[:2])
        taken = linked & (self.compared.pairs.score >= threshold)
        return float(2 * (taken & self.same).sum() / (taken.sum() + self.matches))

    def best_f1(self) -> float:
        return max(self.f1(threshold) for threshold in np.arange(FLOOR, 1, 0.005))


def draw(records: int, matches: int, seed: int, *, repeated: int = 0) -> Drawn:
    """Scores of two files that share some persons, and name some persons twice."""
    random = np.random.default_rng(seed)
    by_chance = random.normal(*CHANCE, (records, records))
    left, right = np.nonzero(by_chance >= FLOOR)
    score = by_chance[left, right]
    shared = np.arange(matches)
    found = np.clip(random.normal(*SAME, matches), 0, 1)
    other = ~((left == right) & (left < matches))
    left, right = np.concatenate([shared, left[other]]), np.concatenate([shared, right[other]])
    score = np.concatenate([found, score[other]])
    same = np.arange(len(score)) < matches
    order = np.lexsort((right, left, -score))
    keep = order[score[order] >= FLOOR]
    inside_pairs = records * (records - 1)
    inside = random.normal(*CHANCE, inside_pairs)
    inside[:repeated] = np.clip(random.normal(*SAME, repeated), 0, 1)
    return Drawn(
        Compared(records, records, CandidatePairs(left[keep], right[keep], score[keep]), FLOOR),
        ChanceSample(inside[inside >= FLOOR], inside_pairs, FLOOR),
        same[keep],
        matches,
    )


@pytest.mark.parametrize(("matches", "seed"), [(500, 1), (200, 2), (50, 3), (15, 4)])
def test_threshold_is_nearly_as_good_as_the_best_with_labels(matches: int, seed: int) -> None:
    drawn = draw(1000, matches, seed)
    estimate = drawn.estimate()
    assert estimate.reason == "best F1"
    assert drawn.f1(estimate.threshold) >= drawn.best_f1() - 0.03


def test_expected_false_links_matches_precision_and_recall_are_near_the_truth() -> None:
    drawn = draw(1000, 400, 5)
    estimate = drawn.estimate()
    pairs = drawn.compared.pairs
    taken = one_to_one(pairs.left, pairs.right, 1000, 1000) & (pairs.score >= estimate.threshold)
    right = int((taken & drawn.same).sum())
    assert estimate.links == taken.sum()
    assert estimate.matches.low <= 400 <= estimate.matches.high
    assert estimate.false_links.low <= taken.sum() - right <= estimate.false_links.high
    assert estimate.precision.value == pytest.approx(right / taken.sum(), abs=0.02)
    assert estimate.recall.value == pytest.approx(right / 400, abs=0.06)
    assert estimate.recall.low <= estimate.recall.value <= estimate.recall.high


@pytest.mark.parametrize("matches", [10, 25])
def test_false_links_from_a_given_score_up_are_neither_over_nor_underestimated_where_matches_are_few(
    matches: int,
) -> None:
    given, expected, found = 0.665, [], []
    for seed in range(100, 130):
        drawn = draw(1000, matches, seed)
        evidence = Evidence.of([drawn.compared], drawn.sample)
        place = int(np.searchsorted(evidence.edges, given - 1e-9))
        taken = one_to_one(drawn.compared.pairs.left, drawn.compared.pairs.right, 1000, 1000) & ~drawn.same
        expected.append(solve(evidence).false_links[place])
        found.append((taken & (drawn.compared.pairs.score >= evidence.edges[place])).sum())
    assert np.mean(found) > 3
    assert np.mean(expected) == pytest.approx(np.mean(found), rel=0.2)


def test_without_shared_persons_false_groups_keep_to_one_in_ten_million_pairs() -> None:
    estimates = [draw(1000, 0, seed) for seed in range(10, 18)]
    accepted = 0
    for drawn in estimates:
        estimate = drawn.estimate()
        assert estimate.reason == "few matches"
        accepted += int((drawn.compared.pairs.score >= estimate.threshold).sum())
    assert accepted <= 2  # eight million pairs were compared; one is expected at most


@pytest.mark.parametrize(("matches", "repeated"), [(300, 60), (150, 60), (60, 20)])
def test_some_persons_who_are_in_a_file_twice_do_not_wreck_the_threshold(matches: int, repeated: int) -> None:
    drawn = draw(1000, matches, 6, repeated=repeated)
    estimate = drawn.estimate()
    assert estimate.reason == "best F1"
    assert drawn.f1(estimate.threshold) >= drawn.best_f1() - 0.06


@pytest.mark.parametrize("matches", [0, 20])
def test_many_more_persons_in_a_file_twice_than_in_both_give_hardly_a_false_group(matches: int) -> None:
    drawn = draw(1000, matches, 7, repeated=60)
    estimate = drawn.estimate()
    assert ((drawn.compared.pairs.score >= estimate.threshold) & ~drawn.same).sum() <= 1


def test_equal_evidence_gives_an_equal_answer() -> None:
    drawn = draw(300, 60, 8)
    first, second = drawn.estimate(), drawn.estimate()
    assert (first.threshold, first.matches, first.precision) == (second.threshold, second.matches, second.precision)


@pytest.mark.parametrize("matches", [15, 60, 200])
def test_no_more_matches_are_expected_than_can_be_told_from_chance(matches: int) -> None:
    estimates = [draw(1000, matches, seed).estimate() for seed in range(20, 24)]
    assert np.mean([estimate.matches.value for estimate in estimates]) == pytest.approx(matches, rel=0.25)


@pytest.mark.parametrize("seed", [48, 49, 51, 52])
def test_no_more_links_are_stated_than_were_counted(seed: int) -> None:
    """Few records, and fewer alike between the files than those inside make expect."""
    random = np.random.default_rng(seed)
    inside, between = random.normal(*CHANCE, (30, 30))[np.triu_indices(30, 1)], random.normal(*CHANCE, (30, 6))
    left, right = np.nonzero(between >= 0.5)
    score = between[left, right]
    order = np.argsort(-score)
    compared = Compared(30, 6, CandidatePairs(left[order], right[order], score[order]), 0.5)
    sample = ChanceSample(inside[inside >= 0.5], len(inside), 0.5)
    estimate = estimate_threshold(Evidence.of([compared], sample), random)
    assert estimate.links <= np.count_nonzero(score >= estimate.threshold)
    assert estimate.false_links.high <= estimate.links


@pytest.mark.parametrize("alphabet", [2, 4096])
def test_share_by_the_law_of_unrelated_records_is_the_exact_sum_of_chances(alphabet: int) -> None:
    law = Unrelated(64, alphabet)
    half = law.grain / 2  # scores are spread over their grain, if they have one
    for equal in (8, 31, 32, 50, 64):
        ways = (comb(64, number) * (alphabet - 1) ** (64 - number) for number in range(equal, 65))
        exact = sum(ways) / alphabet**64
        at_edge, above = law.share(np.array([equal / 64 - half, equal / 64 - half + 1e-4]))
        assert at_edge == pytest.approx(exact, rel=1e-9, abs=0)
        assert above < at_edge
    several, edge = law._replace(tries=4), np.array([50 / 64])
    assert several.share(edge)[0] == pytest.approx(4 * law.share(edge)[0], abs=0)
    assert several.share(np.array([0.0]))[0] == 1


def counted(chance: Floats, candidates: Floats, unrelated: Floats | None = None, files: int = 42) -> Evidence:
    """Evidence of these counts by bin, of as many pairs inside files as between them."""
    none = np.zeros(len(chance))
    edges = (np.arange(len(chance) + 1) * 0.01).astype(np.float64)
    share = none if unrelated is None else unrelated
    return Evidence(edges, candidates, none, none, none, chance, share, 10**8, 10**8, 1000, files)


def separated(evidence: Evidence) -> Mixture:
    """What counts are made of."""
    return separate(evidence, Mixture.start(evidence))


def test_rate_of_look_alikes_is_learnt_beside_pairs_that_a_law_puts_everywhere() -> None:
    random = np.random.default_rng(3)
    bins = np.arange(30)
    unrelated, inside = 1e6 * np.exp(-1.2 * bins), 2e4 * np.exp(-0.15 * bins)
    true_rate = np.exp(-0.5 - 0.06 * bins)
    chance = random.poisson(unrelated + inside).astype(np.float64)
    candidates = random.poisson(unrelated + true_rate * inside).astype(np.float64)
    found = separated(counted(chance, candidates, unrelated / 1e8))
    assert np.exp(found.rate)[3:16] == pytest.approx(true_rate[3:16], rel=0.25)
    blind = separated(counted(chance, candidates))
    assert np.abs(blind.rate - np.log(true_rate))[:5].max() > 0.2


def test_law_that_does_not_hold_exactly_leaves_look_alikes_and_matches_as_they_are() -> None:
    bins = np.arange(40)
    unrelated, inside, matches = 1e6 * np.exp(-1.2 * bins), 2e4 * np.exp(-0.12 * bins), np.full(40, 60.0)
    candidates = 0.97 * unrelated + 0.15 * inside + matches
    found = separated(counted(unrelated + inside, candidates, unrelated / 1e8))
    assert np.exp(found.rate)[8:] == pytest.approx(0.15, rel=0.1)
    assert np.exp(found.same)[8:].sum() == pytest.approx(matches[8:].sum(), rel=0.15)


@pytest.mark.parametrize(("fall", "files"), [(0.0, 2), (0.0, 42), (0.06, 42)])
def test_rate_goes_on_as_it_was_seen_where_matches_hide_it(fall: float, files: int) -> None:
    random = np.random.default_rng(4)
    bins = np.arange(50)
    inside, true_rate = 2e4 * np.exp(-0.22 * bins), np.exp(-fall * bins)
    matches = 60 * np.exp(-(((bins - 38) / 7) ** 2))
    chance = random.poisson(inside).astype(np.float64)
    candidates = random.poisson(true_rate * inside + matches).astype(np.float64)
    found = separated(counted(chance, candidates, files=files))
    assert np.exp(found.rate)[:24] == pytest.approx(true_rate[:24], rel=0.2)
    assert np.exp(found.same)[28:].sum() == pytest.approx(matches[28:].sum(), rel=0.1)  # from where they are seen


def test_matches_are_hidden_by_many_pairs_by_chance_that_are_more_than_they_are() -> None:
    by_chance = 1e4 * np.exp(-0.3 * np.arange(40))
    assert hidden_below(by_chance, np.full(40, 2.0)) == 20  # a hundred from there up
    assert hidden_below(by_chance, np.full(40, 400.0)) == 11  # fewer than matches from there up
    assert hidden_below(by_chance, np.full(40, 2e4)) == 0


def test_matches_that_chance_hides_are_as_dense_as_where_they_were_last_seen() -> None:
    random = np.random.default_rng(8)
    bins = np.arange(50)
    inside, matches = 2e4 * np.exp(-0.3 * bins), np.where(bins < 42, 20.0, 60 * np.exp(-(((bins - 42) / 3) ** 2)))
    chance = random.poisson(inside).astype(np.float64)
    found = separated(counted(chance, random.poisson(inside + matches).astype(np.float64)))
    assert np.exp(found.same)[:15].mean() == pytest.approx(20, rel=0.3)
    assert np.exp(found.same).sum() == pytest.approx(matches.sum(), rel=0.15)


def test_look_alikes_among_many_pairs_of_a_law_are_not_taken_for_matches() -> None:
    bins = np.arange(60)
    unrelated, inside = 2e3 * np.exp(-1.2 * bins), 14 * np.exp(-0.2 * bins)
    matches = np.where(bins > 30, 0.4, 0)
    for seed in range(5):
        random = np.random.default_rng(seed)
        chance = random.poisson(unrelated + inside).astype(np.float64)
        candidates = random.poisson(unrelated + inside + matches).astype(np.float64)
        found = separated(counted(chance, candidates, unrelated / 1e8, files=2))
        assert np.exp(found.same).sum() < inside.sum()
        assert np.exp(found.rate[0]) > 0.3


def test_draws_of_what_is_behind_the_counts_differ_most_where_they_say_least() -> None:
    bins = np.arange(50)
    inside, matches = 2e4 * np.exp(-0.3 * bins), 60 * np.exp(-(((bins - 38) / 7) ** 2))
    evidence = counted(np.round(inside), np.round(inside + matches))
    found = separated(evidence)
    random = np.random.default_rng(6)
    drawn = [separate(evidence, found, random) for _ in range(30)]
    spread = np.std([draw.same for draw in drawn], axis=0)
    assert spread[38] < 0.2
    assert spread[20] > 3 * spread[38]  # thirty pairs by chance for each match
    assert np.std([draw.inside for draw in drawn], axis=0)[45] > 0.5


def test_matches_do_not_rise_towards_scores_at_which_chance_hides_them() -> None:
    random = np.random.default_rng(7)
    bins = np.arange(50)
    inside, matches = 2e4 * np.exp(-0.25 * bins), 20 * np.exp(-(((bins - 38) / 7) ** 2))
    chance = random.poisson(inside).astype(np.float64)
    found = separated(counted(chance, random.poisson(0.6 * inside + matches).astype(np.float64)))
    assert np.diff(found.same)[:10].min() > -0.05
    assert np.exp(found.rate)[:15] == pytest.approx(0.6, rel=0.05)


@given(st.integers(7, 40), st.integers(0, 2**32))
def test_banded_systems_are_solved_as_full_ones(rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    root = np.tril(np.triu(random.normal(size=(rows, rows)), -6)) + 3 * np.eye(rows)
    full, right = root @ root.T, random.normal(size=rows)
    band = np.array([[full[row, row - apart] if row >= apart else 0.0 for apart in range(7)] for row in range(rows)])
    assert _solved(band, right) == pytest.approx(np.linalg.solve(full, right), rel=1e-6, abs=1e-6)


def test_nothing_at_all_gives_a_threshold_that_accepts_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    pairs = CandidatePairs(nothing, nothing, np.zeros(0))
    evidence = Evidence.of([Compared(3, 0, pairs, 0.5)], ChanceSample(np.zeros(0), 3, 0.5))
    estimate = estimate_threshold(evidence, np.random.default_rng(1))
    assert estimate.reason == "few matches"
    assert estimate.links == 0
    assert estimate.false_links.value == 0


def test_tail_by_chance_goes_on_where_nothing_was_seen() -> None:
    random = np.random.default_rng(9)
    edges = np.arange(0.5, 1, 0.01)
    normal = random.normal(0.3, 0.08, 2_000_000)
    counts, _ = np.histogram(normal, [*edges, np.inf])
    found = separated(counted(counts.astype(np.float64), counts.astype(np.float64), files=2))
    expected = from_top(np.exp(found.inside))
    assert np.all(np.diff(expected) <= 0)
    assert expected[0] == pytest.approx(counts.sum(), rel=0.02)
    place = int(np.searchsorted(edges, 0.72))  # 5.25 deviations: 0.15 pairs of two million
    assert 0.03 <= expected[place] <= 1.5  # the last pairs seen say little; better too many than too few


def test_pairs_by_chance_are_told_from_those_of_a_law() -> None:
    random = np.random.default_rng(11)
    bins = np.arange(40)
    lawful, alike = 1e6 * np.exp(-1.2 * bins), 1e3 * np.exp(-0.15 * bins)
    chance, candidates = random.poisson(lawful + alike, (2, 40)).astype(np.float64)
    expected = np.exp(separated(counted(chance, candidates, lawful / 1e8)).inside)
    assert expected[12:30] == pytest.approx(alike[12:30], rel=0.3)


def test_no_pair_by_chance_at_all_leaves_room_for_half_a_pair() -> None:
    nothing = np.zeros(8)
    assert 0.2 < np.exp(separated(counted(nothing, nothing)).inside).sum() < 0.6


def test_identical_encodings_do_not_bend_the_matches_next_to_them() -> None:
    hump = 40 * np.exp(-(((np.arange(101) - 70) / 10) ** 2))
    beside = hump + 500 * (np.arange(101) == 100)
    none = np.zeros(101)
    alone = separated(counted(none, hump))
    together = separated(counted(none, beside))
    assert np.exp(together.same)[:100] == pytest.approx(np.exp(alone.same)[:100], rel=1e-3)
    assert np.exp(together.same)[100] < 1


@given(st.integers(0, 40), st.integers(1, 8), st.integers(0, 2**32))
def test_links_are_those_that_a_plain_loop_takes(count: int, records: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    left, right = random.integers(0, records, (2, count))
    taken, ends = [], set()
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        taken.append(("left", one) not in ends and ("right", other) not in ends)
        if taken[-1]:
            ends |= {("left", one), ("right", other)}
    assert one_to_one(left, right, records, records).tolist() == taken


@given(st.floats(0, 0.99), st.floats(0, 1), st.integers(0, 2**32))
def test_bins_are_round_few_and_count_every_score_from_the_first_edge(floor: float, reach: float, seed: int) -> None:
    scores = -np.sort(-np.random.default_rng(seed).uniform(floor, floor + reach * (1 - floor), 50))
    pairs = CandidatePairs(np.arange(50), np.arange(50), scores)
    for law in (None, Unrelated(1024), Unrelated(2688, 4096)):
        evidence = Evidence.of([Compared(50, 50, pairs, floor)], ChanceSample(scores, 100, floor), law)
        assert 2 <= len(evidence.edges) <= 103
        assert np.all(np.diff(evidence.edges) > 0)
        assert evidence.edges[0] >= floor - 1e-9
        if law is not None and law.grain:
            assert from_top(evidence.candidates)[0] <= 50
            continue
        for edge, above in zip(evidence.edges[:-1], from_top(evidence.candidates), strict=True):
            assert above == (scores >= edge - 1e-9 * (evidence.edges[1] - evidence.edges[0])).sum()


def test_scores_of_symbols_are_spread_over_their_grain_and_full_agreement_stays() -> None:
    law, places = Unrelated(200, 4096), 200
    counts = np.arange(8, 40).repeat(3)
    scores = -np.sort(-np.append(counts / places, [1.0, 1.0]))
    pairs = CandidatePairs(np.arange(len(scores)), np.arange(len(scores)), scores)
    evidence = Evidence.of([Compared(200, 200, pairs, 8 / places)], ChanceSample(scores, 100, 8 / places), law)
    width = np.diff(evidence.edges) * places
    inside = (evidence.edges[:-1] > 9 / places) & (evidence.edges[1:] < 39 / places)
    assert evidence.candidates[inside] == pytest.approx(3 * width[inside])
    assert evidence.candidates[-1] == pytest.approx(2)


@given(st.sampled_from([2, 4096]), st.floats(0, 1))
def test_likeness_of_a_score_leads_back_to_it(alphabet: int, share: float) -> None:
    law, score = Unrelated(1024, alphabet), 1 / alphabet + (1 - 1 / alphabet) * share
    likeness = law.likeness(np.array([score]))
    assert 0 <= likeness[0] <= 1
    assert law.scores(likeness)[0] == pytest.approx(score)
