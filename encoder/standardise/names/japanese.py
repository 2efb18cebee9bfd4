"""Japanese names in Chinese characters: parted and read as is attested."""

import lzma
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from encoder.standardise.names.han_readings import as_japan_writes
from encoder.standardise.names.kana import romanise_kana
from encoder.standardise.names.scripts import script_of
from encoder.standardise.names.words import words

_LONG = 4  # characters
_CUTS = (2, 3, 1, 4)  # after how many characters a family name ends, the usual first


class _Readings(NamedTuple):
    """Readings of some characters in Latin letters, the usual ones first."""

    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def looks_japanese(parts: Sequence[str]) -> bool:
    """Return whether a name with Chinese characters is Japanese if Japan knows it: it is too long for others."""
    match parts:
        case [whole]:
            is_long = len(whole) >= _LONG and whole[:2] not in words().compound_surnames
        case [first, second]:
            is_long = len(first) > 1 and len(second) > 1 and words().compound_surnames.isdisjoint(parts)
        case _:
            return False
    return is_long and script_of("".join(parts)) == "HAN"


def read_japanese(parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the readings in Latin letters of each part of a Japanese name, which may be written in one piece.

    Nothing comes back for a name of which some part is not attested: another language may know it.
    """
    match parts:
        case [whole]:
            read = _in_one_piece(whole)
        case [first, second]:
            one, other = _readings(first), _readings(second)
            if one.given and other.family and not (one.family and other.given):
                one, other = other, one
            read = [one.family or one.given, other.given or other.family]
        case _:
            read = [readings.given or readings.family for readings in map(_readings, parts)]
    return read if all(read) else []


def _in_one_piece(whole: str) -> list[tuple[str, ...]]:
    alone = _readings(whole)
    for cut in () if alone.family else _CUTS:
        family = _readings(whole[:cut]).family
        given = _readings(whole[cut:]).given if family else ()
        if given:
            return [family, given]
    return [alone.family or alone.given]


@lru_cache(maxsize=1 << 16)
def _readings(part: str) -> _Readings:
    table = _table()
    known = part if part in table else as_japan_writes(part)
    if known not in table and script_of(part) == "KANA":
        return _Readings((romanise_kana(part),), (romanise_kana(part),))
    family, given = table.get(known, ("", ""))
    usual = words().japanese_surnames.get(known, "")
    return _Readings(tuple(dict.fromkeys(filter(None, (usual, *family.split())))), tuple(given.split()))


@cache
def _table() -> dict[str, tuple[str, str]]:
    packed = files(__package__).joinpath("tables", "japanese.tsv.xz").read_bytes()
    lines = (line.split("\t") for line in lzma.decompress(packed).decode().split("\n"))
    return {characters: (family, given) for characters, family, given in lines}
