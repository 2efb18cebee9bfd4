"""Columns: by name, by mapping file, and what is said when they are not there."""

import json
from pathlib import Path
from typing import Any

import pytest

from encoder.columns import find_columns, read_profile, wanted_columns
from encoder.errors import TableError
from encoder.profile import ColumnProfile
from encoder.table.batch import Batch
from linkage import load_schema
from tests.encoder.making import DOCUMENT, SCHEMA, feature

TABLE = Path("people.csv")


def schema_with(*identifiers: str) -> Any:
    return load_schema({**DOCUMENT, "features": [feature(identifier) for identifier in identifiers]})


def test_fields_find_the_columns_of_their_names_and_ignored_fields_need_none() -> None:
    columns = find_columns(TABLE, ["born", "shoe size", "id", "name"], SCHEMA, None, "id")
    assert columns.places == (2, 3, 0)
    assert columns.fields == ("name", None, "born")
    assert columns.record_id == 0
    assert columns.dropped == ("shoe size", "id")
    batch = Batch(1, (["7"], ["Anna"], ["1980-02-03"]), 1.0)
    assert columns.of_fields(columns.of_batch(batch), 1) == [["Anna"], [""], ["1980-02-03"]]


def test_case_counts_only_where_it_must() -> None:
    assert find_columns(TABLE, ["NAME", "Born"], SCHEMA, None, None).places == (0, 1)
    assert find_columns(TABLE, ["NAME", "name", "born"], SCHEMA, None, None).places == (1, 2)
    assert find_columns(TABLE, ["Name", "name"], schema_with("name", "Name"), None, None).places == (1, 0)
    with pytest.raises(TableError, match="no column 'Name'"):
        find_columns(TABLE, ["name", "x"], schema_with("name", "Name"), None, None)


def test_one_column_may_be_two_fields_and_the_reference_too() -> None:
    profile = ColumnProfile(columns={"a": "x", "b": "x"})
    columns = find_columns(TABLE, ["id", "x"], schema_with("a", "b", "id"), profile, "id")
    assert columns.places == (0, 1)
    assert [columns.sources[column].whole for column in ("a", "b", "id")] == [(1,), (1,), (0,)]
    assert columns.record_id == 0
    assert columns.dropped == ()


def test_missing_columns_are_listed_with_those_there_are() -> None:
    with pytest.raises(TableError, match=r"no column 'id', 'born'; its columns are 'name', ' born'") as caught:
        find_columns(TABLE, ["name", " born"], SCHEMA, None, "id")
    assert caught.value.code == "table.columns"
    assert "--columns" in caught.value.hint


def test_first_row_that_may_be_a_record_is_not_quoted() -> None:
    with pytest.raises(
        TableError, match=r"none of the columns 'name', 'born' is in the first row, which has 2"
    ) as caught:
        find_columns(TABLE, ["Anna", "1980-02-03"], SCHEMA, None, None)
    assert "Anna" not in str(caught.value)


@pytest.mark.parametrize("header", [["name", "name", "born"], ["NAME", "Name", "born"]])
def test_column_that_occurs_twice_is_refused_when_used(header: list[str]) -> None:
    with pytest.raises(TableError, match="the column 'name' occurs 2 times"):
        find_columns(TABLE, header, SCHEMA, None, None)
    assert find_columns(TABLE, ["name", "x", "x", "", "", "born"], SCHEMA, None, None).places == (0, 5)


def test_schema_that_uses_nothing_is_refused() -> None:
    nothing = load_schema({**DOCUMENT, "features": [{"identifier": "note", "ignored": True}]})
    with pytest.raises(TableError, match="ignores all its fields"):
        find_columns(TABLE, ["note"], nothing, None, None)


