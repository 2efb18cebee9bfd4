"""In which language a name is read: its bearer's nationality says so, where it is known and the letters do not.

Chinese characters are read by a language as a whole. A name that is told one stays one text on its way through the
encoder: the language stands behind a sign. China, Taiwan, Singapore and Malaysia tell none: names of their people are
read in several. A letter of an alphabet that a country sounds otherwise is respelled in one that is read so anyway.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Literal, cast

from encoder.standardise.countries import read_country
from encoder.standardise.missing import missing_kind
from encoder.standardise.names.scripts import letters_of
from encoder.standardise.names.words import words

Language = Literal["", "ja", "ko", "vi", "yue"]
"""By its tag: Japanese, Korean, Vietnamese, Cantonese; empty where none is told."""

_LANGUAGES: Mapping[str, Language] = {"JP": "ja", "KR": "ko", "KP": "ko", "VN": "vi", "HK": "yue", "MO": "yue"}
_PERSIAN = {"ث": "س", "ض": "ز"}  # s and z, in Persian, Dari and Urdu; th and d in Arabic
_SOUNDS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("IR", "AF", "PK", "IN"), _PERSIAN),
    "EG": {"ج": "گ"},
    "BG": {"щ": "шт"},
}
_RESPELLED = {
    country: str.maketrans({**sounds, **{letter.upper(): sound for letter, sound in sounds.items()}})
    for country, sounds in _SOUNDS.items()
}
_SIGN = "\x1f"  # parts words, as a space does
_HAN = letters_of("HAN")
_HANGS = re.compile(f"{_HAN.pattern[:-1]}{''.join(map(chr, sorted({*chain(*_RESPELLED.values())})))}]")


def told(names: Sequence[str], nationalities: Sequence[str]) -> Sequence[str]:
    """Return `names`, each with what the nationality beside it tells of its reading.

    Nothing is told where the nationality is missing, not understood, or names two countries that tell different things.
    """
    if _HANGS.search("".join(names)) is None:
        return names
    return [
        _told(name, nationality) if nationality and _HANGS.search(name) else name
        for name, nationality in zip(names, nationalities, strict=True)
    ]


def language_told(text: str) -> tuple[str, Language]:
    """Return a name and the language that is told of it."""
    name, _, language = text.partition(_SIGN)
    is_told = language in _LANGUAGES.values() and _HAN.search(name) is not None
    return (name, cast("Language", language)) if is_told else (text, "")


def _told(name: str, nationality: str) -> str:
    language, country = _said_by(nationality)
    if language and _HAN.search(name):
        return f"{name}{_SIGN}{language}"
    if country and missing_kind(name, "name") is None:
        sounds = _RESPELLED[country]
        return " ".join(word if word in _no_names() else word.translate(sounds) for word in name.split())
    return name


@lru_cache(maxsize=4096)
def _said_by(nationality: str) -> tuple[Language, str]:
    """Return the language of Chinese characters and the country whose sounds count, each empty if none is told."""
    codes = {state.code for state in read_country(nationality).states}
    languages = {_LANGUAGES[code] for code in codes & _LANGUAGES.keys()}
    countries = codes & _RESPELLED.keys()
    return (
        languages.pop() if len(languages) == 1 else "",
        countries.pop() if len(countries) == 1 else "",
    )


@cache
def _no_names() -> frozenset[str]:
    """Return words that are known as they are written: titles, fillers, particles, prefixes."""
    known = words()
    return known.dropped | known.particles | known.joined | known.articles
