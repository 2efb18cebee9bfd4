"""Which column of a table is which field of the schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from encoder.errors import TableError
from encoder.profile import (
    ALIASES,
    DOCUMENT_NUMBER,
    DOCUMENT_PARTS,
    FULL_NAME,
    NAME_PARTS,
    SOURCE_COLUMNS,
    ColumnProfile,
    joined,
    telling,
    with_leading_zeros,
)
from encoder.standardise import Facts
from encoder.standardise.aliases import tell_apart
from encoder.standardise.dates.value import Calendar
from encoder.standardise.documents import document_texts
from encoder.standardise.names.from_columns import whole_names
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
        column: its name in the schema.
        whole: of the column itself, or of several that are joined; none where the table has none.
        parts: of columns that together say the same where the cell of `whole` is empty, as given and family names do.
        digits: how many digits its numbers have, or None.
    """

    column: str
    whole: tuple[int, ...]
    parts: tuple[int, ...] = ()
    digits: int | None = None

    def of(self, batch: Batch) -> Sequence[str]:
        """Return the values of `batch`."""
        wholes = [batch.columns[place] for place in self.whole]
        values = joined(self.column, wholes) if wholes else [""] * len(batch)
        if self.parts:
            parts = whole_names([telling(batch.columns[part]) for part in self.parts])
            values = [value or part for value, part in zip(telling(values), parts, strict=True)]
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
        zones: where the machine readable zones come from, or None.
    """

    places: tuple[int, ...]
    sources: Mapping[str, Source]
    fields: tuple[str | None, ...]
    record_id: int | None
    dropped: tuple[str, ...]
    zones: Source | None = None

    def of_batch(self, batch: Batch) -> dict[str, Sequence[str]]:
        """Return the values of each column of the schema; a document's number with kind and country if told."""
        values = {column: source.of(batch) for column, source in self.sources.items()}
        if self.zones is not None:
            values = dict(filled(values, self.zones.of(batch)))
        if ALIASES in values and FULL_NAME in values:
            values[FULL_NAME], values[ALIASES] = tell_apart(values[FULL_NAME], values[ALIASES])
        if values.keys() >= {*DOCUMENT_PARTS}:
            values[DOCUMENT_NUMBER] = document_texts(*(values[part] for part in DOCUMENT_PARTS))
        return values

    def of_fields(self, values: Mapping[str, Sequence[str]], rows: int) -> list[Sequence[str]]:
        """Return, of the values of each column, one sequence per field of the schema; ignored ones have empty cells."""
        nothing = [""] * rows
        return [nothing if column is None else values[column] for column in self.fields]


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
    used = profile or ColumnProfile(columns={})
    fields = [*_schema_columns(schema), *_beside(schema)]
    if FULL_NAME in schema.columns:
        fields += [part for part in NAME_PARTS if part in used.columns]
    if MRZ in used.columns and not {*SAID_BY_ZONES}.isdisjoint(schema.columns):
        fields.append(MRZ)
    names = [name for field in fields for name in used.names(field)]
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
    used = profile or ColumnProfile(columns={})
    id_column = _id_column(profile, id_column)
    wanted = wanted_columns(schema, profile, id_column)
    found = {name: _place(path, header, name, frozenset(wanted)) for name in wanted}
    needed = [
        name
        for column in schema.columns
        if not _may_lack(column, schema, profile) and not (column == FULL_NAME and _has_parts(used, found))
        for name in used.names(column)
    ]
    if MRZ in used.columns and MRZ not in used.optional:
        needed += [name for name in used.names(MRZ) if name in found]
    missing = [name for name in dict.fromkeys(_with_id(id_column, needed)) if found[name] is None]
    places = tuple(dict.fromkeys(place for place in found.values() if place is not None))
    index = {name: places.index(place) for name, place in found.items() if place is not None}
    sources = {column: _source(column, used, index) for column in (*_schema_columns(schema), *_beside(schema))}
    zones = _source(MRZ, used, index) if MRZ in used.columns else Source(MRZ, ())
    places_used = {k for source in (*sources.values(), zones) for k in (*source.whole, *source.parts)}
    if missing or not places_used:
        _refuse(path, header, missing or wanted, nothing_found=not places)
    encoded = {places[k] for k in places_used}
    return Columns(
        places,
        sources,
        tuple(None if field.ignored else field.column for field in schema.fields),
        None if id_column is None else index[id_column],
        tuple(name for place, name in enumerate(header) if place not in encoded),
        zones if zones.whole else None,
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


def _has_parts(profile: ColumnProfile, found: Mapping[str, int | None]) -> bool:
    return any(
        found[name] is not None for part in NAME_PARTS if part in profile.columns for name in profile.names(part)
    )


def _source(column: str, profile: ColumnProfile, index: Mapping[str, int]) -> Source:
    parts = [name for part in NAME_PARTS if part in profile.columns for name in profile.names(part)]
    return Source(
        column,
        tuple(index[name] for name in profile.names(column) if name in index),
        tuple(index[name] for name in parts if name in index) if column == FULL_NAME else (),
        profile.digits.get(column),
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
