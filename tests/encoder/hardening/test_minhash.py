"""Minhash: fast against plain, the law of equal bytes, the table of times, what keys and fields decide."""

import hashlib
import math
from collections import Counter
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from encoder import ClkEncoder, encode_clks
from encoder.clk import rows_per_batch
from encoder.hardening import races
from encoder.hardening.minhash import token_weights
from encoder.reference import encode_record
from linkage import load_schema
from linkage.errors import SchemaError
from linkage.schema import Strategy
from tests.strategies import schemas_and_rows

SECRET = b"secrets of tests are no secrets"
LONG = 8192
CHANCE = 1 / 256
UNRELATED = 6 * math.sqrt(CHANCE / LONG)  # share of equal bytes beyond chance, at most, of records with none in common


def schema_of(components: int, symbols: int, *features: dict[str, Any]) -> dict[str, Any]:
    steps = [{"step": "minhash", "components": components, "symbols": symbols}]
    config = {"l": 1024, "kdf": {"type": "HKDF"}}
    return {"version": "counterfoil/1", "clkConfig": config, "features": list(features), "hardening": steps}


def feature(identifier: str, comparison: dict[str, Any] | None = None, **strategy: int) -> dict[str, Any]:
    hashing = {"comparison": comparison or {"type": "ngram", "n": 1}, "strategy": strategy or {"bitsPerToken": 4}}
    return {"identifier": identifier, "format": {"type": "string"}, "hashing": hashing}


def similarity(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float((one == other).mean())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=schemas_and_rows(), components=st.integers(1, 7), words=st.integers(1, 5))
def test_fast_way_agrees_with_the_plain_one(drawn: Any, components: int, words: int) -> None:
    document, rows = drawn[0], drawn[1]
    try:
        whole = load_schema(document).document()
    except SchemaError:
        reject()
    whole["clkConfig"]["xorFolds"] = 0
    whole["clkConfig"]["l"] = 1024
    whole["hardening"] = [{"step": "minhash", "components": components, "symbols": 64 * words}]
    schema = load_schema(whole)
    found = ClkEncoder(schema, SECRET, validate=True).encode(list(zip(*rows, strict=True)))
    faulty = {fault.row for fault in found.faults}
    blank = np.all([np.ones(len(rows), dtype=bool), *found.empty], axis=0)
    for place, row in enumerate(rows):
        if place in faulty:
            with pytest.raises(ValueError):  # noqa: PT011 - the plain way says it in Python's own words
                encode_record(row, schema, SECRET)
        elif not blank[place]:
            assert encode_record(row, schema, SECRET).tobytes() == found.encodings[place].tobytes()


@pytest.mark.parametrize("strategy", [{"bitsPerToken": 1}, {"bitsPerToken": 4100}, {"bitsPerFeature": 65_536}])
def test_long_values_repeated_tokens_and_great_weights_are_as_in_the_plain_way(strategy: dict[str, int]) -> None:
    # Enough rows for several blocks of values, and pairs of tokens that come again.
    schema = load_schema(schema_of(5, 192, feature("a", None, **strategy), feature("b", {"type": "exact"}, **strategy)))
    rows = [("ab" * length + "cde"[length % 4 :], "x" * (length % 3)) for length in range(300)]
    found = encode_clks(rows, schema, SECRET)
    for place in (0, 1, 2, 7, 160, 299):
        assert found[place].tolist() == encode_record(rows[place], schema, SECRET).tolist()


def plain_weights(text: str, strategy: dict[str, int]) -> dict[str, float]:
    """Return how much each letter of a value of single letters weighs."""
    whole = strategy.get("bitsPerFeature")
    return {
        letter: whole * times / len(text) if whole else float(strategy["bitsPerToken"] * times)
        for letter, times in Counter(text).items()
    }


