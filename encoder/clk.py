"""Encodings of whole records: one Bloom filter for all fields, bit for bit that of clkhash 0.18.3, hardened or not."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from encoder.added import Added
from encoder.errors import RowError
from encoder.hardening import SEED_BYTES, Hardening, HardeningKeys, MinHashEncoder, SaulEncoder, Seeds
from encoder.salting import field_readers, salt_places, salted_columns
from encoder.standardise import Facts
from encoder.texts import Numbered, numbered_texts
from encoder.told import ToldFields, told_columns
from linkage.command import OnProgress
from linkage.schema import MinHash, Saul, Schema, load_schema

ColumnFacts = Mapping[str, Facts]
_BITS_PER_BATCH = 1 << 27


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
    """Return how many rows to encode at once: 131,072 for a filter of 1,024 bits, fewer for longer ones.

    Votes of saul are counted for some bits at a time, so that two of them take no more memory than a bit of a filter;
    what is drawn for a token and a draw of minhash takes as much as eight.
    """
    bits = schema.filter_bits
    match schema.hardening:
        case [Saul() as step, *_]:
            bits = max(bits, step.repetitions * step.bits // 2)
        case [MinHash() as step, *_]:
            bits = max(bits, 8 * step.draws, 4 * step.symbols)
    return max(1, _BITS_PER_BATCH // bits)


class Maker(Protocol):
    """Makes encodings before the steps that harden them."""

    def encode(self, columns: Sequence[Numbered]) -> tuple[NDArray[np.uint8], list[Added | None]]:
        """Return uint8 (rows, bytes), and for each field what became of its values, None for ignored ones."""
        ...  # pragma: no cover


class ClkEncoder:
    """Encodes batches of columns under one schema and secret; remembers hashes of tokens from batch to batch.

    With validate=False only what cannot be read at all is a fault. `facts` say, by column, how its values are written.
    """

    description = "native"

    def __init__(
        self, schema: Schema, secret: bytes | str, *, validate: bool = True, facts: ColumnFacts | None = None
    ) -> None:
        readers = field_readers(schema, validate=validate, facts=facts or {})
        self._told = ToldFields.of(schema)
        self._salts = salt_places(schema)
        keys = HardeningKeys.of(schema, secret)
        self.schema = schema
        self._maker: Maker
        match schema.hardening:
            case [Saul() as step, *_]:
                self._maker = SaulEncoder(schema, step, keys, readers)
            case [MinHash() as step, *_]:
                self._maker = MinHashEncoder(schema, step, keys, readers)
            case _:
                # Numba takes a second to load, and what is hardened needs none of it.
                from encoder.filters import FilterEncoder

                self._maker = FilterEncoder(schema, secret, readers)
        self._hardening = Hardening(schema, keys)

    def encode(self, columns: Sequence[Sequence[str]], seeds: Seeds | None = None) -> EncodedBatch:
        """Return the encodings of a batch: one sequence of texts per field of the schema (ignored fields included).

        A record without any token has an encoding of zeros. `seeds`, one for each record, are needed where the schema
        flips bits at random.
        """
        numbered = told_columns(self._numbered(columns), self._told)
        made, added = self._maker.encode(salted_columns(numbered, self._salts))
        encodings = self._hardening.apply(made, seeds)
        used = [outcome for outcome in added if outcome is not None]
        if self.schema.hardening:
            encodings[np.all([outcome.empty for outcome in used], axis=0)] = 0
        faults = [
            (row, place, rule)
            for place, outcome in enumerate(added)
            if outcome is not None
            for rows, rule in outcome.faults
            for row in rows.tolist()
        ]
        identifiers = self.schema.identifiers
        named = [Fault(row, identifiers[place], rule) for row, place, rule in sorted(faults)]
        return EncodedBatch(encodings, named, tuple(outcome.empty for outcome in used))

    def _numbered(self, columns: Sequence[Sequence[str]]) -> list[Numbered]:
        """Return the columns as numbers; fields that are made of one column have one, ignored ones empty cells."""
        found: dict[str, tuple[Sequence[str], Numbered]] = {}
        numbered: list[Numbered] = []
        for field, column in zip(self.schema.fields, columns, strict=True):
            if field.ignored:
                numbered.append(Numbered(np.zeros(len(column), dtype=np.int64), [""]))
                continue
            former = found.get(field.column)
            if former is None or not (former[0] is column or former[0] == column):
                found[field.column] = column, numbered_texts(column)
            numbered.append(found[field.column][1])
        return numbered


def encode_clks(
    rows: Iterable[Sequence[str]],
    schema: Schema | Mapping[str, Any] | str | Path,
    secret: bytes | str,
    *,
    validate: bool = True,
    seeds: Seeds | None = None,
    on_progress: OnProgress | None = None,
) -> NDArray[np.uint8]:
    """Return the encodings of `rows`, uint8 (n, schema.encoding_bytes), bit 0 being the most significant bit of byte 0.

    This is the bit-level function: any secret is taken, and a row of empty cells gives zeros, as in clkhash. The rules
    of the house (strength of the secret, no empty records) are those of ``counterfoil encode``.

    Args:
        rows: any iterable of sequences of text, one text per field of the schema, ignored fields included.
        schema: what :func:`linkage.load_schema` takes.
        secret: bytes, or text that stands for its UTF-8 bytes.
        validate: check values against the formats of the schema.
        seeds: of the rows, uint8 (n, 16), where the schema flips bits at random; fresh ones if absent, and noise that
            is drawn anew at each encoding can be averaged away.
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
        columns = [cells[place :: len(checked.fields)] for place in range(len(checked.fields))]
        encodings, faults, _ = encoder.encode(columns, _seeds(checked, seeds, done, len(batch)))
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


def _seeds(schema: Schema, seeds: Seeds | None, first: int, count: int) -> Seeds | None:
    if seeds is None and schema.noisy:
        return np.frombuffer(os.urandom(SEED_BYTES * count), dtype=np.uint8).reshape(count, SEED_BYTES)
    return None if seeds is None else seeds[first : first + count]


def _check_widths(batch: list[Sequence[str]], width: int, done: int) -> None:
    if set(map(len, batch)) != {width}:
        row = next(index for index, cells in enumerate(batch) if len(cells) != width)
        raise RowError(done + row + 1, "", f"has {len(batch[row])} cells where the schema has {width} fields")
