"""Candidate pairs that memory does not hold: the same pairs and order, within the limit, nothing left behind."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from linkage.errors import FileError
from matcher import CandidatePairs, candidate_pairs, reference
from matcher import pieces as pieces_module
from matcher.comparison import stream_pairs
from matcher.errors import ComparisonError
from matcher.hits import Order
from matcher.pieces import Shares, cells
from matcher.similarity import Measure
from matcher.spill import MERGED_AT_ONCE, Spilling, SpillingCollector
from tests.matcher.making import THRESHOLDS, files_and_measure, hits_of, joined, random_encodings, same

MEBIBYTE = 1 << 20


@settings(max_examples=40, deadline=None)
@given(files_and_measure(most_bytes=20), THRESHOLDS, st.integers(1, 20), st.none() | st.integers(1, 300))
def test_spilled_pairs_equal_those_held_whatever_the_memory(
    drawn: tuple[tuple[Encodings, Encodings], Measure], threshold: float, run_rows: int, limit: int | None
) -> None:
    files, measure = drawn
    expected = candidate_pairs(*files, threshold, measure=measure, limit=limit)  # itself held to the reference
    everything = candidate_pairs(*files, threshold, measure=measure)
    spilling = SpillingCollector(Order(measure, files[0].bits), limit, Spilling(run_rows * 80, None, None))
    for hits in hits_of(*files, everything, np.random.default_rng(run_rows), measure):
        spilling.add(hits)
    assert spilling.pair_count == len(expected.score)
    assert same(joined(spilling.pieces()), expected)
    spilling.close()


def test_runs_of_several_levels_are_merged_and_few_files_are_open() -> None:
    left, right = random_encodings(60, 4, 0.4, 1), random_encodings(70, 4, 0.4, 2)
    expected = reference.candidate_pairs(left, right, 0.0)
    collector = SpillingCollector(Order("dice", left.bits), None, Spilling(80, None, None))  # one hit is a run
    for hits in hits_of(left, right, expected, np.random.default_rng(0), at_once=3):
        collector.add(hits)
        assert sum(len(level) for level in collector._levels) < 3 * MERGED_AT_ONCE
    assert len(collector._levels) == 3
    assert same(joined(collector.pieces()), expected)
    collector.close()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_comparison_in_pieces_equals_one_at_once(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces_module, "_LEAST_PIECE_ROWS", 64)
    left, right = random_encodings(700, 16, 0.4, 1), random_encodings(900, 16, 0.4, 2)
    expected = candidate_pairs(left, right, 0.4)
    monkeypatch.setattr(Shares, "of", classmethod(lambda cls, *_: cls(64, 100, 80 * 20_000, 1 << 30)))
    calls: list[tuple[int, int | None]] = []
    found = candidate_pairs(
        left, right, 0.4, memory_limit=1, threads=threads, on_progress=lambda *call: calls.append(call)
    )
    assert len(expected.score) > 100_000
    assert same(found, expected)
    streamed = list(stream_pairs(left, right, 0.4, memory_limit=1, threads=threads))
    assert len(streamed) > 10
    assert same(joined(iter(streamed)), expected)
    limited = candidate_pairs(left, right, 0.4, memory_limit=1, limit=60_000)
    assert same(limited, CandidatePairs(expected.left[:60_000], expected.right[:60_000], expected.score[:60_000]))
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert calls[-1] == (700 * 900, 700 * 900)


def test_cells_cover_every_pair_once() -> None:
    seen = np.zeros((10, 7), dtype=int)
    for cell in cells(10, 7, 4, 3):
        seen[np.ix_(cell.left, cell.right)] += 1
    assert np.all(seen == 1)


def test_a_limit_too_small_says_how_much_is_needed() -> None:
    one = random_encodings(5000, 128, 0.3, 1)
    with pytest.raises(ComparisonError, match=r"at least [0-9,]+ bytes are needed") as caught:
        candidate_pairs(one, one, 0.8, memory_limit=1000, threads=1)
    assert caught.value.code == "comparison.memory"
    least = int(str(caught.value).split("at least ")[1].split(" bytes")[0].replace(",", ""))
    assert len(candidate_pairs(one, one, 0.8, memory_limit=least, threads=1).score) == 5000
    with pytest.raises(ComparisonError):
        candidate_pairs(one, one, 0.8, memory_limit=least - 1, threads=1)


def test_more_pairs_than_memory_may_hold_are_an_error_and_stream_nevertheless(monkeypatch: pytest.MonkeyPatch) -> None:
    one = random_encodings(200, 8, 0.4, 1)
    monkeypatch.setattr(Shares, "of", classmethod(lambda cls, *_: cls(200, 200, 80 * 1000, 39_999)))
    with pytest.raises(ComparisonError) as caught:
        candidate_pairs(one, one, 0.0, memory_limit=1)
    assert caught.value.code == "comparison.memory"
    assert sum(len(piece.score) for piece in stream_pairs(one, one, 0.0, memory_limit=1)) == 40_000
    assert len(candidate_pairs(one, one, 0.0, memory_limit=1, limit=39_999).score) == 39_999


def test_best_pairs_that_the_limit_cannot_hold_are_an_error() -> None:
    one = random_encodings(20_000, 8, 0.4, 1)
    with pytest.raises(ComparisonError, match="best pairs") as caught:
        candidate_pairs(one, one, 0.9, memory_limit=64 * MEBIBYTE, best=100, threads=1)
    assert caught.value.code == "comparison.memory"


def test_nothing_is_left_in_the_folder_at_the_end_or_when_the_stream_is_closed_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = random_encodings(200, 8, 0.4, 1)
    monkeypatch.setattr(Shares, "of", classmethod(lambda cls, *_: cls(200, 200, 80 * 1000, 1 << 30)))
    candidate_pairs(one, one, 0.0, memory_limit=1, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    pieces = stream_pairs(one, one, 0.0, memory_limit=1, folder=tmp_path)
    next(pieces)
    pieces.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = random_encodings(200, 8, 0.4, 1)
    monkeypatch.setattr(Shares, "of", classmethod(lambda cls, *_: cls(200, 200, 80 * 1000, 1 << 30)))
    with pytest.raises(FileError):
        candidate_pairs(one, one, 0.0, memory_limit=1, folder=tmp_path / "missing")


MEASURED = """
import json, sys, tracemalloc
import numpy as np, pyarrow as pa
from linkage import Encodings
from matcher.comparison import stream_pairs
from matcher.hits import Order
from matcher.spill import Run
threshold, limit = float(sys.argv[3]), int(sys.argv[4]) or None
random = np.random.default_rng(0)
sides = []
for rows in map(int, sys.argv[1:3]):
    bits = random.integers(0, 256, (rows, 128), dtype=np.uint8) & random.integers(0, 256, (rows, 128), dtype=np.uint8)
    sides.append(Encodings.from_bytes(bits))
