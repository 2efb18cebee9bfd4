"""What a word in a date means: the name of a month, a calendar, an era, a unit, an age, or nothing.

Names of months come from CLDR (``month_names.json``, made by ``scripts/make_month_names.py``); what CLDR lacks and
people write is in ``spellings.py``. All are kept as ``fold`` leaves them.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from encoder.standardise.dates.spellings import CALENDARS, ERAS, MONTHS, WORDS, Era, Word
from encoder.standardise.dates.value import Calendar

LONGEST_PHRASE = 4
"""The most words that one name has: "rabi al thani" has three."""

_LETTERS = str.maketrans("يىكةھہەٱ", "ییکهههها", "\u0640ʻʼ’‘'`´ʿʾʹ׳״ˈ")
"""One letter for the forms of Arabic, Persian and Urdu, and no sign that stands for an apostrophe."""


class MonthName(NamedTuple):
    """The months that a name means: (calendar, number), more than one where languages or calendars share it."""

    months: tuple[tuple[Calendar, int], ...]


Meaning = Word | MonthName | Era | Calendar


def fold(text: str) -> str:
    """Return `text` in lower case, in compatibility form, without accents, vowel points and invisible signs.

    Signs of Indic and Thai script stay: มี.ค. and ม.ค. are two months.
    """
    if text.isascii():
        return text.lower().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(character for character in decomposed if not _is_dropped(character))
    return unicodedata.normalize("NFC", kept).replace("ı", "i").translate(_LETTERS)


def _is_dropped(character: str) -> bool:
    mark = unicodedata.combining(character)
    # 7 is the nukta; 10-35 are Hebrew and Arabic points; from 200 on, accents.
    return mark == 7 or 10 <= mark <= 35 or mark >= 200 or unicodedata.category(character) == "Cf"  # noqa: PLR2004


def words_of(name: str) -> str:
    """Return a folded name as ``meanings`` keeps it: its words with one space between."""
    return " ".join(re.sub(r"(?<=[^\s.-])\.(?=[^\s.-])", "", name).translate(_BREAKS).split())


_THAI = re.compile("[\u0e00-\u0e7f]")
"""Names of months in Thai come with years of the Buddhist era, unless something says otherwise."""

_HEBREW = re.compile("[\u05d0-\u05ea]")

_BREAKS = str.maketrans("-־–.", "    ")


@cache
def meanings() -> dict[str, Meaning]:
    """Return the meaning of every word and phrase that is known."""
    months: dict[str, set[tuple[Calendar, int]]] = {}
    for calendar, number, name in _month_names():
        months.setdefault(words_of(fold(name)), set()).add((calendar, number))
    table: dict[str, Meaning] = {name: MonthName(tuple(sorted(found))) for name, found in months.items()}
    groups: tuple[dict[str, Word] | dict[str, Calendar] | dict[str, Era], ...] = (WORDS, CALENDARS, ERAS)
    for group in groups:
        for names, meaning in group.items():
            for name in names.split(","):
                table.setdefault(words_of(fold(name.strip())), meaning)
    return table


def _month_names() -> Iterator[tuple[Calendar, int, str]]:
    listed = json.loads(Path(__file__).with_name("month_names.json").read_text(encoding="utf-8"))
    for key, months in listed.items():
        for number, names in enumerate(months, start=1):
            for name in names:
                # CLDR puts Adar II of the Hebrew calendar, which is the Adar of common years, last.
                family = Calendar.BUDDHIST if key == Calendar.GREGORIAN and _THAI.match(name) else Calendar(key)
                yield family, 7 if key == Calendar.HEBREW and number > 13 else number, name  # noqa: PLR2004
                if key == Calendar.GREGORIAN and _HEBREW.match(name):
                    yield family, number, f"ב{name}"  # in June
    for calendar, text in MONTHS.items():
        for number, names in enumerate(text.split("|"), start=1):
            for name in filter(None, (name.strip() for name in names.split(","))):
                yield Calendar.BUDDHIST if _THAI.match(name) else calendar, number, name


@cache
def _longest_word() -> int:
    return max(len(word) for word in meanings())


def segments(word: str) -> list[Meaning] | None:
    """Return the meanings of the words that a script without spaces runs together, longest first; None if unknown."""
    found: list[Meaning] = []
    start = 0
    while start < len(word):
        for end in range(min(len(word), start + _longest_word()), start, -1):
            meaning = meanings().get(word[start:end])
            if meaning is not None:
                found.append(meaning)
                start = end
                break
        else:
            return None
    return found
