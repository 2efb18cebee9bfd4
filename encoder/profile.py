"""Column profiles: how the tables of one office are written, said once and kept beside them.

A profile says which column is which source column of the schema, in which order and calendar dates are written, and how
the file is to be read. It is data an officer can read and correct; `counterfoil preview --save-profile` drafts it.
"""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from encoder.errors import TableError
from encoder.standardise.dates.value import Calendar, Order
from encoder.standardise.missing import missing_kind
from encoder.table import TableOptions, TextOptions
from linkage.canonical import parse_json
from linkage.files import read_capped, write_whole
from linkage.problems import first_problem
from linkage.schema.model import LARGEST_FIELD_COUNT

PROFILE_LIMIT_BYTES = 4 << 20
RECORD_ID = "record_id"
FULL_NAME = "full_name"
ALIASES = "aliases"
NAME_PARTS = ("given_names", "middle_names", "family_name")
DOCUMENT_NUMBER = "document_number"
DOCUMENT_PARTS = ("document_type", "document_country", DOCUMENT_NUMBER)
NAME_COLUMNS = (FULL_NAME, *NAME_PARTS, ALIASES)
SOURCE_COLUMNS = (
    RECORD_ID,
    *NAME_COLUMNS,
    "date_of_birth",
    "sex",
    "nationality",
    "birth_city",
    *DOCUMENT_PARTS,
    "mrz",
)

_LONGEST_NAME = 1000
Column = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
_JOINTS = {ALIASES: "; ", "mrz": "\n"}
"""What stands between the cells of several columns that are one field; a blank elsewhere."""
_MOST_OF_BIRTH = 3
_AGE = re.compile(r"\d{1,3}")
_MONTH = re.compile(r"0?[1-9]|1[0-2]|[^\W\d]+\.?")
_WHOLE_DATE = re.compile(r"\d\D+\d|\d{6}")
_FRACTION = re.compile(r"(?<=\d)\.0+$")
"""What a spreadsheet writes behind a whole number."""


def _text_encoding(name: str) -> str:
    try:
        "".encode(codecs.lookup(name).name)
    except (LookupError, UnicodeError):
        raise ValueError("must name a text encoding, such as utf-8, cp1251 or cp932") from None
    return name


def _one_character(text: str) -> str:
    if len(text) != 1 or text in "\r\n\0 ":
        raise ValueError("must be one character, and not a blank or a line break")
    return text


def _one_or_several(names: object) -> str | tuple[str, ...]:
    several = (names,) if isinstance(names, str) else names
    if not isinstance(several, list | tuple) or not all(isinstance(name, str) and name for name in several):
        raise ValueError("must be the name of a column, or a list of such names")
    if not several:
        raise ValueError("must name a column")
    if len(several) > LARGEST_FIELD_COUNT or any(len(name) > _LONGEST_NAME for name in several):
        raise ValueError("names too many columns, or one by too long a name")
    if len({*several}) < len(several):
        raise ValueError("names a column twice")
    return names if isinstance(names, str) else tuple(several)


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class DateFacts(_Part):
    """How the dates of one column are written; what is left out is told from each date, or stays unknown."""

    order: Order | None = Field(default=None, description="of day, month and year, where numbers alone do not tell")
    calendar: Calendar | None = Field(default=None, strict=False, description="of dates that do not name theirs")


class FileFacts(_Part):
    """How the file is to be read; what is left out is told from the file."""

    code_page: Annotated[str, AfterValidator(_text_encoding)] | None = Field(default=None, max_length=40)
    delimiter: Annotated[str, AfterValidator(_one_character)] | None = None
    quote: Annotated[str, AfterValidator(_one_character)] | None = None
    sheet: str | None = Field(default=None, min_length=1, max_length=100)

    def options(self) -> TableOptions:
        """Return what these facts ask of the reader of tables."""
        return TableOptions(TextOptions(self.code_page, self.delimiter, self.quote or '"'), self.sheet)


