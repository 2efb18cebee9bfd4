"""The integer tables that stand for "score >= threshold"."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from linkage.symbols import packed
from matcher.similarity import Measure, Requirement, counts, scores
from tests.matcher.making import BIT_MEASURES, MEASURES, THRESHOLDS


@settings(max_examples=200, deadline=None)
@given(MEASURES, THRESHOLDS, st.sampled_from(range(16, 97, 8)))
def test_the_needed_common_bits_are_the_least_whose_score_passes(measure: Measure, threshold: float, bits: int) -> None:
    requirement = Requirement.of(measure, threshold, bits)
    for together in range(2 * bits + 1):
        common = np.arange(together // 2 + 1)
        passes = scores(measure, common, np.int64(together), bits) >= threshold  # type: ignore[arg-type]  # broadcasts
        assert (common >= requirement.common[together]).tolist() == passes.tolist()


@settings(max_examples=200, deadline=None)
@given(BIT_MEASURES, THRESHOLDS, st.integers(1, 60))
def test_partners_and_distance_leave_out_no_pair_that_passes(measure: Measure, threshold: float, bits: int) -> None:
    requirement = Requirement.of(measure, threshold, bits)
    for popcount in range(bits + 1):
        least, most = requirement.partners(popcount)
        for other in range(bits + 1):
            best = min(popcount, other)
            if best >= requirement.common[popcount + other]:
                assert least <= other <= most
                widest = popcount + other - 2 * requirement.common[popcount + other]
                assert widest <= requirement.distance[popcount + other]


def test_the_distance_never_falls_as_popcounts_grow() -> None:
    for measure in ("dice", "jaccard", "hamming"):
        assert np.all(np.diff(Requirement.of(measure, 0.65, 300).distance) >= 0)


@pytest.mark.parametrize("threshold", [0.65, 0.75, 0.95])
def test_thresholds_that_floats_cannot_hold_are_met_by_their_fractions(threshold: float) -> None:
    assert Requirement.of("dice", threshold, 100).common[40] == round(threshold * 20)


@pytest.mark.parametrize("places", [2, 6, 16])  # rows of 3, 9 and 24 bytes: with bits to spare, and with none
def test_equal_symbols_are_counted_place_by_place(places: int) -> None:
    random = np.random.default_rng(1)
    symbols = random.integers(0, 4, (2, 40, places), dtype=np.uint16) << np.uint16(10)
    symbols += random.integers(0, 2, symbols.shape, dtype=np.uint16)
    left, right = (Encodings.from_bytes(packed(side)) for side in symbols)
    one, other = (random.integers(0, 40, 300) for _ in range(2))
    common, together = counts("symbols", left, right, (one, other))
    assert common.tolist() == (symbols[0][one] == symbols[1][other]).sum(axis=1).tolist()
    assert set(together.tolist()) == {2 * places}
