"""Tables as a value: a header, and rows in batches of columns that never need more memory than one batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Protocol, Self

BATCH_ROWS = 100_000
LARGEST_HEADER_COLUMNS = 4_096
LARGEST_NAME_CHARACTERS = 1_000


class CellFault(NamedTuple):
    """What is wrong with a row: its index in the batch (from 0), the column or "" for the whole row, the rule."""

    row: int
    column: str
    rule: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive rows of a table, column by column. A missing cell is the empty string.

    Attributes:
        first_row: number of the first row, counted from 1 without the header.
        columns: the columns that were asked for, in the order asked, all of one length.
        share_read: share of the table that has been read when this batch is delivered, above 0 and at most 1.
        faults: rows that cannot be used, by (row, column); their cells hold something and mean nothing.
        lines: for each row the line of the file it begins on, counted from 1; empty where a table has no lines.
    """

    first_row: int
    columns: tuple[Sequence[str], ...]
    share_read: float
    faults: tuple[CellFault, ...] = ()
    lines: Sequence[int] = field(default=())

    def __len__(self) -> int:
        return len(self.columns[0])

    def parts(self, rows: int) -> Iterator[Self]:
        """Yield the batch in parts of at most `rows` rows."""
        if len(self) <= rows:
            yield self
            return
        for start in range(0, len(self), rows):
            end = start + rows
            yield replace(
                self,
                first_row=self.first_row + start,
                columns=tuple(column[start:end] for column in self.columns),
                faults=tuple(
                    fault._replace(row=fault.row - start) for fault in self.faults if start <= fault.row < end
                ),
                lines=self.lines[start:end],
            )


class Table(Protocol):
    """A file of rows whose first row, or schema, names the columns."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as written."""
        ...

    def batches(self, columns: Sequence[int]) -> Iterator[Batch]:
        """Yield the rows, at most `BATCH_ROWS` at a time.

        Args:
            columns: places in the header (from 0) of the columns to deliver, at least one.

        Raises:
            FileError: the file cannot be read.
            TableError: it is damaged, or holds what no rule can read.
        """
        ...
