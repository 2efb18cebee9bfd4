"""Each rule of reading names, on spellings that a reader of the language can judge (tests/vectors/names.json)."""

import json
from pathlib import Path
from typing import Any

import pytest

from encoder.standardise.names import NameToken, read_name, skeleton, told

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "names.json").read_text(encoding="utf-8"))


def all_keys(token: NameToken, kind: str) -> tuple[str, ...]:
    return {"folded": token.spellings, "skeleton": token.skeletons, "phonetic": token.phonetics}[kind]


def keys(token: NameToken, kind: str) -> str:
    return all_keys(token, kind)[0]


@pytest.mark.parametrize("vector", VECTORS["meet"], ids=lambda vector: f"{vector['language']}: {vector['rule']}")
def test_spellings_of_one_name_meet(vector: dict[str, Any]) -> None:
    kind = vector["meet_in"]
    first, *others = (read_name(name).tokens for name in vector["names"])
    assert first
    for other in others:
        if kind == "class":
            assert len(other) == len(first)
            assert all(set(a.classes) & set(b.classes) for a, b in zip(first, other, strict=True))
        else:
            assert sorted(keys(token, kind) for token in other) == sorted(keys(token, kind) for token in first)


@pytest.mark.parametrize("vector", VECTORS["differ"], ids=lambda vector: " / ".join(vector["names"]))
def test_different_names_stay_apart(vector: dict[str, Any]) -> None:
    first, second = (read_name(name).tokens for name in vector["names"])
    assert [token.folded for token in first] != [token.folded for token in second]


@pytest.mark.parametrize("vector", VECTORS["read"], ids=lambda vector: f"{vector['rule']}: {vector['text']}")
def test_name_is_read_as_its_tokens(vector: dict[str, Any]) -> None:
    assert [token.folded for token in read_name(vector["text"]).tokens] == vector["folded"]


@pytest.mark.parametrize("vector", VECTORS["elsewhere"], ids=lambda vector: f"{vector['rule']}: {vector['name']}")
def test_chinese_given_names_have_their_readings_elsewhere(vector: dict[str, Any]) -> None:
    tokens = read_name(vector["name"]).tokens
    korean = {reading for token in tokens for reading in token.readings.spelled}
    cantonese = {skeleton(reading) for token in tokens for reading in token.readings.sounded}
    assert korean == set() or vector["korean"]
    assert korean <= {token.folded for token in read_name(vector["korean"]).tokens}
    if vector["korean"]:
        assert korean
    if vector["cantonese"]:
        assert cantonese <= {token.skeletons[0] for token in read_name(vector["cantonese"]).tokens}
        assert cantonese


@pytest.mark.parametrize("vector", VECTORS["told"], ids=lambda vector: f"{vector['nationality']}: {vector['name']}")
def test_name_is_read_as_the_nationality_says(vector: dict[str, Any]) -> None:
    kind = vector.get("meet_in", "folded")
    (name,) = told([vector["name"]], [vector["nationality"]])
    found = [{*all_keys(token, kind)} for token in read_name(name).tokens]
    for other in vector["meets"]:
        others = [{*all_keys(token, kind)} for token in read_name(other).tokens]
        assert len(found) == len(others)
        assert all(any(one & token for one in found) for token in others), other


def test_vectors_cover_the_scripts_that_the_schema_promises() -> None:
    scripts = {
        token.script for vector in VECTORS["meet"] for name in vector["names"] for token in read_name(name).tokens
    }
    assert scripts >= {
        "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN", "DEVANAGARI", "BENGALI", "GURMUKHI",
        "GUJARATI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "THAI", "KHMER", "ETHIOPIC", "HAN", "KANA",
        "HANGUL",
    }  # fmt: skip
