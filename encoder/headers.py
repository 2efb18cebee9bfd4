"""Guesses which column of a table is which source column of the schema, from its header and from what it holds.

A guess is shown to a person, who saves it as a column profile or corrects it; nothing is encoded on a guess.
The words stand in ``header_words.json``: ``fields`` by source column and language; ``others``, words of headers that
look like ours and are not (the name of the father, the date of arrest); ``birth``, those of parts of a date of birth.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from encoder.headers_birth import birth_parts
from encoder.headers_content import content_shares
from linkage.canonical import parse_json

NAME_ALONE = "name_alone"  # "Nom", "Name", "Имя": the whole name, or the part that no other column has
LEAST_CONFIDENCE = 0.5
_EXACT = 0.95
_SHORT_WORD = 0.85  # "no", "id", "म": words so short that they stand for much else
_PHRASE = 0.65
_ALIKE = 0.85
_CONTENT_ONLY = 0.6
_OWN_IN_EACH_ROW = 0.55  # of the first column: sooner a reference than the number of a document
_SEVERAL = ("aliases", "mrz")  # fields that more than one column may have: "Alias 1", "Alias 2"; the lines of a zone
_AND = frozenset(
    {"and", "et", "y", "e", "und", "i", "a", "и", "та", "і", "й", "ve", "dan", "và", "og", "och", "en", "و"}
)
_PARTS = frozenset({NAME_ALONE, "given_names", "middle_names", "family_name"})
_CONFIRMED = 0.03
_SHORTEST_ALIKE = 5
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ı": "i", "ł": "l", "đ": "d"})
_LEFT_OUT = str.maketrans(dict.fromkeys("'’ʼ`\u200d\u200e\u200f\u0640\u00ad"))


class Guess(NamedTuple):
    """What one column of a table seems to be: a source column or None, how sure (0 to 1), and why."""

    column: str
    field: str | None
    confidence: float
    reason: str


class _Reading(NamedTuple):
    field: str
    languages: tuple[str, ...]
    confidence: float
    reason: str


def guess_headers(header: Sequence[str], samples: Sequence[Sequence[str]]) -> tuple[Guess, ...]:
    """Return one guess per column, in the order of `header`; no field is given twice, but aliases and zones.

    Args:
        header: names of the columns.
        samples: for each column some of its values.
    """
    shares = [content_shares(values) for values in samples]
    others = [_is_other(name) for name in header]
    readings = [[] if other else _readings(name) for name, other in zip(header, others, strict=True)]
    languages = Counter(language for column in readings for reading in column for language in set(reading.languages))
    given = any(reading.field == "given_names" for column in readings for reading in column)
    family = any(reading.field == "family_name" for column in readings for reading in column)
    candidates: list[tuple[float, int, str, str]] = []
    for place, column in enumerate(readings):
        for reading in column:
            if reading.field == NAME_ALONE and given and family and reading.confidence < _SHORT_WORD:
                continue  # "name suffix": some other part of it
            if reading.field == ("full_name" if given else "family_name") and _whole_and_part(column):
                continue  # in Thai both are ชื่อ and สกุล
            field = _whole_or_part(reading.field, given=given, family=family)
            spoken = max((languages[language] for language in reading.languages), default=0) / 1000
            confidence, reason = _with_content(reading, field, shares[place])
            candidates.append((confidence + spoken, place, field, reason))
        if not column and not others[place]:
            candidates += [
                (_CONTENT_ONLY * share, place, field, "its values look like it")
                for field, share in shares[place].items()
                if _CONTENT_ONLY * share >= LEAST_CONFIDENCE
            ]
    chosen: dict[int, tuple[str, float, str]] = {}
    parts = columns_of_birth(header)
    if parts is not None and any(
        reading.field == "date_of_birth" and reading.confidence >= _SHORT_WORD
        for place, column in enumerate(readings)
        if place not in parts
        for reading in column
    ):
        candidates = [found for found in candidates if found[1] not in parts]  # the whole date is beside them
    elif parts is not None and shares[parts[-1]].get("date_of_birth", 0.0) < LEAST_CONFIDENCE:
        told = ("year of birth", "month of birth", "day of birth")
        chosen = {place: ("date_of_birth", _PHRASE + 0.25, part) for place, part in zip(parts, told, strict=True)}
    for confidence, place, field, reason in sorted(candidates, key=lambda found: (-found[0], found[1], found[2])):
        taken = {found[0] for found in chosen.values()} - {*_SEVERAL}
        if place not in chosen and field not in taken:
            chosen[place] = (field, min(0.99, round(confidence, 2)), reason)
    _add_reference(chosen, samples, shares, others)
    return tuple(
        Guess(name, *chosen[place])
        if place in chosen and chosen[place][1] >= LEAST_CONFIDENCE
        else Guess(name, None, 0.0, "speaks of something else" if others[place] else "not recognised")
        for place, name in enumerate(header)
    )


def columns_of_birth(header: Sequence[str]) -> tuple[int, int, int] | None:
    """Return the places of the columns that hold year, month and day of birth, where all three are there."""
    return birth_parts(header, _table()["birth"], header_key)


def _add_reference(
    chosen: dict[int, tuple[str, float, str]],
    samples: Sequence[Sequence[str]],
    shares: Sequence[dict[str, float]],
    others: Sequence[bool],
) -> None:
    """Take the first column for the record's reference, if nothing else is and each row has a number of its own."""
    if not samples or others[0] or not shares[0] or any(field == "record_id" for field, _, _ in chosen.values()):
        return
    by_words = 0 in chosen and (chosen[0][0] != "document_number" or chosen[0][1] > _CONTENT_ONLY)
    values = [value.strip() for value in samples[0]]
    numbers = all(any(map(str.isdecimal, value)) for value in values) and len({*values}) == len(values)
    if numbers and not by_words and max(shares[0]["date_of_birth"], shares[0]["mrz"]) < LEAST_CONFIDENCE:
        chosen[0] = ("record_id", _OWN_IN_EACH_ROW, "each row has a number of its own")


