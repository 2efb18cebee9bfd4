"""Frequency weights for a schema, from a public table that says how many people have each value.

The weight of agreement on a value is log(1/p), p being its frequency (Fellegi & Sunter, JASA 1969; Winkler,
"Frequency-based matching in Fellegi-Sunter model of record linkage", 1989). Here a token, of values as the field reads
them, has that weight as a percent of that of a token which is `rare`, in tens: 100 log(1/p) / log(1/rare).
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.errors import RowError, TableError
from encoder.parts import TokenReader
from encoder.standardise import NO_FACTS
from encoder.table import open_table
from encoder.weights import WHOLE
from linkage.errors import SchemaError
from linkage.schema import Field, NumericComparison, Schema, load_schema

_COUNT = re.compile("0*[1-9][0-9]{0,14}")  # the sum of a million of them is still a float64
_STEP = 10  # percent


class Frequencies(NamedTuple):
    """How often values occur.

    Attributes:
        path: the table that says it.
        values: as they are written there; an empty one stands for all that the table does not name.
        counts: float64 (values,), whole numbers above 0.
        lines: of the file, one for each value; none where it has no lines.
    """

    path: Path
    values: Sequence[str]
    counts: NDArray[np.float64]
    lines: Sequence[int]

    def wrong(self, place: int, field: str, rule: str) -> RowError:
        """Return the error about the value at `place`."""
        line = self.lines[place] if self.lines else None
        return RowError(place + 1, field, rule, path=self.path, line=line)


class Weighing(NamedTuple):
    """How a token's frequency becomes its percent.

    Attributes:
        source: which public table the frequencies are from.
        rare: the frequency of a token that weighs whole, above 0 and below 1.
        least: the least percent, from 1 to 99.
    """

    source: str
    rare: float
    least: int

    def percents(self, frequencies: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the percents of tokens with these frequencies, above 0 and at most 1; 100 or more is whole."""
        exact = WHOLE * np.log(frequencies) / math.log(self.rare)
        return np.asarray(np.maximum(_STEP * np.floor(exact / _STEP + 0.5), self.least), dtype=np.int64)


class WeighedField(NamedTuple):
    """Identifier of a field, and the percents of those of its tokens that weigh less than others, commonest first."""

    identifier: str
    percents: dict[str, int]


def read_frequencies(path: Path, value_column: str, count_column: str) -> Frequencies:
    """Return the values and counts of a table.

    Raises:
        FileError: it cannot be read.
        TableError: it is damaged, lacks one of the columns, or has no rows.
        RowError: a row is damaged, or its count is no whole number above 0.
    """
    table = open_table(path, wanted=(value_column, count_column))
    places = [_place(path, table.header, name) for name in (value_column, count_column)]
    values: list[str] = []
    counts: list[int] = []
    lines: list[int] = []
    for batch in table.batches(places):
        lines += batch.lines
        read = Frequencies(path, values, np.empty(0), lines)
        for fault in batch.faults:
            raise read.wrong(len(values) + fault.row, fault.column, fault.rule)
        for place, text in enumerate(batch.columns[1], start=len(values)):
            if not _COUNT.fullmatch(text.strip()):
                raise read.wrong(place, count_column, "must be a whole number above 0, of at most 15 digits")
            counts.append(int(text))
        values += batch.columns[0]
    if not values:
        raise TableError(f"{path} has no rows")
    return Frequencies(path, values, np.array(counts, dtype=np.float64), lines)


def weighed(
    schema: Schema, identifiers: Sequence[str], frequencies: Frequencies, weighing: Weighing
) -> tuple[Schema, list[WeighedField]]:
    """Return `schema` with frequency weights of the named fields, in place of those it may have, and what they are.

    Raises:
        SchemaError: a field is not hashed, is compared as a number, is salted, or has too many common tokens.
        RowError: a value does not fit a field.
        TableError: no value has anything that a field would hash.
    """
    document = schema.document()
    found = []
    for identifier in dict.fromkeys(identifiers):
        fields = [field for field in schema.used_fields if field.identifier == identifier]
        if not fields:
            raise SchemaError(f"no hashed field is called '{identifier}'", hint=f"fields: {', '.join(_names(schema))}")
        percents = _percents(fields[0], frequencies, weighing)
        found.append(WeighedField(identifier, percents))
        lists: dict[str, list[str]] = {}
        for token, percent in percents.items():
            lists.setdefault(str(percent), []).append(token)
        for feature in document["features"]:
            if feature["identifier"] == identifier and not feature["ignored"]:
                feature["hashing"]["strategy"].pop("frequencyWeights", None)
                if lists:
                    weights = {"source": weighing.source, "percent": lists}
                    feature["hashing"]["strategy"]["frequencyWeights"] = weights
    return load_schema(document), found


def _percents(field: Field, frequencies: Frequencies, weighing: Weighing) -> dict[str, int]:
    """Return the percents of the common tokens of a field, commonest first, equally common ones in their order."""
    assert field.hashing is not None
    if isinstance(field.hashing.comparison, NumericComparison) or field.hashing.salt is not None:
        raise SchemaError(
            f"field '{field.identifier}': tokens of numbers, and salted ones, cannot be weighed by frequency",
            hint="name another field",
        )
    tokens, faults = TokenReader(field, validate=True, facts=NO_FACTS).read(frequencies.values)
    for place in sorted(faults):
        raise frequencies.wrong(place, field.identifier, faults[place])
    if not tokens.vocabulary:
        raise TableError(f"{frequencies.path}: no value has anything that the field '{field.identifier}' would hash")
    # a token that a value has twice is counted once
    size = len(tokens.vocabulary)
    pairs = np.unique(np.repeat(np.arange(len(tokens.counts)), tokens.counts) * size + tokens.ids)
    sums = np.bincount(pairs % size, weights=frequencies.counts[pairs // size], minlength=size)
    percents = weighing.percents(sums / frequencies.counts.sum())
    common = np.flatnonzero(percents < WHOLE)
    ranked = sorted(common.tolist(), key=lambda place: (-sums[place], tokens.vocabulary[place]))
    return {tokens.vocabulary[place]: int(percents[place]) for place in ranked}


def _place(path: Path, header: Sequence[str], name: str) -> int:
    if header.count(name) != 1:
        raise TableError(
            f"{path} must have one column '{name}', and has {header.count(name)}",
            code="table.columns",
            hint="name the columns of values and counts by --value-column and --count-column",
        )
    return header.index(name)


def _names(schema: Schema) -> list[str]:
    return [f"'{field.identifier}'" for field in schema.used_fields]
