"""Reading schemas: our own format, clkhash's three, and what is wrong with the others."""

import copy
import json
from pathlib import Path
from typing import Any

import clkhash.schema
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from linkage.errors import CounterfoilError, FileError, SchemaError
from linkage.schema import Schema, builtin_schemas, load_schema
from linkage.schema.clkhash_documents import from_clkhash, to_clkhash
from tests.strategies import schemas_and_rows

Document = dict[str, Any]
ROOT = Path(__file__).parents[3]

OURS: Document = {
    "version": "counterfoil/1",
    "name": "trial",
    "clkConfig": {"l": 1024, "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "c2FsdA==", "keySize": 64}},
    "features": [
        {"identifier": "id", "ignored": True},
        {
            "identifier": "surname",
            "format": {"type": "string", "encoding": "utf-8", "case": "lower", "maxLength": 40},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 100}},
        },
        {
            "identifier": "born",
            "format": {"type": "date", "format": "%Y-%m-%d"},
            "hashing": {
                "comparison": {"type": "ngram", "n": 1, "positional": True},
                "strategy": {"bitsPerToken": 20},
                "missingValue": {"sentinel": "", "replaceWith": ""},
            },
        },
    ],
}
V1: Document = {
    "version": 1,
    "clkConfig": {
        "l": 1024,
        "k": 20,
        "hash": {"type": "doubleHash", "prevent_singularity": False},
        "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "c2FsdA==", "info": "c2FsdA==", "keySize": 64},
    },
    "features": [
        {
            "identifier": "surname",
            "format": {"type": "string", "encoding": "utf-8", "case": "mixed"},
            "hashing": {"ngram": 2, "positional": True, "weight": 0.5},
        },
        {
            "identifier": "nothing",
            "format": {"type": "string", "encoding": "utf-8"},
            "hashing": {"ngram": 2, "weight": 0},
        },
        {
            "identifier": "age",
            "format": {"type": "integer", "minimum": 0, "maximum": 120},
            "hashing": {"ngram": 1, "missingValue": {"sentinel": "", "replaceWith": "7"}},
        },
    ],
}
V2: Document = {
    "version": 2,
    "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}},
    "features": [
        {
            "identifier": "surname",
            "format": {"type": "string", "pattern": "[a-z]+"},
            "hashing": {"ngram": 3, "strategy": {"k": 15}},
        },
        {
            "identifier": "state",
            "format": {"type": "enum", "values": ["a", "b"]},
            "hashing": {"ngram": 1, "strategy": {"numBits": 60}, "hash": {"type": "blakeHash"}},
        },
    ],
}


def changed(document: Document, place: str, value: object) -> Document:
    """Return a copy with `value` at a place like features.1.hashing; Ellipsis removes it."""
    result = copy.deepcopy(document)
    part: Any = result
    *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return result


def refusal(document: object) -> str:
    with pytest.raises(SchemaError) as caught:
        load_schema(document)  # type: ignore[arg-type]  # what is no schema at all is tried too
    return caught.value.message


def test_schema_is_read_from_data_a_file_a_name_and_itself(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    path.write_text(json.dumps(OURS))
    schema = load_schema(OURS)
    assert schema.identifiers == ("id", "surname", "born")
    assert [field.identifier for field in schema.used_fields] == ["surname", "born"]
    assert load_schema(path) == load_schema(str(path)) == load_schema(schema) == schema


def test_every_built_in_schema_is_valid_and_found_by_name() -> None:
    assert "febrl4" in builtin_schemas()
    for name in builtin_schemas():
        assert load_schema(name).digest == load_schema(ROOT / "configs" / "schemas" / f"{name}.json").digest


def test_file_in_the_folder_goes_before_a_built_in_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "febrl4").write_text(json.dumps(OURS))
    monkeypatch.chdir(tmp_path)
    assert load_schema("febrl4").name == "trial"


