"""Names in Chinese characters as their bearers' country writes them today: Hangul, or Latin letters."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from encoder.standardise.names.han_readings import in_cantonese, in_hangul, in_mandarin, in_vietnamese, korean_surname
from encoder.standardise.names.languages import Language
from encoder.standardise.names.wade_giles import wade_giles
from encoder.standardise.names.words import words

_LONGEST = 4  # characters; longer ones write a foreign name by its sound
_FAMILY_AND_GIVEN = 2


def in_own_letters(parts: Sequence[str], language: Language) -> list[str]:
    """Return the parts of a Korean, Vietnamese or Cantonese name in the letters that their country uses today.

    Others come back as they are, and so do names with a character that is not read in that language.
    """
    write = _WRITERS.get(language)
    if write is None or not 0 < len("".join(parts)) <= _LONGEST:
        return [*parts]
    written = write(_family_first(parts))
    return written if all(written) else [*parts]


def _family_first(parts: Sequence[str]) -> list[str]:
    """Return family and given name of what may be written in one piece, or given name first."""
    match parts:
        case [whole] if whole[1:]:
            cut = 2 if whole[:2] in words().compound_surnames and whole[2:] else 1
            return [whole[:cut], whole[cut:]]
        case [first, second] if len(second) == 1 < len(first):
            return [second, first]
    return [*parts]


def _korean(parts: Sequence[str]) -> list[str]:
    """Return the name in Hangul, in one piece as usual where it is a family and a given name."""
    written = [korean_surname(parts[0]), *map(in_hangul, parts[1:])]
    return ["".join(written)] if len(written) == _FAMILY_AND_GIVEN and all(written) else written


def _vietnamese(parts: Sequence[str]) -> list[str]:
    """Return the syllables, which Latin letters part."""
    return [*chain.from_iterable(map(in_vietnamese, parts))]


def _cantonese(parts: Sequence[str]) -> list[str]:
    """Return the surname and the syllables of the given name in one; a married woman may have two surnames."""
    match parts:
        case [family, given] if len(family) == 1 and len(given) == _LONGEST - 1:
            parts = [family, given[:1], given[1:]]
    return [*map(in_cantonese, parts)]


def _taiwanese(parts: Sequence[str]) -> list[str]:
    """Return the surname and the syllables of the given name in one, as passports of Taiwan spell Mandarin."""
    family, *given = parts
    usual = words().surname_readings.get(family)
    syllables = [[usual] if usual else in_mandarin(family), *map(in_mandarin, given)]
    return ["".join(map(wade_giles, spelled)) for spelled in syllables]


_WRITERS: Mapping[str, Callable[[Sequence[str]], list[str]]] = {
    "ko": _korean,
    "vi": _vietnamese,
    "yue": _cantonese,
    "zh": _taiwanese,
}
