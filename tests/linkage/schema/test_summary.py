"""The expected fill, against filters that were really filled; and what is warned of."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from encoder import encode_clks
from linkage.errors import SchemaError
from linkage.schema import Schema, load_schema
from linkage.schema.model import DateFormat, EnumFormat, Format, IntegerFormat
from linkage.schema.summary import summarise
from linkage.schema.typical import expected_distinct, typical_length

Document = dict[str, Any]
SECRET = b"thirty-two bytes of secret, truly"
BIGRAM = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 120}}
TEXT = {"type": "string"}


def field(name: str = "name", form: Document = TEXT, **hashing: Any) -> Document:
    return {"identifier": name, "format": form, "hashing": BIGRAM | hashing}


def schema_of(*fields: Document, bits: int = 1024, folds: int = 0) -> Schema:
    return load_schema(
        {
            "version": "counterfoil/1",
            "clkConfig": {"l": bits, "xorFolds": folds, "kdf": {"type": "HKDF", "hash": "SHA512"}},
            "features": list(fields),
        }
    )


def codes(schema: Schema) -> list[tuple[str, str]]:
    """The warnings beside the one that every schema without a hardening step has."""
    found = [(warning.code, warning.field) for warning in summarise(schema).warnings]
    assert (("hardening.none", "") in found) == (not schema.hardening)
    return [warning for warning in found if warning != ("hardening.none", "")]


def words(random: np.random.Generator, length: int, letters: str = "etaoinshrdlucmfwypvbgk") -> str:
    """A text whose letters are as unequally likely as those of a language."""
    weights = 1 / np.arange(1, len(letters) + 1) ** 0.5
    return "".join(random.choice(list(letters), size=length, p=weights / weights.sum()))


def rows(schema: Schema, count: int) -> Iterable[list[str]]:
    random = np.random.default_rng(7)

    def value(form: Format) -> str:
        if isinstance(form, IntegerFormat):
            return str(random.integers(1_000_000, 10_000_000))
        if isinstance(form, DateFormat):
            return f"{random.integers(1940, 2010)}{random.integers(1, 13):02}{random.integers(1, 29):02}"
        if isinstance(form, EnumFormat):
            return str(random.choice(form.values))
        return words(random, int(typical_length(form)))

    for _ in range(count):
        yield [value(found.format) for found in schema.fields if found.format is not None]


INTEGER = {"type": "integer", "minimum": 1_000_000, "maximum": 9_999_999}
DATE = {"type": "date", "format": "%Y%m%d"}
ENUM = {"type": "enum", "values": ["north", "south"]}
PER_TOKEN = {"strategy": {"bitsPerToken": 15}}
NUMERIC = {"comparison": {"type": "numeric", "thresholdDistance": 10, "resolution": 5}}
SINGLE = {"comparison": {"type": "ngram", "n": 1}}
PLACED = {"comparison": {"type": "ngram", "n": 1, "positional": True}}
DOUBLE = {"hash": {"type": "doubleHash", "prevent_singularity": True}}


@pytest.mark.parametrize(
    ("schema", "tolerance"),
    [
        (schema_of(field()), 0.01),
        (schema_of(field("a"), field("b", **PER_TOKEN), field("c", DATE, **PLACED)), 0.02),
        (schema_of(field("a", INTEGER, **PER_TOKEN), field("b", ENUM)), 0.02),
        (schema_of(field("a", INTEGER, **NUMERIC, **PER_TOKEN), field("b", TEXT, comparison={"type": "exact"})), 0.01),
        (schema_of(field("a", DATE, **SINGLE), field("b", TEXT, **SINGLE)), 0.05),
        (schema_of(field("a", TEXT, **DOUBLE), field("b", DATE, **DOUBLE), bits=1000), 0.03),
        (schema_of(field("a"), field("b", **PER_TOKEN), bits=256, folds=2), 0.02),
        (schema_of(field("a", **PER_TOKEN), bits=65_536, folds=1), 0.02),
        (schema_of(field("a", **PER_TOKEN), field("b", DATE, **DOUBLE), bits=131_072), 0.03),
    ],
)
def test_expected_fill_is_that_of_encoded_records(schema: Schema, tolerance: float) -> None:
    encodings = encode_clks(rows(schema, 300), schema, SECRET)
    found = float(np.bitwise_count(encodings).sum(axis=1).mean()) / schema.clk.bits
    assert summarise(schema).fill == pytest.approx(found, rel=tolerance)


def test_length_may_be_given_for_a_field() -> None:
    schema = schema_of(field("a", **PER_TOKEN), field("b"))
    longer = summarise(schema, {"a": 20})
    assert [found.length for found in longer.fields] == [20, 8]
    assert longer.fill > summarise(schema).fill
    assert summarise(schema, {"a": 0, "b": 0}).fill == 0


@pytest.mark.parametrize(
    ("lengths", "message"), [({"c": 5}, "no hashed field is called 'c'"), ({"a": -1}, "field 'a'")]
)
def test_length_that_cannot_be_is_refused(lengths: dict[str, float], message: str) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        summarise(schema_of(field("a")), lengths)
    assert caught.value.code == "schema.length"


@pytest.mark.parametrize("length", [float("nan"), float("inf"), 1e12])
def test_length_that_is_no_length_is_refused(length: float) -> None:
    with pytest.raises(SchemaError):
        summarise(schema_of(field("a")), {"a": length})


@pytest.mark.parametrize(
    ("form", "length"),
    [
        ({"type": "string"}, 8),
        ({"type": "string", "minLength": 10}, 10),
        ({"type": "string", "maxLength": 5}, 5),
        ({"type": "string", "minLength": 2, "maxLength": 60}, 8),
        ({"type": "string", "pattern": "[0-9]{4}"}, 4),
        ({"type": "string", "pattern": "[0-9]{9,}"}, 9),
        ({"type": "string", "pattern": "[a-z]*"}, 8),
        ({"type": "string", "pattern": "(mr|mrs)?"}, 3),
        ({"type": "string", "pattern": ""}, 0),
        ({"type": "date", "format": "%d.%m.%y"}, 8),
        ({"type": "integer"}, 6),
        ({"type": "integer", "minimum": 0, "maximum": 120}, 3),
        ({"type": "integer", "minimum": -1000, "maximum": 0}, 5),
        ({"type": "integer", "maximum": 120}, 6),
        ({"type": "integer", "minimum": 10_000_000}, 8),
        ({"type": "enum", "values": ["a", "abc"]}, 2),
        ({"type": "enum", "values": []}, 0),
    ],
)
def test_typical_length(form: Document, length: float) -> None:
    found = schema_of(field("a", form)).fields[0].format
    assert found is not None
    assert typical_length(found) == length


@pytest.mark.parametrize(
    ("comparison", "length", "tokens"),
    [
        ({"type": "ngram", "n": 1}, 8, 8),
        ({"type": "ngram", "n": 2}, 8, 9),
        ({"type": "ngram", "n": 3}, 8, 10),
        ({"type": "ngram", "n": 2}, 0, 0),
        ({"type": "exact"}, 8, 1),
        ({"type": "exact"}, 0, 0),
        ({"type": "numeric", "thresholdDistance": 1, "resolution": 4}, 3, 9),
    ],
)
def test_typical_value_is_cut_into_as_many_tokens_as_the_encoder_cuts(
    comparison: Document, length: float, tokens: float
) -> None:
    assert summarise(schema_of(field("a", comparison=comparison)), {"a": length}).fields[0].tokens == tokens


def test_bits_per_feature_are_all_inserted_when_no_token_repeats() -> None:
    found = summarise(schema_of(field(comparison={"type": "ngram", "n": 2, "positional": True}))).fields[0]
    assert found.bits_set == pytest.approx(1024 * (1 - (1 - 1 / 1024) ** 120))


def test_expected_distinct_is_that_of_drawing() -> None:
    random = np.random.default_rng(1)
    drawn = [len(np.unique(random.integers(0, 100, 60))) for _ in range(3000)]
    assert expected_distinct(100, 60) == pytest.approx(np.mean(drawn), rel=0.01)
    assert expected_distinct(1, 0) == 0
    assert expected_distinct(1, 5) == 1


def test_summary_tells_the_rules_of_every_field() -> None:
    schema = schema_of(
        {"identifier": "id", "ignored": True},
        field("a", {"type": "string", "minLength": 2, "maxLength": 9, "case": "upper", "encoding": "utf-16"}),
        field("b", DATE, **PLACED, missingValue={"sentinel": "?", "replaceWith": ""}),
        field("c", INTEGER, **NUMERIC, **DOUBLE),
        field("d", ENUM, comparison={"type": "exact"}, **PER_TOKEN),
        field("e", {"type": "string", "pattern": "x"}, missingValue={"sentinel": "x"}),
        field("f", {"type": "integer"}, missingValue={"sentinel": "", "replaceWith": "0"}, hash={"type": "doubleHash"}),
    )
    summary = summarise(schema)
    assert summary.ignored == ("id",)
    assert summary.digest == schema.digest
    assert [(f.format, f.comparison, f.strategy, f.hash, f.missing) for f in summary.fields] == [
        ("string from 2 to 9 characters, upper, utf-16", "2-gram", "120 bits per value", "blakeHash", "no rule"),
        ("date %Y%m%d", "1-gram with position", "120 bits per value", "blakeHash", "'?': not hashed"),
        (
            "integer from 1000000 to 9999999",
            "numeric within 10",
            "120 bits per value",
            "doubleHash without singularities",
            "no rule",
        ),
        ("enum of 2", "exact", "15 bits per token", "blakeHash", "no rule"),
        ("string, pattern", "2-gram", "120 bits per value", "blakeHash", "'x': hashed as it is"),
        ("integer", "2-gram", "120 bits per value", "doubleHash", "'': '0' is hashed"),
    ]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (schema_of(field()), []),
        (schema_of(field(strategy={"bitsPerFeature": 1200})), [("fill.high", "")]),
        (schema_of(field(strategy={"bitsPerFeature": 30})), [("fill.low", "")]),
        (schema_of(field(), bits=256), [("filter.short", "")]),
        (schema_of(field("a", strategy={"bitsPerFeature": 9000}), bits=131_072), [("filter.unreachable", "")]),
        (schema_of(field("a"), field("a")), [("field.duplicate", "a")]),
        (schema_of(field("a", **DOUBLE)), [("hash.double", "a")]),
        (schema_of(field("a", hash={"type": "doubleHash"})), [("hash.double", "a"), ("hash.singularity", "a")]),
        (schema_of(field("a"), field("b", strategy={"bitsPerFeature": 8})), [("strategy.sparse", "b")]),
        (schema_of(field("a"), field("b", strategy={"bitsPerFeature": 9})), []),
        (schema_of(field("a", missingValue={"sentinel": "?"})), [("missing.sentinel", "a")]),
        (schema_of(field("a", missingValue={"sentinel": ""})), []),
        (schema_of(field("a", missingValue={"sentinel": "?", "replaceWith": ""})), []),
        (schema_of(field("a", missingValue={"sentinel": "", "replaceWith": "x"})), [("missing.replacement", "a")]),
    ],
)
def test_poor_choices_are_warned_of(schema: Schema, expected: list[tuple[str, str]]) -> None:
    assert codes(schema) == expected


def test_schema_of_ignored_fields_only_is_empty() -> None:
    summary = summarise(schema_of({"identifier": "id", "ignored": True}))
    assert summary.fill == summary.filter_fill == 0
    assert summary.fields == ()


def test_folding_is_counted_after_the_filter_is_filled() -> None:
    summary = summarise(schema_of(field("a", strategy={"bitsPerFeature": 400}), bits=512, folds=1))
    assert summary.filter_bits == 1024
    assert summary.filter_fill == pytest.approx(1 - (1 - 1 / 1024) ** 400, rel=0.02)
    assert summary.fill == pytest.approx(2 * summary.filter_fill * (1 - summary.filter_fill), rel=1e-9)