class ColumnProfile(_Part):
    """Which column is which, and how its values are written."""

    format: Literal["counterfoil-columns/1"] = "counterfoil-columns/1"
    description: str | None = Field(default=None, max_length=10_000)
    record_id: Column | None = Field(default=None, description="column with your own reference of a record")
    columns: dict[str, Annotated[str | tuple[str, ...], PlainValidator(_one_or_several)]] = Field(
        max_length=LARGEST_FIELD_COUNT, description="field -> name of its column, or of several that are joined"
    )
    optional: tuple[str, ...] = Field(
        default=(), strict=False, max_length=LARGEST_FIELD_COUNT, description="fields whose column a table may lack"
    )
    dates: dict[str, DateFacts] = Field(default={}, max_length=LARGEST_FIELD_COUNT)
    digits: dict[str, Annotated[int, Field(ge=1, le=64)]] = Field(
        default={},
        max_length=LARGEST_FIELD_COUNT,
        description="field -> digits its numbers have; shorter ones get their leading zeros back",
    )
    file: FileFacts = FileFacts()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the profile in `path`.

        Raises:
            FileError: it cannot be read.
            TableError: it is not a valid profile.
        """
        try:
            document = parse_json(read_capped(path, limit_bytes=PROFILE_LIMIT_BYTES))
            if isinstance(document, dict) and "format" not in document:  # it has a default for those made in memory
                raise ValueError("format is missing")
            profile = cls.model_validate(document)
        except ValidationError as error:
            raise TableError(f"{path}: {first_problem(error)}", code="table.mapping") from None
        except ValueError as error:
            raise TableError(f"{path}: {error}", code="table.mapping") from None
        return profile

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the profile as JSON for people to read and correct.

        Raises:
            FileError: `path` cannot be written, or exists and may not be replaced.
        """
        document = self.model_dump(mode="json", exclude_defaults=True)
        ordered = {"format": self.format, **document}
        write_whole(path, (json.dumps(ordered, indent=2, ensure_ascii=False) + "\n").encode(), overwrite=overwrite)

    def names(self, field: str) -> tuple[str, ...]:
        """Return the names of the columns of a field: its own name where the profile does not say."""
        named = self.columns.get(field, field)
        return (named,) if isinstance(named, str) else named

    def apply(self, path: Path, header: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return field -> its columns as `header` spells them, with "record_id" where the profile names one.

        Names are equal, or else equal but for case and outer blanks and unique so. Optional columns that the table
        lacks are left out.

        Args:
            path: the table, for messages.
            header: names of its columns.

        Raises:
            TableError: a column that is not optional is missing, or a name that is used occurs twice.
        """
        wanted = {field: self.names(field) for field in self.columns}
        if self.record_id is not None:
            wanted = {RECORD_ID: (self.record_id,), **wanted}
        found = {field: [_spelled(path, header, name) for name in names] for field, names in wanted.items()}
        missing = [
            name
            for field, columns in found.items()
            for name, column in zip(wanted[field], columns, strict=True)
            if column is None and field not in self.optional
        ]
        if missing:
            raise TableError(
                f"{path} has no column {', '.join(repr(name) for name in missing)}, which the column profile names",
                code="table.columns",
                hint="correct the profile; fields that some tables lack are listed under 'optional'",
            )
        there = {field: tuple(filter(None, columns)) for field, columns in found.items()}
        return {field: columns for field, columns in there.items() if columns}

    def mended(self, field: str, values: Sequence[str]) -> Sequence[str]:
        """Return the values of a field with the leading zeros that a spreadsheet took from its numbers."""
        width = self.digits.get(field)
        if width is None:
            return values
        return with_leading_zeros(values, width)

    @model_validator(mode="after")
    def _speaks_of_its_fields_only(self) -> Self:
        if len(self.names("date_of_birth")) > _MOST_OF_BIRTH:
            raise ValueError("columns.date_of_birth: a date of birth is of three columns at most")
        known = {*self.columns, *([] if self.record_id is None else [RECORD_ID])}
        for key, fields in (("optional", self.optional), ("dates", self.dates), ("digits", self.digits)):
            unknown = [field for field in fields if field not in known]
            if unknown:
                raise ValueError(f"{key}: no column is given for the field '{unknown[0]}'")
        return self


def joined(field: str, columns: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return the values of a field of which one column or more have the cells; what says nothing is left out."""
    if len(columns) == 1:
        return columns[0]
    if field == "date_of_birth":
        return [_birth(cells) for cells in zip(*map(telling, columns), strict=True)]
    joint = _JOINTS.get(field, " ")
    return [joint.join(filter(None, cells)) for cells in zip(*map(telling, columns), strict=True)]


def _birth(cells: Sequence[str]) -> str:
    """Return year, month and day as one, or a whole date among them.

    The last two may be an age and the day on which it was true: they are used where there is no date.
    """
    *dates, age, day = parts = [_FRACTION.sub("", cell.strip()) for cell in cells]
    whole = next(filter(_WHOLE_DATE.search, parts[:-1]), "")
    if whole:
        return whole
    if not _WHOLE_DATE.search(day):
        told = [part for part in parts if part]
        if len(told) < len(parts) and not any(len(part) > 2 and part.isdecimal() for part in parts):  # noqa: PLR2004
            return ""  # no year is sure to be there
        return told[0] if len(told) == 1 else "-".join(part or "00" for part in parts)
    if _is_of(day, dates, age):
        return day
    return "".join(dates) or (f"aged {age} on {day}" if _AGE.fullmatch(age) else "")


def _is_of(day: str, dates: Sequence[str], age: str) -> bool:
    """Return whether a whole date is of birth: its year is that of birth, and then the next cell is a month, no age."""
    return _MONTH.fullmatch(age) is not None and any(len(year) == 4 and year in day for year in dates)  # noqa: PLR2004


def telling(cells: Sequence[str]) -> Sequence[str]:
    """Return cells, empty where they say nothing: the first name of "not recorded" Garcia is not "not"."""
    silent = {cell for cell in set(cells) if cell and missing_kind(cell, "name") is not None}
    return ["" if cell in silent else cell for cell in cells] if silent else cells


def with_leading_zeros(values: Sequence[str], digits: int) -> Sequence[str]:
    """Return the values with the leading zeros that a spreadsheet took from numbers of so many digits."""
    return [value.zfill(digits) if value.isdecimal() else value for value in values]


def exact_profile(header: Sequence[str], fields: Sequence[str] = SOURCE_COLUMNS) -> ColumnProfile:
    """Return the profile of a table whose columns have the names of `fields`, but for case and outer blanks."""
    found: Mapping[str, str] = {name.strip().casefold(): name for name in reversed(header)}
    columns = {field: found[field.casefold()] for field in fields if field.casefold() in found}
    return ColumnProfile(record_id=columns.pop(RECORD_ID, None), columns={**columns})


def _spelled(path: Path, header: Sequence[str], name: str) -> str | None:
    same = [column for column in header if column == name]
    if not same:
        same = [column for column in header if column.strip().casefold() == name.strip().casefold()]
    if len(same) > 1:
        raise TableError(f"{path}: the column '{name}' occurs {len(same)} times", code="table.columns")
    return same[0] if same else None
