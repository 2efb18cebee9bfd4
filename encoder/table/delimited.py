"""Tables as text: comma-, semicolon-, tab- or otherwise separated, in any encoding."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Self, TextIO

from encoder.errors import TableError
from encoder.table.batch import BATCH_ROWS, Batch, CellFault
from encoder.table.dialect import Dialect, csv_rows, undecodable
from linkage.files import LARGEST_CELL_CHARACTERS, unusable

LARGEST_LINE_CHARACTERS = 1 << 24
_BATCH_BYTES = 16 << 20  # a batch of long or many cells has fewer rows
_CHUNK_ROWS = 2_000  # small enough that the rows of a chunk are gone before the garbage collector looks at them


@dataclass(frozen=True, slots=True)
class DelimitedTable:
    """A text table.

    Quoting is strict: a quote inside a quoted cell must be doubled, and after a closing quote the cell ends. A row with
    fewer or more cells than the header is a fault of that row; blank lines at the end are passed over.
    """

    path: Path
    dialect: Dialect
    header: tuple[str, ...]

    @classmethod
    def open(cls, path: Path, dialect: Dialect) -> Self:
        """Return the table in `path`.

        Raises:
            FileError: the file cannot be read.
            TableError: the first line is not a header.
        """
        with _opened(path, dialect) as file:
            first = next(_Reader(path, file, dialect).chunks(1), None)
        if first is None:
            raise TableError(f"{path} is empty")
        header = first.rows[0]
        if not header:
            raise TableError(f"{path}: the first line is blank, and it must name the columns")
        return cls(path, dialect, tuple(header))

    def batches(self, columns: Sequence[int]) -> Iterator[Batch]:
        """Yield the rows (see :class:`encoder.table.Table`)."""
        file_bytes = self.path.stat().st_size
        with _opened(self.path, self.dialect) as file:
            reader = _Reader(self.path, file, self.dialect)
            next(reader.chunks(1))
            first_row, start = 1, 0
            block = _Block(len(self.header), columns)
            for chunk in _without_blank_end(reader.chunks(_CHUNK_ROWS)):
                block.add(chunk)
                position = file.buffer.tell()
                if len(block) >= BATCH_ROWS or position - start >= _BATCH_BYTES:
                    yield block.batch(first_row, min(1.0, position / file_bytes))
                    first_row, start = first_row + len(block), position
                    block = _Block(len(self.header), columns)
            if block:
                yield block.batch(first_row, 1.0)


@dataclass(frozen=True, slots=True)
class _Chunk:
    rows: list[list[str]]
    lines: Sequence[int]


class _Reader:
    """Rows of an open file with the lines that they begin on; says where the file is damaged."""

    def __init__(self, path: Path, file: TextIO, dialect: Dialect) -> None:
        csv.field_size_limit(LARGEST_CELL_CHARACTERS)
        self._path = path
        self._encoding = dialect.encoding
        self._rows = csv_rows(self._lines(file), dialect)

    def chunks(self, size: int) -> Iterator[_Chunk]:
        """Yield the rows, `size` at a time."""
        while True:
            before = self._rows.line_num
            rows: list[list[str]] = []
            try:
                rows.extend(islice(self._rows, size))  # keeps what came before an error
            except csv.Error as error:
                begins = before + 1 + sum(map(_line_count, rows))  # where a quote that is never closed is found
                raise self._error(_reason(error), at=begins - self._rows.line_num) from None
            except UnicodeDecodeError:
                raise undecodable(self._path, self._encoding) from None
            except OSError as error:
                raise unusable(self._path, "read", error) from error
            if not rows:
                return
            lines: Sequence[int] = range(before + 1, before + 1 + len(rows))
            if self._rows.line_num - before != len(rows):
                lines = [before + 1, *accumulate(map(_line_count, rows[:-1]), initial=before + 1)][1:]
            yield _Chunk(rows, lines)

    def _lines(self, file: TextIO) -> Iterator[str]:
        while line := file.readline(LARGEST_LINE_CHARACTERS):
            if "\0" in line:
                raise self._error(
                    "holds a NUL character",
                    at=1,
                    hint="if it is UTF-16 without a byte order mark, say --encoding utf-16-le",
                )
            if len(line) == LARGEST_LINE_CHARACTERS:
                raise self._error(f"is longer than {LARGEST_LINE_CHARACTERS:,} characters", at=1)
            yield line

    def _error(self, rule: str, *, at: int = 0, hint: str = "") -> TableError:
        return TableError(f"{self._path}: line {self._rows.line_num + at:,}: {rule}", hint=hint)


class _Block:
    """The columns of a batch while they grow."""

    def __init__(self, width: int, columns: Sequence[int]) -> None:
        self._width = width
        self._places = columns
        self._columns: list[list[str]] = [[] for _ in columns]
        self._lines: list[int] = []
        self._faults: list[CellFault] = []

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, chunk: _Chunk) -> None:
        """Append the rows of `chunk`; a row that is not as wide as the header is a fault."""
        rows = chunk.rows
        if set(map(len, rows)) != {self._width}:
            rows = [self._fitted(len(self._lines) + place, row) for place, row in enumerate(rows)]
        cells = list(zip(*rows, strict=True))
        for column, place in zip(self._columns, self._places, strict=True):
            column.extend(cells[place])
        self._lines.extend(chunk.lines)

    def batch(self, first_row: int, share_read: float) -> Batch:
        """Return what has been added."""
        return Batch(first_row, tuple(self._columns), share_read, tuple(self._faults), self._lines)

    def _fitted(self, place: int, row: list[str]) -> list[str]:
        if len(row) == self._width:
            return row
        cells = "no cells" if not row else "1 cell" if len(row) == 1 else f"{len(row)} cells"
        self._faults.append(CellFault(place, "", f"has {cells} where the header has {self._width}"))
        return (row + [""] * self._width)[: self._width]


def _without_blank_end(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """Yield the chunks without the blank lines that no row follows."""
    rows: list[list[str]] = []
    lines: list[int] = []
    for chunk in chunks:
        end = len(chunk.rows)
        while end and not chunk.rows[end - 1]:
            end -= 1
        if end and (rows or end < len(chunk.rows)):
            yield _Chunk(rows + chunk.rows[:end], [*lines, *chunk.lines[:end]])
            rows, lines = [], []
        elif end:
            yield chunk
        rows += chunk.rows[end:]
        lines += chunk.lines[end:]


def _line_count(row: list[str]) -> int:
    return 1 + sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for cell in row)


def _reason(error: csv.Error) -> str:
    """Return in our words why the csv module stopped; it never quotes the content, but speaks of its own API."""
    message = str(error)
    if "field larger" in message:
        return f"a cell is longer than {LARGEST_CELL_CHARACTERS:,} characters (a quote that is never closed?)"
    if "end of data" in message:
        return "a quoted cell is never closed"
    return "after a closing quote a cell must end; inside quotes a quote is written twice"


@contextmanager
def _opened(path: Path, dialect: Dialect) -> Iterator[TextIO]:
    try:
        file = path.open(encoding=dialect.encoding, newline="")
    except OSError as error:
        raise unusable(path, "read", error) from error
    with file:
        yield file
