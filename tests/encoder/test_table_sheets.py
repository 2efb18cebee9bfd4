"""Spreadsheets: what cells become, which sheet is read, damage."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P

from encoder.errors import TableError
from encoder.table import TableOptions, TextOptions, open_table
from encoder.table.batch import BATCH_ROWS

Sheets = dict[str, list[list[Any]]]


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    workbook = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def odf_cell(value: Any) -> Any:
    if value is None:
        return TableCell()
    if isinstance(value, bool):
        return TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, (int, float)):
        return TableCell(valuetype="float", value=str(value))
    if isinstance(value, date):
        return TableCell(valuetype="date", datevalue=value.isoformat())
    cell = TableCell(valuetype="string")
    cell.addElement(P(text=value))
    return cell


def write_ods(path: Path, sheets: Sheets, *, blank_rows: int = 0) -> Path:
    document = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = OdfTable(name=name)
        for values in rows:
            row = TableRow()
            for value in values:
                row.addElement(odf_cell(value))
            table.addElement(row)
        if blank_rows:
            table.addElement(TableRow(numberrowsrepeated=blank_rows))
        document.spreadsheet.addElement(table)
    document.save(path)
    return path


def rows_of(path: Path, sheet: str | None = None) -> list[tuple[str, ...]]:
    table = open_table(path, TableOptions(sheet=sheet))
    batches = list(table.batches(range(len(table.header))))
    assert not any(batch.faults for batch in batches)
    return [table.header, *(row for batch in batches for row in zip(*batch.columns, strict=True))]


ROWS: list[list[Any]] = [
    ["id", "number", "born", "flag"],
    ["007", 12, date(1980, 2, 3), True],
    ["Łukasz", 12.5, datetime(1980, 2, 3, 4, 5, 6), False],  # noqa: DTZ001 - spreadsheets know no zones
    [None, None, None, None],
    ["محمد", -3, None, None],
]
TEXTS = [
    ("id", "number", "born", "flag"),
    ("007", "12", "1980-02-03", "TRUE"),
    ("Łukasz", "12.5", "1980-02-03 04:05:06", "FALSE"),
    ("", "", "", ""),
    ("محمد", "-3", "", ""),
]


def test_xlsx_cells_become_the_text_that_was_written(tmp_path: Path) -> None:
    assert rows_of(write_xlsx(tmp_path / "x.xlsx", {"one": ROWS})) == TEXTS


def test_ods_cells_become_the_text_that_was_written(tmp_path: Path) -> None:
    assert rows_of(write_ods(tmp_path / "x.ods", {"one": ROWS}, blank_rows=1_000_000)) == TEXTS


def test_kind_is_told_by_content_and_not_by_name(tmp_path: Path) -> None:
    assert rows_of(write_xlsx(tmp_path / "x.xlsx", {"one": ROWS}).rename(tmp_path / "x.csv")) == TEXTS


def test_numbers_and_times_have_one_spelling(tmp_path: Path) -> None:
    cells = [0.1, 1e-7, -0.0, 999_999_999_999_999, 123456.75, time(4, 5), 1e14]
    path = write_xlsx(tmp_path / "x.xlsx", {"one": [[f"c{place}" for place in range(len(cells))], cells]})
    assert rows_of(path)[1] == ("0.1", "1e-07", "0", "999999999999999", "123456.75", "04:05:00", "100000000000000")


def test_number_that_has_lost_digits_is_a_fault(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", {"one": [["id", "passport"], ["1", 5], ["2", 4929123412341234]]})
    table = open_table(path)
    (batch,) = table.batches([1])
    assert [(fault.row, fault.column) for fault in batch.faults] == [(1, "passport")]
    assert "lost digits" in batch.faults[0].rule
    assert not next(iter(table.batches([0]))).faults


def test_formula_that_ends_in_an_error_is_missing(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", {"one": [["id", "name"], ["1", "#N/A"], ["2", "a"]]})
    assert rows_of(path)[1:] == [("1", ""), ("2", "a")]


def test_blank_rows_and_columns_before_the_header_are_passed_over(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", {"one": [[], [None, None], [None, "id"], [None, "1"]]})
    assert [row[-1] for row in rows_of(path)] == ["id", "1"]


def test_rows_are_numbered_on_from_batch_to_batch(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id"], *([number] for number in range(1, BATCH_ROWS + 11))]
    batches = list(open_table(write_xlsx(tmp_path / "x.xlsx", {"one": rows})).batches([0]))
    assert [(batch.first_row, len(batch)) for batch in batches] == [(1, BATCH_ROWS), (BATCH_ROWS + 1, 10)]
    assert [batch.columns[0][0] for batch in batches] == ["1", str(BATCH_ROWS + 1)]
    assert batches[-1].share_read == 1.0


def test_sheet_must_be_named_where_several_are_not_empty(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", {"one": ROWS, "void": [], "two": [["id"], ["9"]]})
    with pytest.raises(TableError, match="several sheets") as caught:
        open_table(path)
    assert caught.value.hint == "say --sheet and one of: 'one', 'two'"
    assert rows_of(path, "two") == [("id",), ("9",)]
    for name in ("three", "void"):
        with pytest.raises(TableError, match="no such sheet"):
            open_table(path, TableOptions(sheet=name))


def test_only_sheet_that_is_not_empty_needs_no_name(tmp_path: Path) -> None:
    assert rows_of(write_xlsx(tmp_path / "x.xlsx", {"void": [], "one": ROWS})) == TEXTS


@pytest.mark.parametrize("rows", [[], [[""]]])
def test_empty_spreadsheet_is_refused(tmp_path: Path, rows: list[list[str]]) -> None:
    with pytest.raises(TableError, match="is empty"):
        open_table(write_xlsx(tmp_path / "x.xlsx", {"one": rows}))


def test_damaged_and_foreign_archives_are_refused(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "x.xlsx", {"one": ROWS}).read_bytes()
    path = tmp_path / "y.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match="is damaged"):
        open_table(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", "id,name\n")
    with pytest.raises(TableError, match="an archive and not a spreadsheet"):
        open_table(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<nothing/>")
    with pytest.raises(TableError, match="not a spreadsheet that can be read"):
        open_table(path)


def test_options_of_text_have_no_meaning_for_spreadsheets(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", {"one": ROWS})
    with pytest.raises(TableError, match="--encoding, --delimiter and --quote have no meaning"):
        open_table(path, TableOptions(TextOptions(encoding="cp1252")))
