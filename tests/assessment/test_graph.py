"""Graph matching and its parts on cases whose truth is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from assessment import attacks
from assessment.case import make_case, split, usual_clk
from assessment.coding import Code, Similarities
from assessment.graph import graph_matching
from assessment.graph.prediction import Matches, settled
from assessment.graph.shape import shapes
from assessment.graph.spectrum import similarities, spectrum
from assessment.records import BACKGROUND, read_records
from linkage import load_schema
from tests.assessment.making import case_of


def random_bits(rows: int, width: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(256, size=(rows, width // 8), dtype=np.uint8)


def test_spectrum_is_that_of_the_centred_matrix() -> None:
    found = similarities(Code(random_bits(60, 64, 1)))
    centring = np.eye(60) - 1 / 60
    values = np.sort(np.linalg.eigvalsh(centring @ found.astype(np.float64) @ centring))[::-1]
    got = spectrum(found, 5, np.random.default_rng(0))
    assert got.values * 60 == pytest.approx(values[:5], rel=1e-3)
    assert got.vectors.T @ got.vectors / 60 == pytest.approx(np.eye(5), abs=1e-3)


def test_similarities_are_those_of_the_definition() -> None:
    packed = random_bits(8, 64, 2)
    bits = np.unpackbits(packed, axis=1).astype(int)
    found = similarities(Code(packed))
    for one in range(8):
        for other in range(one):
            apart = int((bits[one] != bits[other]).sum())
            assert found[one, other] == pytest.approx(1 - 2 * apart / 64, abs=1e-5)


def test_shapes_do_not_depend_on_the_order_of_records() -> None:
    found = similarities(Code(random_bits(80, 128, 3)))
    order = np.random.default_rng(4).permutation(80)
    here = shapes(spectrum(found, 12, np.random.default_rng(0)))
    there = shapes(spectrum(found[np.ix_(order, order)], 12, np.random.default_rng(5)))
    assert np.median(np.abs(here[order] - there)) < 0.02


def shuffled_pair() -> tuple[Similarities, Similarities, NDArray[np.int64]]:
    """Return the similarities of 200 encodings, of the same in another order, and where each went."""
    packed = random_bits(200, 512, 6)
    order = np.random.default_rng(7).permutation(200)
    return similarities(Code(packed)), similarities(Code(packed[order])), np.argsort(order)


def test_matches_spread_from_a_few_known_records_to_all() -> None:
    held, register, truth = shuffled_pair()
    known = np.stack([np.arange(12), truth[:12]], axis=1)
    start = Matches(known[:, 0], known[:, 1], np.ones(12, np.float32))
    found = settled(held, register, 512, start, known, rounds=20)
    assert (found.partners == truth).mean() > 0.95
    assert found.belief.mean() > 0.95


def test_a_wrong_match_does_not_confirm_itself_and_known_couples_stay() -> None:
    held, register, truth = shuffled_pair()
    wrong = truth.copy()
    wrong[[3, 4, 8, 9]] = truth[[4, 3, 9, 8]]
    start = Matches(np.arange(200), wrong, np.full(200, 0.2, np.float32))
    nobody, known = np.empty((0, 2), np.int64), np.array([[8, wrong[8]], [9, wrong[9]]])
    assert settled(held, register, 512, start, nobody, rounds=1).partners.tolist() == truth.tolist()
    found = settled(held, register, 512, start, known, rounds=5)
    assert np.flatnonzero(found.partners != truth).tolist() == [8, 9]


def test_usual_clk_falls_without_a_known_record_and_random_bits_do_not() -> None:
    schema = load_schema("person")
    usual, cells = usual_clk(schema)
    rows = [[row[cell] for cell in cells] for row in read_records(BACKGROUND, schema, None)[:800]]
    case = make_case(
        rows, usual, split(800, 800, 0.5, np.random.default_rng(1)), known=1, random=np.random.default_rng(2)
    )
    guesses = graph_matching(Code(case.encodings), case.agreement, Code(case.register), random=np.random.default_rng(3))
    assert (guesses.rows == case.truth).mean() > 0.8
    held, register = Code(random_bits(400, 1024, 8)), Code(random_bits(800, 1024, 9))
    chance = graph_matching(held, similarities(register), register, random=np.random.default_rng(3))
    assert (chance.rows == case.truth).mean() < 0.02


@pytest.mark.parametrize(("draws", "least", "most"), [(2, 0.5, 1), (7, 0, 0.1)])
def test_symbols_of_few_draws_fall_where_records_are_known(draws: int, least: float, most: float) -> None:
    case = case_of({"step": "minhash", "components": draws, "symbols": 512})
    guesses = attacks.graph_with_known(case, np.random.default_rng(1))
    others = np.setdiff1d(np.arange(200), case.known)
    assert least <= (guesses == case.truth)[others].mean() <= most


def test_files_too_small_are_refused() -> None:
    held, register = Code(random_bits(19, 64, 1)), Code(random_bits(30, 64, 1))
    with pytest.raises(ValueError, match="at least 20"):
        graph_matching(held, similarities(register), register, random=np.random.default_rng(0))
