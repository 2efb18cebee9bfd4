"""Everything that the bytes of a package can be read as, with general tools and not with our own reader."""

import base64
import binascii
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow.parquet as pq

_PARQUET_MAGIC = b"PAR1"
_PADDING = 24  # bytes; as many as are looked at to tell text from other bytes
_SHORTEST_BASE64 = 8  # characters; shorter texts are words more often than not


class Layer(NamedTuple):
    """One reading of a package.

    Attributes:
        place: where it is, for people: "encodings.parquet, column token".
        content: its bytes.
        fields: the texts that stand in it as a whole: JSON strings, printable cells.
    """

    place: str
    content: bytes
    fields: frozenset[str] = frozenset()


def layers(package: bytes) -> Iterator[Layer]:
    """Yield the file itself, every member, every column of a Parquet member, and every text of a JSON member.

    Base64 in JSON is decoded, and what comes out is read in turn, so that the signed statement inside its envelope is
    seen in the clear.

    Raises:
        zipfile.BadZipFile: not a zip.
    """
    yield Layer("the file", package)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for member in archive.infolist():
            content = archive.read(member)
            yield Layer(member.filename, content)
            if content.startswith(_PARQUET_MAGIC):
                yield from _columns(member.filename, content)
            else:
                yield from texts(member.filename, content)


def _columns(place: str, content: bytes) -> Iterator[Layer]:
    table = pq.read_table(io.BytesIO(content), use_threads=False)
    names = {
        *table.column_names,
        *(text for pair in (table.schema.metadata or {}).items() for text in printable(pair)),
    }
    yield Layer(f"{place}, names and metadata", "\0".join(sorted(names)).encode(), frozenset(names))
    for name, column in zip(table.column_names, table.columns, strict=True):
        cells = [cell for cell in column.to_pylist() if cell is not None]
        yield Layer(
            f"{place}, column {name}",
            together(cell if isinstance(cell, bytes) else f"{cell}\0".encode() for cell in cells),
            frozenset(printable(cells)),
        )


def together(cells: Iterable[bytes], between: bytes = b"") -> bytes:
    """Return the cells, those that are text apart from the others: beside random bytes they would pass for chance."""
    parts: tuple[list[bytes], list[bytes]] = [], []
    for cell in cells:
        parts[any(printable([cell]))].append(cell)
    others, readable = map(between.join, parts)
    return readable + bytes(_PADDING) + others


def printable(cells: Iterable[Any]) -> Iterator[str]:
    """Yield the cells that are text, or bytes that can be read as text when padding is taken off."""
    for cell in cells:
        try:
            text = cell.strip(b"\0 ").decode() if isinstance(cell, bytes) else str(cell)
        except UnicodeDecodeError:
            continue
        if text and text.isprintable():
            yield text


def texts(place: str, content: bytes) -> Iterator[Layer]:
    """Yield the strings of a JSON document, and what base64 among them decodes to; nothing if it is not JSON."""
    try:
        strings = frozenset(_strings(json.loads(content)))
    except ValueError:
        return
    yield Layer(f"{place}, texts", "\0".join(sorted(strings)).encode(), strings)
    for string in sorted(strings):
        decoded = _decoded(string)
        if decoded:
            yield Layer(f"{place}, decoded", decoded)
            yield from texts(f"{place}, decoded", decoded)


def _strings(value: Any) -> Iterator[str]:
    """Yield every string of a JSON value but the names of keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _decoded(text: str) -> bytes:
    if len(text) < _SHORTEST_BASE64:
        return b""
    try:
        return base64.b64decode(text.translate(_STANDARD), validate=True)
    except (binascii.Error, ValueError):
        return b""


_STANDARD = str.maketrans("-_", "+/")
