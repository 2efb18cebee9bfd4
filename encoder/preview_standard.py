"""One row as standardisation would leave it, for people to read: what the preview shows as "after"."""

from collections.abc import Mapping

from encoder.preview_problems import KINDS
from encoder.profile import ALIASES, FULL_NAME, NAME_COLUMNS, ColumnProfile, DateFacts
from encoder.standardise.aliases import split_aliases, tell_apart
from encoder.standardise.countries import country_code, nationality_parts
from encoder.standardise.dates import PartialDate, read_date
from encoder.standardise.documents import document_kind, read_number
from encoder.standardise.missing import missing_kind
from encoder.standardise.names import read_name, told
from encoder.standardise.places import told_places
from encoder.standardise.rules import read_told_place
from encoder.standardise.sex import sex_parts
from encoder.zones import COLUMNS as ZONE_COLUMNS
from encoder.zones import MRZ, filled

_NOTHING_SAID = DateFacts()


def standardised(cells: Mapping[str, str], profile: ColumnProfile) -> dict[str, str]:
    """Return source column -> what would be compared, "" where nothing is.

    Args:
        cells: source column -> cell.
        profile: says in which order and calendar dates are written.
    """
    after: dict[str, str] = {}
    for field, text in _told_apart(cells).items():
        if not text.strip():
            after[field] = ""
        elif field in NAME_COLUMNS:
            names = split_aliases(text) if field == ALIASES else [text]
            read = told(names, [cells.get("nationality", "")] * len(names))
            after[field] = "; ".join(" ".join(token.folded for token in read_name(name).tokens) for name in read)
        elif field == "date_of_birth":
            facts = profile.dates.get(field, _NOTHING_SAID)
            date = read_date(text, order=facts.order, calendar=facts.calendar)
            after[field] = date.iso if isinstance(date, PartialDate) else ""
        elif field == "sex":
            after[field] = "".join(sex_parts(text))
        elif field == "nationality":
            after[field] = " ".join(nationality_parts(text))
        elif field == "birth_city":
            after[field] = _place(text, cells.get("nationality", ""))
        elif field == MRZ:
            said = filled({column: [""] for column in ZONE_COLUMNS}, [text])
            after[field] = " ".join(filter(None, (said[column][0] for column in ZONE_COLUMNS)))
        elif field == "document_type":
            after[field] = document_kind(text) or ""
        elif field == "document_country":
            after[field] = country_code(text) or ""
        elif field == "document_number":
            after[field] = read_number(text).number
        else:
            after[field] = "" if missing_kind(text, KINDS.get(field, "other")) else " ".join(text.split())
    return after


def _told_apart(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells, with the other names that stand in that of the name in that of the aliases."""
    (name,), (aliases,) = tell_apart([cells.get(FULL_NAME, "")], [cells.get(ALIASES, "")])
    return {**cells, FULL_NAME: name, ALIASES: aliases} if aliases else {**cells}


def _place(text: str, nationality: str) -> str:
    """Return the country and the GeoNames number of a city, or its name as it is compared."""
    (cell,) = told_places([text], [nationality])
    place = read_told_place(cell)
    return " ".join([*(f"{city.country}:{city.number}" for city in place.cities), *place.spellings])
