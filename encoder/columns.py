"""Which column of a table is which field of the schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from encoder.errors import TableError
from encoder.table import Batch
from linkage.canonical import parse_json
from linkage.files import read_capped
from linkage.problems import first_problem
from linkage.schema import Schema
from linkage.schema.model import LARGEST_FIELD_COUNT

_MAPPING_LIMIT_BYTES = 4 << 20
_HINT = "names are those of the schema's fields; --columns FILE.json says which column is which field"


class _Mapping(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    format: Literal["counterfoil-columns/1"]
    columns: dict[str, str] = Field(max_length=LARGEST_FIELD_COUNT)


class Columns(NamedTuple):
    """The columns of a table that are used.

    Attributes:
        places: places in the header (from 0), each once, in the order in which they are to be read.
        fields: for each field of the schema the index into `places`, or None for an ignored field.
        record_id: the index into `places` of the column with the local references, or None.
        dropped: names of the columns that are not encoded.
    """

    places: tuple[int, ...]
    fields: tuple[int | None, ...]
    record_id: int | None
    dropped: tuple[str, ...]

    def of_fields(self, batch: Batch) -> list[Sequence[str]]:
        """Return one column per field of the schema; an ignored field has empty cells."""
        nothing = [""] * len(batch)
        return [nothing if place is None else batch.columns[place] for place in self.fields]


def read_mapping(path: Path, schema: Schema) -> dict[str, str]:
    """Return field identifier -> name of its column, from a mapping file.

    Raises:
        FileError: the file cannot be read.
        TableError: it is not valid, or names a field that the schema does not have or ignores.
    """
    try:
        mapping = _Mapping.model_validate(parse_json(read_capped(path, limit_bytes=_MAPPING_LIMIT_BYTES)))
    except ValidationError as error:
        raise TableError(f"{path}: {first_problem(error)}", code="table.mapping") from None
    except ValueError as error:
        raise TableError(f"{path}: {error}", code="table.mapping") from None
    known = [field.identifier for field in schema.used_fields]
    unknown = [identifier for identifier in mapping.columns if identifier not in known]
    if unknown:
        raise TableError(
            f"{path}: the schema uses no field {_listed(unknown)}",
            code="table.mapping",
            hint=f"it uses {_listed(known)}",
        )
    return mapping.columns


def wanted_columns(schema: Schema, mapping: Mapping[str, str], id_column: str | None) -> list[str]:
    """Return the names of the columns that a table must have."""
    names = [mapping.get(field.identifier, field.identifier) for field in schema.used_fields]
    return names if id_column is None else [id_column, *names]


def find_columns(
    path: Path, header: Sequence[str], schema: Schema, mapping: Mapping[str, str], id_column: str | None
) -> Columns:
    """Return the columns for the fields of `schema`; names are equal, or else equal but for case and unique so.

    Args:
        path: the table, for messages.
        header: names of its columns.
        schema: linkage schema.
        mapping: field identifier -> name of its column; fields that are not in it have their identifier as name.
        id_column: name of the column with the local references.

    Raises:
        TableError: a column is missing, or a name that is used occurs twice.
    """
    if not schema.used_fields:
        raise TableError("the schema ignores all its fields, so there is nothing to encode", code="table.columns")
    wanted = wanted_columns(schema, mapping, id_column)
    found = {name: _place(path, header, name, frozenset(wanted)) for name in wanted}
    missing = [name for name, place in found.items() if place is None]
    if missing:
        if len(missing) == len(found):  # the first row may be a record, and then its cells are nobody's business
            raise TableError(
                f"{path}: none of the columns {_listed(missing)} is in the first row, which has {len(header)} cells; "
                "does it name the columns?",
                code="table.columns",
                hint=_HINT,
            )
        raise TableError(
            f"{path} has no column {_listed(missing)}; its columns are {_listed(header)}",
            code="table.columns",
            hint=_HINT,
        )
    places = tuple(dict.fromkeys(place for place in found.values() if place is not None))
    index = {name: places.index(place) for name, place in found.items() if place is not None}
    fields = tuple(
        None if field.ignored else index[mapping.get(field.identifier, field.identifier)] for field in schema.fields
    )
    encoded = {places[field] for field in fields if field is not None}
    return Columns(
        places,
        fields,
        None if id_column is None else index[id_column],
        tuple(name for place, name in enumerate(header) if place not in encoded),
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
