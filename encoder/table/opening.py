"""Which kind of table a file is, told by its content."""

import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from encoder.errors import TableError
from encoder.table.batch import LARGEST_HEADER_COLUMNS, LARGEST_NAME_CHARACTERS, Table
from encoder.table.dialect import TextOptions, find_dialect
from linkage.errors import FileError
from linkage.files import unusable

if TYPE_CHECKING:
    from encoder.table.columnar import Layout

_NOT_TEXT = {".xlsx", ".ods", ".parquet", ".arrow", ".arrows", ".feather", ".ipc"}
_OLD_SPREADSHEET = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What the user says about a table; None leaves it to be told from the file."""

    text: TextOptions = field(default_factory=TextOptions)
    sheet: str | None = None


def open_table(path: Path, options: TableOptions | None = None, *, wanted: Collection[str] = ()) -> Table:
    """Return the table in `path`: text of any dialect, XLSX, ODS, Parquet or Arrow IPC.

    Args:
        path: a file; its content decides what it is, and only .tsv also by its name.
        options: what the user says about it.
        wanted: names of columns that are looked for; they tell the delimiter of a text.

    Raises:
        FileError: it cannot be read, or is not a regular file.
        TableError: it is empty, damaged or unknown, has no header, or an option makes no sense for it.
    """
    options = options or TableOptions()
    table = _opened(path, options, wanted)
    if len(table.header) > LARGEST_HEADER_COLUMNS:
        raise TableError(f"{path} has more than {LARGEST_HEADER_COLUMNS:,} columns")
    if max(map(len, table.header), default=0) > LARGEST_NAME_CHARACTERS:
        raise TableError(f"{path}: the name of a column is longer than {LARGEST_NAME_CHARACTERS:,} characters")
    return table


def _opened(path: Path, options: TableOptions, wanted: Collection[str]) -> Table:
    start = _start(path)
    if start.startswith(b"PK\x03\x04"):
        _refuse(options, path, "a spreadsheet", text=True)
        _check_zip(path)
        from encoder.table.spreadsheet import SheetTable

        return SheetTable.open(path, options.sheet)
    layout = _layout(start)
    if layout is not None:
        _refuse(options, path, "a Parquet or Arrow file", text=True, sheet=True)
        from encoder.table.columnar import ColumnarTable

        return ColumnarTable.open(path, layout)
    if start.startswith(_OLD_SPREADSHEET):
        raise TableError(f"{path} is an old or a protected spreadsheet", hint="save it as XLSX, without a password")
    if start.startswith(b"\x1f\x8b"):
        raise TableError(f"{path} is compressed", hint="unpack it first")
    if path.suffix.lower() in _NOT_TEXT:
        raise TableError(f"{path} does not hold what its name says", hint="save it again, or give it the right ending")
    _refuse(options, path, "a text table", sheet=True)
    from encoder.table.delimited import DelimitedTable

    return DelimitedTable.open(path, find_dialect(path, options.text, wanted))


def _start(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise FileError(f"{path} is not a regular file", code="file.unusable")
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise unusable(path, "read", error) from error
    if not start:
        raise TableError(f"{path} is empty")
    return start


def _layout(start: bytes) -> "Layout | None":
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"ARROW1"):
        return "arrow file"
    if start.startswith(b"\xff\xff\xff\xff"):
        return "arrow stream"
    return None


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        raise TableError(f"{path} is damaged") from None
    if not names & {"xl/workbook.xml", "content.xml"}:
        raise TableError(f"{path} is an archive and not a spreadsheet", hint="unpack it first")


def _refuse(options: TableOptions, path: Path, kind: str, *, text: bool = False, sheet: bool = False) -> None:
    """Refuse options that have no meaning for this kind of table: they show that another one was meant."""
    if text and options.text != TextOptions():
        raise TableError(f"{path} is {kind}: --encoding, --delimiter and --quote have no meaning for it")
    if sheet and options.sheet is not None:
        raise TableError(f"{path} is {kind}: --sheet has no meaning for it")
