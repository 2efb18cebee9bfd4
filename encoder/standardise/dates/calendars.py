"""The Gregorian days of a year, a month or a day of another calendar.

Days are counted as ``datetime.date.toordinal`` does (1 = 1 January of the year 1). A calendar is the ordinal of the
first day of each of its months; lengths of months and years follow. Formulas: Reingold & Dershowitz, Calendrical
Calculations (4th ed., 2018), chapters 3-8, 10 and 15; ``tests/vectors/dates.json`` holds them to ICU.
"""

import datetime as dt
from calendar import isleap
from collections.abc import Callable
from typing import NamedTuple

from encoder.standardise.dates.tabulated import nepali_month_start, umm_al_qura_month_start
from encoder.standardise.dates.value import Calendar

Days = tuple[dt.date, dt.date]
"""The first and the last of some days in a row."""


class _Months(NamedTuple):
    """A calendar with months of its own: `starts(year, month)` also answers for the month after the last one."""

    starts: Callable[[int, int], int]
    per_year: int


YEARS_OFF = {Calendar.GREGORIAN: 0, Calendar.BUDDHIST: -543, Calendar.ROC: 1911}
"""What to add to the year of a calendar whose months are Gregorian."""


def days_of(calendar: Calendar, year: int, month: int | None = None, day: int | None = None) -> Days:
    """Return the days of a year, month or day of `calendar`; for JAPANESE the year is Gregorian, its era already added.

    Raises:
        ValueError: the calendar has no such day, or its rule does not reach so far.
    """
    if calendar is Calendar.EAST_ASIAN_LUNAR:
        # Its months follow the moon by tables of each country; only bounds of the year are certain.
        return dt.date(year, 1, 20), dt.date(year + 1, 2, 21)
    months = _OWN_MONTHS.get(calendar)
    if months is None:
        return _gregorian_days(year + YEARS_OFF.get(calendar, 0), month, day)
    last_month = months.per_year
    if month is None:
        first, end = months.starts(year, 1), months.starts(year, last_month + 1)
    else:
        if not 1 <= month <= last_month:
            raise ValueError("no such month")
        first, end = months.starts(year, month), months.starts(year, month + 1)
        if day is not None:
            if not 1 <= day <= end - first:
                raise ValueError("no such day")
            first, end = first + day - 1, first + day
    if end <= first:
        raise ValueError("no such month in this year")
    return dt.date.fromordinal(first), dt.date.fromordinal(end - 1)


def _gregorian_days(year: int, month: int | None, day: int | None) -> Days:
    if month is None:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    if day is None:
        first = dt.date(year, month, 1)
        following = dt.date(year + month // 12, month % 12 + 1, 1)
        return first, following - dt.timedelta(days=1)
    only = dt.date(year, month, day)
    return only, only


def _julian_month_start(year: int, month: int) -> int:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    shorter = 0 if month <= 2 else -1 if year % 4 == 0 else -2  # noqa: PLR2004 - the months after February
    return 365 * (year - 1) + (year - 1) // 4 + (367 * month - 362) // 12 + shorter - 1


def _islamic_civil_month_start(year: int, month: int) -> int:
    """The tabular calendar: months of 30 and 29 days by turns, eleven leap years in thirty, civil epoch."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return 354 * (year - 1) + (11 * year + 3) // 30 + 29 * (month - 1) + month // 2 + 227015


def _jalali_month_start(year: int, month: int) -> int:
    """Leap years by the cycle of 33 years, which agrees with the astronomical calendar from 1178 to 1633."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return 226895 + 365 * (year - 1) + (8 * year + 21) // 33 + 30 * (month - 1) + min(month - 1, 6)


def _ethiopian_month_start(year: int, month: int) -> int:
    year, month = year + (month - 1) // 13, (month - 1) % 13 + 1
    return 2796 + 365 * (year - 1) + year // 4 + 30 * (month - 1)


def _indian_month_start(year: int, month: int) -> int:
    """The national calendar of India (Saka era): the year begins on 22 March, 21 March in a Gregorian leap year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    leap = isleap(year + 78)
    start = dt.date(year + 78, 3, 21 if leap else 22).toordinal()
    if month == 1:
        return start
    return start + (31 if leap else 30) + 30 * (month - 2) + min(month - 2, 5)


def _hebrew_month_start(year: int, month: int) -> int:
    """Months from Tishri (1) to Elul (13); the sixth, Adar I, has no days in a common year."""
    if month > 13:  # noqa: PLR2004
        return _hebrew_new_year(year + 1)
    start, end = _hebrew_new_year(year), _hebrew_new_year(year + 1)
    length = end - start
    heshvan = 30 if length % 10 == 5 else 29  # noqa: PLR2004 - years of 355 or 385 days
    kislev = 29 if length % 10 == 3 else 30  # noqa: PLR2004 - years of 353 or 383 days
    adar_1 = 30 if length > 355 else 0  # noqa: PLR2004
    lengths = (30, heshvan, kislev, 29, 30, adar_1, 29, 30, 29, 30, 29, 30, 29)
    return start + sum(lengths[: month - 1])


def _hebrew_new_year(year: int) -> int:
    following, this, before = (_hebrew_elapsed_days(year + step) for step in (1, 0, -1))
    put_off = 2 if following - this == 356 else 1 if this - before == 382 else 0  # noqa: PLR2004 - impossible lengths
    return this + put_off - 1373427


def _hebrew_elapsed_days(year: int) -> int:
    months = (235 * year - 234) // 19
    days = 29 * months + (12084 + 13753 * months) // 25920
    return days + 1 if 3 * (days + 1) % 7 < 3 else days  # noqa: PLR2004 - never on a Sunday, Wednesday or Friday


_OWN_MONTHS = {
    Calendar.JULIAN: _Months(_julian_month_start, 12),
    Calendar.UMM_AL_QURA: _Months(umm_al_qura_month_start, 12),
    Calendar.ISLAMIC_CIVIL: _Months(_islamic_civil_month_start, 12),
    Calendar.JALALI: _Months(_jalali_month_start, 12),
    Calendar.ETHIOPIAN: _Months(_ethiopian_month_start, 13),
    Calendar.INDIAN: _Months(_indian_month_start, 12),
    Calendar.HEBREW: _Months(_hebrew_month_start, 13),
    Calendar.NEPALI: _Months(nepali_month_start, 12),
}