for pairs in stream_pairs(*[Encodings.from_bytes(side.to_bytes()[:300]) for side in sides], threshold):
    Run.of(iter([pairs]), 1000, None).close()  # what is loaded and compiled once is not of the comparison
tracemalloc.start()
pairs = sum(len(piece.score) for piece in stream_pairs(*sides, threshold, memory_limit=limit, threads=2))
peak = tracemalloc.get_traced_memory()[1] + pa.default_memory_pool().max_memory()
print(json.dumps({"pairs": pairs, "peak": peak}))
"""


@pytest.mark.parametrize(
    ("left", "right", "threshold"), [(2000, 1500, 0.25), (300_000, 1000, 0.9)], ids=["many-pairs", "many-rows"]
)
def test_memory_stays_within_the_limit_where_without_it_several_times_as_much_is_taken(
    left: int, right: int, threshold: float
) -> None:
    def measured(limit: int) -> dict[str, int]:
        arguments = [str(left), str(right), str(threshold), str(limit)]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=True, timeout=250
        )
        return dict(json.loads(done.stdout))

    limit = 36 * MEBIBYTE
    bounded, free = measured(limit), measured(0)
    assert bounded["pairs"] == free["pairs"]
    assert bounded["peak"] <= limit, bounded
    assert free["peak"] > 1.5 * bounded["peak"]
