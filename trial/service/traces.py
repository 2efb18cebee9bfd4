"""All that a host has, as layers for the leak search: files as they are, and what is inside databases and documents."""

import base64
import json
import re
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from trial.layers import Layer, printable, texts, together
from trial.leak import Control, as_statement, in_every_form
from trial.service.host import METRICS

_SQLITE_MAGIC = b"SQLite format 3\0"
_SAMPLE_VALUE = re.compile(rb" [-+0-9.eE]+$", re.MULTILINE)


def traces(folder: Path) -> Iterator[tuple[str, Layer]]:
    """Yield (file, layer) for every file below `folder`.

    The numbers of a metric are left out: seconds with 16 digits hold any number of seven by chance.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        if path.name == METRICS:
            content = _SAMPLE_VALUE.sub(b"", content)
        yield name, Layer("the file", content)
        if content.startswith(_SQLITE_MAGIC):
            found = _columns(path)
        else:
            found = (layer for line in dict.fromkeys([content, *content.splitlines()]) for layer in texts("line", line))
        yield from ((name, layer) for layer in found)


def count_keys(folder: Path, keys: Collection[bytes]) -> int:
    """Return how many layers of a host's folder hold one of `keys`: as bytes, in hexadecimal or in base64."""
    forms = [form for key in keys for form in (key, key.hex().encode(), base64.b64encode(key).rstrip(b"="))]
    return sum(any(form in layer.content for form in forms) for _, layer in traces(folder))


def control() -> Control:
    """Return the control of a search among traces: a host's folder with values planted into file, log and database."""
    column = "table planted, column words"
    return Control(_planted, "the file", ("line, texts", column, f"{column}, decoded, texts"))


def _planted(value: str, short_value: str) -> Iterator[Layer]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "planted.bin").write_bytes(in_every_form(value))
        event = json.dumps({"event": f"before {value} after", "code": short_value}).encode()
        (folder / "planted.log").write_bytes(b"serving\n" + event + b"\n")
        with closing(sqlite3.connect(folder / "planted.db")) as connection, connection:
            connection.execute("CREATE TABLE planted (words)")
            for cell in (value, short_value, as_statement(value, short_value)):
                connection.execute("INSERT INTO planted VALUES (?)", (cell,))
        yield from [layer for _, layer in traces(folder)]


def _columns(path: Path) -> Iterator[Layer]:
    """Yield every column of every table: its cells together, and what documents in it say."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            for column in [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]:
                place = f"table {table}, column {column}"
                query = f'SELECT "{column}" FROM "{table}"'  # noqa: S608 - names from the database itself
                cells = [cell for (cell,) in connection.execute(query) if isinstance(cell, bytes | str)]
                octets = [cell if isinstance(cell, bytes) else cell.encode() for cell in cells]
                yield Layer(place, together(octets, b"\0"), frozenset(printable(cells)))
                for content in octets:
                    yield from texts(place, content)
