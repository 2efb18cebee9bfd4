"""SAUL: fast against plain, the published law of distances, what the key and the field decide."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encoder import ClkEncoder, encode_clks
from encoder.hardening.saul import token_weights
from encoder.reference import encode_record
from linkage import load_schema
from linkage.schema import Strategy
from tests.encoder.hardening.making import agrees_with_the_plain_form, feature
from tests.strategies import schemas_and_rows

SECRET = b"secrets of tests are no secrets"
LONG = 1 << 14


def schema_of(repetitions: int, bits: int, *features: dict[str, Any]) -> dict[str, Any]:
    steps = [{"step": "saul", "repetitions": repetitions, "bits": bits}]
    config = {"l": 1024, "kdf": {"type": "HKDF"}}
    return {"version": "counterfoil/1", "clkConfig": config, "features": list(features), "hardening": steps}


def similarity(one: Any, other: Any, bits: int) -> float:
    return 1 - int(np.bitwise_count(one ^ other).sum()) / bits


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=schemas_and_rows(), repetitions=st.integers(1, 3), words=st.integers(1, 2))
def test_fast_way_agrees_with_the_plain_one(drawn: Any, repetitions: int, words: int) -> None:
    step = {"step": "saul", "repetitions": repetitions, "bits": 64 * words}
    agrees_with_the_plain_form(drawn[0], drawn[1], step, SECRET)


@pytest.mark.parametrize("strategy", [{"bitsPerToken": 1}, {"bitsPerToken": 4100}, {"bitsPerFeature": 65_536}])
def test_long_values_and_great_weights_are_counted_in_full(strategy: dict[str, int]) -> None:
    # Sums that outgrow half a byte, a byte and two bytes; bits that are no multiple of what is counted at once.
    schema = load_schema(schema_of(3, 832, feature("a", None, **strategy), feature("b", {"type": "exact"}, **strategy)))
    rows = [("ab" * length + "c", "x" * (length % 3)) for length in (0, 1, 7, 8, 40, 127, 128, 160)]
    found = encode_clks(rows, schema, SECRET)
    assert found.tolist() == [encode_record(row, schema, SECRET).tolist() for row in rows]


@pytest.mark.parametrize("repetitions", [1, 2, 3, 4])
@pytest.mark.parametrize("common", [0, 20, 45, 70, 95])
def test_share_of_equal_bits_follows_the_published_law(repetitions: int, common: int) -> None:
    # 100 tokens each, `common` of them shared: the cosine is common / 100. The law is that of normal sums, so a hundred
    # votes come within .01 of it; 16,384 bits have a standard error below .004.
    schema = schema_of(repetitions, LONG, feature("a"))
    letters = [chr(0x4E00 + place) for place in range(200)]
    one, other = "".join(letters[:100]), "".join(letters[100 - common : 200 - common])
    found = encode_clks([(one,), (other,)], schema, SECRET)
    cosine = common / 100
    expected = (1 + (2 / math.pi * math.asin(cosine)) ** repetitions) / 2
    assert similarity(found[0], found[1], LONG) == pytest.approx(expected, abs=0.02)


def test_fields_weigh_as_much_as_in_a_filter() -> None:
    # 60 tokens of 4 insertions and one value of 240: half of the weight each, so a record that shares only one of the
    # two fields has cosine 1/2 with it.
    heavy = feature("whole", {"type": "exact"}, bitsPerFeature=240)
    schema = schema_of(1, LONG, feature("letters", bitsPerFeature=240), heavy)
    letters = "".join(chr(0x4E00 + place) for place in range(120))
    rows = [(letters[:60], "x"), (letters[60:], "x"), (letters[:60], "y")]
    base, whole, grams = encode_clks(rows, schema, SECRET)
    # One heavy token is no normal sum: wider tolerance than above.
    for other in (whole, grams):
        assert similarity(base, other, LONG) == pytest.approx((1 + 2 / math.pi * math.asin(0.5)) / 2, abs=0.06)


def test_equal_tokens_of_two_fields_have_nothing_in_common() -> None:
    schema = schema_of(1, LONG, feature("a"), feature("b"))
    name = "".join(chr(0x4E00 + place) for place in range(50))
    one, other = encode_clks([(name, ""), ("", name)], schema, SECRET)
    assert similarity(one, other, LONG) == pytest.approx(0.5, abs=0.02)


def test_all_of_unicode_is_told_apart() -> None:
    schema = schema_of(3, 4096, feature("a", {"type": "exact"}))
    names = ["محمد", "محمود", "王小明", "王小朋", "Наталья", "Наталия", "\U00020bb7野家", "吉野家"]
    found = encode_clks([(name,) for name in names], schema, SECRET)
    for place, one in enumerate(found):
        for other in found[:place]:
            assert similarity(one, other, 4096) == pytest.approx(0.5, abs=0.05)


def test_another_secret_gives_unrelated_encodings() -> None:
    schema = schema_of(3, 4096, feature("a"))
    one, other = (encode_clks([("natalya",)], schema, secret)[0] for secret in (SECRET, b"another " + SECRET))
    assert similarity(one, other, 4096) == pytest.approx(0.5, abs=0.05)


def test_bits_are_even_and_tell_no_length() -> None:
    schema = schema_of(3, 4096, feature("a", {"type": "ngram", "n": 2}))
    names = ["ab", "a rather long name of many letters", "x"] * 10
    shares = np.bitwise_count(encode_clks([(name,) for name in names], schema, SECRET)).sum(axis=1) / 4096
    assert (abs(shares - 0.5) < 0.05).all()


@pytest.mark.parametrize(
    ("strategy", "counts", "expected"),
    [
        (Strategy(bits_per_token=4), [0, 1, 9], [0, 8, 8]),
        (Strategy(bits_per_feature=36), [0, 1, 4, 36, 3600], [0, 24, 12, 4, 1]),
    ],
)
def test_weight_of_a_token_is_the_root_of_its_insertions(
    strategy: Strategy, counts: list[int], expected: list[int]
) -> None:
    assert token_weights(np.array(counts), strategy).tolist() == expected


def test_weight_of_a_common_token_is_the_root_of_its_percent_of_the_insertions() -> None:
    assert token_weights(np.array([0, 1, 4]), Strategy(bits_per_feature=36), 25).tolist() == [0, 12, 6]


def test_batches_of_any_size_give_the_same_bits() -> None:
    schema = load_schema(schema_of(2, 1024, feature("a", {"type": "ngram", "n": 2}), feature("b", {"type": "exact"})))
    rows = [(f"name {place % 41}", str(place % 7)) for place in range(700)]
    encoder = ClkEncoder(schema, SECRET)
    together = encoder.encode(list(zip(*rows, strict=True))).encodings
    apart = [encoder.encode([[a], [b]]).encodings[0] for a, b in rows[:60]]
    assert together[:60].tobytes() == np.array(apart).tobytes()
