"""Names with what the nationality of the same record tells of their reading, for schemas that have both.

Fields are standardised one by one; this is the one place where a field's value decides how another's is read.
"""

from collections.abc import Sequence
from typing import NamedTuple

from encoder.standardise.names import told
from linkage.schema import Schema

NATIONALITY = "nationality"


class NamePlaces(NamedTuple):
    """Where a schema has names and the nationality of who bears them.

    Attributes:
        names: the places of the fields that are names; none where no nationality is beside them.
        nationality: the place of that field.
    """

    names: tuple[int, ...]
    nationality: int = 0

    @classmethod
    def of(cls, schema: Schema) -> "NamePlaces":
        """Return the places in `schema`."""
        standards = [None if field.ignored else field.standard for field in schema.fields]
        countries = [
            place
            for place, field in enumerate(schema.fields)
            if standards[place] == "country" and field.column == NATIONALITY
        ]
        names = [place for place, standard in enumerate(standards) if standard and standard.startswith("name.")]
        return cls(tuple(names), countries[0]) if countries else cls(())


def told_columns(columns: Sequence[Sequence[str]], places: NamePlaces) -> list[Sequence[str]]:
    """Return the columns, names as the nationality of their row tells to read them; what was one column stays one."""
    nationalities = columns[places.nationality]
    found: dict[int, Sequence[str]] = {}
    said = list(columns)
    for place in places.names:
        column = columns[place]
        if id(column) not in found:
            found[id(column)] = told(column, nationalities)
        said[place] = found[id(column)]
    return said
