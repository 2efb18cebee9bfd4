"""Which column of a table is which field of the schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from encoder.errors import TableError
from encoder.profile import (
    DOCUMENT_NUMBER,
    DOCUMENT_PARTS,
    FULL_NAME,
    NAME_PARTS,
    SOURCE_COLUMNS,
    ColumnProfile,
    with_leading_zeros,
)
from encoder.standardise import Facts
from encoder.standardise.dates.value import Calendar
from encoder.standardise.documents import document_texts
from encoder.standardise.missing import missing_kind
from encoder.table import Batch, TableOptions, TextOptions
from encoder.zones import COLUMNS as SAID_BY_ZONES
from encoder.zones import MRZ, filled
from linkage.schema import Schema

_HINT = (
    "names are those of the schema's columns; --columns FILE.json says which column is which, "
    "and 'counterfoil preview TABLE --save-profile FILE.json' drafts it"
)


class Source(NamedTuple):
    """Where the values of one column of the schema come from; indices into :attr:`Columns.places`.

    Attributes:
        whole: of the column itself, or None where the table has none.
        parts: of columns that together say the same where the cell of `whole` is empty, as given and family names do.
        digits: how many digits its numbers have, or None.
    """

    whole: int | None
    parts: tuple[int, ...] = ()
    digits: int | None = None

    def of(self, batch: Batch) -> Sequence[str]:
        """Return the values of `batch`."""
        values: Sequence[str] = [""] * len(batch) if self.whole is None else batch.columns[self.whole]
        if self.parts:
            joined = zip(*(_telling(batch.columns[part]) for part in self.parts), strict=True)
            wholes = zip(_telling(values), joined, strict=True)
            values = [value or " ".join(filter(None, cells)) for value, cells in wholes]
        return values if self.digits is None else with_leading_zeros(values, self.digits)


class Columns(NamedTuple):
    """The columns of a table that are used.

    Attributes:
        places: places in the header (from 0), each once, in the order in which they are to be read.
        sources: for each column of the schema (also that of its aliases, and kind and country of a document) where its
            values come from.
        fields: for each field of the schema its column, or None for an ignored field.
        record_id: the index into `places` of the column with the local references, or None.
        dropped: names of the columns that are not encoded.
        zones: the index into `places` of the column with machine readable zones, or None.
    """

    places: tuple[int, ...]
    sources: Mapping[str, Source]
    fields: tuple[str | None, ...]
    record_id: int | None
    dropped: tuple[str, ...]
    zones: int | None = None

    def of_batch(self, batch: Batch) -> dict[str, Sequence[str]]:
        """Return the values of each column of the schema; a document's number with kind and country if told."""
        values = {column: source.of(batch) for column, source in self.sources.items()}
        if self.zones is not None:
            values = dict(filled(values, batch.columns[self.zones]))
        if values.keys() >= {*DOCUMENT_PARTS}:
            values[DOCUMENT_NUMBER] = document_texts(*(values[part] for part in DOCUMENT_PARTS))
        return values

    def of_fields(self, values: Mapping[str, Sequence[str]], rows: int) -> list[Sequence[str]]:
        """Return, of the values of each column, one sequence per field of the schema; ignored ones have empty cells."""
        nothing = [""] * rows
        return [nothing if column is None else values[column] for column in self.fields]


def _telling(names: Sequence[str]) -> Sequence[str]:
    """Return names, empty where they say nothing: the first name of "not recorded" Garcia is not "not"."""
    silent = {name for name in set(names) if name and missing_kind(name, "name") is not None}
    return ["" if name in silent else name for name in names] if silent else names


def read_profile(path: Path, schema: Schema) -> ColumnProfile:
    """Return the column profile in `path`.

    Raises:
        FileError: the file cannot be read.
        TableError: it is not valid, or names a column that neither the schema nor any person's record has.
    """
    profile = ColumnProfile.read(path)
    known = _schema_columns(schema)
    unknown = [column for column in profile.columns if column not in known and column not in SOURCE_COLUMNS]
    if unknown:
        raise TableError(
            f"{path}: the schema uses no field {_listed(unknown)}",
            code="table.mapping",
            hint=f"it uses {_listed(known)}",
        )
    return profile


def column_facts(profile: ColumnProfile | None) -> dict[str, Facts]:
    """Return, by column of the schema, what the profile says about how its values are written."""
    if profile is None:
        return {}
    return {
        column: Facts(dates.order, None if dates.calendar is None else Calendar(dates.calendar))
        for column, dates in profile.dates.items()
    }


def table_options(profile: ColumnProfile | None, text: TextOptions, sheet: str | None) -> TableOptions:
    """Return how a table is to be read: as `text` and `sheet` say, and where they are silent as the profile does."""
    if profile is None:
        return TableOptions(text, sheet)
    told = profile.file.options()
    quote = text.quote if text.quote != TextOptions().quote else told.text.quote
    return TableOptions(
        TextOptions(text.encoding or told.text.encoding, text.delimiter or told.text.delimiter, quote),
        sheet or told.sheet,
    )


