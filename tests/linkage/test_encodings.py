import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.encodings import Encodings
from linkage.errors import EncodingsError
from tests.linkage import making


@given(count=st.integers(0, 20), width=st.integers(1, 33), seed=st.integers(0, 9), block_rows=st.integers(1, 25))
def test_bits_popcounts_and_tokens_are_those_given(count: int, width: int, seed: int, block_rows: int) -> None:
    tokens, rows = making.rows(count, width, seed)
    found = Encodings.from_bytes(rows, tokens)
    assert len(found) == count
    assert found.bits == 8 * width
    assert found.words.shape == (count, -(-width // 8))
    assert np.array_equal(found.to_bytes(), rows)
    assert found.popcounts.tolist() == [int.from_bytes(row.tobytes()).bit_count() for row in rows]
    assert found.token_texts() == [token.tobytes().hex() for token in tokens]
    blocks = list(found.blocks(block_rows))
    assert all(len(block) <= block_rows for _, block in blocks)
    again = Encodings.from_blocks(blocks, count=count, width=width)
    assert np.array_equal(again.words, found.words)
    assert np.array_equal(again.popcounts, found.popcounts)
    assert np.array_equal(again.tokens, found.tokens)


@given(width=st.integers(1, 20))
def test_bits_beyond_the_width_are_zero(width: int) -> None:
    found = Encodings.from_bytes(np.full((2, width), 255, np.uint8))
    assert np.bitwise_count(found.words).sum(axis=1).tolist() == [8 * width] * 2


def test_rows_without_tokens_are_numbered() -> None:
    found = Encodings.from_bytes(np.zeros((300, 1), np.uint8))
    assert [int(text, 16) for text in found.token_texts()] == list(range(300))


def test_value_does_not_follow_what_it_was_made_from_and_cannot_be_changed() -> None:
    tokens, rows = making.rows(3)
    found = Encodings.from_bytes(rows, tokens)
    before = found.to_bytes()
    rows[:] = 0
    tokens[:] = 0
    assert np.array_equal(found.to_bytes(), before)
    assert found.tokens.any()
    for array in (found.words, found.popcounts, found.tokens):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    "encodings",
    [np.zeros((2, 0), np.uint8), np.zeros(2, np.uint8), np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2), np.int64)],
)
def test_what_is_not_a_matrix_of_bytes_is_refused(encodings: np.ndarray) -> None:
    with pytest.raises(EncodingsError, match="encodings must be"):
        Encodings.from_bytes(encodings)


@pytest.mark.parametrize("tokens", [np.zeros((1, 16), np.uint8), np.zeros((2, 15), np.uint8), np.zeros((2, 16), bool)])
def test_tokens_that_do_not_fit_are_refused(tokens: np.ndarray) -> None:
    with pytest.raises(EncodingsError, match="tokens must be"):
        Encodings.from_bytes(np.zeros((2, 2), np.uint8), tokens)


@pytest.mark.parametrize("count", [0, 39, 41])
def test_blocks_that_do_not_have_the_rows_they_should_are_refused(count: int) -> None:
    with pytest.raises(EncodingsError, match="rows together"):
        Encodings.from_blocks([making.rows()], count=count, width=making.WIDTH)
