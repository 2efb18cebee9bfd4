"""What a column of machine readable zones says in place of empty cells of other columns."""

from collections.abc import Callable, Mapping, Sequence

from encoder.profile import FULL_NAME
from encoder.standardise.countries import code_in_zone
from encoder.standardise.mrz import Mrz, read_mrz

MRZ = "mrz"
_SAID: Mapping[str, Callable[[Mrz], str | None]] = {
    FULL_NAME: lambda zone: ", ".join(filter(None, (zone.surname, zone.given_names))),
    "date_of_birth": lambda zone: "" if zone.checks["birth"] == "fails" else zone.birth,
    "sex": lambda zone: zone.sex,
    "nationality": lambda zone: code_in_zone(zone.nationality),
    "document_type": lambda zone: zone.document_type[:1],
    "document_country": lambda zone: zone.issuer_code,
    "document_number": lambda zone: zone.number,
}
"""By column. A date whose check digit fails is a wrong date more likely than a right one, and is left out; of a number
the parts that are compared allow for a misread character."""
COLUMNS = tuple(_SAID)


def filled(values: Mapping[str, Sequence[str]], zones: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the values of each column, empty cells filled with what the zone of their row says.

    A zone that cannot be read says nothing.
    """
    places = [place for place, zone in enumerate(zones) if zone]
    read = {place: zone for place in places if (zone := read_mrz(zones[place])) is not None}
    more: dict[str, Sequence[str]] = dict(values)
    for column in values.keys() & _SAID.keys():
        cells = list(values[column])
        for place, zone in read.items():
            cells[place] = cells[place] or _SAID[column](zone) or ""
        more[column] = cells
    return more
