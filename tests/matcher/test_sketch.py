"""Sketches and their layouts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from matcher.form import COUNT, COUNT_WIDE, TABLE, Form, host_form
from matcher.sides import plan
from matcher.similarity import Requirement
from matcher.sketch import fold

FORMS = [TABLE, COUNT, COUNT_WIDE]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**32), st.data())
def test_a_sketch_distance_never_exceeds_the_distance(words: int, seed: int, data: st.DataObject) -> None:
    bits = 16 * data.draw(st.integers(1, 4 * words))
    random = np.random.default_rng(seed)
    one, other = random.integers(0, 2**64, (2, 30, words), dtype=np.uint64)
    other[:10] = one[:10] ^ (np.uint64(1) << random.integers(0, 64, (10, words), dtype=np.uint64))
    sketch_distance = np.bitwise_count(fold(one, bits) ^ fold(other, bits)).sum(axis=1)
    assert np.all(sketch_distance <= np.bitwise_count(one ^ other).sum(axis=1))
    assert np.all(sketch_distance[:10] == 0) == (bits < 1)


def test_a_sketch_as_wide_as_the_encoding_is_the_encoding() -> None:
    words = np.random.default_rng(0).integers(0, 2**64, (5, 3), dtype=np.uint64)
    assert np.array_equal(fold(words, 192), words.view(np.uint8))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name}-{form.lanes}")
def test_digits_hold_every_bit_and_are_filled_up_to_whole_steps(form: Form) -> None:
    sketch = np.random.default_rng(0).integers(0, 256, (7, 10), dtype=np.uint8)
    digits = form.digits(sketch)
    assert digits.shape[1] == form.digit_count(10)
    assert digits.shape[1] % form.step == 0
    assert np.array_equal(np.bitwise_count(digits).sum(axis=1), np.bitwise_count(sketch).sum(axis=1))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name}-{form.lanes}")
def test_a_chunk_of_digits_cannot_overflow_a_byte(form: Form) -> None:
    assert form.chunk * form.digit_bits < 256
    assert form.chunk % form.step == 0
    assert form.step * form.digit_bits < 16 or form.rows_per_operand == 1


def test_only_the_pairs_that_popcounts_allow_are_reached() -> None:
    rows = np.packbits(np.arange(64) < np.arange(65)[:, None], axis=1)  # popcounts 0 to 64
    encodings = Encodings.from_bytes(rows)
    prepared = plan(encodings, encodings, Requirement.of("dice", 0.8, 64), host_form())
    assert (prepared.reach.first[30], prepared.reach.last[30]) == (20, 46)
    assert prepared.reach.first[0] == prepared.reach.last[0]
