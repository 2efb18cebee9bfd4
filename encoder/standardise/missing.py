"""What stands in a cell when nothing is known: three kinds, told apart, and none of them hashed."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from encoder.standardise.table_keys import table_key

MissingKind = Literal["unknown", "not_recorded", "withheld"]
"""Nobody knows it; nobody wrote it down; somebody knows it and may not or would not say."""

FieldKind = Literal["name", "date", "sex", "country", "place", "document", "other"]

_TABLE = Path(__file__).parent / "tables" / "missing.tsv"
_KINDS: Mapping[str, MissingKind] = {"unknown": "unknown", "not_recorded": "not_recorded", "withheld": "withheld"}

_MARKS = re.compile(r"[\s\-–—_.?*/\\<>=~#،。・…'\"()\[\]]*")
"""Nothing but marks: a dash, dots, question marks."""

_ZERO_DATE = re.compile(
    r"0+(?:[-./ ]0+)*|[x?]+(?:[-./ ][x?]+)+|(?:9999|1111|0001)(?:[-./ ]?\d\d){0,2}|99[-./]99[-./]99(?:99)?"
)
_FILLED_NUMBER = re.compile(r"(.)\1{3,}|0+|x+|123456(?:7(?:8(?:90?)?)?)?")
_COUNTRY_CODE = re.compile(r"[a-z]{2}")
"""NO is Norway and NA Namibia before they are words."""


def missing_kind(text: str, field: FieldKind = "other") -> MissingKind | None:
    """Return which kind of nothing `text` says, or None when it is a value.

    A name is taken for missing only by words that nobody bears: "Nil", "Na", "Null", "None", "Nadie" and "Test" stay
    names. Other fields know more words, dates also 00/00/0000, documents also 000000000 and the like. An empty text
    is "not_recorded".
    """
    if field == "name" and _begins_name(text.partition(" ")[0]):
        return None
    if text.isascii() and text.isalnum():
        key = text.lower()  # the table key of such a text
    elif _MARKS.fullmatch(text):
        return "unknown" if "?" in text else "not_recorded"
    else:
        key = table_key(text)
    if field == "country" and _COUNTRY_CODE.fullmatch(key):
        return None
    found = _words()[field == "name"].get(key)
    if found is not None or field == "name":
        return found
    filled = (field == "date" and _ZERO_DATE.fullmatch(text.strip().casefold())) or (
        field == "document" and is_filled(key.replace(" ", ""))
    )
    return "unknown" if filled else None


def is_filled(number: str) -> bool:
    """Return whether a number without separators is what fills a cell that must not be empty: 000000000, 123456."""
    return _FILLED_NUMBER.fullmatch(number.lower()) is not None


def _begins_name(word: str) -> bool:
    """Return whether the first word of a text shows at once that it says more than nothing."""
    return word.isascii() and word.isalpha() and word.lower() not in first_missing_words()


def may_begin_missing(word: str) -> bool:
    """Return whether a name that begins with `word` may say nothing, as "not recorded" does."""
    return table_key(word).partition(" ")[0] in first_missing_words()


@cache
def closed_up_words() -> frozenset[str]:
    """Return the words that say nothing in any field but names, in capitals and without spaces."""
    return frozenset(key.replace(" ", "").upper() for key in _words()[False])


@cache
def first_missing_words() -> frozenset[str]:
    """Return the words, as their table keys, with which names begin that say nothing."""
    return frozenset(key.partition(" ")[0] for key in _words()[True])


@cache
def _words() -> tuple[Mapping[str, MissingKind], Mapping[str, MissingKind]]:
    """Return the words for all fields and, narrower, those for names."""
    every: dict[str, MissingKind] = {}
    names: dict[str, MissingKind] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, scope, _, words = line.split("\t")
        for word in words.split(" | "):
            every[table_key(word)] = _KINDS[kind]
            if scope == "all":
                names[table_key(word)] = _KINDS[kind]
    return every, names
