"""The published JSON Schemas: current, and no stricter than what we accept."""

import json
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, reject, settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types; comes with clkhash

from linkage.errors import SchemaError
from linkage.json_schema import linkage_schema_format, manifest_format
from linkage.schema import builtin_schemas, load_schema
from tests.linkage import making
from tests.linkage.schema.test_load import OURS, changed
from tests.strategies import schemas_and_rows

ROOT = Path(__file__).parents[2]
LINKAGE_SCHEMA = Draft202012Validator(linkage_schema_format())
MANIFEST = Draft202012Validator(manifest_format())


def script() -> ModuleType:
    spec = util.spec_from_file_location("publish_json_schema", ROOT / "scripts" / "publish_json_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_published_files_are_those_that_the_script_writes() -> None:
    folder = ROOT / "configs" / "json-schema"
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert found == script().published()


def test_published_documents_are_json_schemas() -> None:
    for document in (linkage_schema_format(), manifest_format()):
        Draft202012Validator.check_schema(document)
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_built_in_schemas_and_manifests_fit() -> None:
    for name in builtin_schemas():
        LINKAGE_SCHEMA.validate(load_schema(name).document())
        LINKAGE_SCHEMA.validate(json.loads((ROOT / "configs" / "schemas" / f"{name}.json").read_bytes()))
    MANIFEST.validate(making.manifest(b"").document())


@settings(max_examples=40, deadline=None)
@given(schemas_and_rows())
def test_every_schema_we_accept_fits(case: tuple[dict[str, Any], object]) -> None:
    try:
        schema = load_schema(case[0])
    except SchemaError:
        reject()
    LINKAGE_SCHEMA.validate(schema.document())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("version", "counterfoil/2"),
        ("more", 1),
        ("clkConfig.l", 0),
        ("clkConfig.bits", 8),
        ("features", []),
        ("features.1.format.type", "text"),
        ("features.1.format.encoding", "latin-1"),
        ("features.1.hashing.comparison.n", 0),
    ],
)
def test_faults_do_not_fit(place: str, value: object) -> None:
    assert LINKAGE_SCHEMA.is_valid(OURS)
    assert not LINKAGE_SCHEMA.is_valid(changed(OURS, place, value))


@pytest.mark.parametrize(("percent", "fits"), [({"40": ["a"]}, True), ({"040": ["a"]}, False), ({}, False)])
def test_frequency_weights_fit_where_we_accept_them(percent: dict[str, list[str]], *, fits: bool) -> None:
    document = load_schema("febrl4").document()
    document["features"][0]["hashing"]["strategy"]["frequencyWeights"] = {"source": "a census", "percent": percent}
    assert LINKAGE_SCHEMA.is_valid(document) == fits
