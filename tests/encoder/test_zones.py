"""Machine readable zones as a column of a table: they stand in for the empty cells of their row."""

import json
from pathlib import Path

import numpy as np
import pytest

from encoder import ClkEncoder
from encoder.columns import column_facts, find_columns, read_profile
from encoder.encode_run import encode_table
from encoder.errors import RowError, TableError
from encoder.preview_rows import stray_among_records, stray_rows
from encoder.table import open_table
from encoder.zones import filled
from linkage import load_schema
from linkage.package import open_package
from tests.encoder.making import SECRET, order, write_csv

PERSON = load_schema("person")
PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
BIRTH_MISREAD = PASSPORT.replace("7408122F", "7408132F")
SAID = {
    "full_name": "ERIKSSON, ANNA MARIA",
    "date_of_birth": "1974-08-12",
    "sex": "F",
    "nationality": "UTO",
    "document_type": "P",
    "document_country": "UTO",
    "document_number": "L898902C3",
}


def profile(folder: Path, **columns: str | list[str]) -> Path:
    path = folder / "profile.json"
    path.write_text(json.dumps({"format": "counterfoil-columns/1", "record_id": "id", "columns": columns}))
    return path


def encoded(folder: Path, header: list[str], rows: list[list[str]], **columns: str | list[str]) -> np.ndarray:
    """The encodings of a table, in the order of its rows."""
    folder.mkdir()
    table = write_csv(folder / "people.csv", rows, header=header)
    told = read_profile(profile(folder, **columns), PERSON)
    made = order(folder, schema=PERSON)
    opened = open_table(table)
    encode_table(
        made,
        opened,
        find_columns(table, opened.header, PERSON, told, None),
        ClkEncoder(PERSON, SECRET.value, facts=column_facts(told)),
    )
    package = open_package(made.package)
    rows_of = {
        token.tobytes(): words for token, words in zip(package.encodings.tokens, package.encodings.words, strict=True)
    }
    lines = made.counterfoil.read_text().splitlines()[1:]
    by_id = {line.split(",")[1]: rows_of[bytes.fromhex(line.split(",")[0])] for line in lines}
    return np.array([by_id[row[0]] for row in rows])


def test_zone_is_encoded_as_the_columns_that_say_the_same(tmp_path: Path) -> None:
    zone = encoded(tmp_path / "zone", ["id", "lines"], [["1", PASSPORT]], mrz="lines")
    header = ["id", *SAID]
    spelled = encoded(tmp_path / "spelled", header, [["1", *SAID.values()]], **{name: name for name in SAID})
    assert (zone == spelled).all()


def test_lines_of_a_zone_may_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    one = encoded(tmp_path / "one", ["id", "lines"], [["1", PASSPORT]], mrz="lines")
    two = encoded(tmp_path / "two", ["id", "a", "b"], [["1", *PASSPORT.split("\n")]], mrz=["a", "b"])
    assert (one == two).all()


def test_cells_go_before_the_zone_of_their_row() -> None:
    values = {"full_name": ["Anna Eriksson", "", ""], "date_of_birth": ["", "", "1990"], "birth_city": ["", "", ""]}
    assert filled(values, [PASSPORT, PASSPORT, "no zone"]) == {
        "full_name": ["Anna Eriksson", "ERIKSSON, ANNA MARIA", ""],
        "date_of_birth": ["1974-08-12", "1974-08-12", "1990"],
        "birth_city": ["", "", ""],
    }


def test_date_whose_check_digit_fails_is_left_out() -> None:
    assert filled({"date_of_birth": [""], "sex": [""]}, [BIRTH_MISREAD]) == {"date_of_birth": [""], "sex": ["F"]}


def test_column_of_zones_that_the_profile_names_must_be_there(tmp_path: Path) -> None:
    told = read_profile(profile(tmp_path, mrz="lines"), PERSON)
    with pytest.raises(TableError, match="no column 'lines'"):
        find_columns(tmp_path / "people.csv", ["id", "full_name"], PERSON, told, None)


HEADER = ["id", "full_name", "date_of_birth", "sex"]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (HEADER, "the row repeats the header"),
        (["", "Total: 2", "", ""], "the row holds totals and no record"),
        (["", "Всего", "", "12"], "the row holds totals and no record"),
    ],
)
def test_rows_that_are_no_records_are_refused(tmp_path: Path, row: list[str], rule: str) -> None:
    rows = [["1", "Ana Müller", "1980-02-03", "F"], row]
    with pytest.raises(RowError, match=rule) as caught:
        encoded(tmp_path / "a", HEADER, rows, **{name: name for name in HEADER[1:]})
    assert caught.value.row == 2


@pytest.mark.parametrize("row", [["7", "Soma", "01.02.1980", ""], ["7", "Soma", "1980", ""], ["7", "Kul", "", "F"]])
def test_persons_whose_names_are_words_for_totals_are_encoded(tmp_path: Path, row: list[str]) -> None:
    assert len(encoded(tmp_path / "a", HEADER, [row], **{name: name for name in HEADER[1:]})) == 1


def test_strays_found_quickly_are_those_found_by_looking_at_every_row() -> None:
    columns = [
        ["", "1", "id", "Total", "5", ""],
        ["Summe", "Soma Kul", "full_name", "", "Totalenberg", ""],
        ["4", "1980-01-02", "date_of_birth", "3", "", ""],
    ]
    every = [stray for stray in stray_rows(["id", "full_name", "date_of_birth"], columns) if stray.kind != "empty"]
    assert stray_among_records(["id", "full_name", "date_of_birth"], columns) == every
    assert [stray.row for stray in every] == [0, 2, 3]
