"""CLK JSON, ``{"clks": ["<base64>", ...]}``: the file that clkhash writes and anonlink reads.

A row is one text in the list. The file has no tokens and no signature; rows are known by their position only.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from linkage.canonical import base64_text, parse_base64
from linkage.encodings import Encodings
from linkage.errors import InterchangeError
from linkage.files import unusable, whole_file
from linkage.schema.model import LARGEST_FILTER_BITS

_READ_BYTES = 1 << 20
_LARGEST_TEXT_BYTES = 2 * LARGEST_FILTER_BITS  # room for the longest encoding in base64, every character escaped
_SPACE = rb"[ \t\r\n]*"
_START = re.compile(rb'(?:\xef\xbb\xbf)?%b\{%b"clks"%b:%b\[' % ((_SPACE,) * 4))
_TEXT = re.compile(rb'%b"([^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+)"%b([,\]])' % ((_SPACE,) * 2))
_EMPTY = re.compile(rb"%b\]" % _SPACE)
_FINISH = re.compile(rb"%b\}%b" % ((_SPACE,) * 2))
_FORM = 'must be {"clks": [...]} with nothing beside it'


def write_clks(path: Path, encodings: Encodings, *, overwrite: bool = False) -> None:
    """Write `encodings` as CLK JSON, whole or not at all: the same bytes as clkhash writes.

    Raises:
        FileError: the file cannot be written, or exists already.
    """
    try:
        with whole_file(path, overwrite=overwrite) as temporary, temporary.open("w", encoding="ascii") as file:
            file.write('{"clks": [')
            separator = ""
            for _, block in encodings.blocks():
                file.write(separator + ", ".join(f'"{base64_text(row.tobytes())}"' for row in block))
                separator = ", "
            file.write("]}")
    except OSError as error:
        raise unusable(path, "written", error) from error


def read_clks(path: Path) -> NDArray[np.uint8]:
    """Return the encodings in a CLK JSON file, uint8 (n, width in bytes), n at least 1; holds one block beside them.

    Base64 must be canonical and padded; a line break at the end of a text, which old versions of clkhash wrote, is
    passed over.

    Raises:
        FileError: the file cannot be read.
        InterchangeError: another form; the message names the row, counted from 1, and the rule.
    """
    content = bytearray()
    width = count = 0
    try:
        with path.open("rb") as file:
            for count, text in enumerate(_texts(file), start=1):
                row = _row(text, count)
                width = width or len(row)
                if len(row) != width:
                    raise InterchangeError(f"row {count:,}: has {len(row):,} bytes where row 1 has {width:,}")
                content += row
    except InterchangeError as error:
        raise InterchangeError(f"{path}: {error.message}") from None
    except OSError as error:
        raise unusable(path, "read", error) from error
    if not count:
        raise InterchangeError(f"{path}: holds no encodings")
    return np.frombuffer(content, dtype=np.uint8).reshape(count, width)


def _row(text: bytes, number: int) -> bytes:
    try:
        spelled = json.loads(b'"%b"' % text) if b"\\" in text else text.decode("ascii")
        row = parse_base64(spelled.removesuffix("\n"))
    except ValueError:
        raise InterchangeError(f"row {number:,}: must be base64 with padding") from None
    if not row:
        raise InterchangeError(f"row {number:,}: is empty")
    return row


def _texts(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the texts of the list as they stand in the file, between their quotation marks."""
    window = _Window(file)
    if not window.take(_START):
        raise InterchangeError(_FORM)
    number = 0
    separator = b","
    while separator == b",":
        found = window.take(_TEXT)
        number += 1
        if found is None and number == 1 and window.take(_EMPTY):
            break
        if found is None:
            raise InterchangeError(f"row {number:,}: must be a text, and after it the list goes on or ends")
        text, separator = found.groups()
        yield text
    rest = window.rest()
    if len(rest) > _LARGEST_TEXT_BYTES or not _FINISH.fullmatch(rest):
        raise InterchangeError(f"{_FORM}; something else follows the list, or the file is cut off")


class _Window:
    """The part of a file that is being read, as little of it as the next pattern needs."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._content = b""
        self._start = 0

    def take(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Return the match of `pattern` at the current place and go behind it, or None when there is none."""
        while True:
            found = pattern.match(self._content, self._start)
            if found:
                self._start = found.end()
                return found
            rest = self._content[self._start :]
            more = self._file.read(_READ_BYTES) if len(rest) <= _LARGEST_TEXT_BYTES else b""
            if not more:
                return None
            self._content, self._start = rest + more, 0

    def rest(self) -> bytes:
        """Return what is left, or more than the largest text may have when there is as much."""
        return self._content[self._start :] + self._file.read(_LARGEST_TEXT_BYTES + 1)
