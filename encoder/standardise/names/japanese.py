"""Japanese names in Chinese characters, whose bearers are known to be Japanese: parted and read as is attested."""

import lzma
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from encoder.standardise.names.han_readings import as_japan_writes
from encoder.standardise.names.kana import romanise_kana
from encoder.standardise.names.scripts import script_of
from encoder.standardise.names.words import words

_LONG = 4
_CUTS = (2, 3, 1, 4)  # after how many characters a family name ends, the usual first


class _Readings(NamedTuple):
    """Readings of some characters in Latin letters, the usual ones first."""

    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def looks_japanese(parts: Sequence[str]) -> bool:
    """Return whether a name, if Japan attests it, is more likely Japanese than Chinese or Korean: it is too long."""
    match parts:
        case [whole]:
            return len(whole) >= _LONG and whole[:2] not in words().compound_surnames
        case [first, second]:
            return len(first) > 1 and len(second) > 1 and words().compound_surnames.isdisjoint(parts)
    return False


def read_japanese(parts: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (characters, readings in Latin letters) of each part of a Japanese name, which may be written in one piece.

    Nothing comes back for a name of which some part is not attested: another language may know it.
    """
    match parts:
        case [whole]:
            read = _in_one_piece(whole)
        case [first, second]:
            one, other = _readings(first), _readings(second)
            swapped = not (one.family and other.given) and one.given and other.family
            read = [(first, one.given if swapped else one.family or one.given),
                    (second, other.family if swapped else other.given or other.family)]  # fmt: skip
        case _:
            read = [(part, _readings(part).given or _readings(part).family) for part in parts]
    return read if all(readings for _, readings in read) else []


def _in_one_piece(whole: str) -> list[tuple[str, tuple[str, ...]]]:
    alone = _readings(whole)
    for cut in () if alone.family else _CUTS:
        family, given = _readings(whole[:cut]).family, _readings(whole[cut:]).given
        if family and given:
            return [(whole[:cut], family), (whole[cut:], given)]
    return [(whole, alone.family or alone.given)]


def _readings(part: str) -> _Readings:
    if part and script_of(part) == "KANA":
        kana = (romanise_kana(part),)
        return _Readings(kana, kana)
    table = _table()
    if part not in table:
        part = as_japan_writes(part)
    family, given = table.get(part, ("", ""))
    usual = words().japanese_surnames.get(part, "")
    return _Readings(
        tuple(dict.fromkeys(filter(None, (usual, *family.split())))), tuple(given.split())
    )


@cache
def _table() -> dict[str, tuple[str, str]]:
    packed = files(__package__).joinpath("tables", "japanese.tsv.xz").read_bytes()
    lines = (line.split("\t") for line in lzma.decompress(packed).decode().split("\n"))
    return {characters: (family, given) for characters, family, given in lines}
