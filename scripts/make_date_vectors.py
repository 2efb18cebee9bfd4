"""Write the days of tests/vectors/dates.json: one day in several calendars, as other people's software has them.

Needs PyICU (Unicode licence), hijridate and bikram (both MIT), which nothing else of the project needs: install them in
an environment of its own. The file was made with PyICU 2.17 (ICU 72.1), hijridate 2.6.0 and bikram 2.1.4. The texts in
the file are written by hand and kept.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import icu  # type: ignore[import-not-found]  # a tool of this script only
from bikram import samwat  # type: ignore[import-not-found]  # a tool of this script only
from hijridate import Gregorian  # type: ignore[import-not-found]  # a tool of this script only

TARGET = Path(__file__).parent.parent / "tests" / "vectors" / "dates.json"
FIRST, LAST, STEP_DAYS = dt.date(1880, 1, 1), dt.date(2026, 12, 31), 411
EPOCH = dt.date(1970, 1, 1).toordinal()
Fields = tuple[int, int, int]


def by_icu(name: str) -> Callable[[dt.date], Fields]:
    """Return what gives year, month and day of a calendar of ICU."""
    calendar = icu.Calendar.createInstance(icu.Locale(f"en@calendar={name}"))
    calendar.setTimeZone(icu.TimeZone.getGMT())
    fields = icu.UCalendarDateFields

    def read(day: dt.date) -> Fields:
        calendar.setTime((day.toordinal() - EPOCH) * 86400.0)
        return calendar.get(fields.YEAR), calendar.get(fields.MONTH) + 1, calendar.get(fields.DATE)

    return read


def by_hijridate(day: dt.date) -> Fields:
    """Return the day in the calendar of Saudi Arabia as it was printed."""
    found: Fields = Gregorian.fromdate(day).to_hijri().datetuple()
    return found


def by_bikram(day: dt.date) -> Fields:
    """Return the day in the calendar of Nepal."""
    found = samwat.from_ad(day)
    return found.year, found.month, found.day


SOURCES: dict[str, tuple[Callable[[dt.date], Fields], dt.date, dt.date]] = {
    "islamic-civil": (by_icu("islamic-civil"), FIRST, LAST),
    "umm-al-qura": (by_hijridate, dt.date(1924, 8, 1), LAST),
    "jalali": (by_icu("persian"), FIRST, LAST),
    "buddhist": (by_icu("buddhist"), FIRST, LAST),
    "roc": (by_icu("roc"), dt.date(1912, 1, 1), LAST),
    "ethiopian": (by_icu("ethiopic"), FIRST, LAST),
    "indian": (by_icu("indian"), FIRST, LAST),
    "hebrew": (by_icu("hebrew"), FIRST, LAST),
    "nepali": (by_bikram, dt.date(1944, 1, 1), dt.date(2025, 4, 1)),
}


def days(calendar: str) -> Iterator[str]:
    """Yield "Gregorian day = day of the calendar" over the years of living people, and around its new years."""
    read, first, last = SOURCES[calendar]
    for ordinal in range(first.toordinal(), last.toordinal(), STEP_DAYS):
        day = dt.date.fromordinal(ordinal)
        yield f"{day.isoformat()} = {'-'.join(map(str, read(day)))}"


if __name__ == "__main__":
    vectors = json.loads(TARGET.read_text(encoding="utf-8"))
    vectors["days"] = {calendar: list(days(calendar)) for calendar in SOURCES}
    TARGET.write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
