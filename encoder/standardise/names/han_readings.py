"""How a Chinese given name is read elsewhere: in Korean where the surname is one of Korea's, and in Cantonese.

The characters do not say whose name they are, so these readings stand beside the Mandarin one.
"""

import lzma
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from encoder.standardise.names.fold import fold, fold_latin
from encoder.standardise.names.words import words

_KOREAN_GIVEN = 2  # characters, of nearly every Korean given name
_LONGEST_CANTONESE = 2  # a longer piece is a foreign name, written by its sound in Mandarin
_FIRST_SYLLABLE, _PER_INITIAL, _PER_MEDIAL = 0xAC00, 588, 28
_N, _R, _SILENT = 2, 5, 11  # numbers of initial sounds
_PALATAL = {2, 3, 6, 7, 12, 17, 20}  # ya yae yeo ye yo yu i


class Readings(NamedTuple):
    """Folded readings of a given name beside the Mandarin one; empty where there is none.

    Attributes:
        korean: of two characters that Korean names use, beside a surname of Korea.
        cantonese: of one or two characters, as Hong Kong spells it.
    """

    korean: str = ""
    cantonese: str = ""


NO_READINGS = Readings()


def other_readings(given: str, surname: str) -> Readings:
    """Return how the given name `given`, in Chinese characters, may be read beside `surname`."""
    if len(given) > _LONGEST_CANTONESE:
        return NO_READINGS
    syllables = [_table().get(character, ("", "")) for character in given]
    korean = [syllable for syllable, _ in syllables if syllable]
    cantonese = [syllable for _, syllable in syllables if syllable]
    is_korean = len(korean) == _KOREAN_GIVEN and surname in words().korean_han_surnames
    return Readings(
        fold(_first_softened(korean[0]) + korean[1]) if is_korean else "",
        fold_latin("".join(cantonese)) if len(cantonese) == len(given) else "",
    )


def korean_surname(surname: str) -> str:
    """Return the Hangul syllable that reads a surname in one Chinese character as Korea does, or an empty text."""
    syllable = "김" if surname == "金" else _table().get(surname, ("", ""))[0]  # elsewhere the character is read 금
    return _first_softened(syllable) if syllable else ""


def _first_softened(syllable: str) -> str:
    """Return a Hangul syllable as a word begins with it: 룡 becomes 용, 로 becomes 노, 녀 becomes 여."""
    initial, rest = divmod(ord(syllable) - _FIRST_SYLLABLE, _PER_INITIAL)
    palatal = rest // _PER_MEDIAL in _PALATAL
    if initial in (_N, _R) and palatal:
        initial = _SILENT
    elif initial == _R:
        initial = _N
    return chr(_FIRST_SYLLABLE + initial * _PER_INITIAL + rest)


@cache
def _table() -> dict[str, tuple[str, str]]:
    packed = files(__package__).joinpath("tables", "readings.tsv.xz").read_bytes()
    lines = (line.split("\t") for line in lzma.decompress(packed).decode().split("\n"))
    return {character: (korean, cantonese) for character, korean, cantonese in lines}
