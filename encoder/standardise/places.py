"""Cities as GeoNames numbers, whatever the script and language in which they are written.

The table (`tables/places.txt.xz`, made by `scripts/make_places.py`) lists 35,796 cities in 371,499 forms: those of
15,000 inhabitants or more and the thirty largest places of every country. A spelling that it does not have is looked
for among those of the country, folded, and by its consonants; a place that it does not have keeps its name, folded.
"""

import lzma
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from encoder.standardise.countries import country_code, read_country, states_by_key
from encoder.standardise.missing import MissingKind, missing_kind
from encoder.standardise.names.scripts import script_of
from encoder.standardise.table_keys import table_key

Fold = Callable[[str], str]
"""Romanises and folds a name, so that its common spellings meet."""

_TABLE = Path(__file__).parent / "tables" / "places.txt.xz"
_MOST_OF_ONE_NAME = 4
_LARGEST, _LARGE = 1_000, 5_000  # cities of the table, which begins with them
_LEAST_CONSONANTS = 3
_FIRST_VOWEL = "a"  # in place of any, before what is left of a name
_WRITTEN_IN: Mapping[str, str] = {"ETHIOPIC": "ET", "KHMER": "KH", "MYANMAR": "MM", "SINHALA": "LK"}
"""Scripts in which hardly any place of another country is written."""

_FOLDED = "~"
_SIGN = "\x1f"  # before the country that is told

_SEGMENTS = re.compile(r"\s*[,;(/،、|]\s*|\s+[-–—]\s+")  # fmt: skip
_AROUND = """
city of the town municipality metro district capital province governorate prefecture pref stadt de la ciudad cidade
ville città commune comune miasto město grad oraș şehri şehir si shi gun quận thành phố tp kota kabupaten
город гор г місто м град гр село с пос пгт oblast область обл район مدينة شهر नगर शहर
"""
_WORDS = frozenset(map(table_key, _AROUND.split()))
"""Words around the name of a city that do not name it."""

_DISTRICT = re.compile(r"\d+(?:e|eme|er|th)?|[ivx]+|cedex|[dcf]|sp|rj")
"""Praha 4, Budapest XIV, Lyon Cedex 03, Bogotá D.C."""

_ENDINGS = "特別市 特别市 직할시 광역시 특별시 市 縣 县 区 區 府 都 시 군"
_CJK_ENDINGS = tuple(map(table_key, _ENDINGS.split()))
_LEAST_CJK_STEM = 2


class City(NamedTuple):
    """A city of the gazetteer: its GeoNames number and its country as alpha-2."""

    number: int
    country: str


class ReadPlace(NamedTuple):
    """What a cell says about a place.

    Attributes:
        cities: those that it may name, largest first; of several countries where the country is not known.
        folded: its name, folded, where it is in no table as it is written; else empty. A city beside it is one that is
            spelt alike.
        missing: which kind of nothing it says.
    """

    cities: tuple[City, ...]
    folded: str = ""
    missing: MissingKind | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """GeoNames numbers (four at most), or else the folded name with "~" before it.

        Two records meet when they share one of them. Nothing for a missing value or for a country in place of a city.
        """
        return tuple(str(city.number) for city in self.cities) or tuple(_FOLDED + name for name in self.spellings)

    @property
    def spellings(self) -> tuple[str, ...]:
        """The folded name of a place that is in no table, to be compared letter by letter; nothing for one that is."""
        return (self.folded,) if self.folded else ()


_NOTHING = ReadPlace(())


def read_place(
    text: str, country: str | None = None, *, fold: Fold = table_key, consonants: Fold | None = None
) -> ReadPlace:
    """Return the cities that `text` may name.

    Args:
        text: a city, also with its country or region after a comma or in brackets.
        country: alpha-2 code of the country of birth, or else of nationality, where known: of several cities of one
            name those of this country are meant, if there are any. A country in `text` goes before it.
        fold: what is made of a name that the table does not have; also used to look for it among the forms of
            `country`, or of the one of its script where none is known: a spelling that the table lacks may be found.
        consonants: what is left of a folded name, a first vowel as "a", to look for it once more where just one city of
            the country has as much left; the name stays beside it, as it may be another place.
    """
    key = table_key(text)
    listed = _forms().get(key)
    if listed is not None:
        cities = _of_country(_cities(listed), country)
        means_state = key in _states_named_as_cities() and cities[0].country != country
        return _NOTHING if means_state else ReadPlace(cities)
    segments = [part.strip(" )") for part in _SEGMENTS.split(text)]
    named = [code for part in segments[1:] if part and (code := country_code(part))]
    meant = named[0] if named else country
    for candidate in dict.fromkeys((text, *segments[:1], *segments[1:])):
        found = _named(candidate)
        if found:
            return ReadPlace(_of_country(found, meant))
    missing = missing_kind(text, "place")
    if missing is not None:
        return ReadPlace((), missing=missing)
    if read_country(text).states:
        return _NOTHING
    return _spelt(fold(segments[0] or text), meant or _WRITTEN_IN.get(script_of(text)), fold, consonants)


