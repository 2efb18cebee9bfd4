"""The calendar of a whole column: what its header says, and what its dates prove."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain

from encoder.standardise.dates.reading import read_date
from encoder.standardise.dates.spellings import Word
from encoder.standardise.dates.value import Calendar, PartialDate
from encoder.standardise.dates.words import fold, meanings, words_of

_CONTRARY_PER_PROOF = 0.1
_LOOK_GREGORIAN = frozenset({Calendar.ETHIOPIAN, Calendar.NEPALI})
"""Calendars whose years mostly look Gregorian, so that dates which say no more are no proof of that."""
_LEAST_SHARE = 0.2  # of the dates of a column that must prove one of these
_SHORTEST_BARE = {True: 4, False: 2}  # letters of a word, ASCII or not, outside brackets: "be", "ah" and م do not count
_CALENDAR = re.compile(r"(?i:[ck]alend[aáe]\w+|takvimi?|календар\w*|تقويم|تقویم)[:,]?")
_BRACKETS = re.compile(r"[(\[（]([^)\]）]*)[)\]）]")
_FAMILY: Mapping[Calendar, Calendar] = {
    Calendar.UMM_AL_QURA: Calendar.HIJRI,
    Calendar.ISLAMIC_CIVIL: Calendar.HIJRI,
}
"""Rules of one calendar that dates do not tell apart."""


def calendar_of_header(name: str) -> Calendar | None:
    """Return the calendar that the header of a column names, as "Date of birth (BS)" does, or None.

    Outside brackets a word counts at the end and beside "calendar" alone: "Ethiopian victims DOB" tells of people.
    """
    inside = " ".join(_BRACKETS.findall(name)).split()
    outside = _BRACKETS.sub(" ", name).split()
    near = (outside[max(0, place - 1) : place + 2] for place, word in enumerate(outside) if _CALENDAR.fullmatch(word))
    bare = [word for word in (*outside[-1:], *chain(*near)) if len(word) >= _SHORTEST_BARE[word.isascii()]]
    found = {_meaning(word) for word in (*inside, *bare, " ".join(inside))} - {None}
    if Word.SOLAR in found:
        return Calendar.JALALI
    if Word.LUNAR in found:
        return Calendar.HIJRI
    calendars = {one for one in found if isinstance(one, Calendar)}
    return calendars.pop() if len(calendars) == 1 else None


def _meaning(words: str) -> Calendar | Word | None:
    found = meanings().get(words_of(fold(words)))
    return found if isinstance(found, Calendar | Word) else None


class CalendarEvidence:
    """Counts the dates of a column that can be of one calendar only, and those that can be of several."""

    def __init__(self) -> None:
        self._only = Counter[Calendar]()
        self._open = 0

    def add(self, date: PartialDate, count: int = 1) -> None:
        """Take in a date that was read without a declared calendar."""
        families = {_FAMILY.get(reading.calendar, reading.calendar) for reading in date.readings}
        if len(families) == 1:
            self._only[families.pop()] += count
        else:
            self._open += count

    def add_unreadable(self, text: str, count: int = 1) -> None:
        """Take in a text that is no date without a declared calendar: years after ours may be of Bikram Sambat."""
        date = read_date(text, calendar=Calendar.NEPALI)
        if isinstance(date, PartialDate):
            self._only[Calendar.NEPALI] += count

    @property
    def proven(self) -> Calendar | None:
        """The calendar that the column proves, where some dates leave it open; of ten proofs one may be contrary.

        A day 31 is of no lunar month; a year of Hijra that is still to come by the sun is of the moon.
        """
        counts = self._only.copy()
        for calendar in _LOOK_GREGORIAN:
            if counts[calendar] >= _LEAST_SHARE * (self._only.total() + self._open) > 0:
                del counts[Calendar.GREGORIAN]
                break
        else:
            if not self._open:
                return None
        if not counts:
            return None
        proven, most = counts.most_common(1)[0]
        return proven if counts.total() - most <= _CONTRARY_PER_PROOF * most else None
