"""What the tokens of a date say together: its numbers and their roles, its month, calendar, era, age."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from encoder.standardise.dates.lexing import Number, Token
from encoder.standardise.dates.spellings import Era, Word
from encoder.standardise.dates.value import Calendar
from encoder.standardise.dates.words import MonthName

Role = Literal["year", "month", "day"]

_SUFFIXES: dict[Token, Role] = {Word.YEAR: "year", Word.MONTH: "month", Word.DAY: "day"}
_PREFIXES: dict[Token, Role] = {Word.YEAR_AHEAD: "year", Word.MONTH_AHEAD: "month", Word.DAY_AHEAD: "day"}
_GREGORIAN_MONTHS = (Calendar.GREGORIAN, Calendar.JULIAN, Calendar.BUDDHIST, Calendar.ROC, Calendar.JAPANESE)
_SAME_MONTHS = {
    Calendar.GREGORIAN: _GREGORIAN_MONTHS,
    Calendar.BUDDHIST: (Calendar.BUDDHIST, Calendar.GREGORIAN),
    Calendar.INDIAN: (Calendar.INDIAN, Calendar.NEPALI),
    Calendar.HIJRI: (Calendar.UMM_AL_QURA, Calendar.ISLAMIC_CIVIL),
}
"""The calendars that use the names of another one's months."""


class Phrase(NamedTuple):
    """A date as its words and numbers have it.

    Attributes:
        numbers: each with the role that a unit beside it gives, or None.
        ahead: how many numbers stand before the name of the month.
        months: what the name of the month can mean; None without one.
        calendars: those that a marker or the name of the month allows; empty where nothing says.
    """

    numbers: tuple[tuple[Number, Role | None], ...]
    ahead: int = 0
    months: tuple[tuple[Calendar, int], ...] | None = None
    calendars: tuple[Calendar, ...] = ()
    era: Era | None = None
    age: Number | None = None
    decade: bool = False
    about: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether there are numbers only."""
        return (
            self.months is None and self.era is None and not self.calendars and all(r is None for _, r in self.numbers)
        )

    def month_numbers(self, calendar: Calendar, written: int) -> Iterable[int]:
        """Return the months of `calendar` that are meant; `written` where no name stands."""
        if self.months is None:
            return (written,)
        found = []
        for family, number in self.months:
            if calendar in _SAME_MONTHS.get(family, (family,)):
                # Chaitra begins the national year of India and ends that of Nepal.
                found.append((number - 2) % 12 + 1 if calendar is Calendar.NEPALI else number)
        return found


def phrase_of(tokens: Sequence[Token]) -> Phrase | None:
    """Return what the tokens say, or None where they contradict each other."""
    age = _age_of(tokens)
    numbers: list[tuple[Number, Role | None]] = []
    ahead = 0
    months: set[tuple[Calendar, int]] | None = None
    markers: set[Calendar] = set()
    eras: set[Era] = set()
    for place, token in enumerate(tokens):
        if isinstance(token, Number):
            if place != age:
                numbers.append((token, _role(tokens, place)))
        elif isinstance(token, MonthName):
            ahead = len(numbers)
            months = set(token.months) if months is None else months & set(token.months)
            if not months:
                return None
        elif isinstance(token, Era):
            eras.add(token)
        elif isinstance(token, Calendar):
            markers.add(token)
    calendars = _calendars(markers, set(tokens), months)
    if len(eras) > 1 or len(markers) > 1 or calendars is None:
        return None
    return Phrase(
        tuple(numbers),
        ahead,
        None if months is None else tuple(sorted(months)),
        calendars,
        eras.pop() if eras else None,
        None if age is None else tokens[age],  # type: ignore[arg-type]  # the place of a number
        Word.DECADE in tokens,
        Word.ABOUT in tokens,
    )


def _role(tokens: Sequence[Token], place: int) -> Role | None:
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    before = tokens[place - 1] if place else None
    if after in _SUFFIXES:
        return _SUFFIXES[after]
    return _PREFIXES.get(before) if before is not None else None


def _age_of(tokens: Sequence[Token]) -> int | None:
    """Return the place of the number that is an age: beside a word for years, and no longer than three digits."""
    if Word.AGE not in tokens:
        return None
    for place, token in enumerate(tokens):
        beside = (*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2])
        if isinstance(token, Number) and token.digits <= 3 and Word.AGE in beside:  # noqa: PLR2004
            return place
    return None


def _calendars(
    markers: set[Calendar], tokens: set[Token], months: set[tuple[Calendar, int]] | None
) -> tuple[Calendar, ...] | None:
    """Return the calendars that are stated, () for none, None for a contradiction."""
    if Word.SOLAR in tokens:
        markers.discard(Calendar.HIJRI)
        markers.add(Calendar.JALALI)
    elif Word.LUNAR in tokens:
        markers.add(Calendar.HIJRI)
    stated = tuple(rule for marker in markers for rule in _SAME_MONTHS.get(marker, (marker,)))
    if markers and Calendar.HIJRI not in markers:
        stated = tuple(markers)
    if months is None:
        return stated
    families = {family for family, _ in months}
    if not markers and Calendar.GREGORIAN in families and len(families) > 1:
        families &= {Calendar.GREGORIAN, Calendar.HEBREW, Calendar.JALALI}
    named = tuple(rule for family in sorted(families) for rule in _SAME_MONTHS.get(family, (family,)))
    if not stated:
        return tuple(rule for rule in named if rule not in {Calendar.JULIAN, Calendar.JAPANESE})
    both = tuple(rule for rule in stated if rule in named)
    return both or None
