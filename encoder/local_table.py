"""Tables that Counterfoil wrote, read strictly: CSV as in `encoder.local_csv`, or Parquet where the name ends so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from encoder.errors import CounterfoilFileError, TableError
from encoder.table.batch import Batch
from encoder.table.delimited import DelimitedTable
from encoder.table.dialect import Dialect
from linkage.files import is_parquet

_DIALECT = Dialect("utf-8", ",", '"')


def local_header(path: Path) -> tuple[str, ...]:
    """Return the names of a file's columns.

    Raises:
        FileError: it cannot be read.
        InputError: it is damaged, or of another format than its name says.
    """
    with _as_written():
        header, _ = _open(path)
        return header


def read_local_table(path: Path, names: Sequence[str]) -> Iterator[Batch]:
    """Yield the rows of a file whose columns are `names`, in batches; those of Parquet have no lines.

    Raises:
        FileError: it cannot be read.
        InputError: it is damaged, of another format than its name says, or has columns that are no texts or numbers.
        CounterfoilFileError: it has other columns, or a row is not as long as the header.
    """
    with _as_written():
        header, batches = _open(path)
        if header != tuple(names):
            where = "columns" if is_parquet(path) else "first line"
            raise CounterfoilFileError(f"{path}: the {where} must be {','.join(names)}")
        for batch in batches:
            for fault in batch.faults:
                raise wrong_row(path, batch, fault.row, fault.rule)
            yield batch


def wrong_row(path: Path, batch: Batch, place: int, rule: str) -> CounterfoilFileError:
    """Return the error about the row at `place` in `batch`."""
    where = f"line {batch.lines[place]:,}" if batch.lines else f"row {batch.first_row + place:,}"
    return CounterfoilFileError(f"{path}: {where}: {rule}")


def _open(path: Path) -> tuple[tuple[str, ...], Iterator[Batch]]:
    """Return the header and the rows, which are not read yet."""
    if not is_parquet(path):
        text = DelimitedTable.open(path, _DIALECT)
        return text.header, text.batches(range(len(text.header)))
    from linkage.parquet_texts import ParquetTexts

    table = ParquetTexts.open(path)
    return table.header, (
        Batch(first_row, columns, min(1.0, (first_row - 1 + len(columns[0])) / max(1, table.rows)))
        for first_row, columns in table.batches()
    )


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