def header_key(name: str, *, remarks: bool = False) -> str:
    """Return the words of a header in one spelling: small letters, no accents, no numbers, single blanks.

    Args:
        name: the header.
        remarks: whether what stands in brackets is of it.
    """
    name = name if remarks else re.sub(r"\([^)]*\)|\[[^]]*\]|（[^）]*）", " ", name) or name
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.translate(_LEFT_OUT))
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name).casefold() if unicodedata.category(letter) != "Mn"
    )
    plain = unicodedata.normalize("NFC", plain).translate(_LETTERS)
    words = re.findall(r"№|[^\W\d_]+(?:[^\W\d_]|[\u0900-\u0dff])*", plain)
    return " ".join(words)


def _whole_or_part(field: str, *, given: bool, family: bool) -> str:
    if field != NAME_ALONE or given == family:
        return "full_name" if field == NAME_ALONE else field
    return "family_name" if given else "given_names"


def _whole_and_part(readings: Iterable[_Reading]) -> bool:
    return {"full_name", "family_name"} <= {reading.field for reading in readings}


def _with_content(reading: _Reading, field: str, shares: dict[str, float]) -> tuple[float, str]:
    """Return the confidence and the reason when the values have been looked at too."""
    share = shares.get(field)
    if share is None:
        return reading.confidence, reading.reason
    if share >= 0.8:  # noqa: PLR2004 - most of the values
        return reading.confidence + _CONFIRMED, f"{reading.reason}, and its values look like it"
    if share < 0.2:  # noqa: PLR2004 - few of them
        return reading.confidence * 0.6, f"{reading.reason}, but its values do not look like it"
    return reading.confidence, reading.reason