def test_schema_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        load_schema(tmp_path / "none.json")
    with pytest.raises(FileError):
        load_schema("no-such-schema")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "the top level must be an object"),
        (b"{}", "version must be"),
        (b'{"version": 1, "version": 2}', "occurs twice"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_file_that_is_no_schema_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=message) as caught:
        load_schema(path)
    assert str(path) in caught.value.message


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("version", 4, "version must be"),
        ("version", "3", "version must be"),
        ("version", True, "version must be"),
        ("version", ..., "version must be"),
        ("more", 1, "more is not a known key"),
        ("fields", [], "fields is not a known key"),
        ("features", [], "features"),
        ("features", ..., "features is missing"),
        ("clkConfig.l", ..., "clkConfig.l is missing"),
        ("clkConfig.l", 0, "clkConfig.l"),
        ("clkConfig.l", "1024", "clkConfig.l"),
        ("clkConfig.l", 1024.0, "clkConfig.l"),
        ("clkConfig.l", 1000, "field 'surname': blakeHash needs a filter length that is a power of two"),
        ("clkConfig.l", 2**21, "clkConfig.l"),
        ("clkConfig.xorFolds", 11, "before folding"),
        ("clkConfig.bits", 5, "clkConfig.bits is not a known key"),
        ("clkConfig.kdf.type", "legacy", "clkConfig.kdf.type"),
        ("clkConfig.kdf.hash", "MD5", "clkConfig.kdf.hash"),
        ("clkConfig.kdf.salt", "?", "salt must be base64"),
        ("clkConfig.kdf.keySize", 65, "field 'surname': blakeHash needs a keySize of at most 64"),
        ("clkConfig.kdf.key_size", 64, "key_size is not a known key"),
        ("features.0.format", {"type": "string"}, "field 'id': an ignored field has neither"),
        ("features.1.identifier", ..., "features[1]: identifier is missing"),
        ("features.1.identifier", 7, "features[1]: identifier"),
        ("features.1.format", ..., "field 'surname': needs format and hashing"),
        ("features.1.hashing", ..., "field 'surname': needs format and hashing"),
        ("features.1.format.type", "text", "field 'surname': format: 'type' must be one of"),
        ("features.1.format.type", ..., "field 'surname': format: 'type' is missing"),
        ("features.1.format.case", "Title", "field 'surname': format.case"),
        ("features.1.format.minLength", -1, "field 'surname': format.minLength"),
        ("features.1.format.pattern", "x", "field 'surname': format: pattern cannot stand beside"),
        ("features.1.format", {"type": "string", "pattern": "("}, "field 'surname': format: pattern is not a valid"),
        ("features.1.hashing.comparison.n", 0, "field 'surname': hashing.comparison.n"),
        (
            "features.1.hashing.comparison",
            {"type": "numeric", "thresholdDistance": 0, "resolution": 1},
            "thresholdDistance",
        ),
        ("features.1.hashing.comparison", {"type": "numeric", "thresholdDistance": 0.1, "resolution": 1}, "too small"),
        ("features.1.hashing.strategy", {}, "field 'surname': hashing.strategy: needs exactly one of"),
        (
            "features.1.hashing.strategy",
            {"bitsPerToken": 1, "bitsPerFeature": 1},
            "field 'surname': hashing.strategy: needs exactly one of",
        ),
        ("features.1.hashing.strategy.bitsPerFeature", 0, "field 'surname': hashing.strategy.bitsPerFeature"),
        ("features.1.hashing.hash", {"type": "doubleHash"}, None),
        ("features.1.hashing.hash", {"type": "blakeHash", "prevent_singularity": True}, "prevent_singularity"),
        ("features.1.hashing.missingValue", {}, "field 'surname': hashing.missingValue.sentinel is missing"),
        ("features.2.format.format", ..., "field 'born': format.format is missing"),
    ],
)
def test_error_names_the_field_and_the_rule(place: str, value: object, message: str | None) -> None:
    document = changed(OURS, place, value)
    if message is None:
        load_schema(document)
    else:
        assert message in refusal(document)


def test_names_of_our_attributes_are_no_keys_of_the_file() -> None:
    document = changed(OURS, "features", ...) | {"fields": OURS["features"]}
    assert "fields is not a known key" in refusal(document) or "features is missing" in refusal(document)


def test_too_many_fields_for_the_keys_are_refused_with_a_way_out() -> None:
    document = changed(OURS, "features", [OURS["features"][0]] * 62 + [OURS["features"][1]])
    assert len(load_schema(document).fields) == 63
    document["features"].append(OURS["features"][0])
    assert "use SHA512 or a smaller keySize" in refusal(document)


@pytest.mark.parametrize("document", [V1, V2])
def test_old_versions_are_converted_as_clkhash_does(document: Document) -> None:
    latest = clkhash.schema.convert_to_latest_version(copy.deepcopy(document))
    assert latest["version"] == 3
    assert load_schema(document) == load_schema(latest)


