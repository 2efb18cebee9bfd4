"""Parquet tables of texts and numbers, read as the texts that a CSV file of the same table has.

`counterfoil match` writes either; whoever reads what it wrote sees no difference. Of linkage, only this needs pyarrow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.files import LARGEST_CELL_CHARACTERS, unusable

_ROWS_AT_A_TIME = 50_000
_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ParquetTexts:
    """A Parquet file whose columns are texts and numbers.

    Attributes:
        path: the file.
        header: names of the columns.
        rows: how many rows it says to have.
    """

    path: Path
    header: tuple[str, ...]
    rows: int

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the table in `path`.

        Raises:
            FileError: the file cannot be read.
            InputError: it is damaged.
        """
        with _source(path) as source:
            return cls(path, tuple(source.schema_arrow.names), source.metadata.num_rows)

    def batches(self) -> Iterator[tuple[int, tuple[list[str], ...]]]:
        """Yield (number of the first row, counted from 1; all columns), at most 50,000 rows at a time.

        A number is written as in CSV by `match`: the shortest decimal that is read as the same number. A null is the
        empty text.

        Raises:
            FileError: the file cannot be read.
            InputError: it is damaged, a column has another type, or a cell is too long or has a NUL character.
        """
        first_row = 1
        with _source(self.path) as source:
            for name, kind in zip(self.header, source.schema_arrow.types, strict=True):
                if not (is_text_or_whole(kind) or pa.types.is_float64(kind)):
                    raise InputError(
                        f"{self.path}: column '{name}' has the type {kind}, and only texts and numbers can be read",
                        code="table",
                        hint="give the file as Counterfoil wrote it",
                    )
            for block in source.iter_batches(batch_size=_ROWS_AT_A_TIME):
                columns = zip(self.header, block.columns, strict=True)
                yield first_row, tuple(self._texts(first_row, name, column) for name, column in columns)
                first_row += len(block)

    def _texts(self, first_row: int, name: str, column: Any) -> list[str]:
        texts: Any = pc.fill_null(column.cast(pa.large_string()), "")
        wrong: Any = pc.or_(
            pc.greater(pc.binary_length(texts), pa.scalar(LARGEST_CELL_CHARACTERS)), pc.match_substring(texts, "\0")
        )
        for place in pc.indices_nonzero(wrong).to_pylist():
            raise InputError(
                f"{self.path}: row {first_row + place:,}: {name} is too long or has a NUL character", code="table"
            )
        found: list[str] = texts.to_pylist()
        return found


def is_text_or_whole(kind: Any) -> bool:
    """Return whether a column of an Arrow type holds texts or whole numbers."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_integer(kind)
    )


@contextmanager
def _source(path: Path) -> Iterator[Any]:
    """Yield the reader; what Arrow finds wrong while the block runs is told without its words: they may quote cells."""
    try:
        with path.open("rb") as file:
            yield pq.ParquetFile(file, buffer_size=_BUFFER_BYTES, pre_buffer=False)
    except OSError as error:
        if error.errno is not None:
            raise unusable(path, "read", error) from error
        raise InputError(f"{path} is damaged", code="table") from None
    except (pa.ArrowException, UnicodeDecodeError):
        raise InputError(f"{path} is damaged", code="table") from None
