"""The best pairs of each record against the plain reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from matcher import best as best_module
from matcher import candidate_pairs, reference
from matcher.best import places
from matcher.comparison import TileSize
from matcher.errors import ComparisonError
from matcher.similarity import Measure
from tests.matcher.making import THRESHOLDS, files_and_measure, random_encodings, same


@settings(max_examples=60, deadline=None)
@given(files_and_measure(most_bytes=12, most_rows=30), THRESHOLDS, st.integers(1, 5), st.none() | st.integers(1, 40))
def test_best_pairs_equal_the_reference(
    drawn: tuple[tuple[Encodings, Encodings], Measure], threshold: float, best: int, limit: int | None
) -> None:
    files, measure = drawn
    found = candidate_pairs(*files, threshold, measure=measure, best=best, limit=limit)
    assert same(found, reference.candidate_pairs(*files, threshold, measure=measure, best=best, limit=limit))


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_dropped_on_the_way_would_not_have_stayed(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = random_encodings(150, 3, 0.4, 1), random_encodings(200, 3, 0.4, 2)  # three bytes: many ties
    expected = reference.candidate_pairs(left, right, 0.0, best=3)
    monkeypatch.setattr(best_module, "LEAST_COMPACTION", 1)
    compactions = []
    compact = best_module.BestCollector._compact

    def counted(self: best_module.BestCollector) -> None:
        compactions.append(self)
        compact(self)

    monkeypatch.setattr(best_module.BestCollector, "_compact", counted)
    found = candidate_pairs(left, right, 0.0, best=3, threads=threads, tile_size=TileSize(16, 64))
    assert same(found, expected)
    assert len(compactions) > 1  # the last one is at the end


def test_best_holds_a_number_of_hits_that_does_not_grow_with_the_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = random_encodings(1000, 16, 0.4, 1), random_encodings(1000, 16, 0.4, 2)
    held = []
    add = best_module.BestCollector.add

    def watched(self: best_module.BestCollector, hits: object) -> None:
        add(self, hits)  # type: ignore[arg-type]  # passed on
        held.append(self._held)

    monkeypatch.setattr(best_module.BestCollector, "add", watched)
    found = candidate_pairs(left, right, 0.0, best=2, tile_size=TileSize(64, 128))
    assert max(held) <= 1 << 16
    assert 1000 <= len(found.score) <= 4000


def test_places_count_equal_entries_before() -> None:
    assert places(np.array([7, 3, 7, 7, 3], dtype=np.int64)).tolist() == [0, 0, 1, 2, 1]
    assert places(np.array([], dtype=np.int64)).tolist() == []


def test_best_must_be_positive() -> None:
    one = random_encodings(1, 16, 0.5, 1)
    with pytest.raises(ComparisonError) as caught:
        candidate_pairs(one, one, 0.5, best=0)
    assert caught.value.code == "comparison.best"
