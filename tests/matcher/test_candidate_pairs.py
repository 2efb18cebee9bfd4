"""matcher.candidate_pairs against its plain reference, and its promises one by one."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from linkage.symbols import packed
from matcher import CandidatePairs, candidate_pairs, reference, tiles
from matcher.comparison import TileSize
from matcher.errors import ComparisonError
from matcher.form import LONG, MIDDLE, SHORT, Form
from matcher.kernel import kernel
from matcher.sides import plan
from matcher.similarity import Measure, Requirement, scores
from tests.matcher.making import THRESHOLDS, StoppedInTheSecond, files_and_measure, random_encodings, same

FORMS = [SHORT, MIDDLE, LONG]
TILES = st.sampled_from([TileSize(1, 1), TileSize(8, 64), TileSize(64, 256), None])


@settings(max_examples=150, deadline=None)
@given(files_and_measure(), THRESHOLDS, st.sampled_from(FORMS), st.sampled_from([1, 2, 8]), TILES)
def test_pairs_equal_the_reference_for_any_width_measure_threshold_form_threads_and_tiles(
    drawn: tuple[tuple[Encodings, Encodings], Measure],
    threshold: float,
    form: Form,
    threads: int,
    tile_size: TileSize | None,
) -> None:
    files, measure = drawn
    found = candidate_pairs(*files, threshold, measure=measure, threads=threads, form=form, tile_size=tile_size)
    assert same(found, reference.candidate_pairs(*files, threshold, measure=measure))


@settings(max_examples=40, deadline=None)
@given(files_and_measure(most_bytes=20), THRESHOLDS, st.integers(1, 300), TILES)
def test_a_limit_keeps_the_first_pairs_of_the_same_order(
    drawn: tuple[tuple[Encodings, Encodings], Measure], threshold: float, limit: int, tile_size: TileSize | None
) -> None:
    files, measure = drawn
    found = candidate_pairs(*files, threshold, measure=measure, limit=limit, tile_size=tile_size)
    assert same(found, reference.candidate_pairs(*files, threshold, measure=measure, limit=limit))


def test_a_limit_far_below_the_pairs_holds_across_many_tiles() -> None:
    left, right = random_encodings(700, 8, 0.5, 1), random_encodings(900, 8, 0.5, 2)
    everything = candidate_pairs(left, right, 0.0)
    assert len(everything.score) == 700 * 900
    for limit in (1, 1000, 60_000):
        found = candidate_pairs(left, right, 0.0, limit=limit, threads=2, tile_size=TileSize(64, 128))
        first = CandidatePairs(everything.left[:limit], everything.right[:limit], everything.score[:limit])
        assert same(found, first)


@pytest.mark.parametrize("width", [512, 1024, 4100])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_pairs_of_wide_encodings_equal_the_reference(width: int, form: Form) -> None:
    left, right = random_encodings(9, width, 0.5, 1), random_encodings(70, width, 0.5, 2)
    near = left.to_bytes().copy()
    near[:, : width // 4] ^= 0x11
    right = Encodings.from_bytes(np.vstack([right.to_bytes(), near, left.to_bytes()]))
    for measure in ("dice", "hamming"):
        for threshold in (0.55, 0.9, 1.0):
            found = candidate_pairs(left, right, threshold, measure=measure, form=form)
            assert len(found.score) >= len(left)
            assert same(found, reference.candidate_pairs(left, right, threshold, measure=measure))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    ("width", "measure"), [(8, "dice"), (16, "jaccard"), (128, "dice"), (512, "hamming"), (1024, "dice")]
)
def test_pairs_over_many_stripes_and_blocks_equal_a_matrix_product(width: int, measure: Measure, form: Form) -> None:
    random = np.random.default_rng(width)
    rows = np.packbits(random.random((1500, width * 8)) < random.choice([0.2, 0.3, 0.5], (1500, 1)), axis=1)
    rows[7], rows[900:903], rows[1400] = 0, 255, rows[3]
    right = rows[400:].copy()
    right[:, width // 8] ^= random.integers(0, 256, len(right), dtype=np.uint8)
    bits, other = (np.unpackbits(side, axis=1).astype(np.float32) for side in (rows[:500], right))
    common = (bits @ other.T).astype(np.int64)
    together = (bits.sum(axis=1)[:, None] + other.sum(axis=1)).astype(np.int64)
    score = scores(measure, common, together, width * 8)
    for threshold in (float(np.quantile(score, 0.98)), 0.8, 0.999):
        i, j = np.nonzero(score >= threshold)
        order = np.lexsort((j, i, -score[i, j]))
        expected = CandidatePairs(i[order], j[order], score[i, j][order])
        files = Encodings.from_bytes(rows[:500]), Encodings.from_bytes(right)
        assert same(candidate_pairs(*files, threshold, measure=measure, form=form, threads=2), expected)


def test_results_do_not_depend_on_threads_or_tiles_where_the_hits_fill_buffers_many_times() -> None:
    left, right = random_encodings(3000, 16, 0.4, 3), random_encodings(2500, 16, 0.4, 4)
    one = candidate_pairs(left, right, 0.42, threads=1)
    assert len(one.score) > 1_000_000
    assert same(one, candidate_pairs(left, right, 0.42, threads=8, tile_size=TileSize(100, 700)))


@pytest.mark.parametrize(
    ("threshold", "common", "left_bits", "right_bits"), [(0.75, 3, 3, 5), (0.65, 13, 20, 20), (0.95, 19, 20, 20)]
)
def test_a_pair_exactly_at_the_threshold_is_in(threshold: float, common: int, left_bits: int, right_bits: int) -> None:
    left, right = np.zeros((1, 64), dtype=np.uint8), np.zeros((1, 64), dtype=np.uint8)
    left[0, :left_bits] = 1
    right[0, left_bits - common : left_bits - common + right_bits] = 1
    files = Encodings.from_bytes(np.packbits(left, axis=1)), Encodings.from_bytes(np.packbits(right, axis=1))
    assert candidate_pairs(*files, threshold).score.tolist() == [threshold]
    assert len(candidate_pairs(*files, float(np.nextafter(threshold, 1))).score) == 0


def test_scores_are_the_correctly_rounded_quotients() -> None:
    files = tuple(Encodings.from_bytes(np.array([[byte]], dtype=np.uint8)) for byte in (0b11100000, 0b01100000))
    assert len(files) == 2
    assert candidate_pairs(*files, 0.1).score.tolist() == [4 / 5]
    assert candidate_pairs(*files, 0.1, measure="jaccard").score.tolist() == [2 / 3]
    assert candidate_pairs(*files, 0.1, measure="hamming").score.tolist() == [7 / 8]


@pytest.mark.parametrize(("measure", "score"), [("dice", 0.0), ("jaccard", 0.0), ("hamming", 1.0)])
def test_two_encodings_without_bits_have_a_defined_score(measure: str, score: float) -> None:
    empty = Encodings.from_bytes(np.zeros((1, 16), dtype=np.uint8))
    assert candidate_pairs(empty, empty, 0.0, measure=measure).score.tolist() == [score]
    assert len(candidate_pairs(empty, empty, 0.01, measure=measure).score) == int(score)


@pytest.mark.parametrize(("left", "right"), [(0, 5), (5, 0), (0, 0)])
def test_an_empty_side_gives_no_pairs(left: int, right: int) -> None:
    found = candidate_pairs(random_encodings(left, 16, 0.5, 1), random_encodings(right, 16, 0.5, 1), 0.0)
    assert [len(column) for column in found] == [0, 0, 0]
    assert [column.dtype for column in found] == [np.int64, np.int64, np.float64]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"threshold": -0.1}, "comparison.threshold"),
        ({"threshold": 1.1}, "comparison.threshold"),
        ({"threshold": float("nan")}, "comparison.threshold"),
        ({"measure": "cosine"}, "comparison.measure"),
        ({"threads": 0}, "comparison.threads"),
        ({"limit": 0}, "comparison.limit"),
        ({"right": random_encodings(1, 17, 0.5, 1)}, "comparison.bits"),
    ],
)
def test_arguments_out_of_range_are_typed_errors(arguments: dict[str, object], code: str) -> None:
    one = random_encodings(1, 16, 0.5, 1)
    with pytest.raises(ComparisonError) as caught:
        candidate_pairs(**({"left": one, "right": one, "threshold": 0.5} | arguments))  # type: ignore[arg-type]  # the point
    assert caught.value.code == code


def test_progress_never_falls_and_ends_at_all_pairs_although_popcounts_leave_most_of_them_out() -> None:
    sparse, dense = random_encodings(300, 16, 0.1, 1), random_encodings(400, 16, 0.9, 2)
    left = Encodings.from_bytes(np.vstack([sparse.to_bytes(), dense.to_bytes()]))
    calls: list[tuple[int, int | None]] = []
    candidate_pairs(left, dense, 0.9, tile_size=TileSize(64, 128), on_progress=lambda *call: calls.append(call))
    done = [call[0] for call in calls]
    assert len(calls) > 5
    assert done == sorted(done)
    assert calls[-1] == (700 * 400, 700 * 400)


def test_an_interrupt_ends_the_work_and_its_threads() -> None:
    files = random_encodings(4000, 64, 0.3, 1), random_encodings(4000, 64, 0.3, 2)
    calls = []

    def interrupt(done: int, total: int | None) -> None:
        calls.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        candidate_pairs(*files, 0.8, threads=2, tile_size=TileSize(64, 64), on_progress=interrupt)
    assert len(calls) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize("form", FORMS)
def test_work_that_is_to_stop_ends_after_the_call_of_the_kernel_that_runs(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time is measured: a call is bounded by the bits that it looks at, and none begins when work is to stop."""
    bits_per_call = 1 << 26
    monkeypatch.setattr(tiles, "_BITS_PER_CALL", bits_per_call)
    left, right = random_encodings(3000, 64, 0.5, 1), random_encodings(2000, 64, 0.5, 2)
    prepared = plan(left, right, Requirement.of("hamming", 0.6, left.bits), form)
    stopping = StoppedInTheSecond(kernel(prepared.form, prepared.sums))
    monkeypatch.setattr(tiles, "kernel", lambda *_: stopping)
    tiling = tiles.Tiling.of(prepared, None)
    stopping.run(tiling)
    assert len(stopping.rows_compared) == 2
    assert max(stopping.rows_compared) * 2000 * 512 <= bits_per_call < len(left) * 2000 * 512 // 4


