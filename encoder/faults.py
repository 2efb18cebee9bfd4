"""Rows that cannot be encoded: the run stops at the first, or they are set aside into a file and counted."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from encoder.errors import RowError
from encoder.local_csv import new_local_csv

COLUMNS = ("row", "field", "rule")


class RowFault(NamedTuple):
    """What is wrong with a row: its number (from 1, without the header), its line or None, field or "", and rule."""

    row: int
    line: int | None
    field: str
    rule: str


OnFaults = Callable[[Sequence[RowFault]], None]
"""Called with the faults of a batch, by row; returns when their rows may be set aside."""


@contextmanager
def faults_of(source: Path, bad_rows: Path | None, *, overwrite: bool) -> Iterator[OnFaults]:
    """Yield what takes the faults of `source`.

    Without `bad_rows` it raises RowError at the first. With it, it writes them into that file, readable by its owner
    only; the file says which rows and why, and holds none of their values.

    Raises:
        FileError: `bad_rows` cannot be written, or exists and may not be replaced.
    """
    if bad_rows is None:

        def stop(faults: Sequence[RowFault]) -> None:
            first = faults[0]
            hint = "correct the row, or set bad rows aside with --bad-rows FILE"
            raise RowError(first.row, first.field, first.rule, path=source, line=first.line, hint=hint)

        yield stop
        return
    with new_local_csv(bad_rows, COLUMNS, overwrite=overwrite) as write_rows:
        yield lambda faults: write_rows([(str(fault.row), fault.field, fault.rule) for fault in faults])
