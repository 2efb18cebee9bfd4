"""Searching packages, or all that a host has, for the raw values they must not hold.

A value of at least six bytes is looked for anywhere in the bytes of a file and of every layer of it, in several
forms: as UTF-8 and UTF-16, as written and in lower, upper and title case, in hexadecimal and in base64 at every
alignment. Where chance explains that it stands there, it does not count (trial/chance.py). Every value is also looked
for as a whole field, a JSON string or a printable cell; one of fewer than six bytes, only so. A search that finds
nothing shows nothing unless it would have found something, so every search also goes through a package in which values
were planted; if it misses one there, its result is "inconclusive".
"""

import base64
import io
import json
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from trial.chance import Chance, stands_by_chance
from trial.layers import Layer, layers
from trial.patterns import BASE_64, HEXADECIMAL, UTF_8, UTF_16, WINDOW_BYTES, PatternIndex, patterns_of, spellings

WHOLE_FIELD = "whole field"
FORMS = (UTF_8, UTF_16, HEXADECIMAL, BASE_64, WHOLE_FIELD)

Verdict = Literal["nothing found", "found", "inconclusive"]


class Control(NamedTuple):
    """What a search must find, so that finding nothing elsewhere means something.

    Attributes:
        planted: (value, short value) -> layers into which they were planted.
        raw: the place that holds the value in every form.
        texts: the places that hold both as texts.
    """

    planted: Callable[[str, str], Iterable[Layer]]
    raw: str
    texts: tuple[str, ...]


class Find(NamedTuple):
    """Raw values in a package or another file: where, in which form and how many times. Never the values themselves."""

    package: str
    place: str
    form: str
    times: int


@dataclass(frozen=True, slots=True)
class LeakSearch:
    """What was searched, how much of it, and what came out.

    Attributes:
        values: distinct values looked for anywhere.
        short_values: distinct values of fewer than six bytes, looked for as whole fields only.
        patterns: byte patterns that the values gave.
        bytes_searched: over all layers of all packages, so most bytes count more than once.
        finds: one per place and form.
        by_chance: short values inside digests, base64 or bytes that are no text, where chance puts some; no finds.
        expected_by_chance: how many of these chance alone would put there.
        control_held: whether every planted value was found.
        seconds: time of the search, control included.
    """

    values: int
    short_values: int
    patterns: int
    layers: int
    bytes_searched: int
    finds: tuple[Find, ...]
    by_chance: int
    expected_by_chance: float
    control_held: bool
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """Return what the search shows."""
        if self.finds:
            return "found"
        return "nothing found" if self.control_held else "inconclusive"

    def document(self) -> dict[str, Any]:
        """Return everything as JSON-like data."""
        return {
            "verdict": self.verdict,
            "values": self.values,
            "short_values": self.short_values,
            "forms": list(FORMS),
            "patterns": self.patterns,
            "layers": self.layers,
            "bytes_searched": self.bytes_searched,
            "found": sum(find.times for find in self.finds),
            "finds": [find._asdict() for find in self.finds],
            "by_chance": self.by_chance,
            "expected_by_chance": self.expected_by_chance,
            "control_held": self.control_held,
            "seconds": self.seconds,
        }


def search_packages(packages: Mapping[str, bytes], values: Collection[str]) -> LeakSearch:
    """Return what of `values` can be found in `packages` (name -> content of the zip).

    Raises:
        ValueError: no packages, or no value long enough to plant.
        zipfile.BadZipFile: a package is not a zip.
    """
    if not packages:
        raise ValueError("a search needs a package")
    control = Control(
        lambda value, short_value: layers(with_planted(next(iter(packages.values())), value, short_value)),
        "planted.bin",
        ("planted.parquet, column planted", "planted.json, decoded, texts"),
    )
    return search(((name, layer) for name, content in packages.items() for layer in layers(content)), values, control)


def search(places: Iterable[tuple[str, Layer]], values: Collection[str], control: Control) -> LeakSearch:
    """Return what of `values` can be found in layers, each with the name of its file.

    Raises:
        ValueError: no value is long enough to plant.
    """
    started = time.perf_counter()
    long_values = sorted(value for value in set(values) if len(value.encode()) >= WINDOW_BYTES)
    short_values = {value for value in values if value and len(value.encode()) < WINDOW_BYTES}
    if not long_values:
        raise ValueError("a search needs a value of at least six bytes")
    patterns = PatternIndex(long_values)
    spelt = {spelling for value in long_values for spelling in spellings(value)}
    chance, fields = Chance({spelling.encode() for spelling in spelt}), short_values | spelt
    finds: list[Find] = []
    by_chance, expected, count, total = 0, 0.0, 0, 0
    for name, layer in places:
        found, explained = _search(layer, patterns, fields)
        finds += (Find(name, layer.place, form, times) for form, times in found.items())
        by_chance += explained
        expected += chance.expected(layer.content)
        count += 1
        total += len(layer.content)
    held = _holds(control, patterns, long_values, short_values)
    seconds = time.perf_counter() - started
    sizes = len(long_values), len(short_values), len(patterns)
    return LeakSearch(*sizes, count, total, tuple(finds), by_chance, expected, held, seconds)


def _search(layer: Layer, patterns: PatternIndex, fields: Collection[str]) -> tuple[Counter[str], int]:
    """Return form -> finds in `layer`, `fields` as whole ones, and how many values stand there by chance, as UTF-8."""
    forms, by_chance = Counter[str](), 0
    for place, pattern in patterns.occurrences(layer.content):
        if not stands_by_chance(pattern, place, layer.content):
            forms[pattern.form] += 1
        elif pattern.form == UTF_8:
            by_chance += 1
    forms.update(WHOLE_FIELD for field in layer.fields if field in fields)
    return forms, by_chance


def _holds(
    control: Control, patterns: PatternIndex, long_values: Collection[str], short_values: Collection[str]
) -> bool:
    """Return whether the search finds what is planted, in every form and kind of place: of the shortest values."""
    value = min(long_values, key=lambda text: (len(text.encode()), text))
    short_value = max(short_values, default="")
    found: dict[str, Counter[str]] = {}
    for layer in control.planted(value, short_value):
        found.setdefault(layer.place, Counter()).update(_search(layer, patterns, {short_value})[0])
    as_texts = {UTF_8, WHOLE_FIELD} if short_value else {UTF_8}
    wanted = {control.raw: {pattern.form for pattern in patterns_of(value)}} | dict.fromkeys(control.texts, as_texts)
    return all(forms <= found.get(place, Counter()).keys() for place, forms in wanted.items())


def with_planted(package: bytes, value: str, short_value: str) -> bytes:
    """Return a copy of `package` and three more, compressed members that hold the values as a leak might."""
    column = io.BytesIO()
    pq.write_table(pa.table({"planted": [value, short_value]}), column, compression="zstd")
    content = io.BytesIO(package)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("planted.bin", in_every_form(value))
        archive.writestr("planted.parquet", column.getvalue())
        archive.writestr("planted.json", as_statement(value, short_value))
    return content.getvalue()


def in_every_form(value: str) -> bytes:
    """Return `value` in each form that is looked for."""
    raw = value.encode()
    return b"\0".join([raw, value.encode("utf-16-le"), raw.hex().encode(), base64.b64encode(raw)])


def as_statement(value: str, short_value: str) -> bytes:
    """Return the values as a signed document holds them: JSON inside base64 inside JSON."""
    statement = json.dumps({"texts": [f"before {value} after", short_value]}).encode()
    return json.dumps({"payload": base64.b64encode(statement).decode()}).encode()
