"""CSV files that stay at the agency: readable by their owner only, whole or absent, and read strictly.

They are UTF-8 with commas, double quotes and CRLF line ends (RFC 4180), which spreadsheets open as they are.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from encoder.errors import CounterfoilFileError, TableError
from encoder.table.batch import Batch
from encoder.table.delimited import DelimitedTable
from encoder.table.dialect import Dialect
from linkage.files import OWNER_ONLY, unusable, whole_file

_DIALECT = Dialect("utf-8", ",", '"')

WriteRows = Callable[[Iterable[Sequence[str]]], None]


@contextmanager
def new_local_csv(path: Path, names: Sequence[str], *, overwrite: bool) -> Iterator[WriteRows]:
    """Yield what appends rows to the file; it takes its name when the block ends well, else it is removed.

    Raises:
        FileError: it cannot be written, or exists and may not be replaced.
    """
    try:
        with (
            whole_file(path, overwrite=overwrite, mode=OWNER_ONLY) as temporary,
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(names)
            yield writer.writerows
    except OSError as error:
        raise unusable(path, "written", error) from error


def local_header(path: Path) -> tuple[str, ...]:
    """Return the names of a file's columns.

    Raises:
        FileError: it cannot be read.
        TableError: it is damaged.
    """
    with _as_written():
        return DelimitedTable.open(path, _DIALECT).header


def read_local_csv(path: Path, names: Sequence[str]) -> Iterator[Batch]:
    """Yield the rows of a file whose columns are `names`, in batches.

    Raises:
        FileError: it cannot be read.
        TableError: it is damaged.
        CounterfoilFileError: it has other columns, or a row is not as long as the header.
    """
    with _as_written():
        table = DelimitedTable.open(path, _DIALECT)
        if table.header != tuple(names):
            raise CounterfoilFileError(f"{path}: the first line must be {','.join(names)}")
        for batch in table.batches(range(len(names))):
            for fault in batch.faults:
                raise wrong_row(path, batch, fault.row, fault.rule)
            yield batch


@contextmanager
def _as_written() -> Iterator[None]:
    """Give an error about the encoding of a file the advice that fits one that Counterfoil wrote."""
    try:
        yield
    except TableError as error:
        if error.code != "table.encoding":
            raise
        hint = "give the CSV file as Counterfoil wrote it; a spreadsheet may have saved it in another way"
        raise TableError(error.message, code=error.code, hint=hint) from None


def wrong_row(path: Path, batch: Batch, place: int, rule: str) -> CounterfoilFileError:
    """Return the error about the row at `place` in `batch`."""
    return CounterfoilFileError(f"{path}: line {batch.lines[place]:,}: {rule}")
