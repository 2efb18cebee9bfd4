"""What the values of a column look like, whatever its header says."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from encoder.standardise.sex import read_sex

_SAMPLE = 200
_FEWEST_VALUES = 3
_DATE = re.compile(
    r"\d{1,4}\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,4}\s?[日일]?(?:[ T]\d.*)?"
    r"|(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
    r"|\d{1,2}[-. ]?[^\W\d_]{3,12}[-., ]*\d{4}|[^\W\d_]{3,12} \d{1,2},? \d{4}"
)
_CODE = re.compile(r"[A-Za-z]{2,3}")
_DOCUMENT = re.compile(r"(?=(?:.*\d){5})[A-Za-z]{0,3}[\s-]?\d[\dA-Za-z\s/-]{4,17}")
_MRZ = re.compile(r"(?=.*<<)[A-Z0-9<\s]{30,140}")
_LARGEST_CODE_SET: Final = 60


def content_shares(values: Sequence[str]) -> dict[str, float]:
    """Return source column -> share of the filled values (0 to 1) that look like its values, where that can be told.

    Names and places look alike and are left out. Fewer than three filled values tell nothing.
    """
    filled = [plain_digits(value) for value in values if value.strip()][:_SAMPLE]
    if len(filled) < _FEWEST_VALUES:
        return {}
    shares = {field: _share(filled, looks_like) for field, looks_like in _LOOKS.items()}
    if len({value.casefold() for value in filled}) > _LARGEST_CODE_SET or len(filled) < _SAMPLE // 20:
        del shares["nationality"]
    return shares


def _share(values: Iterable[str], looks_like: Callable[[str], bool]) -> float:
    answers = [looks_like(value) for value in values]
    return sum(answers) / len(answers)


def plain_digits(value: str) -> str:
    """Return a value with the digits of any script as 0-9 and without outer blanks."""
    text = unicodedata.normalize("NFKC", value.strip())
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


_LOOKS: dict[str, Callable[[str], bool]] = {
    "date_of_birth": lambda value: bool(_DATE.fullmatch(value)),
    "sex": lambda value: read_sex(value).sex is not None,
    "nationality": lambda value: bool(_CODE.fullmatch(value)) and read_sex(value).sex is None,
    "document_number": lambda value: bool(_DOCUMENT.fullmatch(value)) and not _DATE.fullmatch(value),
    "mrz": lambda value: bool(_MRZ.fullmatch(value)),
}