def told_places(cells: Sequence[str], nationalities: Sequence[str]) -> Sequence[str]:
    """Return `cells`, each with the country that the nationality beside it names, where that may decide its reading."""
    return [
        f"{cell}{_SIGN}{code}" if cell and nationality and (code := _deciding(cell, nationality)) else cell
        for cell, nationality in zip(cells, nationalities, strict=True)
    ]


def country_told(cell: str) -> tuple[str, str | None]:
    """Return a cell and the country that is told of it."""
    text, _, code = cell.partition(_SIGN)
    return text, code or None


@lru_cache(maxsize=1 << 16)
def _deciding(cell: str, nationality: str) -> str | None:
    """Return the country of a nationality where the cell alone names no one city."""
    code = country_code(nationality)
    place = read_place(cell) if code else _NOTHING
    return code if place.missing is None and len(place.cities) != 1 else None


def _spelt(folded: str, country: str | None, fold: Fold, consonants: Fold | None) -> ReadPlace:
    """Return the cities of the country that are spelt as `folded`, or the only one that has its consonants."""
    if country is None or not folded:
        return ReadPlace((), folded)
    cities = _folded_forms(country, fold).get(folded, ())
    if cities:
        return ReadPlace(cities[:_MOST_OF_ONE_NAME])
    left = consonants(folded) if consonants else ""
    alike: Collection[City] = ()
    if consonants and len(left.removeprefix(_FIRST_VOWEL)) >= _LEAST_CONSONANTS:
        alike = _by_consonants(country, fold, consonants).get(left, ())
    return ReadPlace(tuple(alike) if len(alike) == 1 else (), folded)


def _of_country(cities: tuple[City, ...], country: str | None) -> tuple[City, ...]:
    if len(cities) == 1:
        return cities
    inside = tuple(city for city in cities if city.country == country)
    return (inside or cities)[:_MOST_OF_ONE_NAME]


def _named(text: str) -> tuple[City, ...]:
    """Return the cities of which `text` is a listed form, as it is or without words such as "city of" around it."""
    forms = _forms()
    key = table_key(text)
    found = forms.get(key)
    if found is None and key:
        found = next((forms[bare] for bare in _bare(key) if bare in forms), None)
    return _cities(found or ())


def _cities(numbers: Iterable[int]) -> tuple[City, ...]:
    countries = _countries()
    return tuple(City(number, countries[number]) for number in numbers)


def _bare(key: str) -> Iterator[str]:
    words = key.split()
    kept = [word for word in words if word not in _WORDS and not _DISTRICT.fullmatch(word)]
    if kept and len(kept) < len(words):
        yield " ".join(kept)
    if len(words) > 1:
        yield "".join(words)
    for ending in _CJK_ENDINGS:
        stem = key.removesuffix(ending)
        if stem != key and len(stem) >= _LEAST_CJK_STEM:
            yield stem


@cache
def _forms() -> Mapping[str, tuple[int, ...]]:
    """Return table key -> GeoNames numbers, largest city first.

    Numbers, and not cities: 371,499 objects that the garbage collector follows would slow down all else.
    """
    forms: dict[str, tuple[int, ...]] = {}
    for line in _lines():
        number, _, *keys = line.split("\t")
        alone = (int(number),)
        for key in keys:
            forms[key] = forms[key] + alone if key in forms else alone
    return forms


@cache
def _states_named_as_cities() -> AbstractSet[str]:
    """Return table keys of states that small cities of other states are called too, as Inđija is in its form India.

    Not those that a city of the state has, that one of the largest has as any form (السويس, Suez and Switzerland), or a
    large one as its name (Granada).
    """
    states, forms = states_by_key(), _forms()
    rank = {number: place for place, number in enumerate(_countries())}
    large = {line.split("\t", 3)[2] for line in _lines()[:_LARGE]}
    return {
        key
        for key in states.keys() & forms.keys() - large
        if min(map(rank.__getitem__, forms[key])) >= _LARGEST
        and states[key].code not in {city.country for city in _cities(forms[key])}
    }


@cache
def _countries() -> Mapping[int, str]:
    """Return GeoNames number -> alpha-2 code."""
    return {int(number): country for number, country, _ in (line.split("\t", 2) for line in _lines())}


@cache
def _folded_forms(country: str, fold: Fold) -> Mapping[str, tuple[City, ...]]:
    """Return folded form -> cities of one country, largest first."""
    forms: dict[str, tuple[City, ...]] = {}
    for line in _lines():
        number, where, *keys = line.split("\t")
        if where == country:
            city = City(int(number), country)
            for folded in dict.fromkeys(map(fold, keys)):
                forms[folded] = (*forms.get(folded, ()), city)
    return forms


@cache
def _by_consonants(country: str, fold: Fold, consonants: Fold) -> Mapping[str, Collection[City]]:
    """Return what is left of a folded form -> cities of one country."""
    forms: defaultdict[str, set[City]] = defaultdict(set)
    for folded, cities in _folded_forms(country, fold).items():
        forms[consonants(folded)].update(cities)
    return forms


@cache
def _lines() -> tuple[str, ...]:
    return tuple(lzma.decompress(_TABLE.read_bytes()).decode().splitlines())
