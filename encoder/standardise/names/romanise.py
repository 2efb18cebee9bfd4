"""From a token in any script to Latin letters."""

import re
from functools import lru_cache

from anyascii import anyascii

from encoder.standardise.names.brahmic import romanise_brahmic
from encoder.standardise.names.burmese import burmese_syllables
from encoder.standardise.names.hangul import hangul_syllables
from encoder.standardise.names.kana import romanise_kana
from encoder.standardise.names.khmer import romanise_khmer
from encoder.standardise.names.letters import (
    romanise_armenian,
    romanise_cyrillic,
    romanise_georgian,
    romanise_greek,
    romanise_latin,
)
from encoder.standardise.names.neighbours import devanagari_of_sinhala, thai_of_lao
from encoder.standardise.names.scripts import script_of
from encoder.standardise.names.semitic import romanise_arabic, romanise_hebrew
from encoder.standardise.names.thai import romanise_thai

_NOT_A_LETTER = re.compile("[^a-z]+")
# Digits that were read or typed for the letters that they look like: M0N1CA, K1ein, 5teffen.
_DIGIT_IN_WORD = re.compile("^[^a-z]*[a-z].*[0158]|[0158][a-z]{2}")  # the first letter is enough, and in linear time
_ONE_FOR_I = re.compile("(?<=[^aeiou0158])1(?=[^aeiou1])")
_LETTERS_OF_DIGITS = str.maketrans("0158", "olsb")
_BRAHMIC = {
    "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM",
}  # fmt: skip

_READERS = {
    "LATIN": romanise_latin,
    "CYRILLIC": romanise_cyrillic,
    "GREEK": romanise_greek,
    "ARMENIAN": romanise_armenian,
    "GEORGIAN": romanise_georgian,
    "ARABIC": romanise_arabic,
    "HEBREW": romanise_hebrew,
    "KANA": romanise_kana,
    "THAI": romanise_thai,
    "LAO": lambda token: romanise_thai(thai_of_lao(token)),
    "SINHALA": lambda token: romanise_brahmic(devanagari_of_sinhala(token), "SINHALA"),
    "MYANMAR": lambda token: "".join(burmese_syllables(token)),
    "KHMER": romanise_khmer,
}


@lru_cache(maxsize=1 << 16)
def romanise(token: str) -> str:
    """Return `token` in the letters a to z, lower case, spelled by its sound where a rule knows it."""
    token = token.lower()
    if _DIGIT_IN_WORD.search(token):
        token = _ONE_FOR_I.sub("i", token).translate(_LETTERS_OF_DIGITS)
    if token.isascii():
        return _NOT_A_LETTER.sub("", token)
    script = script_of(token)
    if script == "HANGUL":
        return "".join(hangul_syllables(token))
    if script in _BRAHMIC:
        return romanise_brahmic(token, script)
    reader = _READERS.get(script)
    return _NOT_A_LETTER.sub("", anyascii(reader(token) if reader else token).lower())
