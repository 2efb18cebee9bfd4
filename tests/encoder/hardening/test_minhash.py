"""Minhash: fast against plain, the law of equal symbols, the table of times, what keys and fields decide."""

import hashlib
import math
from collections import Counter
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
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
from linkage.symbols import unpacked
from tests.encoder.hardening.making import agrees_with_the_plain_form, feature
from tests.strategies import schemas_and_rows

SECRET = b"secrets of tests are no secrets"
LONG = 5376
CHANCE = 1 / 4096
UNRELATED = 6 * math.sqrt(CHANCE / LONG)  # share of equal symbols beyond chance, at most, of unrelated records


def schema_of(components: int, symbols: int, *features: dict[str, Any]) -> dict[str, Any]:
    steps = [{"step": "minhash", "components": components, "symbols": symbols, "draws": symbols}]
    config = {"l": 1024, "kdf": {"type": "HKDF"}}
    return {"version": "counterfoil/1", "clkConfig": config, "features": list(features), "hardening": steps}


def similarity(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.equal(*unpacked(np.stack([one, other]))).mean())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    drawn=schemas_and_rows(),
    components=st.integers(1, 7),
    symbols=st.integers(1, 5),
    draws=st.integers(1, 5),
    own=st.lists(st.integers(1, 16), max_size=2),
)
def test_fast_way_agrees_with_the_plain_one(
    drawn: Any, components: int, symbols: int, draws: int, own: list[int]
) -> None:
    step = {"step": "minhash", "components": components, "symbols": 64 * symbols, "draws": 64 * draws}
    names = [field["identifier"] for field in drawn[0]["features"] if not field.get("ignored")]
    apart = [{"fields": [name], "symbols": count} for name, count in zip(names[1:], own, strict=False)]
    agrees_with_the_plain_form(drawn[0], drawn[1], step | {"apart": apart}, SECRET)


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
def test_share_of_equal_symbols_follows_the_law(
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
    # A draw is used in k symbols, so what it does by chance counts in each; beside that they are drawn one by one.
    variance = (k * index ** (k - 1)) ** 2 * index * (1 - index) + expected * (1 - expected)
    assert np.mean(shares) == pytest.approx(expected, abs=6 * math.sqrt(variance / (LONG * len(secrets))) + 1e-3)


APART = feature("a"), feature("b"), feature("number", {"type": "exact"}), feature("pieces", {"type": "ngram", "n": 2})


def equal_symbols(schema: dict[str, Any], one: tuple[str, ...], other: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which symbols of two records are equal, (secrets, symbols)."""
    made = [unpacked(encode_clks([one, other], schema, secret)) for secret in (b"one", b"two", b"three")]
    return np.array([first == second for first, second in made])


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (("x", "", "12", "12"), ("yz", "", "12", "12"), 40),
        (("x", "", "12", "12"), ("yz", "", "13", "13"), 0),
        (("x", "", "12", "12"), ("yz", "", "", ""), 0),
        (("x", "", "", ""), ("x", "", "12", "12"), 1024 - 40),
        (("x", "", "", ""), ("x", "", "", ""), 1024),
        (("", "", "12", "12"), ("", "", "12", "12"), 1024),
    ],
)
def test_fields_drawn_apart_have_their_symbols_and_without_tokens_those_of_the_rest(
    one: tuple[str, ...], other: tuple[str, ...], equal: int
) -> None:
    schema = schema_of(6, 1024, *APART)
    schema["hardening"][0]["apart"] = [{"fields": ["number", "pieces"], "symbols": 40}]
    found = equal_symbols(schema, one, other).sum(axis=1)
    assert np.all((found >= equal) & (found <= equal + 6))  # by chance .25 are, and with that chance one is lost, too


def test_places_of_fields_drawn_apart_hang_on_the_key_and_groups_share_none() -> None:
    schema = schema_of(6, 1024, *APART)
    schema["hardening"][0]["apart"] = [{"fields": [name], "symbols": 30} for name in ("number", "pieces")]
    both, first = (
        {tuple(np.flatnonzero(equal)) for equal in equal_symbols(schema, ("x", "", "12", "12"), other)}
        for other in (("y", "", "12", "12"), ("y", "", "12", ""))
    )
    assert len(both) == len(first) == 3
    assert {len(places) for places in both} <= {*range(60, 66)}
    assert {len(places) for places in first} <= {*range(30, 36)}


@pytest.mark.parametrize(
    "apart",
    [
        [{"fields": ["c"], "symbols": 1}],
        [{"fields": ["a", "a"], "symbols": 1}],
        [{"fields": ["a"], "symbols": 1}, {"fields": ["a"], "symbols": 1}],
        [{"fields": ["a"], "symbols": 1}, {"fields": ["b"], "symbols": 1}],
        [{"fields": [], "symbols": 1}],
        [{"fields": ["a"], "symbols": 0}],
        [{"fields": ["a"], "symbols": 33}],
    ],
)
def test_fields_that_cannot_be_drawn_apart_are_refused(apart: list[dict[str, Any]]) -> None:
    schema = schema_of(6, 64, feature("a"), feature("b"))
    schema["hardening"][0]["apart"] = apart
    with pytest.raises(SchemaError, match=r"apart|fields|symbols"):
        load_schema(schema)


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
        (Strategy(bits_per_token=4), [1, 2, 2], [0, 3], [4, 8, 8]),
        (Strategy(bits_per_feature=36), [1, 1, 3, 3, 3], [1, 0, 4], [36, 9, 27, 27, 27]),
        (Strategy(bits_per_feature=1), [2, 2, 1], [3], [2 / 3, 2 / 3, 1 / 3]),
    ],
)
def test_weight_of_a_token_is_its_insertions_in_a_filter(
    strategy: Strategy, times: list[int], counts: list[int], expected: list[float]
) -> None:
    assert token_weights(np.array(times), np.array(counts), strategy).tolist() == expected


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


@pytest.mark.parametrize("lower", [True, False])
def test_every_symbol_is_as_likely_and_symbols_of_one_winner_differ(*, lower: bool) -> None:
    # One token wins every draw, so only the number of a symbol tells it from others.
    whole = encode_clks([("x",)], schema_of(7, LONG, feature("a", {"type": "exact"})), SECRET)
    symbols = unpacked(whole)[0]
    counts = np.bincount(symbols & 0xFF if lower else symbols >> 4, minlength=256)
    expected = LONG / 256
    assert ((counts - expected) ** 2 / expected).sum() < 255 + 6 * math.sqrt(2 * 255)  # chi-squared, 255 degrees


def test_record_without_tokens_is_zeros_and_no_other_is() -> None:
    schema = schema_of(5, 64, feature("a"), feature("b", {"type": "exact"}))
    found = encode_clks([("", ""), ("a", ""), ("", "b"), ("", "")], schema, SECRET)
    assert found.any(axis=1).tolist() == [False, True, True, False]
    assert encode_clks([("", "")], schema, SECRET).tolist() == [[0] * 96]
    assert encode_clks([], schema, SECRET).shape == (0, 96)


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
    sizes = [rows_per_batch(load_schema(schema_of(5, symbols, feature("a")))) for symbols in (64, 2048, LONG)]
    assert sizes[0] > sizes[1] > sizes[2] > 0
    assert 4 * LONG * sizes[2] <= 1 << 26  # bytes that are drawn for tokens that occur in one row each
