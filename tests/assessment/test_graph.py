"""Graph matching and its parts on cases whose truth is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from assessment.case import make_case, split, usual_clk
from assessment.graph import graph_matching
from assessment.graph.profiles import Pairing, paired, settled
from assessment.graph.shape import shapes
from assessment.graph.spectrum import similarities, spectrum
from assessment.records import BACKGROUND, read_records
from linkage import load_schema


def random_bits(rows: int, width: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(256, size=(rows, width // 8), dtype=np.uint8)


def test_spectrum_is_that_of_the_centred_matrix() -> None:
    found = similarities(random_bits(60, 64, 1), "hamming")
    centring = np.eye(60) - 1 / 60
    values = np.sort(np.linalg.eigvalsh(centring @ found.astype(np.float64) @ centring))[::-1]
    got = spectrum(found, 5, np.random.default_rng(0))
    assert got.values * 60 == pytest.approx(values[:5], rel=1e-3)
    assert got.vectors.T @ got.vectors / 60 == pytest.approx(np.eye(5), abs=1e-3)


@pytest.mark.parametrize("measure", ["dice", "hamming"])
def test_similarities_are_those_of_the_definition(measure: str) -> None:
    packed = random_bits(8, 64, 2)
    bits = np.unpackbits(packed, axis=1).astype(int)
    found = similarities(packed, "dice" if measure == "dice" else "hamming")
    for one in range(8):
        for other in range(one):
            both, ones = int((bits[one] & bits[other]).sum()), int(bits[[one, other]].sum())
            apart = int((bits[one] != bits[other]).sum())
            expected = 2 * both / ones if measure == "dice" else 1 - 2 * apart / 64
            assert found[one, other] == pytest.approx(expected, abs=1e-5)


def test_shapes_do_not_depend_on_the_order_of_records() -> None:
    found = similarities(random_bits(80, 128, 3), "hamming")
    order = np.random.default_rng(4).permutation(80)
    here = shapes(spectrum(found, 12, np.random.default_rng(0)))
    there = shapes(spectrum(found[np.ix_(order, order)], 12, np.random.default_rng(5)))
    assert np.median(np.abs(here[order] - there)) < 0.02


def test_profiles_spread_from_a_few_known_records_to_all() -> None:
    packed = random_bits(200, 512, 6)
    order = np.random.default_rng(7).permutation(200)
    inside = similarities(packed, "hamming"), similarities(packed[order], "hamming")
    truth = np.argsort(order)
    known = np.stack([np.arange(12), truth[:12]], axis=1)
    mutual = np.arange(200) < 12
    start = Pairing(np.where(mutual, truth, 0), mutual, np.zeros(200, np.float32))
    assert (settled(*inside, start, rounds=20, known=known).best == truth).mean() > 0.95


def test_a_pair_stands_out_only_where_it_is_best_for_both() -> None:
    scores = np.eye(30, dtype=np.float32)
    scores[3] = scores[4]
    found = paired(scores)
    assert found.best.tolist() == [0, 1, 2, 4, *range(4, 30)]
    assert np.flatnonzero(~found.mutual).tolist() in ([3], [4])


def test_usual_clk_falls_without_a_known_record_and_random_bits_do_not() -> None:
    schema = load_schema("person")
    usual, cells = usual_clk(schema)
    rows = [[row[cell] for cell in cells] for row in read_records(BACKGROUND, schema, None)[:800]]
    case = make_case(
        rows, usual, split(800, 800, 0.5, np.random.default_rng(1)), known=1, random=np.random.default_rng(2)
    )
    guesses = graph_matching(case.encodings, case.register, measure="dice", random=np.random.default_rng(3))
    assert (guesses.rows == case.truth).mean() > 0.8
    chance = graph_matching(
        random_bits(400, 1024, 8), random_bits(800, 1024, 9), measure="hamming", random=np.random.default_rng(3)
    )
    assert (chance.rows == case.truth).mean() < 0.02


def test_widths_that_differ_and_files_too_small_are_refused() -> None:
    with pytest.raises(ValueError, match="one width"):
        graph_matching(random_bits(30, 64, 1), random_bits(30, 128, 1), measure="dice", random=np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least 20"):
        graph_matching(random_bits(19, 64, 1), random_bits(30, 64, 1), measure="dice", random=np.random.default_rng(0))
