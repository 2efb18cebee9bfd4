"""Relations among symbols: planted ones are found, and chance has hardly any."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from assessment.coding import Code
from assessment.coincidences import surprise
from assessment.few_records import relation_graph


def symbols(rows: int = 40, places: int = 512) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(256, size=(rows, places), dtype=np.uint8)


def edges(code: NDArray[np.uint8], least: float) -> set[tuple[int, ...]]:
    graph = relation_graph(Code(code, 8))
    assert np.array_equal(graph, graph.T)
    return {tuple(sorted(edge)) for edge in np.argwhere(graph > least).tolist()}


@pytest.mark.parametrize("places", [8, 60])
def test_two_pairs_that_are_equal_in_the_same_places_are_related_and_no_others(places: int) -> None:
    """Eight places of 512 where two records are equal may be chance; that another two are equal there, is not."""
    code = symbols()
    code[11, :places] = code[3, :places]
    code[36, :places] = code[17, :places]
    assert edges(code, 0.3) == set(combinations((3, 11, 17, 36), 2))


def test_random_symbols_have_hardly_a_relation() -> None:
    assert len(edges(symbols(60), 0)) <= 2 * 6


def test_surprise_is_the_deviation_of_a_normal_number_where_counts_are_large_and_0_below_what_is_expected() -> None:
    found = surprise(np.array([900, 1000, 1050], np.float32), np.full(3, 1000, np.float32))
    assert found == pytest.approx([0, 0, 50 / np.sqrt(1000)], rel=0.02)
