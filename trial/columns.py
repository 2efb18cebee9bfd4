"""Strict reading of the small tables that commands pass to each other."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from linkage.errors import InputError
from linkage.files import is_parquet, unusable


def read_columns(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number from 1, cells in the order required + optional) of a UTF-8 CSV file with a header.

    A file whose name ends in .parquet is Parquet. An absent optional column gives empty cells. Columns may stand in any
    order; a byte order mark is allowed.

    Raises:
        FileError: the file cannot be read.
        InputError: not what its name says, damaged, not UTF-8, other or repeated columns, a row of another length, an
            empty cell in a required column.
    """
    rows = _parquet_rows(path) if is_parquet(path) else _csv_rows(path)
    header = next(rows, [])
    places = _places(path, header, required, optional)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise InputError(f"{path}: row {number:,} has {len(row)} cells, the header has {len(header)}")
        cells = ["" if place is None else row[place] for place in places]
        for name, cell in zip(required, cells, strict=False):
            if not cell:
                raise InputError(f"{path}: row {number:,}: {name} is empty")
        yield number, cells


def _csv_rows(path: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of a CSV file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file, strict=True)
    except OSError as error:
        raise unusable(path, "read", error) from error
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    except csv.Error as error:
        raise InputError(f"{path}: not CSV: {error}") from None


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of a Parquet file."""
    from linkage.parquet_texts import ParquetTexts

    table = ParquetTexts.open(path)
    yield list(table.header)
    for _, columns in table.batches():
        yield from map(list, zip(*columns, strict=True))


def _places(path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]) -> list[int | None]:
    if set(required) - set(header) or set(header) - {*required, *optional} or len(set(header)) != len(header):
        wanted = ", ".join(required) + (f" and, if need be, {', '.join(optional)}" if optional else "")
        raise InputError(f"{path}: the columns must be {wanted}")
    return [header.index(name) if name in header else None for name in (*required, *optional)]
