"""The run that encodes a table: batch by batch, faults first, then tokens, and two files at the end."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from encoder.clk import EncodedBatch, rows_per_batch
from encoder.columns import Columns
from encoder.engines import Engine
from encoder.errors import TableError
from encoder.faults import OnFaults, RowFault, faults_of
from encoder.halves import Halves, new_halves
from encoder.hardening import Seeds
from encoder.noise import RememberedNoise, check_noise
from encoder.order import EMPTY_RECORD, Order, Tally
from encoder.preview_rows import stray_among_records
from encoder.profile import NAME_COLUMNS
from encoder.repeats import Repeats, digests_of
from encoder.standardise.aliases import split_aliases
from encoder.table import Batch, CellFault, Table
from linkage.command import OnProgress
from linkage.manifest import FieldQuality, Manifest

EMPTY_ID = "the record id is empty"
MOST_ALIASES = 32  # each is an encoding: more names would mean more chance hits, and a larger package
NO_RECORD = {
    "totals": "the row holds totals and no record",
    "header": "the row repeats the header",
    "empty": EMPTY_RECORD,
}
REPEATED_ID = "the record id occurs in an earlier row"


def encode_table(
    order: Order,
    table: Table,
    columns: Columns,
    engine: Engine,
    *,
    noise: RememberedNoise | None = None,
    on_progress: OnProgress | None = None,
) -> Manifest:
    """Encode a table into a package and a counterfoil, both or neither, and return the manifest of the package.

    Memory does not grow with the number of rows, but for 16 to 48 bytes per row to find repeated record ids.

    Args:
        order: what is to be made.
        table: the records.
        columns: which columns of it are used.
        engine: makes the encodings, under the schema and secret of `order`.
        noise: that of the records, which a schema that flips bits needs; elsewhere it has no meaning.
        on_progress: called with (rows done, rows in all as far as can be told).

    Raises:
        InputError: the schema flips bits, and their noise cannot be remembered.
        FileError: a file cannot be read or written.
        TableError: the table is damaged, or no row of it could be encoded.
        RowError: a row does not fit, and no file for bad rows is given.
    """
    order.check_files(table.path)
    noisy = order.schema.noisy
    check_noise(order.schema, remembered=noise is not None, referenced=columns.record_id is not None)
    with (
        new_halves(order.package, order.counterfoil, overwrite=order.overwrite, draw=order.draw, noisy=noisy) as halves,
        faults_of(table.path, order.bad_rows, overwrite=order.overwrite) as on_faults,
    ):
        run = _Run(order, table, columns, engine, noise if noisy else None, halves=halves, on_faults=on_faults)
        for batch in table.batches(columns.places):
            rows = round((run.rows + len(batch)) / batch.share_read)
            for part in batch.parts(rows_per_batch(order.schema)):
                run.take(part)
                if on_progress is not None:
                    on_progress(run.rows, rows)
        if not run.rows:
            raise TableError(f"{table.path} has a header and no rows")
        if not halves.records:
            raise TableError(f"{table.path}: no row could be encoded", code="table.all-bad")
        draft = order.draft(halves, run.tally(), dropped=columns.dropped, engine=engine.description)
        return halves.finish(draft, order.identity)


class _Run:
    """Encodes the batches of one table in turn and counts."""

    def __init__(
        self,
        order: Order,
        table: Table,
        columns: Columns,
        engine: Engine,
        noise: RememberedNoise | None,
        *,
        halves: Halves,
        on_faults: OnFaults,
    ) -> None:
        self._columns = columns
        self._engine = engine
        self._noise = noise
        self._halves = halves
        self._on_faults = on_faults
        self._id_name = "" if columns.record_id is None else table.header[columns.places[columns.record_id]]
        self._header = [table.header[place] for place in columns.places]
        self._seen = Repeats()
        self._schema = order.schema
        self._missing = [0] * len(order.schema.used_fields)
        self._set_aside = 0
        self.rows = 0

    def take(self, batch: Batch) -> None:
        """Encode one batch; what has a fault goes to `on_faults`, the rest to the halves."""
        values = self._columns.of_batch(batch)
        record_ids = self._record_ids(batch)
        seeds = None if self._noise is None else self._noise.seeds(record_ids)
        encoded = self._engine.encode(self._columns.of_fields(values, len(batch)), seeds)
        faults = self._faults(batch, encoded, record_ids)
        faulty = {fault.row for fault in faults}
        if faults:
            lines = batch.lines
            self._on_faults(
                [
                    RowFault(batch.first_row + place, lines[place] if lines else None, column, rule)
                    for place, column, rule in faults
                ]
            )
        sound = [place for place in range(len(batch)) if place not in faulty]
        sound_ids = [record_ids[place] for place in sound]
        tokens = self._halves.add(encoded.encodings[sound], sound_ids, None if seeds is None else seeds[sound])
        self._add_aliases(values, sound, tokens, seeds)
        self._count_missing(values, encoded, faulty)
        self._set_aside += len(faulty)
        self.rows += len(batch)

    def tally(self) -> Tally:
        """Return what was counted."""
        fields = (
            FieldQuality(field=hashed.identifier, missing=missing)
            for hashed, missing in zip(self._schema.used_fields, self._missing, strict=True)
        )
        return Tally(self.rows, self._set_aside, tuple(fields))

    def _add_aliases(
        self,
        values: Mapping[str, Sequence[str]],
        sound: Sequence[int],
        tokens: NDArray[np.uint8],
        seeds: Seeds | None,
    ) -> None:
        """Encode each further name of the `sound` rows under the row's token; a name that says nothing is passed over.

        The rest of such an encoding, and its noise, are those of the row: it is the same record, under another name.
        """
        aliases = self._schema.aliases
        if aliases is None:
            return
        cells = values[aliases.source]
        named = [
            (place, token, name)
            for place, token in zip(sound, tokens, strict=True)
            if cells[place]
            for name in split_aliases(cells[place])[:MOST_ALIASES]
        ]
        if not named:
            return
        rows = {column: [cells[place] for place, _, _ in named] for column, cells in values.items()}
        rows[aliases.of] = [name for _, _, name in named]
        of_rows = None if seeds is None else seeds[[place for place, _, _ in named]]
        encoded = self._engine.encode(self._columns.of_fields(rows, len(named)), of_rows)
        of_name = [empty for hashed, empty in zip(self._schema.used_fields, encoded.empty, strict=True)
                   if hashed.column == aliases.of]  # fmt: skip
        useful = ~np.all(of_name, axis=0)
        useful[[fault.row for fault in encoded.faults]] = False
        self._halves.add_aliases(np.array([token for _, token, _ in named])[useful], encoded.encodings[useful])

    def _record_ids(self, batch: Batch) -> Sequence[str]:
        if self._columns.record_id is not None:
            return batch.columns[self._columns.record_id]
        return [str(row) for row in range(batch.first_row, batch.first_row + len(batch))]

    def _faults(self, batch: Batch, encoded: EncodedBatch, record_ids: Sequence[str]) -> list[CellFault]:
        """Return all faults by row: of the table, then of the cells, of the record, of its id; each hides the next."""
        faults = list(batch.faults)
        faulty = {fault.row for fault in faults}
        faults += [CellFault(*fault) for fault in encoded.faults if fault.row not in faulty]
        faulty.update(fault.row for fault in faults)
        strays = [CellFault(place, "", rule) for place, rule in self._strays(batch, encoded) if place not in faulty]
        faults += strays
        faulty.update(fault.row for fault in strays)
        empty = np.flatnonzero(~encoded.encodings.any(axis=1)).tolist()
        faults += [CellFault(place, "", EMPTY_RECORD) for place in empty if place not in faulty]
        if self._columns.record_id is not None:
            faulty.update(empty)
            faults += self._id_faults(record_ids, faulty)
        return sorted(faults, key=lambda fault: fault.row)

    def _strays(self, batch: Batch, encoded: EncodedBatch) -> Iterator[tuple[int, str]]:
        """Yield the rows that are no records, and the rule. A total names nobody's birth, sex, country or document."""
        strays = stray_among_records(self._header, batch.columns)
        if not strays:
            return
        others = [empty for hashed, empty in zip(self._schema.used_fields, encoded.empty, strict=True)
                  if hashed.column not in NAME_COLUMNS]  # fmt: skip
        nameless = np.all(others, axis=0) if others else np.ones(len(batch), dtype=np.bool_)
        for place, kind in strays:
            if kind == "header" or nameless[place]:
                yield place, NO_RECORD[kind]

    def _id_faults(self, record_ids: Sequence[str], faulty: set[int]) -> list[CellFault]:
        faults = []
        places = (
            [place for place in range(len(record_ids)) if place not in faulty] if faulty else range(len(record_ids))
        )
        if "" in record_ids:
            faults = [CellFault(place, self._id_name, EMPTY_ID) for place in places if not record_ids[place]]
            places = [place for place in places if record_ids[place]]
        repeated = self._seen.add(digests_of(record_ids[place] for place in places))
        faults += [CellFault(places[index], self._id_name, REPEATED_ID) for index in np.flatnonzero(repeated).tolist()]
        return faults

    def _count_missing(self, values: Mapping[str, Sequence[str]], encoded: EncodedBatch, faulty: set[int]) -> None:
        """Count per field the sound records without a value: an empty cell, a sentinel, or nothing that is hashed."""
        faults = list(faulty)
        for index, (hashed, empty) in enumerate(zip(self._schema.used_fields, encoded.empty, strict=True)):
            if hashed.standard is not None:
                self._missing[index] += int(empty.sum()) - int(empty[faults].sum())
                continue
            missing_value = hashed.hashing.missing_value if hashed.hashing else None
            absent = {"", missing_value.sentinel if missing_value else ""}
            column = values[hashed.column]
            missing = sum(column.count(text) for text in absent)
            self._missing[index] += missing - sum(column[row] in absent for row in faults)
