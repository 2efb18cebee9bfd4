"""Tables as columns: Parquet and Arrow IPC (Feather version 2), read record batch by record batch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from encoder.errors import TableError
from encoder.table.batch import BATCH_ROWS, Batch, CellFault
from linkage.files import LARGEST_CELL_CHARACTERS, unusable
from linkage.parquet_texts import is_text_or_whole

Layout = Literal["parquet", "arrow file", "arrow stream"]
_NOT_A_DATE = "must be a date without a time of day"
_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class ColumnarTable:
    """A Parquet or Arrow file. Texts, whole numbers and dates become text; a null is a missing cell."""

    path: Path
    layout: Layout
    header: tuple[str, ...]
    _types: tuple[Any, ...]

    @classmethod
    def open(cls, path: Path, layout: Layout) -> Self:
        """Return the table in `path`.

        Raises:
            FileError: the file cannot be read.
            TableError: it is damaged.
        """
        with _source(path, layout) as (source, _):
            schema = source.schema_arrow if layout == "parquet" else source.schema
            return cls(path, layout, tuple(schema.names), tuple(schema.types))

    def batches(self, columns: Sequence[int]) -> Iterator[Batch]:
        """Yield the rows (see :class:`encoder.table.Table`); a column of another type is refused by its name."""
        for place in columns:
            if not _readable(self._types[place]):
                raise TableError(
                    f"{self.path}: column '{self.header[place]}' has the type {self._types[place]}, and only texts, "
                    "whole numbers and dates can be read",
                    hint="write it as text",
                )
        first_row = 1
        names = [self.header[place] for place in columns]
        with _source(self.path, self.layout) as (source, file):
            for block, share_read in _blocks(source, file, self.layout, names):
                yield self._batch(first_row, block, names, share_read)
                first_row += len(block)

    def _batch(self, first_row: int, block: Any, names: list[str], share_read: float) -> Batch:
        texts: list[Sequence[str]] = []
        faults: list[CellFault] = []
        for name in names:
            array = block.column(name)
            if pa.types.is_dictionary(array.type):
                array = array.dictionary_decode()
            if pa.types.is_timestamp(array.type):
                days = array.cast(pa.date32(), safe=False)
                wrong = pc.fill_null(pc.not_equal(days.cast(array.type), array), False)
                faults += [CellFault(place, name, _NOT_A_DATE) for place in pc.indices_nonzero(wrong).to_pylist()]
                array = days
            column = array.cast(pa.large_string())
            self._check(column, name)
            texts.append(pc.fill_null(column, "").to_pylist())
        return Batch(first_row, tuple(texts), share_read, tuple(sorted(faults)))

    def _check(self, column: Any, name: str) -> None:
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        if longest > LARGEST_CELL_CHARACTERS:
            raise TableError(f"{self.path}: column '{name}' has a cell of more than {LARGEST_CELL_CHARACTERS:,} bytes")
        if pc.any(pc.match_substring(column, "\0")).as_py():
            raise TableError(f"{self.path}: column '{name}' has a cell with a NUL character")


def _readable(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        is_text_or_whole(kind)
        or pa.types.is_date(kind)
        or pa.types.is_null(kind)
        or (pa.types.is_timestamp(kind) and kind.tz is None)
    )


def _blocks(source: Any, file: Any, layout: Layout, names: list[str]) -> Iterator[tuple[Any, float]]:
    """Yield record batches of at most `BATCH_ROWS` rows, and the share of the file read with each."""
    if layout == "parquet":
        done, total = 0, source.metadata.num_rows
        for block in source.iter_batches(batch_size=BATCH_ROWS, columns=names):
            done += len(block)
            yield block, done / total
    elif layout == "arrow file":
        for place in range(source.num_record_batches):
            for block in _pieces(source.get_batch(place)):
                yield block, (place + 1) / source.num_record_batches
    else:
        for whole in source:
            for block in _pieces(whole):
                yield block, file.tell() / file.size()


def _pieces(block: Any) -> Iterator[Any]:
    for start in range(0, len(block), BATCH_ROWS):
        yield block.slice(start, BATCH_ROWS)


@contextmanager
def _source(path: Path, layout: Layout) -> Iterator[tuple[Any, Any]]:
    """Yield the reader and its file; what Arrow finds wrong while the block runs is told without its words."""
    damaged = f"{path} is damaged, or is not a file of its kind"
    try:
        with pa.OSFile(str(path), "rb") as file:
            if layout == "parquet":
                yield pq.ParquetFile(file, buffer_size=_BUFFER_BYTES, pre_buffer=False), file
            elif layout == "arrow file":
                yield pa.ipc.open_file(file), file
            else:
                yield pa.ipc.open_stream(file), file
    except OSError as error:
        if error.errno is not None:
            raise unusable(path, "read", error) from error
        raise TableError(damaged) from None
    except (pa.ArrowException, UnicodeDecodeError):  # their messages may quote the content
        raise TableError(damaged) from None
