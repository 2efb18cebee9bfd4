"""The bit-level core: the fast way against the plain one, golden vectors, errors."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encoder import ClkEncoder, encode_clks
from encoder.clk import rows_per_batch
from encoder.engines import make_engine
from encoder.errors import RowError
from encoder.folding import fold
from encoder.grams import tokens_of
from encoder.reference import encode_record
from encoder.tokens import tokenise
from linkage import load_schema
from linkage.errors import InputError, SchemaError
from linkage.schema import ExactComparison, NgramComparison, NumericComparison
from tests.strategies import LETTERS, NUMBERS, schemas_and_rows

Document = dict[str, Any]
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "clk.json").read_text(encoding="utf-8"))


def schema_of(*features: Document, **config: Any) -> Document:
    return {"version": 3, "clkConfig": {"l": 128, "kdf": {"type": "HKDF"}} | config, "features": list(features)}


def feature(identifier: str, format_: Document | None = None, **hashing: Any) -> Document:
    hashing = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 5}} | hashing
    return {"identifier": identifier, "format": format_ or {"type": "string"}, "hashing": hashing}


def expected_bytes(case: Document) -> list[bytes]:
    return [base64.b64decode(text, validate=True) for text in case["expect"]]


@pytest.mark.parametrize("engine", ["native", "clkhash"])
@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_engines_give_the_golden_vectors(case: Document, engine: str) -> None:
    schema = load_schema(case["schema"])
    found = make_engine(engine, schema, VECTORS["secret"]).encode(list(zip(*case["rows"], strict=True)))
    assert found.faults == []
    assert [row.tobytes() for row in found.encodings] == expected_bytes(case)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_plain_reference_gives_the_golden_vectors(case: Document) -> None:
    schema = load_schema(case["schema"])
    assert [encode_record(row, schema, VECTORS["secret"]).tobytes() for row in case["rows"]] == expected_bytes(case)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=schemas_and_rows())
def test_fast_encoder_agrees_with_the_plain_reference(drawn: tuple[Document, list[tuple[str, ...]]]) -> None:
    document, rows = drawn
    try:
        schema = load_schema(document)
    except SchemaError:
        return
    found = ClkEncoder(schema, b"secret").encode(list(zip(*rows, strict=True)))
    faulty = {fault.row for fault in found.faults}
    for index, row in enumerate(rows):
        if index in faulty:
            with pytest.raises(ValueError, match=r"must|number|float|integer"):
                encode_record(row, schema, b"secret")
        else:
            np.testing.assert_array_equal(found.encodings[index], encode_record(row, schema, b"secret"))


@given(
    texts=st.lists(st.one_of(LETTERS, NUMBERS), max_size=8),
    comparison=st.one_of(
        st.builds(NgramComparison, type=st.just("ngram"), n=st.integers(1, 8), positional=st.booleans()),
        st.just(ExactComparison(type="exact")),
        st.just(NumericComparison(type="numeric", threshold_distance=2.5, resolution=2, fractional_precision=1)),
    ),
)
def test_tokens_of_many_texts_are_those_of_each(
    texts: list[str], comparison: NgramComparison | ExactComparison | NumericComparison
) -> None:
    found = tokens_of(texts, comparison)
    start = 0
    for index, text in enumerate(texts):
        numbers = found.ids[start : start + found.counts[index]].tolist()
        start += len(numbers)
        if index in found.faults:
            with pytest.raises(ValueError, match=r"number|float|int|NaN"):
                tokenise(text, comparison)
        else:
            assert [found.vocabulary[number] for number in numbers] == tokenise(text, comparison)
    assert start == len(found.ids)


def test_long_grams_over_many_characters_exceed_64_bits_and_are_still_right() -> None:
    texts = ["".join(chr(0x4E00 + 37 * place) for place in range(40)), "abcdefghijklmnop"]
    comparison = NgramComparison(type="ngram", n=16)
    found = tokens_of(texts, comparison)
    spelled = [found.vocabulary[number] for number in found.ids.tolist()]
    assert spelled == tokenise(texts[0], comparison) + tokenise(texts[1], comparison)


def test_encoder_gives_the_same_bits_whatever_it_met_before() -> None:
    schema = load_schema(schema_of(feature("name", strategy={"bitsPerFeature": 33}), feature("city")))
    names = [f"name {number % 700} {number}" for number in range(3000)]
    cities = [f"city {number % 13}" for number in range(3000)]
    at_once = ClkEncoder(schema, b"s").encode([names, cities]).encodings
    encoder = ClkEncoder(schema, b"s")
    parts = [encoder.encode([names[start : start + 97], cities[start : start + 97]]) for start in range(0, 3000, 97)]
    np.testing.assert_array_equal(np.concatenate([part.encodings for part in parts]), at_once)


def test_encoder_forgets_what_does_not_fit_and_still_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = load_schema(schema_of(feature("name"), feature("code", comparison={"type": "exact"})))
    columns = [[f"n{number}" for number in range(500)], [f"c{number % 40}" for number in range(500)]]
    expected = ClkEncoder(schema, b"s").encode(columns).encodings
    monkeypatch.setattr("encoder.hashing._LARGEST_CACHE", 3)
    encoder = ClkEncoder(schema, b"s")
    parts = [encoder.encode([column[start : start + 50] for column in columns]) for start in range(0, 500, 50)]
    np.testing.assert_array_equal(np.concatenate([part.encodings for part in parts]), expected)


def test_what_is_hardened_needs_no_machine_code() -> None:
    """Numba takes long to load, and some systems forbid what it does."""
    code = """
