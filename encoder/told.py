"""Names and cities with what the nationality of the same record tells of their reading, for schemas that have both.

Fields are standardised one by one; this is the one place where a field's value decides how another's is read.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from encoder.numbering import numbered
from encoder.standardise.names import tells_of_names, told_of_one
from encoder.standardise.places import told_places
from encoder.texts import Numbered, paired_texts
from linkage.schema import Schema

NATIONALITY = "nationality"


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


def told_columns(columns: Sequence[Numbered], fields: ToldFields) -> list[Numbered]:
    """Return the columns, as the nationality of their row tells to read them; what was one column stays one."""
    said = list(columns)
    for places, tell in ((fields.names, _told_names), (fields.cities, _told_cities)):
        found: dict[int, Numbered] = {}
        for place in places:
            column = columns[place]
            if id(column) not in found:
                found[id(column)] = tell(column, columns[fields.nationality])
            said[place] = found[id(column)]
    return said


def _told_names(names: Numbered, nationalities: Numbered) -> Numbered:
    codes, values = names.codes.copy(), list(names.distinct)
    rows = np.argsort(nationalities.codes, kind="stable")
    ends = np.cumsum(np.bincount(nationalities.codes, minlength=len(nationalities.distinct)))
    for nationality, of_one in zip(nationalities.distinct, np.split(rows, ends[:-1]), strict=False):
        if not tells_of_names(nationality):
            continue
        met, places = np.unique(names.codes[of_one], return_inverse=True)
        otherwise = told_of_one([names.distinct[code] for code in met.tolist()], nationality)
        if otherwise:
            met[list(otherwise)] = np.arange(len(values), len(values) + len(otherwise))
            values += otherwise.values()
            codes[of_one] = met[places]
    used, codes = numbered(codes, len(values))
    return Numbered(codes, [values[code] for code in used.tolist()])


def _told_cities(cities: Numbered, nationalities: Numbered) -> Numbered:
    return paired_texts(cities, nationalities, told_places)
