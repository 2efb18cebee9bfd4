"""CSV files that stay at the agency: readable by their owner only, whole or absent.

They are UTF-8 with commas, double quotes and CRLF line ends (RFC 4180), which spreadsheets open as they are.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from linkage.errors import FileError
from linkage.files import OWNER_ONLY, unusable, whole_file

WriteRows = Callable[[Iterable[Sequence[str]]], None]


@contextmanager
def new_local_csv(path: Path, names: Sequence[str], *, overwrite: bool) -> Iterator[WriteRows]:
    """Yield what appends rows to the file; it takes its name when the block ends well, else it is removed.

    Raises:
        FileError: it cannot be written, exists and may not be replaced, or has the name of a Parquet file.
    """
    if path.suffix.lower() == ".parquet":
        raise FileError(f"{path} is to be written as CSV", code="file.unusable", hint="let its name end in .csv")
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