def _readings(name: str) -> list[_Reading]:
    """Return what a header can mean, by its words alone: exactly a known one, else one that holds or resembles one."""
    key = header_key(name)
    squeezed = key.replace(" ", "")
    if not squeezed:
        return []
    known = _words()[0]
    exact = known.get(header_key(name, remarks=True).replace(" ", "")) or known.get(squeezed, {})
    if exact:
        confidence = _SHORT_WORD if len(squeezed) < 3 and squeezed.isascii() else _EXACT  # noqa: PLR2004
        return [
            _Reading(field, languages, confidence if len(exact) == 1 else 0.9 * confidence, _told("header", languages))
            for field, languages in exact.items()
        ]
    held = [
        (len(phrase), field, languages)
        for phrase, fields in known.items()
        for field, languages in fields.items()
        if len(phrase) > 1 and _holds(key, phrase)
    ]
    whole = _whole_in_parts(key)
    if whole is not None:
        return [whole]
    if held:
        longest = max(length for length, _, _ in held)
        return [
            _Reading(field, languages, _PHRASE + 0.25 * length / len(squeezed), _told("part of the header", languages))
            for length, field, languages in held
            if length == longest
        ]
    return list(_alike(squeezed))


def _whole_in_parts(key: str) -> _Reading | None:
    """Return the reading of a header that lists the parts of a name ("surname, first name"), else None."""
    fields: list[str] = []
    languages: set[str] = set()
    words = [word for word in key.split() if word not in _AND]
    while words:
        for length in range(len(words), 0, -1):
            found = _words()[0].get("".join(words[:length]), {})
            if found.keys() & _PARTS:
                fields.append(next(field for field in found if field in _PARTS))
                languages.update(language for field in _PARTS & found.keys() for language in found[field])
                words = words[length:]
                break
        else:
            return None
    if len({*fields}) < 2 or len(fields) != len({*fields}):  # noqa: PLR2004 - two parts make a whole
        return None
    return _Reading("full_name", tuple(sorted(languages)), _PHRASE + 0.25, "it lists the parts of a name")


def _alike(squeezed: str) -> Iterator[_Reading]:
    """Yield the reading of the known header that differs by a letter or two from this one."""
    if len(squeezed) < _SHORTEST_ALIKE:
        return
    best = (_ALIKE, "")
    for phrase in _words()[0]:
        if abs(len(phrase) - len(squeezed)) <= 2 and len(phrase) >= _SHORTEST_ALIKE:  # noqa: PLR2004
            best = max(best, (SequenceMatcher(None, phrase, squeezed, autojunk=False).ratio(), phrase))
    if best[1]:
        for field, languages in _words()[0][best[1]].items():
            yield _Reading(field, languages, 0.7 * best[0], _told("header, but for a letter or two,", languages))


def _is_other(name: str) -> bool:
    key = header_key(name)
    known, others = _words()
    return key.replace(" ", "") not in known and any(_holds(key, phrase, start=True) for phrase in others)


def _holds(key: str, phrase: str, *, start: bool = False) -> bool:
    """Return whether `key` has the words of `phrase` (written without blanks) next to each other."""
    if _UNSPACED.search(phrase):
        squeezed = key.replace(" ", "")
        return squeezed.startswith(phrase) if start and len(phrase) == 1 else phrase in squeezed
    words = key.split()
    return any(
        "".join(words[first:last]) == phrase for first in range(len(words)) for last in range(first + 1, len(words) + 1)
    )


def _told(what: str, languages: Iterable[str]) -> str:
    return f"{what} is known ({', '.join(languages)})"


@cache
def _words() -> tuple[dict[str, dict[str, tuple[str, ...]]], frozenset[str]]:
    """Return header without blanks -> field -> languages; and the words of headers that are none of ours."""
    table = _table()
    known: dict[str, dict[str, tuple[str, ...]]] = {}
    for field, languages in table["fields"].items():
        for language, phrases in [("schema", [field]), *languages.items()]:
            for phrase in phrases:
                fields = known.setdefault(header_key(phrase, remarks=True).replace(" ", ""), {})
                fields[field] = tuple(dict.fromkeys((*fields.get(field, ()), language)))
    others = {
        header_key(phrase).replace(" ", "")
        for languages in table["others"].values()
        for phrases in languages.values()
        for phrase in phrases
    }
    return known, frozenset(others - known.keys())


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = parse_json(resources.files("encoder").joinpath("header_words.json").read_bytes())
    return table
