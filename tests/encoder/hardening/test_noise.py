"""Flipped bits: the law of distances, noise that is the same each time, and what averaging learns otherwise."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from encoder import ClkEncoder, encode_clks
from encoder.hardening.keys import keyed_bytes
from encoder.hardening.noise import Noise
from linkage import load_schema
from linkage.schema import Schema

SECRET = b"secrets of tests are no secrets"
KEY = bytes(range(32))
LONG = 1 << 14


def schema_of(flip: float | None, *before: dict[str, Any]) -> Schema:
    feature = {
        "identifier": "name",
        "format": {"type": "string"},
        "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}},
    }
    steps = [*before, *([] if flip is None else [{"step": "blip", "flip": flip}])]
    config = {"l": 1024, "kdf": {"type": "HKDF"}}
    return load_schema({"version": "counterfoil/1", "clkConfig": config, "features": [feature], "hardening": steps})


def seeds(count: int, seed: int = 7) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(256, size=(count, 16), dtype=np.uint8)


def answers(bits: NDArray[np.uint8], flip: float, drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return Noise(KEY, flip).answers(bits, map(bytes, drawn))


@given(
    bits=st.lists(st.integers(0, 1), min_size=8, max_size=64),
    flip=st.floats(0.001, 0.499),
    seed=st.binary(min_size=16, max_size=16),
)
def test_each_bit_is_flipped_where_the_draw_for_its_place_and_value_is_small(
    bits: list[int], flip: float, seed: bytes
) -> None:
    drawn = keyed_bytes(KEY, seed, 4 * len(bits))
    numbers = [int.from_bytes(drawn[place : place + 2], "big") for place in range(0, len(drawn), 2)]
    expected = [
        1 - bit if numbers[bit * len(bits) + place] < round(flip * 65_536) else bit for place, bit in enumerate(bits)
    ]
    found = Noise(KEY, flip).answers(np.array([bits], dtype=np.uint8), [seed])
    assert found.tolist() == [expected]


@pytest.mark.parametrize("flip", [0.01, 0.05, 0.2, 0.4])
@pytest.mark.parametrize("apart", [0, 0.1, 0.5])
def test_share_of_unequal_bits_follows_the_law(flip: float, apart: float) -> None:
    # Two records with noise of their own: a pair of bits changes from equal to unequal, or back, with 2 p (1 - p).
    one = np.random.default_rng(1).integers(2, size=LONG, dtype=np.uint8)
    other = one ^ (np.arange(LONG) < apart * LONG).astype(np.uint8)
    found = answers(np.stack([one, other]), flip, seeds(2))
    changed = 2 * flip * (1 - flip)
    expected = apart * (1 - changed) + (1 - apart) * changed
    assert (found[0] != found[1]).mean() == pytest.approx(expected, abs=0.016)  # four standard errors of 16,384 bits


def test_same_seed_gives_the_same_bits_and_another_seed_or_secret_others() -> None:
    schema, rows, drawn = schema_of(0.1, {"step": "saul", "bits": 1024}), [("natalya",), ("natalia",)], seeds(2)
    first = encode_clks(rows, schema, SECRET, seeds=drawn)
    assert (encode_clks(rows, schema, SECRET, seeds=drawn) == first).all()
    assert (encode_clks(rows[1:], schema, SECRET, seeds=drawn[1:]) == first[1:]).all()
    quiet = encode_clks(rows, schema_of(None, {"step": "saul", "bits": 1024}), SECRET)
    flipped = first ^ quiet
    assert 0.06 < np.bitwise_count(flipped).sum() / 2048 < 0.14
    fresh = encode_clks(rows, schema, SECRET) ^ quiet
    assert 0.06 < np.bitwise_count(fresh).sum() / 2048 < 0.14  # six standard errors
    assert (fresh != flipped).any()


def test_bit_that_stays_is_answered_as_before_and_one_that_changes_anew() -> None:
    before = np.random.default_rng(2).integers(2, size=(1, LONG), dtype=np.uint8)
    after = before.copy()
    after[0, : LONG // 2] ^= 1
    one, other = (answers(bits, 0.2, seeds(1)) for bits in (before, after))
    assert (one[0, LONG // 2 :] == other[0, LONG // 2 :]).all()
    flipped = (one ^ before)[0, : LONG // 2], (other ^ after)[0, : LONG // 2]
    assert np.mean(flipped[0] & flipped[1]) == pytest.approx(
        0.04, abs=0.01
    )  # two draws that know nothing of each other


def test_majority_of_nine_encodings_takes_fresh_noise_away_and_remembered_noise_not_at_all() -> None:
    rows = [(f"name {number:03}",) for number in range(50)]
    schema, quiet = schema_of(0.1), encode_clks(rows, schema_of(None), SECRET)

    def left(drawn: list[NDArray[np.uint8]]) -> float:
        bits = [np.unpackbits(encode_clks(rows, schema, SECRET, seeds=of_package), axis=1) for of_package in drawn]
        majority = (np.sum(bits, axis=0, dtype=int) > len(drawn) / 2).astype(np.uint8)
        return float((majority != np.unpackbits(quiet, axis=1)).mean())

    assert left([seeds(50)] * 9) == pytest.approx(0.1, abs=0.01)
    assert left([seeds(50, seed) for seed in range(9)]) < 0.002


def test_record_without_a_seed_is_refused_rather_than_left_without_noise() -> None:
    with pytest.raises(ValueError, match="seed"):
        ClkEncoder(schema_of(0.1), SECRET).encode([["natalya"]])