def wanted_columns(schema: Schema, profile: ColumnProfile | None, id_column: str | None) -> list[str]:
    """Return the names of the columns that are looked for in a table."""
    mapping = {} if profile is None else profile.columns
    names = [mapping.get(column, column) for column in (*_schema_columns(schema), *_beside(schema))]
    if FULL_NAME in schema.columns:
        names += [mapping[part] for part in NAME_PARTS if part in mapping]
    if MRZ in mapping and not {*SAID_BY_ZONES}.isdisjoint(schema.columns):
        names.append(mapping[MRZ])
    id_column = _id_column(profile, id_column)
    return names if id_column is None else [id_column, *names]


def find_columns(
    path: Path, header: Sequence[str], schema: Schema, profile: ColumnProfile | None, id_column: str | None
) -> Columns:
    """Return the columns for the fields of `schema`; names are equal, or else equal but for case and unique so.

    A column that the profile does not name is looked for by its own name. With a profile, a table may lack columns of
    standard fields that the profile does not name, or calls optional; they are missing in every record then.

    Args:
        path: the table, for messages.
        header: names of its columns.
        schema: linkage schema.
        profile: which column is which, or None where each has its own name.
        id_column: name of the column with the local references, in place of the one that the profile names.

    Raises:
        TableError: a column is missing, or a name that is used occurs twice.
    """
    if not schema.used_fields:
        raise TableError("the schema ignores all its fields, so there is nothing to encode", code="table.columns")
    mapping = {} if profile is None else profile.columns
    id_column = _id_column(profile, id_column)
    wanted = wanted_columns(schema, profile, id_column)
    found = {name: _place(path, header, name, frozenset(wanted)) for name in wanted}
    needed = [
        mapping.get(column, column)
        for column in schema.columns
        if not _may_lack(column, schema, profile) and not (column == FULL_NAME and _has_parts(mapping, found))
    ]
    if mapping.get(MRZ) in found and profile is not None and MRZ not in profile.optional:
        needed.append(mapping[MRZ])
    missing = [name for name in dict.fromkeys(_with_id(id_column, needed)) if found[name] is None]
    places = tuple(dict.fromkeys(place for place in found.values() if place is not None))
    index = {name: places.index(place) for name, place in found.items() if place is not None}
    sources = {
        column: _source(column, mapping, index, profile) for column in (*_schema_columns(schema), *_beside(schema))
    }
    zones = index.get(mapping.get(MRZ, ""))
    if missing or (zones is None and not any(source.whole is not None or source.parts for source in sources.values())):
        _refuse(path, header, missing or wanted, nothing_found=not places)
    used = [k for source in sources.values() for k in (source.whole, *source.parts)]
    encoded = {places[k] for k in (*used, zones) if k is not None}
    return Columns(
        places,
        sources,
        tuple(None if field.ignored else field.column for field in schema.fields),
        None if id_column is None else index[id_column],
        tuple(name for place, name in enumerate(header) if place not in encoded),
        zones,
    )


def _refuse(path: Path, header: Sequence[str], missing: Sequence[str], *, nothing_found: bool) -> None:
    if nothing_found:  # the first row may be a record, and then its cells are nobody's business
        raise TableError(
            f"{path}: none of the columns {_listed(missing)} is in the first row, which has {len(header)} cells; "
            "does it name the columns?",
            code="table.columns",
            hint=_HINT,
        )
    raise TableError(
        f"{path} has no column {_listed(missing)}; its columns are {_listed(header)}", code="table.columns", hint=_HINT
    )


def _schema_columns(schema: Schema) -> list[str]:
    return [*schema.columns, *([] if schema.aliases is None else [schema.aliases.source])]


def _beside(schema: Schema) -> tuple[str, ...]:
    """Return the columns that say more of one of the schema's: a table may have them."""
    fields = [field.standard for field in schema.used_fields if field.column == DOCUMENT_NUMBER]
    return DOCUMENT_PARTS[:-1] if fields and {*fields} == {"document"} else ()


def _id_column(profile: ColumnProfile | None, id_column: str | None) -> str | None:
    return profile.record_id if id_column is None and profile is not None else id_column


def _with_id(id_column: str | None, names: Sequence[str]) -> list[str]:
    return [*([] if id_column is None else [id_column]), *names]


def _may_lack(column: str, schema: Schema, profile: ColumnProfile | None) -> bool:
    if profile is None or column in profile.optional:
        return profile is not None
    standard = all(field.standard is not None for field in schema.used_fields if field.column == column)
    return standard and column not in profile.columns


def _has_parts(mapping: Mapping[str, str], found: Mapping[str, int | None]) -> bool:
    return any(found.get(mapping[part]) is not None for part in NAME_PARTS if part in mapping)


def _source(column: str, mapping: Mapping[str, str], index: Mapping[str, int], profile: ColumnProfile | None) -> Source:
    parts = [mapping[part] for part in NAME_PARTS if part in mapping] if column == FULL_NAME else []
    return Source(
        index.get(mapping.get(column, column)),
        tuple(index[part] for part in parts if part in index),
        None if profile is None else profile.digits.get(column),
    )


def _place(path: Path, header: Sequence[str], name: str, wanted: frozenset[str]) -> int | None:
    same = [place for place, column in enumerate(header) if column == name]
    if not same:
        others = [(place, column) for place, column in enumerate(header) if column not in wanted]
        same = [place for place, column in others if column.casefold() == name.casefold()]
    if len(same) > 1:
        raise TableError(f"{path}: the column '{name}' occurs {len(same)} times", code="table.columns")
    return same[0] if same else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
