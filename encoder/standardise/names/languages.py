"""In which language the Chinese characters of a name are read: its bearer's nationality says so, where it is known.

A name whose language is told stays one text on its way through the encoder: the language stands behind a sign. China,
Taiwan, Singapore and Malaysia tell none, because their people's names are read in several.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, cast

from encoder.standardise.countries import read_country
from encoder.standardise.names.scripts import letters_of

Language = Literal["", "ja", "ko", "vi", "yue"]
"""By its tag: Japanese, Korean, Vietnamese, Cantonese; empty where none is told."""

_LANGUAGES: dict[str, Language] = {"JP": "ja", "KR": "ko", "KP": "ko", "VN": "vi", "HK": "yue", "MO": "yue"}
_SIGN = "\x1f"  # parts words, as a space does
_HAN = letters_of("HAN")


def told(names: Sequence[str], nationalities: Sequence[str]) -> Sequence[str]:
    """Return `names`, those with Chinese characters together with the language that the nationality beside them tells.

    Nothing is told where the nationality is missing, not understood, or names countries of two such languages.
    """
    if _HAN.search("".join(names)) is None:
        return names
    return [
        f"{name}{_SIGN}{language}" if _HAN.search(name) and (language := _language_of(nationality)) else name
        for name, nationality in zip(names, nationalities, strict=True)
    ]


def language_told(text: str) -> tuple[str, Language]:
    """Return a name and the language that is told of it."""
    name, _, language = text.partition(_SIGN)
    is_told = language in _LANGUAGES.values() and _HAN.search(name) is not None
    return (name, cast("Language", language)) if is_told else (text, "")


@lru_cache(maxsize=4096)
def _language_of(nationality: str) -> Language:
    languages = {_LANGUAGES[state.code] for state in read_country(nationality).states if state.code in _LANGUAGES}
    return languages.pop() if len(languages) == 1 else ""
