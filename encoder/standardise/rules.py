"""The standard forms that a schema can ask for, each a function from the text of a cell to its parts."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple, cast

from encoder.standardise.countries import nationality_parts
from encoder.standardise.dates import Calendar, Order, PartialDate, components, read_date
from encoder.standardise.dates.components import DateComponents
from encoder.standardise.documents import document_parts
from encoder.standardise.names import fold, read_name
from encoder.standardise.names.fold import skeleton_of
from encoder.standardise.places import ReadPlace, country_told, read_place
from encoder.standardise.sex import sex_parts
from linkage.schema import Standard

NAME_PARTS: Mapping[str, str] = {
    "name.folded": "spellings",
    "name.skeleton": "skeletons",
    "name.phonetic": "phonetics",
    "name.class": "classes",
}
"""What of the tokens of a name each of its standard forms is."""

PLACE_PARTS: Mapping[str, str] = {"place": "parts", "place.spelling": "spellings"}
"""What of a place each of its standard forms is."""

Parts = Sequence[str]
"""What a value is made of, each part tokenised by itself; empty where there is nothing to hash."""

Standardiser = Callable[[str], Parts]


class Facts(NamedTuple):
    """How the values of one column are written, where they do not say it themselves.

    Attributes:
        order: of day, month and year in dates.
        calendar: of dates that do not name theirs.
    """

    order: Order | None = None
    calendar: Calendar | None = None


NO_FACTS = Facts()


def standardiser(standard: Standard, facts: Facts = NO_FACTS) -> Standardiser:
    """Return the function for one standard form, of the values of a column with `facts`."""
    if standard.startswith("name."):
        return _of_name(standard)
    if standard.startswith("date."):
        return _of_date(standard, facts)
    if standard == "sex":
        return sex_parts
    if standard == "country":
        return nationality_parts
    if standard in PLACE_PARTS:
        parts = attrgetter(PLACE_PARTS[standard])
        return lambda text: cast("Parts", parts(read_told_place(text)))
    return document_parts


def _of_name(standard: Standard) -> Standardiser:
    """Return what reads one representation of a name."""
    parts = attrgetter(NAME_PARTS[standard])
    # In one order, which decides where the rest goes when bits are shared among tokens.
    return lambda text: sorted({part for token in read_name(text).tokens for part in parts(token)})


def _of_date(standard: Standard, facts: Facts) -> Standardiser:
    part = standard.removeprefix("date.")
    return lambda text: cast("Parts", getattr(read_components(text, facts), part))


def read_told_place(text: str) -> ReadPlace:
    """Return what a cell says about a place, with the country that may be told of it."""
    return read_place(*country_told(text), fold=_folded, consonants=skeleton_of)


def _folded(place: str) -> str:
    return "".join(map(fold, place.split()))


def read_components(text: str, facts: Facts) -> DateComponents:
    """Return the parts of a date."""
    date = read_date(text, order=facts.order, calendar=facts.calendar)
    return components(date) if isinstance(date, PartialDate) else DateComponents()
