"""The parts of a date of birth that are hashed, each as a feature of its own."""

import datetime as dt
from typing import NamedTuple

from encoder.standardise.dates.value import PartialDate, Reading

_LONGEST_SPAN_YEARS = 3
"""A longer span tells its decades only."""

_MOST_DECADES = 2


class DateComponents(NamedTuple):
    """Tokens by what they cost when a date is wrong in one part; tokens of different fields differ.

    Attributes:
        whole: the day, once per reading ("d19830604"): right only if everything is.
        year: the year ("y1983").
        near_years: the year and its neighbours ("n1982", ...), so that a year off by one keeps two tokens of three.
        decade: the decade ("t198").
        month: the month ("m06").
        day: the day of the month ("x04").
        numbers: day and month without their order ("u04", "u06"), so that swapping them costs nothing here.
    """

    whole: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    near_years: tuple[str, ...] = ()
    decade: tuple[str, ...] = ()
    month: tuple[str, ...] = ()
    day: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


def components(date: PartialDate) -> DateComponents:
    """Return the tokens of a date, sorted; a date with several readings has those of each.

    What may stand for "unknown" (1 January, 31 December, 1 July, 1 Muharram, ...) gives no token for day and month.
    """
    if len(date.readings) == 1 and date.readings[0].first == date.readings[0].last:
        return _of_day(date.readings[0].first, placeholder=date.readings[0].placeholder)
    spans = [(reading.first.year, reading.last.year) for reading in date.readings]
    short = [(first, last) for first, last in spans if last - first < _LONGEST_SPAN_YEARS]
    years = sorted({year for first, last in short for year in range(first, last + 1)})
    decades = sorted({decade for first, last in spans for decade in range(first // 10, last // 10 + 1)})
    weighty = () if date.placeholder else date.readings
    days = sorted({reading.first for reading in weighty if reading.first == reading.last})
    numbers = {number for day in days for number in (day.month, day.day)}
    return DateComponents(
        tuple(_whole(day) for day in days),
        tuple(f"y{year}" for year in years),
        tuple(f"n{year}" for year in sorted({year + step for year in years for step in (-1, 0, 1)})),
        tuple(f"t{decade}" for decade in decades) if len(decades) <= _MOST_DECADES * len(spans) else (),
        tuple(_MONTHS[month] for month in sorted({month for reading in weighty for month in _months(reading)})),
        tuple(_DAYS[day] for day in sorted({day.day for day in days})),
        tuple(_NUMBERS[number] for number in sorted(numbers)),
    )


_MONTHS, _DAYS, _NUMBERS = ([f"{letter}{number:02}" for number in range(32)] for letter in "mxu")


def _of_day(day: dt.date, *, placeholder: bool) -> DateComponents:
    """Return the tokens of a date of one reading, which is most of them."""
    year, month, number = day.year, day.month, day.day
    years = (f"y{year}",), (f"n{year - 1}", f"n{year}", f"n{year + 1}"), (f"t{year // 10}",)
    if placeholder:
        return DateComponents((), *years)
    low, high = (month, number) if month < number else (number, month)
    numbers = (_NUMBERS[low], _NUMBERS[high]) if low != high else (_NUMBERS[low],)
    return DateComponents((_whole(day),), *years, (_MONTHS[month],), (_DAYS[number],), numbers)


def _whole(day: dt.date) -> str:
    return f"d{10_000 * day.year + 100 * day.month + day.day}"


def _months(reading: Reading) -> tuple[int, ...]:
    """Return the months that a reading of a day or month touches: two for most months of other calendars."""
    return (reading.first.month, reading.last.month) if reading.precision in {"day", "month"} else ()