def probability_jaccard(one: dict[Any, float], other: dict[Any, float]) -> float:
    """Return J of two weighted sets, as Moulton & Jiang (2018) define it."""
    every = one.keys() | other.keys()
    return sum(
        1 / sum(max(one.get(u, 0.0) / one[t], other.get(u, 0.0) / other[t]) for u in every)
        for t in one.keys() & other.keys()
    )


PAIR = st.text(alphabet="abcdefgh", min_size=1, max_size=24)
STRATEGIES = st.sampled_from([{"bitsPerToken": 3}, {"bitsPerFeature": 30}, {"bitsPerFeature": 100}])


@settings(max_examples=40, deadline=None)
@given(
    names=st.tuples(PAIR, PAIR), towns=st.tuples(PAIR, PAIR), of=st.tuples(STRATEGIES, STRATEGIES), k=st.integers(1, 7)
)
@example(names=("abcdefgh", "abcdefgh"), towns=("a", "a"), of=({"bitsPerToken": 3}, {"bitsPerToken": 3}), k=5)
@example(names=("aaaaaaab", "ab"), towns=("c", "c"), of=({"bitsPerFeature": 30}, {"bitsPerToken": 3}), k=1)
@example(names=("aaaaaaab", "aaaaaaac"), towns=("c", "cd"), of=({"bitsPerToken": 3}, {"bitsPerFeature": 30}), k=2)
def test_share_of_equal_bytes_follows_the_law(
    names: tuple[str, str], towns: tuple[str, str], of: tuple[dict[str, int], dict[str, int]], k: int
) -> None:
    one, other = (
        {("name", letter): weight for letter, weight in plain_weights(name, of[0]).items()}
        | {("town", letter): weight for letter, weight in plain_weights(town, of[1]).items()}
        for name, town in zip(names, towns, strict=True)
    )
    index = min(1.0, probability_jaccard(one, other))  # of equal sets it may be 1 and a rounding
    expected = CHANCE + (1 - CHANCE) * index**k
    schema = schema_of(k, LONG, feature("name", None, **of[0]), feature("town", None, **of[1]))
    secrets = [b"one", b"two", b"three"]
    shares = [similarity(*encode_clks(list(zip(names, towns, strict=True)), schema, secret)) for secret in secrets]
    # A draw is used in k bytes, so what it does by chance counts in each; beside that the bytes are drawn one by one.
    variance = (k * index ** (k - 1)) ** 2 * index * (1 - index) + expected * (1 - expected)
    assert np.mean(shares) == pytest.approx(expected, abs=6 * math.sqrt(variance / (LONG * len(secrets))) + 1e-3)


def test_equal_records_have_equal_bytes_whatever_order_their_values_repeat_in() -> None:
    one, other = encode_clks([("abab",), ("bbaa",)], schema_of(5, 1024, feature("a")), SECRET)
    assert one.tolist() == other.tolist()


def test_times_are_those_of_the_formula_and_no_rounding_of_it_could_give_others() -> None:
    found = races.ARRIVALS
    assert (
        hashlib.sha256(found.astype("<f4").tobytes()).hexdigest()
        == "4c4c3664ae70a57e0223582622c23d72b68d8d48fe8f27007c02088baa4d724f"
    )
    # Of each time both neighbours: the formula must lie clear of half the way to them, by more than any library errs.
    lower, upper = (np.nextafter(found, np.float32(end)).tolist() for end in (0, np.inf))
    with localcontext(prec=40):
        for u, (time, less, more) in enumerate(zip(found.tolist(), lower, upper, strict=True)):
            exact = -((Decimal(u) + Decimal("0.5")) / 65_536).ln()
            error = exact / 2**48  # sixteen units in the last place of a float64
            assert (Decimal(less) + Decimal(time)) / 2 + error < exact < (Decimal(time) + Decimal(more)) / 2 - error
    assert all(time > after > 0 for time, after in pairwise(found.tolist()))


