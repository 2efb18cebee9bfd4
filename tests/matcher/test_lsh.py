"""matcher.approximate_pairs: what it promises of recall, and that all it returns is exact."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from matcher import CandidatePairs, approximate_pairs, candidate_pairs
from matcher.approximate import KeyDesign, search_design
from matcher.approximate.design import tables_by_sum
from matcher.approximate.guarantee import MOST_TABLES, chance_of_agreement, tables_needed
from matcher.errors import ComparisonError
from matcher.similarity import Measure, Requirement
from tests.matcher.making import BIT_MEASURES, THRESHOLDS, two_files


def rows(found: CandidatePairs) -> list[tuple[int, int, float]]:
    return list(zip(*(column.tolist() for column in found), strict=True))


def same(one: CandidatePairs, other: CandidatePairs) -> bool:
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other, strict=True))


def uniform_design(bits: int, key_bits: int, tables: int) -> KeyDesign:
    """A design that looks for all pairs in all tables."""
    return KeyDesign(exact=False, key_bits=key_bits, tables=tables, tables_by_sum=np.full(2 * bits + 1, tables), work=1)


def pairs_at(distance: int, count: int, *, bits: int = 256, seed: int = 0) -> tuple[Encodings, Encodings]:
    """Balanced encodings; row i on the right differs from row i on the left in `distance` bits."""
    random = np.random.default_rng(seed)
    left = random.integers(0, 2, (count, bits), dtype=np.uint8)
    different = random.permuted(np.tile(np.arange(bits) < distance, (count, 1)), axis=1)
    sides = (left, left ^ different)
    one, other = (Encodings.from_bytes(np.packbits(side, axis=1)) for side in sides)
    return one, other


@settings(max_examples=100, deadline=None)
@given(two_files(), THRESHOLDS, BIT_MEASURES, st.integers(1, 12), st.integers(1, 20))
def test_what_is_found_is_exact_in_order_and_comes_once(
    files: tuple[Encodings, Encodings], threshold: float, measure: str, key_bits: int, tables: int
) -> None:
    left, right = files
    design = uniform_design(left.bits, min(key_bits, left.bits), tables)
    found = rows(approximate_pairs(left, right, threshold, recall=0.9, measure=measure, design=design))
    expected = rows(candidate_pairs(left, right, threshold, measure=measure))
    wanted = set(found)
    assert len(wanted) == len(found)
    assert found == [pair for pair in expected if pair in wanted]
    assert {pair for pair in expected if np.array_equal(left.words[pair[0]], right.words[pair[1]])} <= wanted


@settings(max_examples=40, deadline=None)
@given(two_files(), st.floats(0.5, 1), BIT_MEASURES, st.integers(0, 100))
def test_one_key_finds_the_pairs_that_agree_on_its_bits(
    files: tuple[Encodings, Encodings], threshold: float, measure: str, seed: int
) -> None:
    left, right = files
    design = uniform_design(left.bits, 3, 1)
    found = approximate_pairs(left, right, threshold, recall=0.9, measure=measure, design=design, seed=seed)
    drawing = np.random.default_rng(seed).spawn(2)[1]
    key = np.zeros(left.words.shape[1] * 64, dtype=np.uint8)
    key[drawing.choice(left.bits, 3, replace=False, shuffle=False)] = 1
    mask = np.packbits(key, bitorder="little").view(np.uint64)
    expected = candidate_pairs(left, right, threshold, measure=measure)
    agree = ~np.any((left.words[expected.left] ^ right.words[expected.right]) & mask, axis=1)
    assert same(found, CandidatePairs(expected.left[agree], expected.right[agree], expected.score[agree]))


@settings(max_examples=20, deadline=None)
@given(two_files(), THRESHOLDS)
def test_symbols_are_always_compared_exactly(files: tuple[Encodings, Encodings], threshold: float) -> None:
    assert search_design(*files, threshold, recall=0.5, measure="symbols").exact
    found = approximate_pairs(*files, threshold, recall=0.5, measure="symbols")
    assert same(found, candidate_pairs(*files, threshold, measure="symbols"))


@pytest.mark.parametrize("recall", [0.5, 0.9, 0.99])
def test_pairs_exactly_at_the_threshold_are_found_as_often_as_stated(recall: float) -> None:
    threshold = 0.8125  # 48 of 256 bits may differ
    chance = chance_of_agreement(256, np.array([48]), 14)
    tables = int(tables_needed(chance, recall)[0])
    expected = 1 - (1 - chance[0]) ** tables
    assert recall <= expected < recall + 0.02
    shares = []
    for seed in range(12):
        left, right = pairs_at(48, 3000, seed=seed)
        design = uniform_design(256, 14, tables)
        found = approximate_pairs(left, right, threshold, recall=recall, measure="hamming", design=design, seed=seed)
        shares.append(len(found.score) / 3000)
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert abs(np.mean(shares) - expected) < 4 * error + 0.002


@pytest.mark.parametrize("measure", ["dice", "jaccard", "hamming"])
def test_pairs_of_any_popcounts_are_found_as_often_as_stated(measure: Measure) -> None:
    random = np.random.default_rng(3)
    fill = random.uniform(0.1, 0.45, (4000, 1))
    left = random.random((4000, 512)) < fill
    flips = random.random((4000, 512)) < random.uniform(0.05, 0.5, (4000, 1)) * fill
    one, other = (Encodings.from_bytes(np.packbits(side, axis=1)) for side in (left, left ^ flips))
    threshold = {"dice": 0.8, "jaccard": 0.7, "hamming": 0.9}[measure]
    by_sum = tables_by_sum(Requirement.of(measure, threshold, 512), 14, 0.9)
    tables = int(by_sum[int(one.popcounts.max()) + int(other.popcounts.max())])
    design = KeyDesign(exact=False, key_bits=14, tables=tables, tables_by_sum=by_sum, work=1)
    found = approximate_pairs(one, other, threshold, recall=0.9, measure=measure, design=design)
    expected = candidate_pairs(one, other, threshold, measure=measure)
    hard = expected.score < threshold + 0.02
    wanted = set(rows(found))
    kept = np.array([pair in wanted for pair in rows(expected)])
    assert hard.sum() > 100
    assert kept[hard].mean() > 0.9
    assert kept.mean() > 0.95
    assert len(set(by_sum[one.popcounts + other.popcounts].tolist())) > 1 or measure == "hamming"


def test_the_same_arguments_give_the_same_pairs_with_any_number_of_threads_and_another_seed_others() -> None:
    left, right = pairs_at(40, 2000)
    design = uniform_design(256, 16, 12)
    one, two, other = (
        approximate_pairs(left, right, 0.84, recall=0.9, measure="hamming", threads=threads, seed=seed, design=design)
        for threads, seed in ((1, 0), (2, 0), (2, 1))
    )
    assert 100 < len(one.score) < 1900
    assert same(one, two)
    assert not same(one, other)


def test_a_limit_keeps_the_first_pairs() -> None:
    left, right = pairs_at(20, 2000)
    design = uniform_design(256, 10, 8)
    everything = approximate_pairs(left, right, 0.4, recall=0.9, measure="hamming", design=design)
    first = approximate_pairs(left, right, 0.4, recall=0.9, measure="hamming", limit=50, design=design)
    assert same(first, CandidatePairs(everything.left[:50], everything.right[:50], everything.score[:50]))


def test_more_hits_of_a_table_than_a_buffer_holds_are_all_kept() -> None:
    same_row = Encodings.from_bytes(np.full((400, 8), 7, dtype=np.uint8))
    found = approximate_pairs(same_row, same_row, 1.0, recall=0.9, design=uniform_design(64, 4, 3))
    assert len(found.score) == 400 * 400
    assert np.array_equal(found.left, np.repeat(np.arange(400), 400))


def test_where_all_pairs_are_less_work_they_are_compared_and_none_is_missing() -> None:
    left, right = pairs_at(48, 300)
    assert search_design(left, right, 0.8125, recall=0.99, measure="hamming").exact
    found = approximate_pairs(left, right, 0.8125, recall=0.5, measure="hamming")
    assert same(found, candidate_pairs(left, right, 0.8125, measure="hamming"))


def test_a_recall_of_one_compares_all_pairs_whatever_the_size() -> None:
    left, right = pairs_at(10, 20_000)
    assert not search_design(left, right, 0.95, recall=0.99, measure="hamming").exact
    assert search_design(left, right, 0.95, recall=1, measure="hamming").exact


def test_filters_without_telling_bits_are_compared_exactly() -> None:
    random = np.random.default_rng(0)
    rows_ = np.zeros((5000, 512), dtype=np.uint8)
    rows_[:, :200] = 1
    rows_ ^= random.random((5000, 512)) < 0.06  # all about as far from each other as the threshold allows
    encodings = Encodings.from_bytes(np.packbits(rows_, axis=1))
    assert search_design(encodings, encodings, 0.9, recall=0.9, measure="hamming").exact


def test_an_empty_side_gives_no_pairs() -> None:
    nothing, some = Encodings.from_bytes(np.empty((0, 8), np.uint8)), Encodings.from_bytes(np.ones((3, 8), np.uint8))
    for left, right in ((nothing, some), (some, nothing), (nothing, nothing)):
        for design in (None, uniform_design(64, 4, 3)):
            assert rows(approximate_pairs(left, right, 0.5, recall=0.9, design=design)) == []


def test_progress_ends_with_all_pairs() -> None:
    left, right = pairs_at(20, 500)
    told: list[tuple[int, int | None]] = []
    approximate_pairs(
        left,
        right,
        0.9,
        recall=0.9,
        measure="hamming",
        design=uniform_design(256, 8, 7),
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert len(told) == 7
    assert told == sorted(told)
    assert told[-1] == (500 * 500, 500 * 500)


@given(st.integers(1, 100), st.data())
def test_the_chance_of_agreement_is_that_of_drawing_without_replacement(bits: int, data: st.DataObject) -> None:
    key_bits = data.draw(st.integers(0, bits))
    expected = [comb(bits - distance, key_bits) / comb(bits, key_bits) for distance in range(bits + 1)]
    assert np.allclose(chance_of_agreement(bits, np.arange(bits + 1), key_bits), expected, rtol=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.01, 0.9999))
def test_the_tables_needed_are_the_fewest_that_reach_the_recall(chance: float, recall: float) -> None:
    needed = int(tables_needed(np.array([chance]), recall)[0])
    assert 1 - (1 - chance) ** needed >= recall - 1e-9
    assert needed == 1 or 1 - (1 - chance) ** (needed - 1) < recall + 1e-9


def test_a_chance_of_nought_or_one_takes_the_most_or_one_table() -> None:
    assert tables_needed(np.array([0.0, 1.0]), 0.9).tolist() == [MOST_TABLES, 1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recall": 0.0}, "comparison.recall"),
        ({"recall": 1.1}, "comparison.recall"),
        ({"recall": float("nan")}, "comparison.recall"),
        ({"seed": -1}, "comparison.seed"),
        ({"threads": 0}, "comparison.threads"),
        ({"limit": 0}, "comparison.limit"),
        ({"measure": "cosine"}, "comparison.measure"),
        ({"threshold": 2}, "comparison.threshold"),
    ],
)
def test_arguments_out_of_range_are_typed_errors(changes: dict[str, object], code: str) -> None:
    left, right = pairs_at(20, 3)
    arguments: dict[str, object] = {"threshold": 0.9, "recall": 0.9} | changes
    with pytest.raises(ComparisonError) as caught:
        approximate_pairs(left, right, design=uniform_design(256, 4, 2), **arguments)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.code == code


def test_encodings_of_two_widths_are_a_typed_error() -> None:
    left, right = pairs_at(20, 3)[0], pairs_at(20, 3, bits=512)[1]
    with pytest.raises(ComparisonError, match="256 bits"):
        approximate_pairs(left, right, 0.9, recall=0.9)
