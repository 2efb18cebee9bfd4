"""Chinese, Japanese and Korean names: where the family name ends, and how the characters are read."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from encoder.standardise.names.classes import name_class
from encoder.standardise.names.fold import fold, fold_latin
from encoder.standardise.names.han_readings import in_cantonese, in_hangul
from encoder.standardise.names.hangul import hangul_syllables
from encoder.standardise.names.words import words

_ONSET = "(?:zh|ch|sh|wh|ts|tz|hs|kw|gw|hw|ng|ph|kh|th|rh|kk|tt|pp|ss|jj|sz|[bpmfdtnlrgkhjqxzcswv])?y?"
_SYLLABLE = (
    rf"(?:{_ONSET}(?:au|oi|eou|eui)|{_ONSET}"
    r"(?:iao|iang|iong|uang|yeo|yae|iu|ia|ie|io|iu|ua|uo|ui|ue|ae|eo|oe|eu|ai|ei|ao|ou|oo|ee|oh|ah|wa|we|wo|wi|[aeiou])"
    r"(?:ng|ck|rk|hn|[nmktplhrwbg])?|ng|sze?|tsz|tzu)"
)
_LONGEST_GIVEN = 3
LEAST_SYLLABLES, MOST_SYLLABLES = 3, 4
_ONE_SYLLABLE = re.compile(_SYLLABLE)
_PERSON = re.compile(".{2,6}")
_LONG_NAME = re.compile(".{4,}")  # hardly Chinese without a compound surname


def split_han(text: str, *, chinese: bool = False) -> list[tuple[str, str]]:
    """Return (characters, folded reading) of the family and the given name in Chinese characters in one piece.

    Unless it is `chinese`, Japanese readings are taken where the table of attested names knows both parts with a
    reading that is not Chinese; else the reading is Mandarin.
    """
    if not _PERSON.fullmatch(text):
        return [(text, read_han(text))]
    if text[:2] in words().compound_surnames and text[2:]:
        return [(text[:2], read_mandarin(text[:2])), (text[2:], read_mandarin(text[2:]))]
    is_long = bool(_LONG_NAME.fullmatch(text))
    for cut in () if chinese else (2, 3) if text[0] in words().hokkien_surnames else (2, 3, 1):
        family, given = text[:cut], text[cut:]
        if given and (cut > 1 or given[1:]) and _is_japanese(family) and (is_long or _is_japanese(given)):
            return [(family, read_han(family)), (given, read_han(given))]
    if is_long:
        return [(text[:2], read_han(text[:2])), (text[2:], read_han(text[2:]))]
    return [(text[:1], _surname(text[:1])), (text[1:], read_mandarin(text[1:]))]


@lru_cache(maxsize=1 << 16)
def read_han(text: str) -> str:
    """Return the folded reading of `text`: that of the attested name with these characters, else Mandarin."""
    if text in words().japanese_surnames:
        return fold_latin(words().japanese_surnames[text])
    classes = () if text in words().korean_han_surnames else name_class(text)
    return classes[0] if classes else read_mandarin(text)


def split_hangul(text: str) -> list[tuple[str, str]]:
    """Return (syllables, folded reading) of the family and the given name in a Korean name in one piece."""
    cut = 2 if text[:2] in words().compound_surnames and text[2:] else 1
    if not text[cut:] or text[cut + _LONGEST_GIVEN :]:
        return [(text, fold(text))]
    return [(text[:cut], read_korean_surname(text[:cut])), (text[cut:], fold(text[cut:]))]


def read_korean_surname(text: str) -> str:
    """Return the folded usual spelling of a Korean surname."""
    usual = words().korean_surnames.get(unicodedata.normalize("NFC", text))
    return fold_latin(usual or "".join(hangul_syllables(text)))


def join_given(parts: list[str]) -> list[str]:
    """Return the parts of a romanised East Asian name with the syllables of the given name in one part.

    "Hwang Joo Hong", "Joo Hong Hwang" and "Hwang Joohong" become two parts. A name is taken to be East Asian where
    every part is one syllable of such a language and the first or the last is a surname; beside a name of another kind
    (Andy Hui Chi On, Hui Chi On Andy) the first. Where both are, it is the first, but for a last one that is hardly
    ever a given name (Min Jun Kim). Other names come back as they are.
    """
    known = words()
    if len(parts) < LEAST_SYLLABLES or known.romanised_surnames.isdisjoint(parts):
        return parts
    before = [part for part in parts[:1] if not is_syllable(part)]
    after = [part for part in parts[len(before) :][-1:] if not before and not is_syllable(part)]
    syllables = parts[len(before) : len(parts) - len(after)]
    if not LEAST_SYLLABLES <= len(syllables) <= MOST_SYLLABLES or not all(map(is_syllable, syllables)):
        return parts
    last = syllables[-1] in known.romanised_surnames and not before and not after
    surely_last = syllables[-1] in known.surnames_only and syllables[0] not in known.surnames_only
    if syllables[0] in known.romanised_surnames and not (last and (surely_last or syllables[0] in known.particles)):
        return [*before, syllables[0], "".join(syllables[1:]), *after]
    return ["".join(syllables[:-1]), syllables[-1]] if last else parts


def begins_eastern(parts: list[str]) -> bool:
    """Return whether parts are a family name and the syllables of a given name, in which Da or De is no particle."""
    return (
        LEAST_SYLLABLES <= len(parts) <= MOST_SYLLABLES
        and parts[0] in words().romanised_surnames
        and all(map(is_syllable, parts))
    )


def is_syllable(part: str) -> bool:
    """Return whether a part may be one syllable of an East Asian name in Latin letters."""
    return _ONE_SYLLABLE.fullmatch(part) is not None


def is_given_pair(first: str, second: str) -> bool:
    """Return whether two hyphenated parts look like the syllables of one East Asian given name."""
    return is_syllable(first) and is_syllable(second)


def _surname(text: str) -> str:
    reading = words().surname_readings.get(text)
    return fold_latin(reading) if reading else read_mandarin(text)


@lru_cache(maxsize=1 << 16)
def read_mandarin(text: str) -> str:
    """Return the folded Mandarin reading of Chinese characters."""
    return fold_latin(anyascii(text).lower())


@lru_cache(maxsize=1 << 16)
def _is_japanese(text: str) -> bool:
    """Return whether `text` is an attested name of which no class is its reading in China, Hong Kong or Korea."""
    if text in words().japanese_surnames:
        return True
    classes = name_class(text)
    if not classes or read_mandarin(text) in classes:
        return False
    return fold_latin(in_cantonese(text)) not in classes and fold(in_hangul(text)) not in classes