import sys
from encoder import ClkEncoder
from linkage import load_schema
schema = load_schema("person")
assert ClkEncoder(schema, b"s").encode([["Ana"]] * len(schema.fields)).encodings.any()
print("numba" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_no_rows_give_no_encodings() -> None:
    schema = load_schema(load_schema("person").document() | {"hardening": []})
    encoded = ClkEncoder(schema, b"s").encode([[] for _ in schema.fields])
    assert (len(encoded.encodings), encoded.faults) == (0, [])


def test_fault_met_in_an_earlier_batch_is_reported_again() -> None:
    schema = load_schema(schema_of(feature("born", {"type": "date", "format": "%Y-%m-%d"})))
    encoder = ClkEncoder(schema, b"s")
    for _ in range(2):
        faults = encoder.encode([["2001-01-01", "2001-02-30"]]).faults
        assert [(fault.row, fault.rule) for fault in faults] == [(1, "must be a date written as %Y-%m-%d")]


@pytest.mark.parametrize("length", [8, 1024, 1 << 17])
def test_batches_shrink_as_filters_grow(length: int) -> None:
    schema = load_schema(schema_of(feature("name"), l=length))
    assert rows_per_batch(schema) * length <= 1 << 27
    assert rows_per_batch(schema) >= 1


def test_rows_may_be_any_iterable_and_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encoder.clk._BITS_PER_BATCH", 128 * 10)
    told: list[tuple[int, int | None]] = []
    rows = [[f"name {number}"] for number in range(25)]
    document = schema_of(feature("name"))
    lazily = encode_clks(iter(rows), document, "s", on_progress=lambda done, total: told.append((done, total)))
    assert told == [(10, None), (20, None), (25, None)]
    np.testing.assert_array_equal(lazily, encode_clks(rows, document, "s"))


def test_no_rows_give_no_encodings_of_the_right_width() -> None:
    assert encode_clks([], schema_of(feature("name"), l=1024), "s").shape == (0, 128)


VALUE = "Qxvalue"


@pytest.mark.parametrize(
    ("format_", "hashing", "rule"),
    [
        ({"type": "string", "case": "lower"}, {}, "must be written in lower case"),
        ({"type": "string", "case": "upper"}, {}, "must be written in upper case"),
        ({"type": "string", "minLength": 9}, {}, "must have at least 9 characters"),
        ({"type": "string", "maxLength": 3}, {}, "must have at most 3 characters"),
        ({"type": "string", "pattern": "[0-9]+"}, {}, "must match the pattern of the schema"),
        ({"type": "integer"}, {}, "must be a whole number"),
        ({"type": "integer", "minimum": 3}, {}, "must be a whole number"),
        ({"type": "date", "format": "%Y"}, {}, "must be a date written as %Y"),
        ({"type": "enum", "values": ["F", "M"]}, {}, "must be one of the values that the schema lists"),
        (
            {"type": "string"},
            {"comparison": {"type": "numeric", "thresholdDistance": 1, "resolution": 1}},
            "must be a number",
        ),
    ],
)
def test_errors_name_row_field_and_rule_but_never_the_value(format_: Document, hashing: Document, rule: str) -> None:
    with pytest.raises(RowError) as caught:
        encode_clks([["first", VALUE]], schema_of(feature("given"), feature("surname", format_, **hashing)), "s")
    assert caught.value.message == f"row 1, field 'surname': {rule}"
    assert (caught.value.row, caught.value.field, caught.value.rule) == (1, "surname", rule)
    assert VALUE not in str(caught.value)


@pytest.mark.parametrize(("value", "rule"), [("2", "must be at least 3"), ("8", "must be at most 7")])
def test_range_of_an_integer_is_told(value: str, rule: str) -> None:
    with pytest.raises(RowError, match=rule):
        encode_clks([[value]], schema_of(feature("n", {"type": "integer", "minimum": 3, "maximum": 7})), "s")


@pytest.mark.parametrize(("encoding", "value"), [("ascii", "é"), ("utf-8", "\ud800"), ("utf-16", "a\udfff")])
@pytest.mark.parametrize("validate", [True, False])
def test_characters_that_the_encoding_lacks_are_a_fault(encoding: str, value: str, *, validate: bool) -> None:
    document = schema_of(feature("name", {"type": "string", "encoding": encoding}))
    with pytest.raises(RowError, match=f"must have only characters that {encoding} can write"):
        encode_clks([["ok"], [value]], document, "s", validate=validate)


def test_sentinel_that_the_encoding_lacks_is_a_fault_where_it_is_hashed() -> None:
    missing = {"sentinel": "é"}
    document = schema_of(feature("name", {"type": "string", "encoding": "ascii"}, missingValue=missing))
    with pytest.raises(RowError, match="ascii"):
        encode_clks([["é"]], document, "s")


def test_first_fault_by_row_then_by_column_is_told() -> None:
    lower = {"type": "string", "case": "lower"}
    document = schema_of(feature("a", lower), feature("b", lower))
    with pytest.raises(RowError, match="row 2, field 'b'"):
        encode_clks([["a", "b"], ["a", "B"], ["A", "b"]], document, "s")


@pytest.mark.parametrize("cells", [["a"], ["a", "b", "c"]])
def test_row_of_the_wrong_width_is_told(cells: list[str]) -> None:
    with pytest.raises(RowError, match=f"row 2: has {len(cells)} cells where the schema has 2 fields"):
        encode_clks([["a", "b"], cells], schema_of(feature("a"), feature("b")), "s")


def test_years_before_1000_are_hashed_as_glibc_writes_them_on_every_system() -> None:
    date = feature("born", {"type": "date", "format": "%Y-%m-%d"})
    text = feature("born")
    np.testing.assert_array_equal(
        encode_clks([["0999-01-02"]], schema_of(date), "s"), encode_clks([["9990102"]], schema_of(text), "s")
    )


@given(data=st.data(), folds=st.integers(0, 3), folded_bits=st.integers(1, 40))
def test_fold_is_xor_of_the_parts(data: st.DataObject, folds: int, folded_bits: int) -> None:
    bits = folded_bits << folds
    record = np.array(data.draw(st.lists(st.integers(0, 1), min_size=bits, max_size=bits)), dtype=np.uint8)
    expected = record
    for _ in range(folds):
        expected = expected[: len(expected) // 2] ^ expected[len(expected) // 2 :]
    folded = fold(np.packbits(record)[None, :], bits, folds)
    np.testing.assert_array_equal(folded[0], np.packbits(expected))


def test_unknown_engine_is_told() -> None:
    with pytest.raises(InputError, match="engine must be one of native, clkhash"):
        make_engine("fast", load_schema(schema_of(feature("name"))), b"s")
