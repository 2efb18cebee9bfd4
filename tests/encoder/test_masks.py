"""Masks of values: what comes again is put together once, and shares bits as it would alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from encoder.masks import Pieces, pieces_of
from linkage.schema import Strategy

lengths_and_values = st.lists(st.integers(0, 5), min_size=1, max_size=6).flatmap(
    lambda lengths: st.tuples(
        st.just(lengths), st.lists(st.lists(st.integers(0, len(lengths) - 1), max_size=5), min_size=1, max_size=20)
    )
)


def pieces(lengths: list[int], values: list[list[int]], strategy: Strategy) -> tuple[Pieces, list[list[int]]]:
    """Return the pieces of values, each of which is a list of texts, and how often each token of them is inserted."""
    ids = np.array([text for value in values for text in value], dtype=np.int64)
    counts = np.array([len(value) for value in values])
    found = pieces_of(np.array(lengths), ids, counts, strategy)
    assert found.texts[found.ids].tolist() == ids.tolist()
    times = [
        [share + (place < more) for place in range(lengths[text])]
        for text, share, more in zip(*(part.tolist() for part in found[:3]), strict=True)
    ]
    of_values = np.split(found.ids, np.cumsum(counts)[:-1])
    return found, [[time for piece in value.tolist() for time in times[piece]] for value in of_values]


@given(lengths_and_values=lengths_and_values, bits=st.integers(1, 40))
def test_insertions_of_a_value_add_up_to_bits_per_feature(
    lengths_and_values: tuple[list[int], list[list[int]]], bits: int
) -> None:
    for times in pieces(*lengths_and_values, Strategy(bits_per_feature=bits))[1]:
        assert sum(times) == (bits if times else 0)
        assert times == sorted(times, reverse=True)
        assert not times or times[0] - times[-1] <= 1


@given(lengths_and_values=lengths_and_values)
def test_every_token_is_inserted_bits_per_token_times(lengths_and_values: tuple[list[int], list[list[int]]]) -> None:
    for times in pieces(*lengths_and_values, Strategy(bits_per_token=3))[1]:
        assert set(times) <= {3}


def test_a_text_is_one_piece_where_its_tokens_are_inserted_alike() -> None:
    values = [[0, 1], [2, 1], [1, 0], [0, 1]]
    found, times = pieces([2, 3, 2], values, Strategy(bits_per_feature=12))
    assert times == [[3, 3, 2, 2, 2], [3, 3, 2, 2, 2], [3, 3, 2, 2, 2], [3, 3, 2, 2, 2]]
    # Text 1 has one insertion more where it is first; text 0 has fewer where it is last.
    assert sorted(zip(*(part.tolist() for part in found[:3]), strict=True)) == [
        (0, 2, 0), (0, 3, 0), (1, 2, 0), (1, 2, 2), (2, 3, 0),
    ]  # fmt: skip
