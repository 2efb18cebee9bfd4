"""Tokens that weigh less because they are common: fast against plain, and what a percent does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from encoder import encode_clks
from encoder.engines import make_engine
from encoder.parts import TokenReader
from encoder.standardise import NO_FACTS
from encoder.weights import lessened, shares, token_percents
from linkage import load_schema
from linkage.errors import InputError, SchemaError
from linkage.schema import NumericComparison, Strategy
from tests.encoder.hardening.making import agrees_with_the_plain_form
from tests.strategies import schemas_and_rows

SECRET = b"secrets of tests are no secrets"
STEPS: list[dict[str, Any] | None] = [
    None,
    {"step": "saul", "repetitions": 2, "bits": 128},
    {"step": "minhash", "components": 3, "symbols": 64, "draws": 64},
]
Document = dict[str, Any]


@st.composite
def weighed_schemas_and_rows(draw: st.DrawFn) -> tuple[Document, list[tuple[str, ...]]]:
    """A schema that weighs some of the tokens of the rows less, and the rows."""
    document, rows = draw(schemas_and_rows())
    try:
        schema = load_schema(document)
    except SchemaError:
        reject()
    whole = schema.document()
    for feature, field, column in zip(whole["features"], schema.fields, zip(*rows, strict=True), strict=True):
        if field.hashing is None or isinstance(field.hashing.comparison, NumericComparison):
            continue
        reader = TokenReader(field, validate=False, facts=NO_FACTS)
        percent: dict[str, list[str]] = {}
        for token in sorted(set(reader.read(column).tokens.vocabulary)):
            drawn = draw(st.sampled_from([None, "1", "40", "50", "99"]))
            if drawn is not None:
                percent.setdefault(drawn, []).append(token)
        if percent:
            feature["hashing"]["strategy"]["frequencyWeights"] = {"source": "these rows", "percent": percent}
    return whole, rows


def whole_values(*steps: Document, percent: int | None, **strategy: int) -> Document:
    """Return a schema of one value, of which "smith" is common."""
    weights: Document = {"source": "a test", "percent": {str(percent): ["smith"]}}
    hashing = {
        "comparison": {"type": "exact"},
        "strategy": strategy | ({} if percent is None else {"frequencyWeights": weights}),
    }
    return {
        "version": "counterfoil/1",
        "clkConfig": {"l": 4096, "kdf": {"type": "HKDF"}},
        "hardening": list(steps),
        "features": [{"identifier": "surname", "format": {"type": "string"}, "hashing": hashing}],
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: "filter" if step is None else step["step"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=weighed_schemas_and_rows())
def test_fast_way_agrees_with_the_plain_one(drawn: Any, step: Document | None) -> None:
    agrees_with_the_plain_form(drawn[0], drawn[1], step, SECRET)


@pytest.mark.parametrize("strategy", ["bitsPerToken", "bitsPerFeature"])
def test_common_token_sets_its_percent_of_the_bits_and_others_all(strategy: str) -> None:
    rows = [("smith",), ("szczepanska",)]
    common, other = np.bitwise_count(encode_clks(rows, whole_values(percent=40, **{strategy: 25}), SECRET)).sum(axis=1)
    # 25 of 4,096 bits: two insertions that meet in one bit are rare, and this secret has none.
    assert (common, other) == (10, 25)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: "filter" if step is None else step["step"])
def test_encodings_of_what_is_not_listed_are_those_without_lists(step: Document | None) -> None:
    steps = [] if step is None else [step]
    rows = [("szczepanska",), ("smit",), ("",)]
    lists, none = (whole_values(*steps, percent=percent, bitsPerFeature=25) for percent in (40, None))
    assert encode_clks(rows, lists, SECRET).tolist() == encode_clks(rows, none, SECRET).tolist()


@given(times=st.integers(0, 70_000), percent=st.integers(1, 100))
@example(times=5, percent=50)
@example(times=1, percent=1)
def test_insertions_are_rounded_halves_up_and_none_is_lost(times: int, percent: int) -> None:
    found = int(lessened(np.array([times]), np.array([percent]))[0])
    assert found == (max(1, int(times * percent / 100 + 0.5)) if times else 0)


def test_shares_part_the_tokens_of_values_by_percent() -> None:
    strategy = Strategy.model_validate(
        {"bitsPerToken": 4, "frequencyWeights": {"source": "a test", "percent": {"40": ["b"], "70": ["c", "x"]}}}
    )
    percents = token_percents(["a", "b", "c"], strategy)
    found = list(shares(np.array([0, 1, 2, 1, 0]), np.array([2, 0, 3]), percents))
    assert [(percent, ids.tolist(), counts.tolist()) for percent, ids, counts in found] == [
        (40, [1, 1], [1, 0, 1]),
        (70, [2], [0, 0, 1]),
        (100, [0, 0], [1, 0, 1]),
    ]


def test_clkhash_knows_no_frequency_weights() -> None:
    document = whole_values(percent=40, bitsPerFeature=25)
    with pytest.raises(InputError, match="clkhash cannot weigh tokens by their frequency"):
        make_engine("clkhash", load_schema(document), SECRET)
