"""Encodings of whole records: one Bloom filter for all fields, bit for bit that of clkhash 0.18.3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.errors import RowError
from encoder.field import FieldEncoder
from encoder.folding import fold
from encoder.keys import field_keys
from encoder.standardise import NO_FACTS, Facts
from linkage.command import OnProgress
from linkage.schema import Schema, load_schema

ColumnFacts = Mapping[str, Facts]
_BITS_PER_BATCH = 1 << 26
_WORD_BITS = 64


class Fault(NamedTuple):
    """What is wrong with one cell: index of the row in its batch (from 0), field identifier, rule."""

    row: int
    field: str
    rule: str


class EncodedBatch(NamedTuple):
    """What became of a batch.

    Attributes:
        encodings: uint8 (m, schema.encoding_bytes); that of a row with a fault means nothing and must not be used.
        faults: by (row, column).
        empty: for each used field bool (m,), whether the record's value set no bits.
    """

    encodings: NDArray[np.uint8]
    faults: list[Fault]
    empty: tuple[NDArray[np.bool_], ...]


def rows_per_batch(schema: Schema) -> int:
    """Return how many rows to encode at once: 65,536 for a filter of 1,024 bits, fewer for longer ones."""
    return max(1, _BITS_PER_BATCH // schema.filter_bits)


class ClkEncoder:
    """Encodes batches of columns under one schema and secret; remembers what it hashed from batch to batch.

    With validate=False only what cannot be read at all is a fault. `facts` say, by column, how its values are written.
    """

    description = "native"

    def __init__(
        self, schema: Schema, secret: bytes | str, *, validate: bool = True, facts: ColumnFacts | None = None
    ) -> None:
        known = facts or {}
        self.schema = schema
        self._fields = [
            None
            if field.ignored
            else FieldEncoder(
                field, keys, schema.filter_bits, validate=validate, facts=known.get(field.column, NO_FACTS)
            )
            for field, keys in zip(schema.fields, field_keys(schema, secret), strict=True)
        ]
        self._words = -(-schema.filter_bits // _WORD_BITS)

    def encode(self, columns: Sequence[Sequence[str]]) -> EncodedBatch:
        """Return the encodings of a batch: one sequence of texts per field of the schema (ignored fields included)."""
        filters = np.zeros((len(columns[0]), self._words), dtype=np.uint64)
        faults: list[tuple[int, int, str]] = []
        empty = []
        for place, (field, column) in enumerate(zip(self._fields, columns, strict=True)):
            if field is not None:
                added = field.add(column, filters)
                faults += [(row, place, rule) for rows, rule in added.faults for row in rows.tolist()]
                empty.append(added.empty)
        encodings = fold(filters.view(np.uint8), self.schema.filter_bits, self.schema.clk.xor_folds)
        identifiers = self.schema.identifiers
        named = [Fault(row, identifiers[place], rule) for row, place, rule in sorted(faults)]
        return EncodedBatch(encodings, named, tuple(empty))


def encode_clks(
    rows: Iterable[Sequence[str]],
    schema: Schema | Mapping[str, Any] | str | Path,
    secret: bytes | str,
    *,
    validate: bool = True,
    on_progress: OnProgress | None = None,
) -> NDArray[np.uint8]:
    """Return the encodings of `rows`, uint8 (n, ceil(l / 8)), bit 0 being the most significant bit of byte 0.

    This is the bit-level function: any secret is taken, and a row of empty cells gives zeros, as in clkhash. The rules
    of the house (strength of the secret, no empty records) are those of ``counterfoil encode``.

    Args:
        rows: any iterable of sequences of text, one text per field of the schema, ignored fields included.
        schema: what :func:`linkage.load_schema` takes.
        secret: bytes, or text that stands for its UTF-8 bytes.
        validate: check values against the formats of the schema.
        on_progress: called with (rows done, rows in all if `rows` knows its length) after each batch.

    Raises:
        SchemaError: the schema is not valid.
        RowError: a row has the wrong number of cells, or a cell does not fit; names row (from 1), field and rule.
    """
    checked = load_schema(schema)
    encoder = ClkEncoder(checked, secret, validate=validate)
    total = len(rows) if isinstance(rows, Sequence) else None
    parts: list[NDArray[np.uint8]] = []
    done = 0
    for batch in _batches(rows, rows_per_batch(checked)):
        _check_widths(batch, len(checked.fields), done)
        # Slices of one flat list: zip(*batch) would walk through the memory of all rows once per row.
        cells = list(chain.from_iterable(batch))
        encodings, faults, _ = encoder.encode(
            [cells[place :: len(checked.fields)] for place in range(len(checked.fields))]
        )
        if faults:
            raise RowError(done + faults[0].row + 1, faults[0].field, faults[0].rule)
        parts.append(encodings)
        done += len(batch)
        if on_progress is not None:
            on_progress(done, total)
    return np.concatenate(parts) if parts else np.zeros((0, checked.encoding_bytes), dtype=np.uint8)


def _batches(rows: Iterable[Sequence[str]], size: int) -> Iterator[list[Sequence[str]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _check_widths(batch: list[Sequence[str]], width: int, done: int) -> None:
    if set(map(len, batch)) != {width}:
        row = next(index for index, cells in enumerate(batch) if len(cells) != width)
        raise RowError(done + row + 1, "", f"has {len(batch[row])} cells where the schema has {width} fields")
