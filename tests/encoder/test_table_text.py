"""Text tables: dialects, encodings, damage, row and line numbers."""

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from encoder.errors import TableError
from encoder.table import Table, TableOptions, TextOptions, open_table
from encoder.table.batch import BATCH_ROWS, LARGEST_HEADER_COLUMNS
from linkage.errors import FileError
from linkage.files import LARGEST_CELL_CHARACTERS

NAMES = ["Müller", "O'Brien", "Łukasz", "محمد", "Нина", 'Anna "Nan"', "two\nlines", "a;b", "c,d", "e\tf", "g|h"]
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def table_of(path: Path, content: str | bytes, **options: str) -> Table:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, TableOptions(TextOptions(**options)))


def rows_of(table: Table) -> list[tuple[str, ...]]:
    batches = list(table.batches(range(len(table.header))))
    assert not any(batch.faults for batch in batches)
    return [row for batch in batches for row in zip(*batch.columns, strict=True)]


def written(rows: Sequence[Sequence[str]], *, delimiter: str, line_end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_delimiter_and_line_ends_are_told_from_the_file(path: Path, delimiter: str, line_end: str) -> None:
    rows = [("id", "name"), *((str(number), name) for number, name in enumerate(NAMES))]
    table = table_of(path, written(rows, delimiter=delimiter, line_end=line_end))
    assert table.header == ("id", "name")
    assert rows_of(table) == rows[1:]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    rows=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
    ),
    delimiter=st.sampled_from(",;\t|:~"),
    quote=st.sampled_from("\"'"),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "gb18030"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example([["\r", "a"]], ",", '"', "\n", "utf-8", csv.QUOTE_ALL)
def test_every_dialect_comes_back_as_it_was_written(  # noqa: PLR0917 - one axis each
    path: Path, rows: list[list[str]], delimiter: str, quote: str, line_end: str, encoding: str, quoting: int
) -> None:
    header = [f"column {place}" for place in range(len(rows[0]))]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quotechar=quote, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]  # int of a constant
    writer.writerow(header)
    for row in rows:  # the writer of Python 3.11 forgets to quote a lone \r or \n that is not its line end
        plain = any(character in cell for cell in row for character in "\r\n")
        csv.writer(file, delimiter=delimiter, quotechar=quote, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerow(
            row
        ) if plain else writer.writerow(row)
    options = {"encoding": encoding} if encoding in {"utf-16-le", "gb18030"} else {}
    table = table_of(path, file.getvalue().encode(encoding), delimiter=delimiter, quote=quote, **options)
    assert table.header == tuple(header)
    assert rows_of(table) == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_header(
    path: Path, mark: bytes, encoding: str
) -> None:
    content = mark + "id;name\r\n1;Łukasz\r\n".encode(encoding)
    for options in ({}, {"encoding": encoding}):
        table = table_of(path, content, **options)
        assert table.header == ("id", "name")
        assert rows_of(table) == [("1", "Łukasz")]


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1252", "Élise"), ("cp1250", "Łukasz"), ("cp1251", "Нина"), ("cp1256", "محمد")]
)
def test_text_that_is_not_utf8_is_never_guessed_and_can_be_named(path: Path, encoding: str, name: str) -> None:
    content = f"id,name\r\n1,Anna\r\n2,{name}\r\n".encode(encoding)
    with pytest.raises(TableError, match=r"not UTF-8 text: byte 19, on line 3") as caught:
        table_of(path, content)
    assert caught.value.code == "table.encoding"
    assert encoding in caught.value.hint
    assert rows_of(table_of(path, content, encoding=encoding)) == [("1", "Anna"), ("2", name)]


def test_wrong_byte_far_into_a_file_is_named_by_place(path: Path) -> None:
    start = b"id,name\n" + b"1,Anna\n" * 100_000
    table = table_of(path, start + b"2,M\xfcller\n")
    with pytest.raises(TableError, match=rf"not UTF-8 text: byte {len(start) + 3:,}, on line 100,002"):
        list(table.batches([0]))


def test_wrong_byte_pair_of_utf16_is_named_by_place(path: Path) -> None:
    content = codecs.BOM_UTF16_BE + "id,name\n1,Anna\n".encode("utf-16-be") + b"\xd8\x00\x00\x61"
    with pytest.raises(TableError, match=r"not utf-16 text: byte 32, on line 3"):
        table_of(path, content)


