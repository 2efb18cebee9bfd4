"""Tables as sheets of a spreadsheet: XLSX and ODS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any, Self

from python_calamine import CalamineError, CalamineSheet, PasswordError, load_workbook

from encoder.errors import TableError
from encoder.table.batch import BATCH_ROWS, Batch, CellFault
from linkage.files import unusable

_DIGITS_LOST = 10**15  # spreadsheets keep 15 digits of a number and put zeros for the rest
_LOST = "the number may have lost digits: store numbers of 16 or more digits as text"


@dataclass(frozen=True, slots=True, eq=False)
class SheetTable:
    """One sheet; the first row that is not blank names the columns.

    Numbers, dates and truth values become text: 12 and 12.5, 2001-02-28 (with a time of day 2001-02-28 13:45:00), TRUE
    and FALSE. What a cell shows by its format does not count. A cell whose formula ends in an error is missing.
    """

    path: Path
    header: tuple[str, ...]
    _sheet: CalamineSheet

    @classmethod
    def open(cls, path: Path, sheet_name: str | None) -> Self:
        """Return the sheet called `sheet_name`, or the only one that is not empty.

        Raises:
            FileError: the file cannot be read.
            TableError: it is damaged, or which sheet is meant is not clear.
        """
        try:
            workbook = load_workbook(path)
            sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
        except PasswordError:
            raise TableError(f"{path} is protected by a password", hint="save it without one") from None
        except OSError as error:
            raise unusable(path, "read", error) from error
        except CalamineError:  # its message may quote the content
            raise TableError(f"{path} is not a spreadsheet that can be read", hint="save it again as XLSX") from None
        filled = [name for name, sheet in sheets.items() if sheet.height]
        name = sheet_name if sheet_name is not None else filled[0] if len(filled) == 1 else None
        if name is None and not filled:
            raise TableError(f"{path} is empty")
        if name not in filled:
            problem = "has several sheets that are not empty" if name is None else "has no such sheet, or it is empty"
            listed = ", ".join(f"'{filled_name}'" for filled_name in filled)
            raise TableError(f"{path} {problem}", hint=f"say --sheet and one of: {listed}")
        sheet = sheets[name]
        header = next(_rows(sheet), None)
        if header is None:
            raise TableError(f"{path} is empty")
        return cls(path, tuple(_text(value) for value in header), sheet)

    def batches(self, columns: Sequence[int]) -> Iterator[Batch]:
        """Yield the rows (see :class:`encoder.table.Table`)."""
        rows = _rows(self._sheet)
        next(rows)
        first_row = 1
        while block := list(islice(rows, BATCH_ROWS)):
            cells = list(zip(*block, strict=True))
            faults = [
                CellFault(place, self.header[column], _LOST)
                for column in columns
                for place, value in enumerate(cells[column])
                if isinstance(value, float) and abs(value) >= _DIGITS_LOST
            ]
            yield Batch(
                first_row,
                tuple(
                    [value if isinstance(value, str) else _text(value) for value in cells[place]] for place in columns
                ),
                min(1.0, (first_row + len(block)) / self._sheet.height),
                tuple(sorted(faults)),
            )
            first_row += len(block)


def _rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    return dropwhile(lambda row: all(value == "" for value in row), iter(sheet.iter_rows()))


def _text(value: str | float | bool | date | datetime | time | timedelta) -> str:  # noqa: FBT001 - a cell's value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value)
