"""Frequency weights in a schema: what may be written, how it is described, and what else changes with them."""

from typing import Any

import pytest

from linkage.errors import SchemaError
from linkage.schema import load_schema
from linkage.schema.clkhash_documents import to_clkhash
from linkage.schema.strategy import MOST_WEIGHED_TOKENS
from linkage.schema.summary import summarise
from tests.linkage.schema.test_load import OURS, V2, changed

PLACE = "features.1.hashing.strategy.frequencyWeights"
WHERE = "schema: field 'surname': hashing.strategy.frequencyWeights"


def weights(percent: object, source: object = "a census") -> dict[str, Any]:
    return {"source": source, "percent": percent}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (weights({"40": ["a"]}, ""), ".source: string should have at least 1 character"),
        (weights({"40": ["a"]}, "x" * 201), ".source: string should have at most 200 characters"),
        (weights({}), ".percent: lists no token; leave frequencyWeights out"),
        (weights({"040": ["a"]}), ".percent: a key must be a whole percent from 1 to 99, written without leading"),
        (weights({"0": ["a"]}), ".percent: a key must be a whole percent"),
        (weights({"100": ["a"]}), ".percent: a key must be a whole percent"),
        (weights({"4\n": ["a"]}), ".percent: a key must be a whole percent"),
        (weights({"٤": ["a"]}), ".percent: a key must be a whole percent"),
        (weights({"40": []}), ".percent.40: "),
        (weights({"40": ["a", ""]}), ".percent.40[1]: string should have at least 1 character"),
        (weights({"40": ["a", "a"]}), ".percent: a token may stand once, in one list only; 1 stand there more often"),
        (weights({"40": ["a", "b"], "50": ["a"]}), ".percent: a token may stand once, in one list only"),
        (
            weights({"40": [str(place) for place in range(MOST_WEIGHED_TOKENS + 1)]}),
            ".percent: has 50,001 tokens in all; keep the commonest 50,000",
        ),
        ({"percent": {"40": ["a"]}}, ".source is missing"),
        (weights({"40": ["a"]}) | {"tables": 1}, ".tables is not a known key"),
    ],
)
def test_error_names_the_place_and_the_rule(content: object, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        load_schema(changed(OURS, PLACE, content))
    assert caught.value.message.startswith(f"{WHERE}{message}")


def test_numeric_comparison_and_salt_are_refused() -> None:
    document = changed(OURS, PLACE, weights({"40": ["a"]}))
    numeric = {"type": "numeric", "thresholdDistance": 1, "resolution": 1}
    with pytest.raises(SchemaError, match=r"'surname': hashing: strategy\.frequencyWeights cannot stand beside a num"):
        load_schema(changed(document, "features.1.hashing.comparison", numeric))
    with pytest.raises(SchemaError, match=r"'surname': hashing: strategy\.frequencyWeights cannot stand beside salt"):
        load_schema(changed(document, "features.1.hashing.salt", "born"))


def test_a_list_is_a_set_and_the_digest_tells_it_from_others() -> None:
    one, same, other, none = (
        load_schema(changed(OURS, PLACE, content))
        for content in (
            weights({"40": ["b", "a"], "9": ["c"]}),
            weights({"9": ["c"], "40": ["a", "b"]}),
            weights({"41": ["b", "a"], "9": ["c"]}),
            None,
        )
    )
    assert one == same
    assert one.digest == same.digest != other.digest
    assert load_schema(one.document()) == one
    assert none.digest == load_schema(OURS).digest != one.digest
    assert "frequencyWeights" not in none.document()["features"][1]["hashing"]["strategy"]
    strategy = one.fields[1].hashing.strategy if one.fields[1].hashing else None
    assert strategy is not None
    assert strategy.percents == {"a": 40, "b": 40, "c": 9}


def test_summary_says_how_many_tokens_weigh_how_much_less_and_by_which_table() -> None:
    summary = summarise(load_schema(changed(OURS, PLACE, weights({"40": ["b", "a"], "70": ["c"]}))))
    assert summary.fields[0].strategy == "100 bits per value, less for 3 common tokens (down to 40 %; a census)"


@pytest.mark.parametrize("version", [2, 3])
def test_clkhash_has_no_frequency_weights(version: int) -> None:
    common = {"frequencyWeights": weights({"40": ["a"]})}
    document = changed(OURS if version == 3 else V2, "version", version)
    document = changed(document, "features.1.hashing.strategy", {"k": 4} | common)
    with pytest.raises(SchemaError, match=r"field '(surname|state)': frequencyWeights is no key of a linkage schema"):
        load_schema(document)


def test_schema_with_frequency_weights_is_not_written_for_clkhash() -> None:
    ours = load_schema(changed(OURS, PLACE, weights({"40": ["a"]})))
    with pytest.raises(SchemaError, match="field 'surname': frequencyWeights is no key of a linkage schema of clkhash"):
        to_clkhash(ours.document())
