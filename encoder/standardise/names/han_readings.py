"""How names in Chinese characters are read and written outside China: in Korea, Hong Kong, Vietnam and Japan.

The characters do not say whose name they are, so these readings stand beside the Mandarin one, the Korean one where the
surname is one of Korea's. A name whose language is told is written in that language's letters instead
(:mod:`encoder.standardise.names.own_letters`, :mod:`encoder.standardise.names.japanese`).
"""

import lzma
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from anyascii import anyascii

from encoder.standardise.names.fold import fold, fold_latin
from encoder.standardise.names.words import words

_KOREAN_GIVEN = 2  # characters, of nearly every Korean given name
_LONGEST_CANTONESE = 2  # a longer piece is a foreign name, written by its sound in Mandarin
_FIRST_SYLLABLE, _PER_INITIAL, _PER_MEDIAL = 0xAC00, 588, 28
_N, _R, _SILENT = 2, 5, 11  # numbers of initial sounds
_PALATAL = {2, 3, 6, 7, 12, 17, 20}  # ya yae yeo ye yo yu i


class Readings(NamedTuple):
    """Folded readings of the same characters beside the first one.

    Attributes:
        spelled: as it is: in Korean, of a surname of Korea and of two characters beside it that Korean names use; other
            Japanese ones of a Japanese name; Hokkien ones of a given name of Singapore.
        sounded: roughly: in Cantonese, of given names of one or two characters.
    """

    spelled: tuple[str, ...] = ()
    sounded: tuple[str, ...] = ()


NO_READINGS = Readings()


class _Character(NamedTuple):
    """How one character is read, and which others stand for it; empty where there is none.

    Attributes:
        korean: a Hangul syllable; simplified characters have none, nor a Vietnamese one.
        cantonese: as Hong Kong spells it.
        vietnamese: without marks.
        japanese: the character that Japan writes.
        traditional: the character that a simplified one stands for.
    """

    korean: str = ""
    cantonese: str = ""
    vietnamese: str = ""
    japanese: str = ""
    traditional: str = ""


def other_readings(given: str, surname: str) -> Readings:
    """Return how the given name `given`, in Chinese characters, may be read beside `surname`."""
    if len(given) > _LONGEST_CANTONESE:
        return NO_READINGS
    is_korean = len(given) == _KOREAN_GIVEN and surname in words().korean_han_surnames and _has_korean(given)
    korean = fold(in_hangul(given)) if is_korean else ""
    cantonese = _folded_cantonese(given)
    return Readings((korean,) if korean else (), (cantonese,) if cantonese else ())


@lru_cache(maxsize=1 << 16)
def _folded_cantonese(given: str) -> str:
    return fold_latin(in_cantonese(given))


def korean_surname(surname: str) -> str:
    """Return the Hangul that reads a surname in Chinese characters as Korea does, or an empty text."""
    return "김" if surname == "金" else in_hangul(surname)  # elsewhere the character is read 금


def in_hangul(text: str) -> str:
    """Return a word in Chinese characters, simplified ones too, as Korea writes it; empty if one is not read there."""
    syllables = [_of(character).korean or _stood_for(character).korean for character in text]
    return _first_softened(syllables[0]) + "".join(syllables[1:]) if all(syllables) else ""


def in_cantonese(text: str) -> str:
    """Return Chinese characters in Cantonese as Hong Kong spells it; empty if one has no Cantonese reading."""
    syllables = [_of(character).cantonese for character in text]
    return "".join(syllables) if all(syllables) else ""


def in_hokkien(text: str) -> str:
    """Return Chinese characters in Hokkien as Singapore and Malaysia spell it; empty if some character is not known."""
    syllables = [words().hokkien_readings.get(character, "") for character in text]
    return "".join(syllables) if all(syllables) else ""


def in_mandarin(text: str) -> list[str]:
    """Return the syllables of Chinese characters in pinyin, without tones."""
    return [anyascii(character).lower() for character in text]


def in_vietnamese(text: str) -> list[str]:
    """Return the syllables of Chinese characters as Vietnam writes them, without marks; empty where one is not read."""
    known = words().vietnamese_readings
    return [known.get(character) or _of(character).vietnamese or _stood_for(character).vietnamese for character in text]


def as_japan_writes(text: str) -> str:
    """Return simplified and traditional characters as those that Japan has for them: 泽, 澤 and 沢 become 沢."""
    return "".join([_of(character).japanese or character for character in text])


def _first_softened(syllable: str) -> str:
    """Return a Hangul syllable as a word begins with it: 룡 becomes 용, 로 becomes 노, 녀 becomes 여."""
    initial, rest = divmod(ord(syllable) - _FIRST_SYLLABLE, _PER_INITIAL)
    palatal = rest // _PER_MEDIAL in _PALATAL
    if initial in (_N, _R) and palatal:
        initial = _SILENT
    elif initial == _R:
        initial = _N
    return chr(_FIRST_SYLLABLE + initial * _PER_INITIAL + rest)


def _has_korean(text: str) -> bool:
    """Return whether Korean names may be written so, in characters that are not simplified."""
    return all(_of(character).korean for character in text)


def _stood_for(character: str) -> _Character:
    """Return the traditional character that a simplified one stands for."""
    return _of(_of(character).traditional)


def _of(character: str) -> _Character:
    return _table().get(character, _Character())


@cache
def _table() -> dict[str, _Character]:
    packed = files(__package__).joinpath("tables", "readings.tsv.xz").read_bytes()
    lines = (line.split("\t") for line in lzma.decompress(packed).decode().split("\n"))
    return {character: _Character(*readings) for character, *readings in lines}
