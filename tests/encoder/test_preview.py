"""The preview of awkward tables: spreadsheets and old text files as offices keep them."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from encoder.errors import TableError
from encoder.preview import Preview, preview_table
from encoder.preview_rows import stray_rows
from encoder.preview_rules import RULES
from encoder.preview_standard import standardised
from encoder.profile import ColumnProfile
from encoder.quality_commands import preview as preview_command
from linkage.errors import FileError

HEADER = ["№ п/п", "Фамилия", "Имя", "Дата рождения", "Пол", "Паспорт"]
PEOPLE = [
    ["1", "Иванов", "Пётр", "01.01.75", "м", "045678"],
    ["2", "Петрова", "Анна", "03.04.1980", "ж", "8251936"],
    ["3", "Смирнов", "UNKNOWN", "05.06.1981", "муж", "2257190"],
    HEADER,
    ["3", "Кузнецов", "Иван", "28004", "blue", "3264508"],
    ["", "", "", "", "", ""],
    ["Итого:", "", "", "", "", "5"],
]


def write_text(path: Path, rows: Sequence[Sequence[str]], encoding: str, delimiter: str = ",") -> Path:
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    return path


def echoed(cells: Any, _profile: ColumnProfile) -> dict[str, str]:
    return {field: text.upper() for field, text in cells.items()}


def seen(path: Path, profile: ColumnProfile | None = None, sheet: str | None = None) -> Preview:
    return preview_table(path, profile=profile, sheet=sheet, standardise_row=echoed)


def kinds(preview: Preview) -> dict[tuple[str, str], int]:
    return {(problem.kind, problem.column): problem.rows for problem in preview.problems}


def seen_column(tmp_path: Path, field: str, values: Sequence[str], **profile: Any) -> dict[str, int]:
    """The problems of one column, beside a column of names in which nothing is wrong."""
    name = "full_name" if field != "full_name" else "birth_city"
    rows = [[name, field], *([f"Anna {chr(97 + place % 26)}", value] for place, value in enumerate(values))]
    path = write_text(tmp_path / "one.csv", rows, "utf-8", "|")
    used = ColumnProfile(columns={name: name, field: field}, **profile)
    return {problem.kind: problem.rows for problem in seen(path, used).problems if problem.column == field}


def test_old_text_table_is_read_by_guesses_and_says_so(tmp_path: Path) -> None:
    found = seen(write_text(tmp_path / "old.csv", [HEADER, *PEOPLE], "cp1251", ";"))
    assert found.guessed
    assert found.code_page == "cp1251"
    assert found.profile.file.code_page == "cp1251"
    assert found.profile.columns["family_name"] == "Фамилия"
    assert found.rows == 4
    assert kinds(found) == {
        ("totals", ""): 1,
        ("header", ""): 1,
        ("empty", ""): 1,
        ("order-open", "Дата рождения"): 2,
        ("repeated-id", "№ п/п"): 1,
        ("serial-date", "Дата рождения"): 1,
        ("two-digit-year", "Дата рождения"): 1,
        ("placeholder-date", "Дата рождения"): 1,
        ("unknown-sex", "Пол"): 1,
        ("filler", "Имя"): 1,
    }
    serial = next(problem for problem in found.problems if problem.kind == "serial-date")
    assert serial.first_rows == (5,)
    assert [row.number for row in found.shown] == [1, 2, 3, 5]
    assert found.shown[0].before["family_name"] == "Иванов"
    assert found.shown[0].after["family_name"] == "ИВАНОВ"
    assert found.missing["given_names"] == 1


def test_the_saved_profile_reads_the_table_without_guesses(tmp_path: Path) -> None:
    path = write_text(tmp_path / "old.csv", [HEADER, *PEOPLE], "cp1251", ";")
    seen(path).profile.write(tmp_path / "profile.json")
    again = seen(path, ColumnProfile.read(tmp_path / "profile.json"))
    assert not again.guessed
    assert again.code_page is None
    assert again.rows == 4


def test_order_that_dates_prove_is_drafted_and_shown(tmp_path: Path) -> None:
    rows = [["Имя", "Дата рождения"], ["Пётр Иванов", "03.04.1980"], ["Анна Петрова", "25.12.1981"]]
    path = write_text(tmp_path / "a.csv", rows, "utf-8", ";")
    found = preview_table(path, profile=None, sheet=None, standardise_row=standardised)
    assert kinds(found) == {("order-unsaid", "Дата рождения"): 1}
    assert found.profile.dates["date_of_birth"].order == "day-first"
    assert found.shown[0].after["date_of_birth"] == "1980-04-03"
    found.profile.write(tmp_path / "profile.json")
    assert not kinds(seen(path, ColumnProfile.read(tmp_path / "profile.json")))


def test_order_that_nothing_says_is_not_shown_as_if_encode_knew_it(tmp_path: Path) -> None:
    """Exact names are encoded without a profile; then no order is declared."""
    rows = [["full_name", "date_of_birth"], ["Pjotr Ivanov", "03.04.1980"], ["Anna Petrova", "25.12.1981"]]
    path = write_text(tmp_path / "a.csv", rows, "utf-8", ";")
    found = preview_table(path, profile=None, sheet=None, standardise_row=standardised)
    assert not found.guessed
    assert found.profile.dates["date_of_birth"].order == "day-first"
    assert found.shown[0].after["date_of_birth"] == "1980"


def test_title_above_the_header_is_told_and_no_fault(tmp_path: Path) -> None:
    rows = [
        ["Register", "", ""],
        ["id", "full_name", "date_of_birth"],
        *([str(10 + place), "Anna", "1980-04-03"] for place in range(9)),
    ]
    with pytest.raises(TableError, match="none of its 3 columns is recognised") as caught:
        seen(write_text(tmp_path / "a.csv", rows, "utf-8", ";"))
    assert caught.value.hint is not None
    assert "title" in caught.value.hint


def test_rows_that_are_no_records_are_a_share_of_the_rows(tmp_path: Path) -> None:
    found = seen(write_text(tmp_path / "a.csv", [["full_name", "sex"], ["", ""], ["", ""]], "utf-8"))
    assert [(problem.kind, problem.share) for problem in found.problems] == [("empty", 1.0)]


def test_workbook_shows_what_its_cells_became(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["full_name", "date_of_birth", "document_number"])
    for place in range(10):
        sheet.append([f"Anna {chr(65 + place)}", date(1980, 2, 3 + place), 82345610 + place])
    sheet.append(["Anna K", 29254, 34567])
    sheet.append(["Anna L", datetime(1905, 5, 28), datetime(2012, 3, 4)])  # noqa: DTZ001 - spreadsheets know no zones
    sheet.append(["Total", None, 12])
    workbook.save(tmp_path / "a.xlsx")
    found = seen(tmp_path / "a.xlsx")
    assert not found.guessed
    assert found.rows == 12
    assert kinds(found) == {
        ("totals", ""): 1,
        ("serial-date", "date_of_birth"): 1,
        ("year-as-date", "date_of_birth"): 1,
        ("date-as-number", "document_number"): 1,
        ("leading-zeros", "document_number"): 1,
    }


def test_exact_names_are_certain_and_other_columns_are_guessed_beside_them(tmp_path: Path) -> None:
    rows = [["full_name", "Name", "Geburtsdatum", "colour"], ["Anna K", "x", "1980-02-03", "red"]]
    found = seen(write_text(tmp_path / "a.csv", rows, "utf-8"))
    assert [guess.field for guess in found.guesses] == ["full_name", None, "date_of_birth", None]
    assert [guess.confidence == 1 for guess in found.guesses] == [True, False, False, False]
    assert found.guessed


def test_table_with_a_header_alone_has_no_records(tmp_path: Path) -> None:
    found = seen(write_text(tmp_path / "a.csv", [["full_name", "sex"]], "utf-8"))
    assert (found.rows, found.shown, found.problems) == (0, (), [])
    assert not found.guessed


def test_sheet_of_an_open_document_is_chosen_by_name(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    for name in ("notes", "people"):
        table = Table(name=name)
        for row in (["Nom de famille", "Prénom"], ["Dupont", "Zoé"]):
            cells = TableRow()
            for value in row:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
                cells.addElement(cell)
            table.addElement(cells)
        document.spreadsheet.addElement(table)
    document.save(tmp_path / "a.ods")
    with pytest.raises(TableError, match="several sheets"):
        seen(tmp_path / "a.ods")
    found = seen(tmp_path / "a.ods", sheet="people")
    assert found.profile.file.sheet == "people"
    assert found.profile.columns == {"family_name": "Nom de famille", "given_names": "Prénom"}


@pytest.mark.parametrize(
    ("field", "values", "kind"),
    [
        ("date_of_birth", ["soon"], "unreadable-date"),
        ("date_of_birth", ["33/01/1980"], "unreadable-date"),
        ("date_of_birth", ["13/14/1980"], "unreadable-date"),
        ("date_of_birth", ["03/04/1980", "05/06/1981"], "order-open"),
        ("date_of_birth", ["13/04/1980", "05/16/1981"], "order-mixed"),
        ("date_of_birth", ["13/04/1980", "05/06/1981"], "order-unsaid"),
        ("date_of_birth", ["13/04/80"], "two-digit-year"),
        ("date_of_birth", ["١٣/٠٤/١٩٨٠"], "other-digits"),
        ("date_of_birth", ["1980-01-01"], "placeholder-date"),
        ("date_of_birth", ["1356/05/12"], "calendar-open"),
        ("full_name", ["ZoÃ© Dupont"], "mojibake"),
        ("full_name", ["РђРЅРЅР° РџРµС‚СЂРѕРІР°"], "mojibake"),
        ("full_name", ["Zo\ufffd Dupont"], "text-lost"),
        ("full_name", ["Èâàíîâ Ïåòð Àëåêñàíäðîâè÷"], "code-page"),
        ("full_name", ["Cмирнов Олег"], "mixed-letters"),
        ("full_name", ["Anna 2"], "digits-in-name"),
        ("full_name", ["Smith, Anna", "Anna Jones"], "comma-names"),
        ("sex", ["blue"], "unknown-sex"),
        ("nationality", ["Atlantis"], "country-not-understood"),
        ("nationality", ["refugee"], "refugee-is-no-nationality"),
        ("document_country", ["Ruritania"], "country-not-understood"),
        ("birth_city", ["!!!"], "unreadable-city"),
        ("birth_city", ["Syria"], "country-as-city"),
        ("birth_city", ["Nowhereville"], "unlisted-city"),
        ("document_number", ["1.23E+11"], "scientific"),
        ("document_number", ["82345671", "23456719", "3456718"], "leading-zeros"),
    ],
)
def test_problem_of_values_is_found(tmp_path: Path, field: str, values: list[str], kind: str) -> None:
    assert kind in seen_column(tmp_path, field, values)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("date_of_birth", ["13/04/1980", "05/05/1981"]),
        ("date_of_birth", ["1980-02-03", "1981-04-05", "1982"]),
        ("full_name", ["Łukasz Żółć", "Müller Jörg", "François Lefèvre", "Ли Лі", "Ång Öberg", "محمد"]),
        ("full_name", ["Smith, Anna", "Jones, Zoë"]),
        ("sex", ["M", "ж", "женский", "男", "2"]),
        ("nationality", ["NO", "DK", "NA", "سوريا", "YUG", "RU/UA"]),
        ("birth_city", ["Kyiv", "Alep, Syrie", "काठमाडौं", "Singapore"]),
        ("document_number", ["01284567", "1274567", "82345671", "23456719"]),
    ],
)
def test_values_as_they_should_be_are_no_problem(tmp_path: Path, field: str, values: list[str]) -> None:
    assert seen_column(tmp_path, field, values) == {}


def test_what_a_profile_declares_is_no_problem_any_more(tmp_path: Path) -> None:
    dates = {"date_of_birth": {"order": "day-first"}}
    assert seen_column(tmp_path, "date_of_birth", ["03/04/1980"], dates=dates) == {}
    numbers = ["82345671", "23456719", "3456718"]
    assert seen_column(tmp_path, "document_number", numbers, digits={"document_number": 8}) == {}


def test_missing_values_count_where_they_are_not_usual(tmp_path: Path) -> None:
    assert seen_column(tmp_path, "sex", ["", "", "F"]) == {"missing": 2}
    assert seen_column(tmp_path, "aliases", ["", "", "Ann"]) == {}


def test_rows_that_are_no_records_are_told_from_people_called_like_them() -> None:
    columns = [["Anna", "Total", "name", "", "Suma", "TOTAL"], ["1980", "12", "born", " ", "Perera", ""]]
    assert [(stray.row, stray.kind) for stray in stray_rows(["name", "born"], columns)] == [
        (1, "totals"),
        (2, "header"),
        (3, "empty"),
        (5, "totals"),
    ]
    assert list(stray_rows(["name"], [["Total"]])) == []


def test_table_that_nobody_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", [["a", "b"], ["x", "y"]], "utf-8")
    with pytest.raises(TableError, match="none of its 2 columns is recognised") as caught:
        seen(path)
    assert caught.value.code == "table.columns"


def test_every_rule_says_how_to_mend_it_or_is_given_words_by_the_column() -> None:
    assert {kind for kind, rule in RULES.items() if not rule.mend} == {
        "order-open",
        "order-unsaid",
        "calendar-open",
        "leading-zeros",
    }


@pytest.fixture
def run_preview(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)
    path = write_text(tmp_path / "old.csv", [HEADER, *PEOPLE], "cp1251", ";")

    def run(*options: str) -> Result:
        return CliRunner().invoke(
            preview_command, [str(path), *options], catch_exceptions=False, help_option_names=["-h", "--help"]
        )

    return run


def test_profile_never_replaces_the_table(run_preview: Any, tmp_path: Path) -> None:
    table = tmp_path / "old.csv"
    content = table.read_bytes()
    with pytest.raises(FileError, match="given for two things"):
        run_preview("--save-profile", str(table), "--force")
    assert table.read_bytes() == content


def test_command_shows_rows_the_five_worst_problems_and_what_leaves(run_preview: Any, tmp_path: Path) -> None:
    done = run_preview("--save-profile", str(tmp_path / "p.json"))
    assert done.exit_code == 0
    assert re.search("family_name: Иванов -> [a-z]+\n", done.stdout)
    assert "date_of_birth: 03.04.1980 -> 1980" in done.stdout
    assert "given_names: UNKNOWN -> (nothing)" in done.stdout
    assert "The 5 worst problems of 10:" in done.stdout
    assert done.stdout.count("to mend:") == 5
    assert "What would leave this computer" in done.stdout
    assert ColumnProfile.read(tmp_path / "p.json").record_id == "№ п/п"


def test_json_holds_no_value_unless_asked(run_preview: Any) -> None:
    values = [cell for row in PEOPLE[:3] for cell in (row[1], row[2], row[3], row[5])]
    without = run_preview("--json").stdout
    assert not [value for value in values if value != "UNKNOWN" and value in without]
    document = json.loads(without)
    assert document["rows"] == 4
    assert len(document["problems"]) == 10
    shown = json.loads(run_preview("--json", "--with-values").stdout)["shown"]
    assert shown[0]["before"]["family_name"] == "Иванов"
    assert run_preview("--with-values").exit_code == 2


def test_kind_and_country_of_a_document_are_shown_as_compared() -> None:
    cells = {"document_type": "загранпаспорт", "document_country": "Узбекистан", "document_number": "aa 1234567"}
    shown = standardised(cells, ColumnProfile(columns={field: field for field in cells}))
    assert shown == {"document_type": "P", "document_country": "UZ", "document_number": "AA1234567"}
    assert standardised({"document_type": "library card"}, ColumnProfile(columns={})) == {"document_type": ""}


def test_draft_joins_columns_that_are_one_field_and_says_the_calendar_of_dates(tmp_path: Path) -> None:
    rows = [
        ["No", "Name", "birth_day", "birth_month", "birth_year", "Alias 1", "Alias 2"],
        *[["7", "Ana", "4", "6", "1983", "Lola", ""]] * 3,
    ]
    found = seen(write_text(tmp_path / "parts.csv", rows, "utf-8"))
    assert found.profile.columns["date_of_birth"] == ("birth_year", "birth_month", "birth_day")
    assert found.profile.columns["aliases"] == ("Alias 1", "Alias 2")
    assert found.shown[0].before["date_of_birth"] == "1983-6-4"
    nepal = [["No", "Name", "DOB (BS)"], *[["7", "Ana", "2040-02-31"]] * 3]
    found = seen(write_text(tmp_path / "nepal.csv", nepal, "utf-8"))
    assert found.profile.dates["date_of_birth"].calendar == "nepali"
    assert not {kind for kind, _ in kinds(found)} & {"unreadable-date", "calendar-open"}
    iran = [["No", "Name", "DOB"], ["7", "Ana", "1365/02/31"], ["8", "Ali", "1366/05/04"]]
    found = seen(write_text(tmp_path / "iran.csv", iran, "utf-8"))
    assert found.profile.dates["date_of_birth"].calendar == "jalali"


def test_other_names_in_the_cell_of_a_name_are_shown_as_compared() -> None:
    profile = ColumnProfile(columns={})
    cells = {"full_name": "Ana Ruiz a.k.a. Rosa", "aliases": "Lola"}
    assert standardised(cells, profile) == {"full_name": "ana ruiz", "aliases": "lola; rosa"}
    assert standardised({"full_name": "Ana a.k.a. Rosa"}, profile) == {"full_name": "ana", "aliases": "rosa"}
    assert standardised({"given_names": "Ana"}, profile) == {"given_names": "ana"}
    assert standardised({"aliases": ""}, profile) == {"aliases": ""}