@pytest.mark.parametrize("encoding", ["nonsense", "rot13", "hex"])
def test_encoding_that_is_none_is_refused(path: Path, encoding: str) -> None:
    with pytest.raises(TableError, match="does not name a text encoding"):
        table_of(path, "id,name\n1,a\n", encoding=encoding)


def test_encoding_against_the_byte_order_mark_is_refused(path: Path) -> None:
    with pytest.raises(TableError, match="byte order mark of utf-8"):
        table_of(path, "\ufeffid,name\n1,a\n", encoding="cp1252")
    with pytest.raises(TableError, match="order of its bytes is not known"):
        table_of(path, "id,name\n1,a\n".encode("utf-16-le"), encoding="utf-16")


def test_utf16_without_mark_is_not_taken_for_ascii_with_nul_characters(path: Path) -> None:
    with pytest.raises(TableError, match=r"line 1: holds a NUL character") as caught:
        table_of(path, "id,name\n1,a\n".encode("utf-16-le"))
    assert "utf-16-le" in caught.value.hint


def test_nul_character_is_named_by_its_line(path: Path) -> None:
    table = table_of(path, "id,name\n1,a\n2,b\0\n")
    with pytest.raises(TableError, match=r"line 3: holds a NUL character"):
        list(table.batches([0]))


@pytest.mark.parametrize(
    ("content", "wanted", "header"),
    [
        ("id;price\n1;2,5\n2;3,5\n", [], ("id", "price")),
        ("name, first\tborn\nSmith, John\t1980\n", ["born"], ("name, first", "born")),
        ("a|b,c\n1|2,3\n", ["a"], ("a", "b,c")),
        ('"a;b",c\n"1;2",3\n', [], ("a;b", "c")),
        ("name\nSmith; John\nBrown; Jo\n", ["name"], ("name",)),
        ("id;NAME;x,y\n1;a;b\n", ["name"], ("id", "NAME", "x,y")),
        ("id;name\n1;a\n2;b;c\n3;d\n", [], ("id", "name")),
    ],
)
def test_delimiter_is_the_one_that_fits(path: Path, content: str, wanted: list[str], header: tuple[str, ...]) -> None:
    path.write_text(content, encoding="utf-8")
    assert open_table(path, wanted=wanted).header == header


def test_delimiter_that_cannot_be_told_is_asked_for(path: Path) -> None:
    with pytest.raises(TableError, match="comma and semicolon would do") as caught:
        table_of(path, "a,b;c\n1,2;3\n")
    assert caught.value.hint == "say --delimiter"
    assert table_of(path, "a,b;c\n1,2;3\n", delimiter=";").header == ("a,b", "c")


def test_delimiter_is_told_although_a_quoted_cell_goes_on_after_the_sample(path: Path) -> None:
    notes = "\n".join(["a long note; with, all | of it"] * 20_000)[:120_000]
    table = table_of(path, written([("id", "note"), *((str(number), notes) for number in range(4))], delimiter=";"))
    assert table.header == ("id", "note")
    assert [row[0] for row in rows_of(table)] == ["0", "1", "2", "3"]


def test_tsv_is_separated_by_tabs_whatever_its_header_looks_like(tmp_path: Path) -> None:
    assert table_of(tmp_path / "x.tsv", "a,b\tc\n1,2\t3\n").header == ("a,b", "c")


def test_quotes_have_no_meaning_when_told_so(path: Path) -> None:
    assert rows_of(table_of(path, 'id,name\n1,"a\n', quote="")) == [("1", '"a')]


@pytest.mark.parametrize("options", [{"delimiter": ";;"}, {"delimiter": "\n"}, {"quote": "ab"}, {"delimiter": '"'}])
def test_options_that_make_no_sense_are_refused(path: Path, options: dict[str, str]) -> None:
    with pytest.raises(TableError, match=r"--(delimiter|quote)"):
        table_of(path, "id,name\n1,a\n", **options)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('id,name\n1,"a" b\n', r"line 2: after a closing quote a cell must end"),
        ('id,name\n1,a\n2,"b\n3,c\n', r"line 3: a quoted cell is never closed"),
        (f'id,name\n1,"{"x" * (LARGEST_CELL_CHARACTERS + 1)}"\n', r"a cell is longer than 131,072 characters"),
    ],
)
def test_damaged_quoting_stops_with_the_line_and_without_the_value(path: Path, content: str, problem: str) -> None:
    table = table_of(path, content, delimiter=",")
    with pytest.raises(TableError, match=problem):
        list(table.batches([0, 1]))


