"""Reading many dates at once; the plain form is :func:`encoder.standardise.dates.read_date`.

Most have two digits for the day, two for the month and four for the year, with a sign between them, or are a year,
month and day without any.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import numbered
from encoder.standardise.column_parts import ColumnParts
from encoder.standardise.dates.reading import GREGORIAN_PLACEHOLDERS, REFERENCE
from encoder.standardise.dates.value import Calendar, Order
from encoder.standardise.dates.years import OVERLAPPING

_WIDTH, _COMPACT_WIDTH = 10, 8
_COMPACT_CALENDARS = (None, Calendar.GREGORIAN)  # in others, eight digits may be a day ahead of a year, too
_YEAR_FIRST = ((0, 1, 2, 3, 5, 6, 8, 9), (4, 7))  # the places of the digits of year, month and day, and of the signs
_YEAR_LAST = ((6, 7, 8, 9, 3, 4, 0, 1), (2, 5))
_COMPACT = (tuple(range(_COMPACT_WIDTH)), ())
_YEARS_MONTHS_DAYS = np.array([[1000, 100, 10, 1, 0, 0, 0, 0], [0, 0, 0, 0, 10, 1, 0, 0], [0, 0, 0, 0, 0, 0, 10, 1]])
_SIGNS = tuple(b"-/.")
_MONTHS = 12
_LAST_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, *[0] * (99 - _MONTHS)])
_FIRST_YEAR = 1901  # some days of the two years before are what software writes for an empty date
_NONE = -1


class Days(NamedTuple):
    """The days that some texts state beyond doubt: place of the text, year, month and day, int64 (days,)."""

    places: NDArray[np.int64]
    years: NDArray[np.int64]
    months: NDArray[np.int64]
    days: NDArray[np.int64]

    def parts(self, component: str) -> ColumnParts:
        """Return what :func:`encoder.standardise.dates.components` gives of each day for one component."""
        years, months, days = (numbers[:, None] for numbers in self[1:])
        placeholder = np.isin(100 * months + days, [100 * month + day for month, day in GREGORIAN_PLACEHOLDERS])
        match component:
            case "year":
                return _spelled("y{}", years)
            case "near_years":
                return _spelled("n{}", years + np.arange(-1, 2))
            case "decade":
                return _spelled("t{}", years // 10)
            case "whole":
                form, numbers = "d{}", 10_000 * years + 100 * months + days
            case "month":
                form, numbers = "m{:02}", months
            case "day":
                form, numbers = "x{:02}", days
            case _:
                second = np.where(months == days, _NONE, np.maximum(months, days))
                form, numbers = "u{:02}", np.hstack([np.minimum(months, days), second])
        return _spelled(form, np.where(placeholder, _NONE, numbers))


def plain_days(texts: Sequence[str], order: Order | None, calendar: Calendar | None) -> Days:
    """Return the days of the texts that are written plainly and can be read in one way only."""
    numbers = np.zeros((3, len(texts)), dtype=np.int64)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if calendar not in OVERLAPPING:
        places = np.flatnonzero(lengths == _WIDTH)
        numbers[:, places] = _with_signs(_characters(texts, places, _WIDTH), order)
    if calendar in _COMPACT_CALENDARS:
        places = np.flatnonzero(lengths == _COMPACT_WIDTH)
        numbers[:, places] = _numbers(_characters(texts, places, _COMPACT_WIDTH), *_COMPACT)
    years, months, days = numbers
    leaps = (months == 2) & (years % 4 == 0) & ((years % 100 > 0) | (years % 400 == 0))  # noqa: PLR2004
    there = (years >= _FIRST_YEAR) & (years <= REFERENCE.year) & (days >= 1) & (days <= _LAST_DAYS[months] + leaps)
    return Days(np.flatnonzero(there), years[there], months[there], days[there])


def _characters(texts: Sequence[str], places: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Return the texts at `places`, all of one width, as (places, width) characters; "?" for what is not ASCII."""
    joined = "".join([texts[place] for place in places.tolist()]).encode("ascii", "replace")
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, width)


def _with_signs(characters: NDArray[np.uint8], order: Order | None) -> NDArray[np.int64]:
    """Return year, month and day, (3, texts), of texts of ten characters; zeros where there is doubt."""
    first, last = _numbers(characters, *_YEAR_FIRST), _numbers(characters, *_YEAR_LAST)
    is_open = (last[1] != last[2]) & (last[1:].max(axis=0) <= _MONTHS)
    if order == "month-first":
        last[1:, is_open] = last[:0:-1, is_open]
    elif order != "day-first":
        last[:, is_open] = 0
    return np.maximum(first, last)


def _numbers(characters: NDArray[np.uint8], digits: tuple[int, ...], signs: tuple[int, ...]) -> NDArray[np.int64]:
    """Return year, month and day, (3, texts), of the texts that have digits and signs at these places; zeros of others.

    Args:
        characters: (texts, width).
        digits: their places.
        signs: those of the signs between them, which are alike, if there are any.
    """
    values = characters[:, digits] - np.uint8(ord("0"))
    written = (values <= 9).all(axis=1)  # noqa: PLR2004
    for sign in signs:
        written &= np.isin(characters[:, sign], _SIGNS) & (characters[:, sign] == characters[:, signs[0]])
    numbers: NDArray[np.int64] = _YEARS_MONTHS_DAYS @ np.where(written, values.T, 0)
    return numbers


def _spelled(form: str, numbers: NDArray[np.int64]) -> ColumnParts:
    """Return the parts that are `numbers`, (values, most of one value), but for those that are none."""
    there = numbers != _NONE
    present = numbers[there]
    distinct, ids = numbered(present, int(present.max(initial=0)) + 1)
    return ColumnParts([form.format(number) for number in distinct.tolist()], ids, there.sum(axis=1))