@pytest.mark.parametrize(
    ("strategy", "times", "counts", "expected"),
    [
        ({"bits_per_token": 4}, [1, 2, 2], [0, 3], [4, 8, 8]),
        ({"bits_per_feature": 36}, [1, 1, 3, 3, 3], [1, 0, 4], [36, 9, 27, 27, 27]),
        ({"bits_per_feature": 1}, [2, 2, 1], [3], [2 / 3, 2 / 3, 1 / 3]),
    ],
)
def test_weight_of_a_token_is_its_insertions_in_a_filter(
    strategy: dict[str, int], times: list[int], counts: list[int], expected: list[float]
) -> None:
    assert token_weights(np.array(times), np.array(counts), Strategy(**strategy)).tolist() == expected


def test_equal_tokens_of_two_fields_have_nothing_in_common() -> None:
    schema = schema_of(1, LONG, feature("a"), feature("b"))
    one, other = encode_clks([("natalya", ""), ("", "natalya")], schema, SECRET)
    assert similarity(one, other) == pytest.approx(CHANCE, abs=UNRELATED)


def test_another_secret_gives_unrelated_encodings() -> None:
    schema = schema_of(1, LONG, feature("a"))
    one, other = (encode_clks([("natalya",)], schema, secret)[0] for secret in (SECRET, b"another " + SECRET))
    assert similarity(one, other) == pytest.approx(CHANCE, abs=UNRELATED)


def test_all_of_unicode_is_told_apart() -> None:
    schema = schema_of(1, LONG, feature("a", {"type": "exact"}))
    names = ["محمد", "محمود", "王小明", "王小朋", "Наталья", "Наталия", "\U00020bb7野家", "吉野家"]
    found = encode_clks([(name,) for name in names], schema, SECRET)
    for place, one in enumerate(found):
        for other in found[:place]:
            assert similarity(one, other) == pytest.approx(CHANCE, abs=UNRELATED)


def test_every_byte_is_as_likely_and_symbols_of_one_winner_differ() -> None:
    # One token wins every draw, so only the number of a symbol tells it from others.
    whole = encode_clks([("x",)], schema_of(7, LONG, feature("a", {"type": "exact"})), SECRET)[0]
    counts = np.bincount(whole, minlength=256)
    expected = LONG / 256
    assert ((counts - expected) ** 2 / expected).sum() < 255 + 6 * math.sqrt(2 * 255)  # chi-squared, 255 degrees


def test_record_without_tokens_is_zeros_and_no_other_is() -> None:
    schema = schema_of(5, 64, feature("a"), feature("b", {"type": "exact"}))
    found = encode_clks([("", ""), ("a", ""), ("", "b"), ("", "")], schema, SECRET)
    assert found.any(axis=1).tolist() == [False, True, True, False]
    assert encode_clks([("", "")], schema, SECRET).tolist() == [[0] * 64]
    assert encode_clks([], schema, SECRET).shape == (0, 64)


def test_batches_of_any_size_give_the_same_bytes() -> None:
    schema = load_schema(schema_of(2, 320, feature("a", {"type": "ngram", "n": 2}), feature("b", {"type": "exact"})))
    rows = [(f"name {place % 41}", str(place % 307)) for place in range(700)]
    together = ClkEncoder(schema, SECRET).encode(list(zip(*rows, strict=True))).encodings
    encoder = ClkEncoder(schema, SECRET)
    for size in (1, 7, 129, 700):
        few = range(0, min(len(rows), 40 * size), size)
        apart = [encoder.encode(list(zip(*rows[start : start + size], strict=True))).encodings for start in few]
        assert together[: sum(map(len, apart))].tobytes() == np.concatenate(apart).tobytes()


def test_batches_shrink_as_encodings_grow() -> None:
    sizes = [rows_per_batch(load_schema(schema_of(5, symbols, feature("a")))) for symbols in (64, 2048, 8192)]
    assert sizes[0] > sizes[1] > sizes[2] > 0
    assert 4 * 8192 * sizes[2] <= 1 << 26  # bytes that are drawn for tokens that occur in one row each