def test_version_1_weighs_the_bits_and_ignores_what_weighs_nothing() -> None:
    schema = load_schema(V1)
    first, second, third = schema.fields
    assert first.hashing is not None
    assert third.hashing is not None
    assert first.hashing.strategy.bits_per_token == 10
    assert first.hashing.comparison.model_dump() == {"type": "ngram", "n": 2, "positional": True}
    assert first.hashing.hash.type == "doubleHash"
    assert second.ignored
    assert third.hashing.strategy.bits_per_token == 20
    assert third.hashing.missing_value is not None
    assert third.hashing.missing_value.replace_with == "7"


@pytest.mark.parametrize(("weight", "bits"), [(0.125, 2), (0.175, 4), (1.5, 30), (1, 20)])
def test_weighted_bits_are_rounded_to_even_as_python_does(weight: float, bits: int) -> None:
    hashing = load_schema(changed(V1, "features.0.hashing.weight", weight)).fields[0].hashing
    assert hashing is not None
    assert hashing.strategy.bits_per_token == bits


def test_version_2_renames_the_strategies() -> None:
    first, second = (field.hashing for field in load_schema(V2).fields)
    assert first is not None
    assert second is not None
    assert first.strategy.bits_per_token == 15
    assert second.strategy.bits_per_feature == 60


def test_both_spellings_of_folding_fold() -> None:
    for name in ("xor_folds", "xorFolds"):
        assert load_schema(changed(V2, f"clkConfig.{name}", 2)).filter_bits == 4096
    both = changed(changed(V2, "clkConfig.xor_folds", 1), "clkConfig.xorFolds", 2)
    assert "xor_folds and xorFolds differ" in refusal(both)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (V1 | {"clkConfig": 1}, "clkConfig must be an object"),
        (V1 | {"features": {}}, "features must be a list"),
        (V1 | {"features": [1]}, "features[0] must be an object"),
        (changed(V1, "clkConfig.k", ...), "clkConfig.k must be a whole number"),
        (changed(V1, "features.0.hashing.weight", "1"), "field 'surname': weight must be a number"),
        (changed(V1, "features.0.hashing.weight", -1), "field 'surname': weight must be a number"),
        (changed(V2, "features.0.hashing.strategy", ...), "field 'surname': hashing.strategy must be an object"),
        (changed(V2, "features.0.hashing.strategy.k", 1.5), "field 'surname': bitsPerToken must be a whole number"),
        (changed(V2, "clkConfig.kdf.salt", "A"), "clkConfig.kdf.salt must be base64"),
    ],
)
def test_faults_of_clkhash_documents_are_named(document: Document, message: str) -> None:
    assert message in refusal(document)


@settings(max_examples=40, deadline=None)
@given(schemas_and_rows())
def test_document_of_clkhash_goes_to_ours_and_back(case: tuple[Document, object]) -> None:
    try:
        schema = load_schema(case[0])
    except SchemaError:
        reject()
    assert load_schema(schema.document()) == schema
    assert load_schema(to_clkhash(schema.document())) == schema
    assert load_schema(schema.document()).digest == schema.digest


def test_conversion_does_not_touch_what_it_was_given() -> None:
    for document in (V1, V2):
        before = copy.deepcopy(document)
        from_clkhash(document)
        assert document == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("HKDF") | st.just("ngram"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "version",
                        "clkConfig",
                        "features",
                        "l",
                        "k",
                        "kdf",
                        "type",
                        "hash",
                        "salt",
                        "xor_folds",
                        "identifier",
                    ),
                    *(
                        "format",
                        "hashing",
                        "comparison",
                        "strategy",
                        "weight",
                        "ignored",
                        "values",
                        "pattern",
                        "sentinel",
                    ),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from([1, 2, 3, "counterfoil/1"]), JSON, JSON)
def test_any_json_is_a_schema_or_an_error_of_ours(version: object, config: object, features: object) -> None:
    with pytest.raises(CounterfoilError) as caught:
        load_schema({"version": version, "clkConfig": config, "features": features})
    assert caught.value.code == "schema"


@settings(max_examples=200)
@given(st.sampled_from([OURS, V1, V2]), st.data())
def test_any_change_of_a_schema_gives_a_schema_or_an_error_of_ours(document: Document, data: st.DataObject) -> None:
    result = copy.deepcopy(document)
    part: Any = result
    while True:
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[key], dict | list) or not part[key] or data.draw(st.integers(0, 3)) == 0:
            break
        part = part[key]
    part[key] = data.draw(JSON)
    try:
        schema = load_schema(result)
    except CounterfoilError as error:
        assert error.code == "schema"  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(schema, Schema)
        assert schema.digest.startswith("sha256:")
