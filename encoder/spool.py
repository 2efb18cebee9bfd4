"""Sorting more rows by token than memory holds: a temporary file of sorted runs, merged range by range."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from linkage.encodings import TOKEN_BYTES
from linkage.files import unusable

_RANGES = 256  # by the first byte of the token; tokens are random, so all ranges are about as long
_BLOCK_BYTES = 8 << 20

Bytes = NDArray[np.uint8]


class Spool:
    """Takes tokens and encodings in any order and gives them back by rising token.

    The file holds nothing else, is readable by its owner only, and has no name where the system allows that (elsewhere
    it goes when it is closed), so that not even a killed process leaves it behind. Memory holds one block of rows
    and 2 KiB per run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise unusable(folder, "written", error) from error
        self._width = 0
        self._bounds: list[NDArray[np.int64]] = []
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, tokens: Bytes, encodings: Bytes) -> None:
        """Take rows: tokens, uint8 (m, 16), and encodings, uint8 (m, width), of one width in all calls."""
        order = _order(tokens)
        rows = np.concatenate((tokens, encodings), axis=1)[order]
        starts = np.searchsorted(rows[:, 0], np.arange(_RANGES + 1))
        self._bounds.append(starts + self._rows)
        self._width = rows.shape[1]
        self._rows += len(rows)
        try:
            self._file.write(rows.data)
        except OSError as error:
            raise unusable(self._folder, "written", error) from error

    def blocks(self) -> Iterator[tuple[Bytes, Bytes]]:
        """Yield all rows by rising token, at most 8 MiB at a time (more only beyond 2 GiB): tokens and encodings."""
        if not self._rows:
            return
        bounds = np.array(self._bounds)
        lengths = (bounds[:, 1:] - bounds[:, :-1]).sum(axis=0)
        first = 0
        while first < _RANGES:
            last = first + 1
            while last < _RANGES and lengths[first : last + 1].sum() * self._width <= _BLOCK_BYTES:
                last += 1
            rows = self._read(bounds[:, first], bounds[:, last])
            rows = rows[_order(rows[:, :TOKEN_BYTES])]
            yield rows[:, :TOKEN_BYTES], rows[:, TOKEN_BYTES:]
            first = last

    def _read(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Bytes:
        rows = np.empty((int((ends - starts).sum()), self._width), dtype=np.uint8)
        filled = 0
        try:
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
                self._file.seek(start * self._width)
                part = rows[filled : filled + end - start]
                if end > start and self._file.readinto(part.data) != part.nbytes:
                    raise OSError("the temporary file is shorter than it was")
                filled += end - start
        except OSError as error:
            raise unusable(self._folder, "read", error) from error
        return rows


def _order(tokens: Bytes) -> NDArray[np.intp]:
    # Fixed-length byte strings compare as unsigned bytes, from left to right.
    return np.argsort(np.ascontiguousarray(tokens).view(f"S{TOKEN_BYTES}").ravel(), kind="stable")
