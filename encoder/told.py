"""Names and cities with what the nationality of the same record tells of their reading, for schemas that have both.

Fields are standardised one by one; this is the one place where a field's value decides how another's is read.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from encoder.standardise.names import told
from encoder.standardise.places import told_places
from linkage.schema import Schema

NATIONALITY = "nationality"
_Told = Callable[[Sequence[str], Sequence[str]], Sequence[str]]


class ToldFields(NamedTuple):
    """Where a schema has names, cities and the nationality of who they are of.

    Attributes:
        names: the places of the fields that are names; none where no nationality is beside them.
        cities: those of the fields that are cities, likewise.
        nationality: the place of that field.
    """

    names: tuple[int, ...] = ()
    cities: tuple[int, ...] = ()
    nationality: int = 0

    @classmethod
    def of(cls, schema: Schema) -> "ToldFields":
        """Return the places in `schema`."""
        standards = [(None if field.ignored else field.standard) or "" for field in schema.fields]
        countries = [
            place
            for place, field in enumerate(schema.fields)
            if standards[place] == "country" and field.column == NATIONALITY
        ]
        if not countries:
            return cls()
        return cls(
            tuple(place for place, standard in enumerate(standards) if standard.startswith("name.")),
            tuple(place for place, standard in enumerate(standards) if standard.startswith("place")),
            countries[0],
        )


def told_columns(columns: Sequence[Sequence[str]], fields: ToldFields) -> list[Sequence[str]]:
    """Return the columns, as the nationality of their row tells to read them; what was one column stays one."""
    said = list(columns)
    _tell(said, columns, fields.names, fields.nationality, told)
    _tell(said, columns, fields.cities, fields.nationality, told_places)
    return said


def _tell(
    said: list[Sequence[str]], columns: Sequence[Sequence[str]], places: Sequence[int], nationality: int, tell: _Told
) -> None:
    found: dict[int, Sequence[str]] = {}
    for place in places:
        column = columns[place]
        if id(column) not in found:
            found[id(column)] = tell(column, columns[nationality])
        said[place] = found[id(column)]