def test_line_without_end_is_refused_before_it_fills_the_memory(path: Path) -> None:
    with pytest.raises(TableError, match=r"line 2: is longer than 16,777,216 characters"):
        list(table_of(path, "id,name\n" + "x," * (9 << 20), delimiter=",").batches([0]))


def test_row_of_another_width_is_a_fault_of_that_row(path: Path) -> None:
    table = table_of(path, "id,name\n1,a\n2\n3,b,c\n\n4,d\n")
    (batch,) = table.batches([1, 0])
    assert [(fault.row, fault.column, fault.rule) for fault in batch.faults] == [
        (1, "", "has 1 cell where the header has 2"),
        (2, "", "has 3 cells where the header has 2"),
        (3, "", "has no cells where the header has 2"),
    ]
    assert (batch.columns[1][0], batch.columns[1][4]) == ("1", "4")
    assert len(batch) == 5


def test_blank_lines_at_the_end_are_passed_over_and_others_are_not(path: Path) -> None:
    assert rows_of(table_of(path, "id,name\n1,a\n" + "\n" * 5_000)) == [("1", "a")]
    table = table_of(path, "id,name\n1,a\n" + "\n" * 5_000 + "2,b\n")
    (batch,) = table.batches([0])
    assert [fault.row for fault in batch.faults] == list(range(1, 5_001))
    assert batch.columns[0][5_001] == "2"
    assert list(batch.lines) == list(range(2, 5_004))


def test_lines_are_counted_through_cells_of_several_lines(path: Path) -> None:
    table = table_of(path, 'id,"na\nme"\r\n1,"a\r\nb\rc"\r\n2,"d\ne"\r\n3\r\n', delimiter=",")
    (batch,) = table.batches([0])
    assert list(batch.lines) == [3, 6, 8]
    assert [fault.row for fault in batch.faults] == [2]


def test_rows_are_numbered_on_from_batch_to_batch(path: Path) -> None:
    count = BATCH_ROWS + 3_000
    table = table_of(path, "id,name\n" + "".join(f"{number},n\n" for number in range(1, count + 1)))
    batches = list(table.batches([0]))
    assert len(batches) == 2
    assert [batch.columns[0][0] for batch in batches] == [str(batch.first_row) for batch in batches]
    assert sum(map(len, batches)) == count
    assert 0 < batches[0].share_read < batches[1].share_read == 1.0
    assert batches[1].lines[0] == batches[1].first_row + 1


def test_batches_of_wide_rows_are_shorter(path: Path) -> None:
    table = table_of(path, "id,note\n" + f"1,{'x' * 1_000}\n" * 20_000)
    assert [len(batch) for batch in table.batches([0])] == [18_000, 2_000]


def test_parts_of_a_batch_keep_rows_faults_and_lines(path: Path) -> None:
    (batch,) = table_of(path, "id,name\n1,a\n2\n3,c\n4\n5,e\n").batches([0])
    parts = list(batch.parts(2))
    assert [part.first_row for part in parts] == [1, 3, 5]
    assert [[fault.row for fault in part.faults] for part in parts] == [[1], [1], []]
    assert [part.columns[0][0] for part in parts] == ["1", "3", "5"]
    assert [list(part.lines) for part in parts] == [[2, 3], [4, 5], [6]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"\nid,name\n", "the first line is blank"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "is compressed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or a protected spreadsheet"),
        (",".join(["x"] * (LARGEST_HEADER_COLUMNS + 1)).encode(), "more than 4,096 columns"),
        (b"x" * 1_001 + b",y\n", "longer than 1,000 characters"),
    ],
)
def test_file_that_is_no_table_is_refused(path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(TableError, match=problem):
        table_of(path, content)


def test_header_alone_has_no_rows(path: Path) -> None:
    assert list(table_of(path, "id,name\n\n").batches([0])) == []


def test_file_that_is_not_there_or_not_a_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(FileError):
            open_table(path)


def test_text_with_the_name_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="does not hold what its name says"):
        table_of(tmp_path / "x.parquet", "id,name\n1,a\n")


def test_sheet_has_no_meaning_for_text(path: Path) -> None:
    path.write_text("id,name\n1,a\n", encoding="utf-8")
    with pytest.raises(TableError, match="--sheet has no meaning"):
        open_table(path, TableOptions(sheet="one"))
