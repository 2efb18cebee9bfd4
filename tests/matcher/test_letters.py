"""Sketches that are read letter by letter: what they promise, their tables, and that no pair is lost."""

from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from linkage.compiled import compiled
from matcher import candidate_pairs, letters, tiles
from matcher.form import LEFT_ROWS, LONG, MIDDLE, SHORT, Form
from matcher.hits import Hits
from matcher.lanes import LETTER_BITS, MAKER, write_letters
from matcher.sides import aligned_words, plan
from matcher.similarity import Measure, Requirement, scores
from matcher.sketch import LETTERS_AT_ONCE, Sketch, far_letters
from matcher.tiles import TileSize, Tiling
from tests.matcher.making import StoppedInTheSecond, random_encodings

FORMS = [SHORT, MIDDLE, LONG]
COUNTS = st.integers(1, 10).map(lambda parts: parts * LETTERS_AT_ONCE)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), COUNTS)
def test_two_for_each_far_letter_never_exceeds_the_distance(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    words = random.integers(0, 2**64, (40, 8), dtype=np.uint64)
    words[:20] &= random.integers(0, 2**64, (20, 8), dtype=np.uint64) & random.integers(0, 2**64, 8, dtype=np.uint64)
    sketches = Sketch.of_letters(count).of(words)
    far = far_letters(sketches, count)
    assert np.all(2 * far <= np.bitwise_count(words).sum(axis=1))
    bits = np.unpackbits(sketches.view(np.uint8), axis=1, bitorder="little")[:, : count * LETTER_BITS]
    assert np.array_equal(far, (bits.reshape(40, count, LETTER_BITS).sum(axis=2) > 1).sum(axis=1))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_table_holds_the_lanes_whose_letter_differs_in_one_bit_at_most(form: Form) -> None:
    lanes, maker = form.lanes, MAKER

    @compiled
    def write(columns: int, table: int) -> None:
        write_letters(columns, table, lanes, maker)

    columns, table = aligned_words((LETTER_BITS, lanes // 64)), aligned_words((1 << LETTER_BITS, lanes // 64))
    columns[:] = np.random.default_rng(1).integers(0, 2**64, columns.shape, dtype=np.uint64)
    write(columns.ctypes.data, table.ctypes.data)
    bits, found = (np.unpackbits(words.view(np.uint8), axis=1, bitorder="little") for words in (columns, table))
    held = (bits.T @ (1 << np.arange(LETTER_BITS))).astype(np.uint8)
    values = np.arange(1 << LETTER_BITS, dtype=np.uint8)
    assert np.array_equal(found, np.bitwise_count(values[:, None] ^ held) <= 1)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(FORMS),
    COUNTS,
    st.sampled_from(["dice", "jaccard", "hamming"]),
    st.sampled_from([0.0, 0.3, 0.5, 0.8, 0.95, 1.0]),
    st.sampled_from([TileSize(1, 1), TileSize(100, 300), TileSize(5000, 5000), None]),
    st.integers(0, 2**32),
)
def test_letters_lose_no_pair(  # noqa: PLR0917 - all of them are drawn
    form: Form, count: int, measure: Measure, threshold: float, size: TileSize | None, seed: int
) -> None:
    random = np.random.default_rng(seed)
    left = np.packbits(random.random((150, 512)) < random.choice([0.2, 0.5], (150, 1)), axis=1)
    right = np.vstack([left[random.integers(150, size=300)], np.zeros((1, 64), np.uint8)])
    right ^= np.packbits(random.random((301, 512)) < random.choice([0, 0.01, 0.1, 0.4], (301, 1)), axis=1)
    files = Encodings.from_bytes(left), Encodings.from_bytes(right)
    requirement = Requirement.of(measure, threshold, 512)
    prepared = plan(*files, requirement, form, sketch=Sketch.of_letters(count))
    common = np.bitwise_count(files[0].words[:, None] & files[1].words).sum(axis=2, dtype=np.int64)
    together = files[0].popcounts[:, None].astype(np.int64) + files[1].popcounts
    expected = np.flatnonzero(scores(measure, common, together, 512) >= threshold)
    assert np.array_equal(found_pairs(Tiling.of(prepared, size)), expected)


def test_hits_that_fill_the_buffer_many_times_come_once_each() -> None:
    files = random_encodings(2300, 16, 0.5, 1), random_encodings(1100, 16, 0.5, 2)
    prepared = plan(*files, Requirement.of("dice", 0.0, 128), MIDDLE, sketch=Sketch.of_letters(16))
    tiling = Tiling.of(prepared, None)
    assert tiling.hit_capacity * 20 < 2300 * 1100
    assert np.array_equal(found_pairs(tiling), np.arange(2300 * 1100))


def test_work_that_is_to_stop_ends_after_the_call_of_the_kernel_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = random_encodings(5000, 64, 0.5, 1), random_encodings(500, 64, 0.5, 2)
    prepared = plan(left, right, Requirement.of("dice", 0.9, left.bits), MIDDLE, sketch=Sketch.of_letters(80))
    stopping = StoppedInTheSecond(letters.kernel(prepared.form, prepared.sums))
    monkeypatch.setattr(tiles, "letter_kernel", lambda *_: stopping)
    tiling = Tiling.of(prepared, TileSize(5000, 500))
    stopping.run(tiling)
    assert stopping.rows_compared == [letters.BLOCKS_AT_ONCE * LEFT_ROWS] * 2


@pytest.mark.parametrize("form", [SHORT, MIDDLE], ids=lambda form: form.name)
def test_filters_of_unrelated_records_are_read_by_letters_and_where_too_little_differs_by_bits(form: Form) -> None:
    files = random_encodings(500, 128, 0.3, 1), random_encodings(500, 128, 0.3, 2)
    assert plan(*files, Requirement.of("dice", 0.8, 1024), form).letters in range(72, 105)
    assert plan(*files, Requirement.of("dice", 0.35, 1024), form).letters == 0
    assert plan(*files, Requirement.of("dice", 0.8, 1024), LONG).letters == 0


def test_wide_filters_have_no_more_letters_than_their_columns_can_be_reached() -> None:
    left = random_encodings(40, 1024, 0.5, 1)
    right = Encodings.from_bytes(np.vstack([left.to_bytes(), random_encodings(300, 1024, 0.5, 2).to_bytes()]))
    requirement = Requirement.of("hamming", 0.97, 8192)
    prepared = plan(left, right, requirement, MIDDLE, sketch=Sketch.of_letters(MIDDLE.letters))
    assert np.array_equal(found_pairs(Tiling.of(prepared, None)), np.arange(40) * len(right) + np.arange(40))
    assert len(candidate_pairs(left, right, 0.97, measure="hamming", form=MIDDLE).score) == 40


def found_pairs(tiling: Tiling) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return left row * right rows + right row of each hit, rising; one that comes twice is twice there."""
    found: list[Hits] = []
    comparer = tiling.comparer(lambda asked: asked, found.append, Event(), (0, 0))
    for tile in tiling.tiles():
        comparer.compare(tile)
    comparer.flush()
    columns = [np.concatenate([np.empty(0, np.int64), *(hits[field] for hits in found)]) for field in range(2)]
    return np.sort(columns[0] * len(tiling.plan.right.numbers) + columns[1])