def test_mapping_says_which_column_is_which_field(tmp_path: Path) -> None:
    path = tmp_path / "columns.json"
    path.write_text(json.dumps({"format": "counterfoil-columns/1", "columns": {"name": "Nachname"}}), encoding="utf-8")
    mapping = read_profile(path, SCHEMA)
    assert wanted_columns(SCHEMA, mapping, "id") == ["id", "Nachname", "born"]
    assert find_columns(TABLE, ["Nachname", "born", "name"], SCHEMA, mapping, None).places == (0, 1)
    assert find_columns(TABLE, ["Nachname", "born", "name"], SCHEMA, mapping, None).dropped == ("name",)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"columns": {"name": "x"}}, "format is missing"),
        ({"format": "counterfoil-columns/2", "columns": {}}, "format"),
        ({"format": "counterfoil-columns/1", "columns": {"name": 5}}, r"columns\.name"),
        ({"format": "counterfoil-columns/1", "columns": {}, "more": 1}, "more is not a known key"),
        ({"format": "counterfoil-columns/1", "columns": {"nme": "x"}}, "the schema uses no field 'nme'"),
        ({"format": "counterfoil-columns/1", "columns": {"note": "x"}}, "the schema uses no field 'note'"),
        ([], "valid"),
    ],
)
def test_mapping_that_is_not_valid_is_refused(tmp_path: Path, document: Any, problem: str) -> None:
    path = tmp_path / "columns.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(TableError, match=problem):
        read_profile(path, SCHEMA)


def test_mapping_that_is_not_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "columns.json"
    path.write_text('{"format": "counterfoil-columns/1", "format": 1}', encoding="utf-8")
    with pytest.raises(TableError, match="a key occurs twice"):
        read_profile(path, SCHEMA)


def read_with(profile: ColumnProfile, header: list[str], *cells: str) -> dict[str, str]:
    columns = find_columns(TABLE, header, load_schema("person"), profile, None)
    batch = Batch(1, tuple([cells[place]] for place in columns.places), 1.0)
    return {column: values[0] for column, values in columns.of_batch(batch).items()}


def test_kind_and_country_of_a_document_go_with_its_number() -> None:
    header = ["document_number", "doc_kind", "document_country"]
    profile = ColumnProfile(columns={"document_number": "document_number", "document_type": "doc_kind"})
    assert read_with(profile, header, "C01", "Passport", "DE")["document_number"] == "Passport; DE; C01"
    assert read_with(profile, header, "C01", "", "DE")["document_number"] == "; DE; C01"
    assert read_with(profile, header, "C01", "", "")["document_number"] == "C01"
    assert read_with(profile, header, "", "Passport", "DE")["document_number"] == ""


def test_zone_tells_kind_and_country_of_its_document() -> None:
    zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    read = read_with(ColumnProfile(columns={"mrz": "zone"}), ["zone"], zone)
    assert read["document_number"] == "P; UTO; L898902C3"


def test_other_names_in_the_cell_of_a_name_are_aliases() -> None:
    profile = ColumnProfile(columns={"full_name": "name", "aliases": ("alias 1", "alias 2")})
    read = read_with(profile, ["name", "alias 1", "alias 2"], "Ana a.k.a. Rosa", "Lola", "unknown")
    assert (read["full_name"], read["aliases"]) == ("Ana", "Lola; Rosa")


def test_document_number_of_another_format_stays_as_it_is() -> None:
    profile = ColumnProfile(columns={"document_type": "document_type"})
    columns = find_columns(TABLE, ["document_number", "document_type"], schema_with("document_number"), profile, None)
    assert columns.dropped == ("document_type",)


def test_part_of_a_name_that_says_nothing_is_left_out() -> None:
    profile = ColumnProfile(columns={"given_names": "first", "family_name": "last", "full_name": "name"})
    header = ["name", "first", "last"]
    assert read_with(profile, header, "not recorded", "Ana", "Ruiz")["full_name"] == "Ana Ruiz"
    assert read_with(profile, header, "", "not recorded", "Ruiz")["full_name"] == "Ruiz"


@pytest.mark.parametrize(
    ("given", "family", "whole"),
    [
        ("Chi Man", "Poon", "Poon Chi Man"),  # not a name with the surname Chi
        ("MIN JUN", "KIM", "KIM MIN JUN"),
        ("Andy Chi On", "Hui", "Andy Hui Chi On"),
        ("小明", "王", "小明 王"),
        ("Najib", "Ullah", "Najib Ullah"),  # which is one name
        ("Maria Jose", "Garcia", "Maria Jose Garcia"),
    ],
)
def test_family_name_of_east_asia_goes_before_the_syllables_of_a_given_name(
    given: str, family: str, whole: str
) -> None:
    profile = ColumnProfile(columns={"given_names": "first", "family_name": "last"})
    assert read_with(profile, ["first", "last"], given, family)["full_name"] == whole
