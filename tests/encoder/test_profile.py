"""Column profiles: read strictly, applied to a header, those that come with Counterfoil."""

import json
from pathlib import Path
from typing import Any

import pytest

from encoder.errors import TableError
from encoder.profile import SOURCE_COLUMNS, ColumnProfile, exact_profile, joined
from encoder.standardise.dates import PartialDate, read_date
from linkage.errors import FileError

TABLE = Path("people.csv")
FOLDER = Path(__file__).parents[2] / "configs" / "columns"
DOCUMENT: dict[str, Any] = {
    "format": "counterfoil-columns/1",
    "record_id": "№",
    "columns": {"full_name": "ФИО", "date_of_birth": "Дата", "document_number": "Паспорт"},
    "optional": ["document_number"],
    "dates": {"date_of_birth": {"order": "day-first", "calendar": "gregorian"}},
    "digits": {"document_number": 9},
    "file": {"code_page": "cp1251", "delimiter": ";"},
}


def write(folder: Path, document: Any) -> Path:
    path = folder / "profile.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_profile_is_written_as_it_is_read(tmp_path: Path) -> None:
    profile = ColumnProfile.read(write(tmp_path, DOCUMENT))
    profile.write(tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_bytes()) == DOCUMENT
    assert ColumnProfile.read(tmp_path / "again.json") == profile
    with pytest.raises(FileError, match="exists"):
        profile.write(tmp_path / "again.json")


def test_former_mapping_files_are_profiles(tmp_path: Path) -> None:
    old = {"format": "counterfoil-columns/1", "columns": {"name": "Nom"}}
    assert ColumnProfile.read(write(tmp_path, old)).columns == {"name": "Nom"}