def test_symbols_are_compared_alike_within_any_memory_that_holds_a_tile() -> None:
    random = np.random.default_rng(1)
    sides = [random.integers(0, 256, (rows, 768), dtype=np.uint8) for rows in (2500, 3000)]
    sides[1][:400, :300] = sides[0][:400, :300]
    left, right = map(Encodings.from_bytes, sides)
    expected = candidate_pairs(left, right, 0.01, measure="symbols")
    assert len(expected.score) >= 400
    for limit in (60_000_000, 200_000_000):
        found = candidate_pairs(left, right, 0.01, measure="symbols", memory_limit=limit, threads=2)
        assert same(found, expected)
    with pytest.raises(ComparisonError, match="a memory limit of 9,000,000 bytes is too small"):
        candidate_pairs(left, right, 0.01, measure="symbols", memory_limit=9_000_000, threads=2)


@pytest.mark.parametrize("rows", [(7, 900), (900, 7), (200, 300), (1, 1)])
def test_symbols_of_a_short_file_are_compared_as_those_of_a_long_one(rows: tuple[int, int]) -> None:
    random = np.random.default_rng(2)
    sides = [packed(random.integers(0, 9, (count, 50), dtype=np.uint16)) for count in rows]
    files = Encodings.from_bytes(sides[0]), Encodings.from_bytes(sides[1])
    for threshold in (0.0, 0.16, 0.3):
        listed = candidate_pairs(*files, threshold, measure="symbols", tile_size=TileSize(64, 128))
        assert same(listed, reference.candidate_pairs(*files, threshold, measure="symbols"))
        assert same(candidate_pairs(*files, threshold, measure="symbols", threads=2), listed)
        within = candidate_pairs(*files, threshold, measure="symbols", threads=1, memory_limit=40_000_000)
        assert same(within, listed)
