"""Masks of values: how often the tokens of a value are inserted, and that each mask is taken where it is asked for."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from encoder.grams import Tokens
from encoder.masks import add_masks, insert_tokens
from encoder.parts import ReadTexts
from linkage.schema import Strategy
from linkage.schema.strategy import FrequencyWeights

MOST = 40
lengths_and_values = st.lists(st.integers(0, 5), min_size=1, max_size=6).flatmap(
    lambda lengths: st.tuples(
        st.just(lengths), st.lists(st.lists(st.integers(0, len(lengths) - 1), max_size=5), min_size=1, max_size=20)
    )
)


class Counting:
    """A hasher whose bits tell how often each token was inserted: those of token n are n * MOST and the next ones."""

    def bits(self, tokens: Sequence[bytes], count: int) -> NDArray[np.int64]:
        """Return the bits of tokens that are numbers."""
        return np.array(list(map(int, tokens)), dtype=np.int64)[:, None] * MOST + np.arange(count)


def insertions(lengths: list[int], values: list[list[int]], strategy: Strategy) -> list[list[int]]:
    """Return how often each token of each value was inserted, its first occurrence if it has it again."""
    starts = np.cumsum(lengths) - lengths
    vocabulary = [str(number) for number in range(sum(lengths))]
    tokens = Tokens(vocabulary, np.arange(len(vocabulary)), np.array(lengths), {})
    read = ReadTexts(
        tokens,
        np.array([text for value in values for text in value], dtype=np.int64),
        np.array([len(value) for value in values]),
        {},
    )
    masks = np.zeros((len(values), max(1, len(vocabulary)) * MOST // 8), dtype=np.uint8)
    empty = insert_tokens(read, Counting(), "ascii", strategy, masks)
    times = np.unpackbits(masks, axis=1).reshape(len(values), -1, MOST).sum(axis=2)
    of_texts = [[[starts[text] + place for place in range(lengths[text])] for text in value] for value in values]
    tokens_of = [list(dict.fromkeys(token for text in texts for token in text)) for texts in of_texts]
    assert empty.tolist() == [not found for found in tokens_of]
    return [times[value][found].tolist() for value, found in enumerate(tokens_of)]


@settings(deadline=None)
@given(lengths_and_values=lengths_and_values, bits=st.integers(1, MOST))
def test_insertions_of_a_value_add_up_to_bits_per_feature(
    lengths_and_values: tuple[list[int], list[list[int]]], bits: int
) -> None:
    lengths, values = lengths_and_values
    values = [list(dict.fromkeys(value)) for value in values]
    for times in insertions(lengths, values, Strategy(bits_per_feature=bits)):
        assert sum(times) == (bits if times else 0)
        assert times == sorted(times, reverse=True)
        assert not times or times[0] - times[-1] <= 1


@settings(deadline=None)
@given(lengths_and_values=lengths_and_values)
def test_every_token_is_inserted_bits_per_token_times(lengths_and_values: tuple[list[int], list[list[int]]]) -> None:
    for times in insertions(*lengths_and_values, Strategy(bits_per_token=3)):
        assert set(times) <= {3}


def test_the_first_tokens_of_a_value_have_the_rest() -> None:
    assert insertions([2, 3, 2], [[0, 1], [2, 1], [1, 0], []], Strategy(bits_per_feature=12)) == [
        [3, 3, 2, 2, 2],
        [3, 3, 2, 2, 2],
        [3, 3, 2, 2, 2],
        [],
    ]


def test_common_tokens_have_their_percent_of_it() -> None:
    weights = FrequencyWeights(source="made up", percent={"30": ("0",), "1": ("2",)})
    strategy = Strategy(bits_per_token=10, frequency_weights=weights)
    assert insertions([3], [[0]], strategy) == [[3, 10, 1]]


def test_masks_are_added_to_the_filters_of_those_who_have_them() -> None:
    filters = np.array([[1, 0], [0, 0], [0, 4]], dtype=np.uint8)
    add_masks(filters, np.array([[2, 1], [8, 8]], dtype=np.uint8), np.array([1, 0, 0]))
    assert filters.tolist() == [[9, 8], [2, 1], [2, 5]]
