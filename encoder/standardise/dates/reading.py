"""Reading a date of birth in whatever script, calendar and order it was typed."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from encoder.standardise.dates.arrangement import ABSENT, Arrangement, Tiers, arrange, beside_month
from encoder.standardise.dates.calendars import days_of
from encoder.standardise.dates.lexing import Number, lex
from encoder.standardise.dates.phrase import Phrase, Role, phrase_of
from encoder.standardise.dates.value import Calendar, Note, Order, PartialDate, Precision, Reading, Unreadable
from encoder.standardise.dates.years import EARLIEST, OVERLAPPING, rules_of, years_of

REFERENCE = dt.date(2026, 12, 31)
"""The last day of birth, where none is given. It is part of the rules, so that every agency reads a text alike."""

_USUAL = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_FIRST_SERIAL = 10_000
_SERIAL_EPOCHS = {1900: dt.date(1899, 12, 30).toordinal(), 1904: dt.date(1904, 1, 1).toordinal()}
_SOFTWARE_DEFAULTS = frozenset({dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1)})
_LUNAR = frozenset({Calendar.HIJRI, Calendar.UMM_AL_QURA, Calendar.ISLAMIC_CIVIL})
_OTHER_MONTHS = _LUNAR | {Calendar.JALALI, Calendar.ETHIOPIAN, Calendar.INDIAN, Calendar.HEBREW, Calendar.NEPALI}
_PLACEHOLDERS = frozenset({(1, 1)})
_LUNAR_PLACEHOLDERS = frozenset({(1, 1), (7, 1)})
GREGORIAN_PLACEHOLDERS = frozenset({(1, 1), (7, 1), (12, 31)})
_LONGEST_TEXT = 100
_OLDEST = 130

OUT_OF_RANGE = Unreadable(
    "must lie between 1880 and the last day of birth, in a calendar that the text or column names"
)
NO_SUCH_DAY = Unreadable("must be a day that its calendar has and that is not after the last day of birth")
NOT_A_DATE = Unreadable("must be a date of birth, a month and year, a year, a decade or an age on a day")
NO_YEAR = Unreadable("must have a year")
UNKNOWN_WORD = Unreadable("must have no words but names of months, calendars, units and the like")
TOO_LONG = Unreadable(f"must have at most {_LONGEST_TEXT} characters")
SOFTWARE_DEFAULT = Unreadable("must not be the day that software writes for an empty date")
AGE_WITHOUT_DAY = Unreadable("must say on which day the age was true")


class _Context(NamedTuple):
    order: Order | None
    calendar: Calendar | None
    date_system: Literal[1900, 1904]
    as_of: dt.date | None
    reference: dt.date


def read_date(
    text: str,
    *,
    order: Order | None = None,
    calendar: Calendar | None = None,
    date_system: Literal[1900, 1904] = 1900,
    as_of: dt.date | None = None,
    reference: dt.date = REFERENCE,
) -> PartialDate | Unreadable | None:
    """Return the date of birth that `text` states, why it states none, or None where nothing is stated (blank, zeros).

    Args:
        text: as typed: digits of any script, names of months of many languages, calendars and eras.
        order: the order of day and month in the column, for texts that can be read in two ways.
        calendar: the calendar of the column, for years that do not say theirs. A year that cannot be one of its
            calendar is read by its range, so that a column may mix 1358 and 1979.
        date_system: the first year of the day numbers of a spreadsheet.
        as_of: the day on which ages were true, for ages that state no day.
        reference: the last day of birth; two-digit years are the latest ones before it.
    """
    day = _iso_day(text)
    if day is not None and calendar not in OVERLAPPING and EARLIEST.year <= day.year <= reference.year:
        return _checked([_day(day)], [], reference)
    stripped = text.strip()
    context = _Context(order, calendar, date_system, as_of, reference)
    usual = _USUAL.fullmatch(stripped)
    if usual is not None and calendar not in OVERLAPPING:
        found = _read_usual(usual, order, reference)
        if found is not None:
            return found
    if len(stripped) > _LONGEST_TEXT:
        return TOO_LONG
    serial = _SERIAL.fullmatch(stripped)
    return _read_words(stripped, context) if serial is None else _read_serial(int(serial[1]), context)


def date_of_age(years: int, on: dt.date) -> PartialDate:
    """Return when a person was born who was `years` old on the day `on`.

    Raises:
        ValueError: no person is so old, or the age is negative.
    """
    if not 0 <= years <= _OLDEST:
        raise ValueError("an age is from 0 to 130 years")
    first = _years_before(on, years + 1) + dt.timedelta(days=1)
    return PartialDate((Reading(Calendar.GREGORIAN, first, _years_before(on, years), "span"),), ("age",))


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return dt.date(day.year - years, 2, 28)


def _read_usual(found: re.Match[str], order: Order | None, reference: dt.date) -> PartialDate | Unreadable | None:
    """Return the date of the commonest forms; None where only the long way can tell."""
    year_first = found[1] is not None
    year = int(found[1] if year_first else found[8])
    if not EARLIEST.year <= year <= reference.year:
        return None
    pair = (int(found[3]), int(found[4])) if year_first else (int(found[7]), int(found[5]))
    if not year_first and pair[0] != pair[1] and max(pair) <= 12:  # noqa: PLR2004
        if order == "month-first":
            pair = pair[::-1]
        elif order != "day-first":
            return None
    try:
        day = dt.date(year, *pair)
    except ValueError:
        return None
    return _checked([_day(day)], [], reference)


def _iso_day(text: str) -> dt.date | None:
    """Return the day that is written YYYY-MM-DD, the commonest form by far, or None."""
    if len(text) == 10 and text[4] == text[7] == "-":  # noqa: PLR2004 - the width of that form
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return None
    return None


def _day(day: dt.date) -> Reading:
    return Reading(Calendar.GREGORIAN, day, day, "day", (day.month, day.day) in GREGORIAN_PLACEHOLDERS)


def _read_serial(serial: int, context: _Context) -> PartialDate | Unreadable:
    if serial < _FIRST_SERIAL:
        return NOT_A_DATE
    day = dt.date.fromordinal(_SERIAL_EPOCHS[context.date_system] + serial)
    return _checked([_day(day)], ["serial-number"], context.reference)


def _read_words(text: str, context: _Context) -> PartialDate | Unreadable | None:
    lexed = lex(text)
    if lexed.unknown:
        return UNKNOWN_WORD
    if not lexed.tokens:
        return None if re.search(r"[^\W_]", text) is None else NOT_A_DATE
    phrase = phrase_of(lexed.tokens)
    if phrase is None:
        return NOT_A_DATE
    found = _read_phrase(phrase, context)
    return (
        found._replace(notes=(*found.notes, "time-dropped"))
        if lexed.timed and isinstance(found, PartialDate)
        else found
    )


def _read_phrase(phrase: Phrase, context: _Context) -> PartialDate | Unreadable | None:
    numbers = [number for number, _ in phrase.numbers]
    notes: list[Note] = ["approximate"] if phrase.about else []
    if phrase.age is not None:
        found = _read_age(phrase, phrase.age.value, context)
        return found._replace(notes=(*found.notes, *notes)) if isinstance(found, PartialDate) else found
    if phrase.months is None and _is_blank(numbers):
        return None
    if phrase.decade:
        return _read_decade(numbers, notes, context)
    if len(numbers) == 2 and phrase.is_plain and (span := _years_between(*numbers)):  # noqa: PLR2004
        first, last = dt.date(span[0], 1, 1), dt.date(span[1], 12, 31)
        return _checked([Reading(Calendar.GREGORIAN, first, last, "span")], notes, context.reference)
    return _read_parts(phrase, notes, context)


def _is_blank(numbers: Sequence[Number]) -> bool:
    """Whether the numbers are the zeros or nines that stand for a date that is not known."""
    written = "".join(str(number.value) for number in numbers)
    return set(written) == {"0"} or (set(written) == {"9"} and len(written) > 4)  # noqa: PLR2004


def _read_age(phrase: Phrase, age: int, context: _Context) -> PartialDate | Unreadable:
    on = _checked([_day(context.as_of)], [], context.reference) if context.as_of else AGE_WITHOUT_DAY
    if phrase.numbers:
        on = _read_parts(phrase, [], context)
    if isinstance(on, Unreadable) or age > _OLDEST:
        return on if isinstance(on, Unreadable) else NOT_A_DATE
    first = date_of_age(age, min(reading.first for reading in on.readings)).readings[0].first
    last = date_of_age(age, max(reading.last for reading in on.readings)).readings[0].last
    return _checked([Reading(Calendar.GREGORIAN, first, last, "span")], ["age"], context.reference)


def _read_decade(numbers: Sequence[Number], notes: list[Note], context: _Context) -> PartialDate | Unreadable:
    if len(numbers) != 1 or numbers[0].value % 10:
        return NOT_A_DATE
    pairs = years_of(numbers[0], (Calendar.GREGORIAN,), None, context.reference, ahead=False)
    readings = [Reading(calendar, dt.date(year, 1, 1), dt.date(year + 9, 12, 31), "decade") for calendar, year in pairs]
    return _checked(readings, notes, context.reference)


def _years_between(first: Number, last: Number) -> tuple[int, int] | None:
    """Return the years of "1975-1978" or "1975-78"; None where the numbers are a year and a month."""
    if first.digits != 4:  # noqa: PLR2004
        return None
    end = last.value if last.digits == 4 else first.value - first.value % 100 + last.value  # noqa: PLR2004
    short = last.digits == 2 and last.value > 12  # noqa: PLR2004
    if (last.digits == 4 or short) and EARLIEST.year <= first.value < end <= first.value + 20:  # noqa: PLR2004
        return first.value, end
    return None


def _read_parts(phrase: Phrase, notes: list[Note], context: _Context) -> PartialDate | Unreadable:
    tiers = _tiers(phrase, context)
    if not tiers or all(found.year.value == 0 for tier in tiers for found in tier):
        return NO_YEAR if phrase.numbers else NOT_A_DATE
    chosen = _chosen(tiers, phrase, context)
    if not chosen:
        known = any(_years(found, phrase, context) for tier in tiers for found in tier)
        return NO_SUCH_DAY if known else OUT_OF_RANGE
    readings = list({(reading.first, reading.last): reading for _, found in chosen for reading in found}.values())
    arrangements = [found for found, _ in chosen]
    orders = {found.order for found in arrangements}
    calendars = {reading.calendar for reading in readings}
    if context.order is not None and not orders & {context.order, None}:
        notes.append("order-contradicted")
    short = any(found.year.digits <= 2 for found in arrangements)  # noqa: PLR2004
    if short and calendars - {Calendar.ROC, Calendar.JAPANESE}:
        notes.append("two-digit-year")
    if any(part.digits and not part.value for found in arrangements for part in (found.month, found.day)):
        notes.append("part-unknown")
    if len(calendars) > 1:
        notes.append("calendar-open")
    if len(readings) > len(calendars):
        notes.append("order-open" if phrase.months is None else "month-name-open")
    return _checked(readings, notes, context.reference)


def _tiers(phrase: Phrase, context: _Context) -> Tiers:
    numbers = [number for number, _ in phrase.numbers]
    roles = {role: number for number, role in phrase.numbers if role is not None}
    if roles:
        return _by_role(roles, [number for number, role in phrase.numbers if role is None], phrase)
    if phrase.months is not None:
        return beside_month(numbers, phrase.ahead)
    year_ahead = phrase.era is not None or context.calendar in {Calendar.ROC, Calendar.JAPANESE, Calendar.JALALI}
    return arrange(numbers, year_ahead=year_ahead or Calendar.ROC in phrase.calendars)


def _by_role(roles: dict[Role, Number], free: list[Number], phrase: Phrase) -> Tiers:
    """Return the one way to read numbers with units; a single number without one takes the role that is left."""
    if len(roles) + len(free) != len(phrase.numbers):
        return []
    all_roles: tuple[Role, ...] = ("year", "day") if phrase.months else ("year", "month", "day")
    for number in free:
        left: Role | None = next((role for role in all_roles if role not in roles), None)
        if left is None:
            return []
        roles[left] = number
    if "year" not in roles:
        return []
    return [[Arrangement(roles["year"], roles.get("month", ABSENT), roles.get("day", ABSENT))]]


def _chosen(tiers: Tiers, phrase: Phrase, context: _Context) -> list[tuple[Arrangement, list[Reading]]]:
    """Return the arrangements that are dates: those of the declared order, else all of the first tier that has any."""
    declared = [[found for tier in tiers for found in tier if found.order == context.order]] if context.order else []
    for tier in (*declared, *tiers):
        read = [(found, _readings(found, phrase, context)) for found in tier]
        valid = [pair for pair in read if pair[1]]
        if valid:
            return valid
    return []


def _years(found: Arrangement, phrase: Phrase, context: _Context) -> list[tuple[Calendar, int]]:
    if phrase.era is not None:
        era = phrase.era
        return [(era.calendar, found.year.value + era.offset)] if 1 <= found.year.value <= era.longest else []
    ahead = found.order == "year-first" or (found.order is None and found.day.value > 0)
    stated = [rule for calendar in phrase.calendars for rule in rules_of(calendar)]
    pairs = years_of(found.year, stated, context.calendar, context.reference, ahead=ahead)
    # Only Gregorian dates are written with the month first.
    return [pair for pair in pairs if found.order != "month-first" or pair[0] is Calendar.GREGORIAN]


def _readings(found: Arrangement, phrase: Phrase, context: _Context) -> list[Reading]:
    readings = []
    for calendar, year in _years(found, phrase, context):
        for month in phrase.month_numbers(calendar, found.month.value):
            reading = _reading(calendar, year, month or None, (found.day.value or None) if month else None)
            if reading is not None and reading.first <= context.reference and reading.last >= EARLIEST:
                readings.append(reading)
    return readings


def _reading(calendar: Calendar, year: int, month: int | None, day: int | None) -> Reading | None:
    try:
        first, last = days_of(calendar, year, month, day)
    except (ValueError, OverflowError):
        return None
    unsure = month is None or calendar is Calendar.EAST_ASIAN_LUNAR
    precision: Precision = "year" if unsure else "month" if day is None else "day"
    placeholders = (
        _LUNAR_PLACEHOLDERS
        if calendar in _LUNAR
        else _PLACEHOLDERS
        if calendar in _OTHER_MONTHS
        else GREGORIAN_PLACEHOLDERS
    )
    return Reading(calendar, first, last, precision, (month, day) in placeholders)


def _checked(readings: Iterable[Reading], notes: Sequence[Note], reference: dt.date) -> PartialDate | Unreadable:
    kept = tuple(reading for reading in readings if reading.first <= reference and reading.last >= EARLIEST)
    if not kept:
        return OUT_OF_RANGE
    if kept[0].first in _SOFTWARE_DEFAULTS and kept[0].precision == "day":
        return SOFTWARE_DEFAULT
    return PartialDate(kept, tuple(notes))
