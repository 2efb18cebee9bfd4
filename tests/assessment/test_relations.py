from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from assessment.coding import Code
from assessment.few_records import relation_graph
from assessment.likeness import likeness
from encoder import encode_clks
from linkage import load_schema

NAMES = ("anna", "boris", "chidi", "dolores", "emeka", "fatima", "giorgos", "hanna", "ivan")
PLACES = ("kent", "york", "lagos", "porto", "utrecht", "zagreb", "quito", "oslo", "minsk")
ROWS = list(product(NAMES, PLACES))


def flips(rows: int, seed: int = 5, bits: int = 1024) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(2, size=(rows, bits), dtype=np.uint8)


def graph_of(bits: NDArray[np.uint8]) -> NDArray[np.float32]:
    return relation_graph(Code(np.packbits(bits, axis=1)))


@pytest.mark.parametrize("members", [2, 3, 4])
def test_records_whose_xor_is_nearly_empty_are_related_and_no_others(members: int) -> None:
    bits = flips(40)
    planted = [3, 11, 17, 36][:members]
    bits[planted[-1]] = np.bitwise_xor.reduce(bits[planted[:-1]], axis=0)
    bits[planted[-1], :100] ^= flips(1, seed=9)[0, :100]
    graph = graph_of(bits)
    edges = {tuple(sorted(edge)) for edge in np.argwhere(graph > 0.5).tolist()}
    assert edges == set(combinations(planted, 2))
    assert np.array_equal(graph, graph.T)


def test_coin_flips_have_hardly_a_relation() -> None:
    assert (graph_of(flips(60)) > 0).sum() <= 2 * 6 * 3


def test_a_relation_of_four_is_counted_once_although_it_is_met_as_three_pairs_of_pairs() -> None:
    bits = flips(60)
    bits[9] = bits[1] ^ bits[4] ^ bits[20]
    strongest = np.sqrt(1024) - np.sqrt(2 * np.log(60**4 / 24))
    assert np.expm1(graph_of(bits)[4, 9]) == pytest.approx(strongest, rel=0.15)


def test_too_many_records_are_refused() -> None:
    with pytest.raises(ValueError, match="250"):
        graph_of(flips(251, bits=64))


def alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    above = np.triu_indices(len(one), 1)
    return float(np.corrcoef(one[above], other[above])[0, 1])


def test_linear_diffusion_keeps_relations_under_every_key_better_than_similarities_and_saul_few() -> None:
    features = [
        {"identifier": name, "format": {"type": "string"},
         "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}}}
        for name in ("name", "place")
    ]  # fmt: skip
    document = {"version": "counterfoil/1", "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": features}

    def under_two_keys(step: dict[str, object]) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
        schema = load_schema(document | {"hardening": [step]})
        sides = [encode_clks(ROWS, schema, key * 32) for key in (b"x", b"y")]
        return [relation_graph(Code(side)) for side in sides], [likeness(side, side, schema.measure) for side in sides]

    related, similar = under_two_keys({"step": "diffuse", "taps": 10})
    assert alike(*related) > 0.95
    assert alike(*similar) < 0.85
    assert (related[0] > 0).mean() > 0.8
    related, _ = under_two_keys({"step": "saul", "bits": 1024})
    assert (related[0] > 0).mean() < 0.05
