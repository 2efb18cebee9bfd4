"""A date of birth as far as it is known: the days that it can be, by every reading that a text allows."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Literal, NamedTuple

Order = Literal["day-first", "month-first", "year-first"]

Precision = Literal["day", "month", "year", "span", "decade"]
"""How much a text states; `span` is several years, as an age or "1975-1978" gives."""

Note = Literal[
    "calendar-open",  # the text fits several calendars and none was declared
    "order-open",  # day and month can be swapped and no order was declared
    "month-name-open",  # the name of the month means different months in different languages
    "order-contradicted",  # the text can be read only against the declared order
    "two-digit-year",
    "serial-number",  # a day counted by a spreadsheet
    "approximate",
    "age",
    "time-dropped",
    "part-unknown",  # a part written as 00 or XX
]


class Calendar(StrEnum):
    """The calendars that a date can be stated in.

    HIJRI is the lunar calendar where the text does not say by which rule its months were counted.
    """

    GREGORIAN = "gregorian"
    JULIAN = "julian"
    HIJRI = "hijri"
    UMM_AL_QURA = "umm-al-qura"
    ISLAMIC_CIVIL = "islamic-civil"
    JALALI = "jalali"
    BUDDHIST = "buddhist"
    ROC = "roc"
    JAPANESE = "japanese"
    ETHIOPIAN = "ethiopian"
    INDIAN = "indian"
    HEBREW = "hebrew"
    NEPALI = "nepali"
    EAST_ASIAN_LUNAR = "east-asian-lunar"


class Reading(NamedTuple):
    """One way to read a text: the Gregorian days from `first` to `last`, both included."""

    calendar: Calendar
    first: dt.date
    last: dt.date
    precision: Precision
    placeholder: bool = False


class PartialDate(NamedTuple):
    """A date of birth with all its readings, of which there is at least one; several where the text does not decide.

    `year`, `month` and `day` are Gregorian and stand only where every reading agrees on them.
    """

    readings: tuple[Reading, ...]
    notes: tuple[Note, ...] = ()

    @property
    def year(self) -> int | None:
        """The year, or None where it is open."""
        return self._agreed(lambda day: day.year)

    @property
    def month(self) -> int | None:
        """The month, or None where it is open."""
        return None if self.year is None else self._agreed(lambda day: day.month)

    @property
    def day(self) -> int | None:
        """The day of the month, or None where it is open."""
        if self.month is None or any(reading.first != reading.last for reading in self.readings):
            return None
        return self._agreed(lambda day: day.day)

    @property
    def precision(self) -> Precision:
        """How much the text states, whether or not it can be read in one way only."""
        return self.readings[0].precision

    @property
    def year_span(self) -> tuple[int, int]:
        """The first and the last year that the date can lie in."""
        return min(reading.first.year for reading in self.readings), max(reading.last.year for reading in self.readings)

    @property
    def placeholder(self) -> bool:
        """Whether day and month may stand for "unknown": 1 January, 31 December, 1 Muharram and the like."""
        return any(reading.placeholder for reading in self.readings)

    @property
    def iso(self) -> str:
        """What is known as YYYY-MM-DD, YYYY-MM or YYYY, as YYYY/YYYY for a span of years; nothing else is certain."""
        first, last = self.year_span
        if first != last:
            return f"{first}/{last}"
        parts = [f"{first}"] + [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def _agreed(self, part: Callable[[dt.date], int]) -> int | None:
        values = {part(day) for reading in self.readings for day in (reading.first, reading.last)}
        return values.pop() if len(values) == 1 else None


class Unreadable(NamedTuple):
    """A text that is no date of birth, and the rule that it breaks (never the text itself)."""

    rule: str
