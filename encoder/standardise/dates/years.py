"""Which calendars the year of a date can belong to, when a person must have been born in it."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from encoder.standardise.dates.calendars import days_of
from encoder.standardise.dates.lexing import Number
from encoder.standardise.dates.spellings import ERAS
from encoder.standardise.dates.value import Calendar

EARLIEST = dt.date(1880, 1, 1)
"""No record is about a person born before."""

LUNAR_RULES = (Calendar.UMM_AL_QURA, Calendar.ISLAMIC_CIVIL)
"""How the months of the lunar calendar are counted, where a text does not say; they differ by a day or two."""

_BY_RANGE = (Calendar.GREGORIAN, Calendar.BUDDHIST, Calendar.JALALI, *LUNAR_RULES, Calendar.HEBREW)
"""Tried in turn for a year that nothing explains; the first that fits shuts out those whose years never overlap."""

OVERLAPPING = frozenset({Calendar.JULIAN, Calendar.ETHIOPIAN, Calendar.INDIAN, Calendar.NEPALI})
"""Calendars whose years of living people are Gregorian years of living people too: they must be declared or stated."""

_YEARS_BEHIND = {Calendar.JALALI: 621, Calendar.BUDDHIST: -543, Calendar.ETHIOPIAN: 7, Calendar.INDIAN: 78} | {
    Calendar.HEBREW: -3761,
    Calendar.NEPALI: -57,
    Calendar.ROC: 1911,
}


def rules_of(calendar: Calendar) -> tuple[Calendar, ...]:
    """Return the calendars to compute with: one, or both lunar rules where the calendar is only known to be lunar."""
    return LUNAR_RULES if calendar is Calendar.HIJRI else (calendar,)


@lru_cache(maxsize=4096)
def can_be_born_in(calendar: Calendar, year: int, reference: dt.date) -> bool:
    """Return whether a day of that year lies from 1880 to `reference`."""
    try:
        first, last = days_of(calendar, year)
    except (ValueError, OverflowError):
        return False
    return first <= reference and last >= EARLIEST


def years_of(
    year: Number, calendars: Sequence[Calendar], declared: Calendar | None, reference: dt.date, *, ahead: bool
) -> list[tuple[Calendar, int]]:
    """Return the (calendar, year) pairs that a written year can mean.

    Args:
        year: as written.
        calendars: those that the text itself allows (a marker, the name of a month); empty where it says nothing.
        declared: the calendar of the column.
        reference: the last day of birth.
        ahead: whether the year stands ahead of month and day.
    """
    if not calendars:
        calendars = _unsaid(year, declared, reference, ahead=ahead)
    elif declared is not None and declared in calendars:
        calendars = (declared,)
    elif year.digits <= 2 and calendars[0] is Calendar.GREGORIAN:  # noqa: PLR2004
        calendars = calendars[:1]
    pairs = [(calendar, full) for calendar in calendars for full in _full_years(year, calendar, reference)]
    return [pair for pair in pairs if can_be_born_in(*pair, reference)]


def _unsaid(year: Number, declared: Calendar | None, reference: dt.date, *, ahead: bool) -> Sequence[Calendar]:
    if declared is not None:
        rules = rules_of(declared)
        fits = [
            rule
            for rule in rules
            for full in _full_years(year, rule, reference)
            if can_be_born_in(rule, full, reference)
        ]
        if fits:
            return fits
    if year.digits <= 2:  # noqa: PLR2004
        # Two digits ahead of month and day are rare in the West and usual in Taiwan.
        return (Calendar.GREGORIAN, Calendar.ROC) if ahead else (Calendar.GREGORIAN,)
    if year.digits == 3:  # noqa: PLR2004
        return (Calendar.ROC,)
    return [calendar for calendar in _BY_RANGE if can_be_born_in(calendar, year.value, reference)]


def _full_years(year: Number, calendar: Calendar, reference: dt.date) -> list[int]:
    """Return the year itself, or for two digits the latest one in which a person can have been born."""
    if year.digits > 2 or calendar is Calendar.ROC:  # noqa: PLR2004
        return [year.value]
    if calendar is Calendar.JAPANESE:
        eras = [era for era in ERAS.values() if era.calendar is Calendar.JAPANESE and 1 <= year.value <= era.longest]
        return [era.offset + year.value for era in eras]
    if calendar in LUNAR_RULES:
        now = (reference.year - 622) * 33 // 32 + 1
    else:
        now = reference.year - _YEARS_BEHIND.get(calendar, 0)
    century = now - now % 100
    for full in (century + year.value, century - 100 + year.value):
        if can_be_born_in(calendar, full, reference):
            return [full]
    return []