def test_profile_without_a_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="format is missing"):
        ColumnProfile.read(write(tmp_path, {"columns": {}}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colums": {}}, "colums is not a known key"),
        ({"columns": {"full_name": ""}}, "full_name"),
        ({"optional": ["sex"]}, "optional: no column is given for the field 'sex'"),
        ({"dates": {"sex": {}}}, "dates: no column"),
        ({"dates": {"date_of_birth": {"order": "dmy"}}}, "order"),
        ({"dates": {"date_of_birth": {"calendar": "mayan"}}}, "calendar"),
        ({"digits": {"document_number": 0}}, "digits"),
        ({"file": {"code_page": "klingon"}}, "must name a text encoding"),
        ({"file": {"code_page": "base64"}}, "must name a text encoding"),
        ({"file": {"delimiter": "ab"}}, "must be one character"),
        ({"format": "counterfoil-columns/2"}, "format"),
        ({"columns": {"aliases": ["a", 5]}}, "columns.aliases: must be the name of a column, or a list of such names"),
        ({"columns": {"aliases": []}}, "columns.aliases: must name a column"),
        ({"columns": {"aliases": ["a", "b", "a"]}}, "columns.aliases: names a column twice"),
        ({"columns": {"aliases": "a" * 1001}}, "too long a name"),
        ({"columns": {"date_of_birth": list("abcd")}}, "columns.date_of_birth: .* three columns at most"),
    ],
)
def test_profile_that_is_not_valid_is_refused_by_its_key(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        ColumnProfile.read(write(tmp_path, {**DOCUMENT, **change}))
    assert caught.value.code == "table.mapping"


def test_columns_are_found_in_the_spelling_of_the_header() -> None:
    profile = ColumnProfile.model_validate(DOCUMENT)
    found = profile.apply(TABLE, ["№", " фио ", "Дата", "x"])
    assert found == {"record_id": ("№",), "full_name": (" фио ",), "date_of_birth": ("Дата",)}


def test_a_column_that_is_not_optional_must_be_there_once() -> None:
    profile = ColumnProfile.model_validate(DOCUMENT)
    with pytest.raises(TableError, match="no column 'Дата', which") as caught:
        profile.apply(TABLE, ["№", "ФИО"])
    assert caught.value.code == "table.columns"
    with pytest.raises(TableError, match="'ФИО' occurs 2 times"):
        profile.apply(TABLE, ["№", "ФИО", "ФИО", "Дата"])


def test_a_field_may_be_of_several_columns(tmp_path: Path) -> None:
    columns = {"aliases": ["Alias 1", "Alias 2"], "date_of_birth": ["year", "month", "day"], "full_name": "name"}
    profile = ColumnProfile.read(write(tmp_path, {"format": "counterfoil-columns/1", "columns": columns}))
    header = ["name", "day", "month", "Year", "alias 1", "alias 2"]
    assert profile.apply(TABLE, header)["date_of_birth"] == ("Year", "month", "day")
    with pytest.raises(TableError, match="no column 'Alias 2', which"):
        profile.apply(TABLE, header[:-1])


@pytest.mark.parametrize(
    ("field", "cells", "value"),
    [
        ("aliases", ["Kid", "unknown", "Masha"], "Kid; Masha"),
        ("date_of_birth", ["1980", "5", "17"], "1980-5-17"),
        ("date_of_birth", ["1980", "", ""], "1980"),
        ("date_of_birth", ["", "", ""], ""),
        ("date_of_birth", ["34", "2019-05-01"], "aged 34 on 2019-05-01"),
        ("date_of_birth", ["1985", "34", "01/05/2019"], "1985"),
        ("date_of_birth", ["", "34", "01/05/2019"], "aged 34 on 01/05/2019"),
        ("date_of_birth", ["unknown", "unknown", "01/05/2019"], ""),
        ("date_of_birth", ["1990.0", "5.0", "17.0"], "1990-5-17"),
        ("date_of_birth", ["1990", "5", "17.05.1990"], "17.05.1990"),
        ("date_of_birth", ["1990", "May", "17.05.1990"], "17.05.1990"),
        ("date_of_birth", ["17/05/1990", "5", "1990"], "17/05/1990"),
        ("date_of_birth", ["", "05", "17"], ""),
        ("date_of_birth", ["17", "05", ""], ""),
        ("date_of_birth", ["1990", "", "5"], "1990-00-5"),
        ("date_of_birth", ["1990", "5", ""], "1990-5-00"),
        ("date_of_birth", ["", "5", "1990"], "00-5-1990"),
        ("date_of_birth", ["", "", "1990"], "1990"),
        ("date_of_birth", ["85", "5", "17"], "85-5-17"),
        ("date_of_birth", ["1990", "5"], "1990-5"),
        ("date_of_birth", ["1990-05-17", "34", ""], "1990-05-17"),
        ("date_of_birth", ["1990-05-17", "34", "2024-06-01"], "1990-05-17"),
        ("date_of_birth", ["", "34", ""], ""),
        ("date_of_birth", ["34", ""], ""),
        ("date_of_birth", ["1990-05-17", "1991-05-17"], "1990-05-17"),
        ("date_of_birth", ["", "", "1991-05-17"], ""),
        ("mrz", ["I<UTO", "", "ANNA"], "I<UTO\nANNA"),
        ("full_name", ["Ana", "not recorded"], "Ana"),
        ("full_name", ["not recorded"], "not recorded"),
    ],
)
def test_cells_of_several_columns_are_joined(field: str, cells: list[str], value: str) -> None:
    assert list(joined(field, [[cell] for cell in cells])) == [value]


def test_lost_leading_zeros_come_back_to_numbers_only() -> None:
    profile = ColumnProfile.model_validate(DOCUMENT)
    assert profile.mended("document_number", ["12345", "A12", "", "123456789"]) == ["000012345", "A12", "", "123456789"]
    assert profile.mended("full_name", ["12"]) == ["12"]


def test_exact_names_make_a_profile() -> None:
    profile = exact_profile(["Record_ID", "full_name ", "shoe size"])
    assert profile.record_id == "Record_ID"
    assert profile.columns == {"full_name": "full_name "}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_built_in_profile_is_valid_and_speaks_of_source_columns(path: Path) -> None:
    profile = ColumnProfile.read(path)
    assert set(profile.columns) <= set(SOURCE_COLUMNS)
    assert profile.description


def test_there_are_profiles_for_the_known_layouts() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} >= {"febrl", "htcds2", "multiscript"}


@pytest.mark.parametrize(
    ("cells", "iso"), [(["1990", "", "5"], "1990"), (["1990", "5", ""], "1990-05"), (["", "5", "1990"], "1990-05")]
)
def test_date_of_which_a_part_is_missing_is_read_as_far_as_it_is_known(cells: list[str], iso: str) -> None:
    (text,) = joined("date_of_birth", [[cell] for cell in cells])
    date = read_date(text)
    assert isinstance(date, PartialDate)
    assert date.iso == iso
