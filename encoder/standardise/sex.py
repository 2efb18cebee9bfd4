"""Sex as M, F or X, from ISO/IEC 5218 digits, ICAO letters and the words of many languages."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from encoder.standardise.missing import MissingKind, missing_kind
from encoder.standardise.table_keys import table_key

Sex = Literal["M", "F", "X"]

_TABLE = Path(__file__).parent / "tables" / "sex.tsv"
_SEXES: Mapping[str, Sex] = {"M": "M", "F": "F", "X": "X"}

_NOTHING: Mapping[str, MissingKind] = {"0": "unknown", "9": "not_recorded", "": "not_recorded", "u": "unknown"}
"""ISO/IEC 5218: 0 is not known, 9 is not applicable; an MRZ writes "<" for both."""


class ReadSex(NamedTuple):
    """What a cell says: a sex, or which kind of nothing; neither when the word is not in the table."""

    sex: Sex | None
    missing: MissingKind | None = None


def read_sex(text: str) -> ReadSex:
    """Return what `text` says about the sex of a person."""
    key = table_key(text).removesuffix(" 0")  # "1.0": a spreadsheet made a decimal number of a code
    sex = _words().get(key)
    if sex is not None:
        return ReadSex(sex)
    if key in _NOTHING:
        return ReadSex(None, _NOTHING[key] if key else missing_kind(text, "sex"))
    missing = missing_kind(text, "sex")
    if missing is None and ("/" in text or not text.isascii()):
        return ReadSex(_agreed(text))
    return ReadSex(None, missing)


def sex_parts(text: str) -> tuple[str, ...]:
    """Return ("M",), ("F",) or ("X",); nothing for what is missing or not understood."""
    sex = read_sex(text).sex
    return (sex,) if sex else ()


def _agreed(text: str) -> Sex | None:
    """Return the one sex that all parts of a bilingual entry ("ж/F", "男 / M") name, else None."""
    found = {_words().get(table_key(part)) for part in text.replace("(", "/").replace(")", "").split("/")}
    return found.pop() if len(found) == 1 else None


@cache
def _words() -> Mapping[str, Sex]:
    words: dict[str, Sex] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            sex, _, listed = line.split("\t")
            words.update(dict.fromkeys(map(table_key, listed.split(" | ")), _SEXES[sex]))
    return words
