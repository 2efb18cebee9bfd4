"""Which number of a date is the year, which the month and which the day: every way that the order allows."""

from typing import NamedTuple

from encoder.standardise.dates.lexing import Number
from encoder.standardise.dates.value import Order

ABSENT = Number(0, 0)
"""A part that is not written."""

UNKNOWN = Number(0, 2)
"""A part written as 00."""

_FULL_YEAR_DIGITS = 4
_LAST_MONTH = 13
_LAST_DAY = 32


class Arrangement(NamedTuple):
    """Numbers in their roles; `order` is the order that was taken, None where only one is possible."""

    year: Number
    month: Number = ABSENT
    day: Number = ABSENT
    order: Order | None = None


Tiers = list[list[Arrangement]]
"""Ways to read some numbers: those of a later list are meant only where none of an earlier one is a date."""


def arrange(numbers: list[Number], *, year_ahead: bool) -> Tiers:
    """Return the ways to read numbers without names of months; with `year_ahead`, a short year is likely ahead."""
    if len(numbers) == 1:
        return _compact(numbers[0])
    if len(numbers) == 2:  # noqa: PLR2004
        return _month_and_year(*numbers)
    if len(numbers) == 3:  # noqa: PLR2004
        return _three(*numbers, year_ahead=year_ahead)
    return []


def beside_month(numbers: list[Number], ahead: int) -> Tiers:
    """Return the ways to read one or two numbers beside the name of a month, of which `ahead` stand before it."""
    if len(numbers) == 1:
        # "20 January" more likely lacks a year than a day.
        return [[Arrangement(numbers[0])]] if numbers[0].value >= _LAST_DAY else []
    if len(numbers) != 2:  # noqa: PLR2004
        return []
    first, last = numbers
    if _is_year(first) or first.value >= _LAST_DAY:
        return [[Arrangement(first, day=last)]]
    if ahead == 1 and not _is_year(last):
        return [[Arrangement(last, day=first, order="day-first")], [Arrangement(first, day=last, order="year-first")]]
    return [[Arrangement(last, day=first)]]


def _three(first: Number, second: Number, third: Number, *, year_ahead: bool) -> Tiers:
    if _is_year(first):
        # The second is the form of no country; software with a wrong setting writes it.
        return [
            [Arrangement(first, _part(second), _part(third))],
            [Arrangement(first, _part(third), _part(second))],
        ]
    if _is_year(third):
        by_day = Arrangement(third, _part(second), _part(first), "day-first")
        by_month = Arrangement(third, _part(first), _part(second), "month-first")
        # Who knows one part of two knows the month.
        if by_day.day.value == 0 != by_day.month.value:
            return [[by_day], [by_month]]
        return [[by_month], [by_day]] if by_day.month.value == 0 != by_day.day.value else [[by_day, by_month]]
    by_end = [Arrangement(third, second, first, "day-first"), Arrangement(third, first, second, "month-first")]
    by_start = [Arrangement(first, second, third, "year-first")] if year_ahead or first.digits == 2 else []  # noqa: PLR2004
    return [by_start, by_end] if year_ahead else [by_end + by_start]


def _is_year(number: Number) -> bool:
    return number.digits > 2  # noqa: PLR2004


def _part(number: Number) -> Number:
    """Return the number of a day or month; 99 stands for unknown where the year is written in full."""
    return UNKNOWN if number == Number(99, 2) else number


def _month_and_year(first: Number, last: Number) -> Tiers:
    if _is_year(first):
        return [[Arrangement(first, last)]]
    if _is_year(last) or last.value >= _LAST_MONTH:
        return [[Arrangement(last, first)]]
    if first.value >= _LAST_DAY:
        return [[Arrangement(first, last, order="year-first")]]
    return []


def _compact(number: Number) -> Tiers:
    """Return the ways to cut digits that are written without separators."""
    text = f"{number.value:0{number.digits}}"
    if len(text) == _FULL_YEAR_DIGITS:
        return [[Arrangement(number)]]
    forms = _COMPACT_FORMS.get(len(text), [])
    return [[_cut(text, form, order) for form, order in tier.items()] for tier in forms]


_COMPACT_FORMS: dict[int, list[dict[str, Order | None]]] = {
    8: [{"yyyymmdd": None}, {"ddmmyyyy": "day-first", "mmddyyyy": "month-first"}],
    # A year of the Republic of China, or a first part that lost its zero.
    7: [{"yyymmdd": None}, {"dmmyyyy": "day-first", "mddyyyy": "month-first"}],
    6: [{"yyyymm": None, "ddmmyy": "day-first", "mmddyy": "month-first", "yymmdd": "year-first"}],
}


def _cut(text: str, form: str, order: Order | None) -> Arrangement:
    parts = {}
    for letter in "ymd":
        start, length = form.find(letter), form.count(letter)
        parts[letter] = Number(int(text[start : start + length]), length) if length else ABSENT
    return Arrangement(parts["y"], parts["m"], parts["d"], order)
