"""How far encodings agree, as bits and as symbols."""

import numpy as np
import pytest

from assessment.coding import Code
from assessment.likeness import equal_bytes, likeness
from linkage import load_schema


def symbols(rows: int, places: int, seed: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(256, size=(rows, places), dtype=np.uint8)


def test_equal_bytes_are_counted_also_beyond_what_a_byte_holds() -> None:
    left, right = symbols(70, 600), symbols(5, 600, seed=2)
    right[3] = left[66]
    right[4, :300] = left[1, :300]
    assert np.array_equal(equal_bytes(left, right), (left[:, None] == right).sum(axis=2))
    assert likeness(left, right, "symbols")[66, 3] == 1


def test_code_of_a_schema_is_made_of_the_letters_that_it_is_compared_by() -> None:
    document = load_schema("person").document()
    for steps, letter_bits, coins in (
        ([], 1, 1024),
        ([{"step": "saul", "bits": 1024}], 1, 1024),
        ([{"step": "minhash", "symbols": 128}], 8, 128 * 255),
    ):
        code = Code.of(symbols(3, 128), load_schema(document | {"hardening": steps}))
        assert (code.letter_bits, code.coins) == (letter_bits, coins)


@pytest.mark.parametrize("letter_bits", [1, 8])
def test_strangers_agree_by_chance_with_the_variance_of_so_many_coins(letter_bits: int) -> None:
    code = Code(symbols(300, 256), letter_bits)
    found = code.agreement
    assert np.diagonal(found) == pytest.approx(1)
    pairs = found[np.triu_indices(300, 1)]
    assert abs(pairs.mean()) < 3 / np.sqrt(code.coins * len(pairs))
    assert pairs.std() * np.sqrt(code.coins) == pytest.approx(1, rel=0.03)


def test_copies_of_symbols_agree_by_the_share_of_places() -> None:
    one = symbols(2, 4096)
    one[1, :1024] = one[0, :1024]
    assert Code(one, 8).agreement[0, 1] == pytest.approx(0.25, abs=0.005)
