"""What is wrong with the values of a table, column by column: counted, never quoted.

Every rule looks at distinct values, once each per batch. A rule says what it found, how bad it is, and how to mend it
in the spreadsheet or in the column profile.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from encoder.headers_content import plain_digits
from encoder.preview_rows import stray_rows
from encoder.preview_rules import RULES, SAVE_AGAIN, Finding
from encoder.profile import NAME_COLUMNS, RECORD_ID, ColumnProfile, DateFacts, joined
from encoder.repeats import Repeats, digests_of
from encoder.standardise.countries import country_code, read_country
from encoder.standardise.dates import Note, Order, OrderEvidence, Unreadable, order_evidence, read_date
from encoder.standardise.dates.column_calendar import CalendarEvidence, calendar_of_header
from encoder.standardise.dates.value import Calendar
from encoder.standardise.missing import FieldKind, missing_kind
from encoder.standardise.mrz import read_mrz
from encoder.standardise.rules import read_told_place
from encoder.standardise.sex import read_sex
from encoder.table import Batch
from encoder.table.code_page import guess_code_page
from encoder.zones import MRZ

FirstRows = 3

_YEAR_TYPED = re.compile(r"1905-0[3-7]-\d\d(?: 00:00:00)?")  # the days 1,900 to 2,026 of a spreadsheet's calendar
_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_LOST = re.compile("\ufffd|\\?{3,}")
_LATIN_HIGH = re.compile("[\u00c0-\u00ff]")
_NOTED: Mapping[Note, Finding] = {
    "two-digit-year": "two-digit-year",
    "serial-number": "serial-date",
    "calendar-open": "calendar-open",
}
_OFTEN_EMPTY = frozenset({"aliases", "middle_names", MRZ})
_PARTS = frozenset({"given_names", "family_name"})
_OTHER_ALPHABETS = frozenset({"cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8-r", "gb18030", "cp949"})
_USUAL = 0.5
_NEARLY_ALL = 0.98


class Problem(NamedTuple):
    """One problem: a stable kind, the column or "" for the table, rows it touches, weight, and words for people."""

    kind: str
    column: str
    rows: int
    share: float
    weight: float
    says: str
    mend: str
    first_rows: tuple[int, ...]


class _Column:
    """Counts what is found in one column."""

    def __init__(self, field: str, names: Sequence[str], facts: DateFacts) -> None:
        self._facts = facts
        self.field = field
        self.names = names
        self.name = ", ".join(names)
        self.filled = 0
        self.counts = Counter[Finding]()
        self.first_rows: dict[Finding, list[int]] = {}
        self.lengths = Counter[int]()
        self.zero_first = 0
        self.order = OrderEvidence()
        self.calendars = CalendarEvidence()
        self.code_pages = Counter[str]()

    def add(self, values: Sequence[str], rows: Sequence[int]) -> None:
        """Look at some values, which stand in the rows of these numbers."""
        found: dict[str, list[Finding]] = {}
        for value, count in Counter(values).items():
            findings = self._look(value, count)
            if findings:
                found[value] = findings
            for finding in findings:
                self.counts[finding] += count
        wanted = {
            finding for findings in found.values() for finding in findings if len(self._rows_of(finding)) < FirstRows
        }
        if not wanted:
            return
        for row, value in zip(rows, values, strict=True):
            for finding in found.get(value, ()):
                if finding in wanted and len(self._rows_of(finding)) < FirstRows:
                    self._rows_of(finding).append(row)

    def _rows_of(self, finding: Finding) -> list[int]:
        return self.first_rows.setdefault(finding, [])

    def _look(self, value: str, count: int) -> list[Finding]:
        text = value.strip()
        if not text:
            return ["missing-id" if self.field == RECORD_ID else "missing"]
        self.filled += count
        if self.field == RECORD_ID:
            return []
        if missing_kind(text, KINDS.get(self.field, "other")) is not None:
            return ["filler"]
        found = [] if text.isascii() else self._letters(text, count)
        plain = plain_digits(text)
        if plain != text and any(letter.isdecimal() and not letter.isascii() for letter in text):
            found.append("other-digits")
        if _LOST.search(text):
            found.append("text-lost")
        look = _LOOKS.get(self.field)
        return found if look is None else found + look(self, plain, count)

    def _letters(self, text: str, count: int) -> list[Finding]:
        found: list[Finding] = []
        if _is_mojibake(text):
            return ["mojibake"]
        high = len(_LATIN_HIGH.findall(text))
        if high > 3 and high * 10 > 7 * sum(map(str.isalpha, text)):  # noqa: PLR2004 - more than names ever have
            guess = guess_code_page(text.encode("latin-1", "ignore"))
            if guess is not None and guess.name in _OTHER_ALPHABETS:
                self.code_pages[guess.name] += count
                found.append("code-page")
        if self.field in NAME_COLUMNS and any(_mixed(word) for word in text.split()):
            found.append("mixed-letters")
        return found

    def persons(self, text: str, _count: int) -> list[Finding]:
        """Return what is odd about a name."""
        found = ["digits-in-name"] if any(map(str.isdigit, text)) else []
        if self.field == "full_name" and "," in text:
            found.append("comma-names")
        return found

    def dates(self, text: str, count: int) -> list[Finding]:
        """Return what is odd about a date of birth."""
        if _YEAR_TYPED.fullmatch(text):
            return ["year-as-date"]
        date = read_date(text, order=self._facts.order or "day-first", calendar=self._facts.calendar)
        if date is None:
            return ["filler"]
        if isinstance(date, Unreadable):
            self.calendars.add_unreadable(text, count)
            return ["unreadable-date"]
        found_order = order_evidence([text])
        self.order = OrderEvidence(*(had + count * new for had, new in zip(self.order, found_order, strict=True)))
        self.calendars.add(date, count)
        found = [_NOTED[note] for note in date.notes if note in _NOTED]
        return [*found, "placeholder-date"] if date.placeholder else found

    def sexes(self, text: str, _count: int) -> list[Finding]:
        """Return what is odd about a sex."""
        return [] if read_sex(text).sex else ["unknown-sex"]

    def countries(self, text: str, _count: int) -> list[Finding]:
        """Return what is odd about a nationality."""
        problem = read_country(text).problem
        return [] if problem is None else [problem]

    def issuers(self, text: str, _count: int) -> list[Finding]:
        """Return what is odd about the country of a document."""
        return [] if country_code(text) else ["country-not-understood"]

    def cities(self, text: str, _count: int) -> list[Finding]:
        """Return what is odd about a city."""
        place = read_told_place(text)
        if place.cities:
            return []
        if read_country(text).states:
            return ["country-as-city"]
        return ["unlisted-city" if place.spellings else "unreadable-city"]

    def numbers(self, text: str, count: int) -> list[Finding]:
        """Return what is odd about the number of a document."""
        if _WHOLE_DATE.fullmatch(text):
            return ["date-as-number"]
        if _SCIENTIFIC.fullmatch(text):
            return ["scientific"]
        if text.isdecimal():
            self.lengths[len(text)] += count
            self.zero_first += count * (text[0] == "0")
        return []

    def zones(self, text: str, _count: int) -> list[Finding]:
        """Return what is odd about a machine readable zone."""
        zone = read_mrz(text)
        return ["unreadable-zone"] if zone is None else [] if zone.holds else ["zone-fails"]


KINDS: Mapping[str, FieldKind] = {
    **dict.fromkeys(NAME_COLUMNS, "name"),
    "date_of_birth": "date",
    "sex": "sex",
    "nationality": "country",
    "birth_city": "place",
    "document_country": "country",
    "document_number": "document",
}
_LOOKS: Mapping[str, Callable[[_Column, str, int], list[Finding]]] = {
    **dict.fromkeys(NAME_COLUMNS, _Column.persons),
    "date_of_birth": _Column.dates,
    "sex": _Column.sexes,
    "nationality": _Column.countries,
    "birth_city": _Column.cities,
    "document_country": _Column.issuers,
    "document_number": _Column.numbers,
    MRZ: _Column.zones,
}


class Quality:
    """Looks at a table batch by batch and says what is wrong with it."""

    def __init__(self, header: Sequence[str], mapping: Mapping[str, Sequence[str]], profile: ColumnProfile) -> None:
        self._header = header
        self._profile = profile
        usual = DateFacts()
        self._columns = {
            field: _Column(field, names, profile.dates.get(field, usual)) for field, names in mapping.items()
        }
        self._table = _Column("", (), usual)
        self._ids = Repeats()
        self.rows = 0
        self._rows_read = 0

    def add(self, batch: Batch) -> None:
        """Look at a batch that has all columns of the table; rows that are no records are counted and left out."""
        stray: dict[int, Finding] = dict(stray_rows(self._header, batch.columns))
        odd = {**stray, **{fault.row: "row" for fault in batch.faults}}
        for row, kind in sorted(odd.items()):
            self._table.counts[kind] += 1
            self._table.first_rows.setdefault(kind, []).append(batch.first_row + row)
            del self._table.first_rows[kind][FirstRows:]
        self.rows += len(batch) - len(stray)
        self._rows_read += len(batch)
        places = [place for place in range(len(batch)) if place not in stray]
        for column in self._columns.values():
            cells = joined(column.field, [batch.columns[self._header.index(name)] for name in column.names])
            column.add([cells[place] for place in places], [batch.first_row + place for place in places])
            if column.field == RECORD_ID:
                self._find_repeats(column, [(place, cells[place]) for place in places if cells[place]], batch.first_row)

    def missing(self) -> dict[str, int]:
        """Return field -> rows without a value, fillers included."""
        return {
            field: column.counts["missing"] + column.counts["filler"]
            for field, column in self._columns.items()
            if field != RECORD_ID
        }

    def problems(self) -> list[Problem]:
        """Return all problems, the worst first."""
        found = [
            problem
            for column in [self._table, *self._columns.values()]
            for finding, count in self._findings(column).items()
            if (problem := self._problem(column, finding, count)) is not None
        ]
        return sorted(found, key=lambda problem: (-problem.weight, problem.kind, problem.column))

    def facts(self) -> dict[str, DateFacts]:
        """Return what a profile may say of dates: the order that a column proves, the calendar that it proves or names.

        Columns of which nothing is to be said are left out.
        """
        told = {
            field: DateFacts(order=column.order.order, calendar=_calendar(column))
            for field, column in self._columns.items()
            if _LOOKS.get(field) is _Column.dates
        }
        return {field: facts for field, facts in told.items() if facts != DateFacts()}

    def _order_declared(self, field: str) -> Order | None:
        facts = self._profile.dates.get(field)
        return None if facts is None else facts.order

    def _may_lack(self, field: str) -> bool:
        """Return whether it is usual that a field has no value: few have aliases, and a whole name needs no parts."""
        return field in _OFTEN_EMPTY or (field in _PARTS and "full_name" in self._columns)

    def _find_repeats(self, column: _Column, ids: Sequence[tuple[int, str]], first_row: int) -> None:
        repeated = self._ids.add(digests_of(text for _, text in ids)).nonzero()[0].tolist()
        column.counts["repeated-id"] += len(repeated)
        rows = column.first_rows.setdefault("repeated-id", [])
        rows += [first_row + ids[place][0] for place in repeated[: FirstRows - len(rows)]]

    def _findings(self, column: _Column) -> Counter[Finding]:
        """Return the findings of a column, with those that only the whole column can tell."""
        found = column.counts.copy()
        order = column.order
        if order.day_first and order.month_first:
            found["order-mixed"] = min(order.day_first, order.month_first)
        if order.open and self._order_declared(column.field) is None:
            if order.order is not None:
                found["order-unsaid"] = order.open
            elif not found["order-mixed"]:
                found["order-open"] = order.open
        digits = sum(column.lengths.values())
        if digits and not column.zero_first and column.field not in self._profile.digits:
            length, usual = column.lengths.most_common(1)[0]
            shorter = sum(count for other, count in column.lengths.items() if length - 3 <= other < length)
            if usual > _USUAL * digits:
                found["leading-zeros"] = shorter
        if found["comma-names"] > _NEARLY_ALL * column.filled:  # all but slips: it is how they are written
            del found["comma-names"]
        return +found

    def _problem(self, column: _Column, finding: Finding, count: int) -> Problem | None:
        rule = RULES[finding]
        share = count / max(1, self._rows_read if column is self._table else self.rows)
        if share < rule.least_share or (finding == "missing" and self._may_lack(column.field)):
            return None
        mend = rule.mend
        if finding == "order-open":
            mend = f'ask who typed them; in the profile: "dates": {{"{column.field}": {{"order": "day-first"}}}}'
        elif finding == "order-unsaid":
            mend = f'in the profile, where --save-profile writes it: "dates": {{"{column.field}": '
            mend += f'{{"order": "{column.order.order}"}}}}'
        elif finding == "calendar-open":
            calendar = _calendar(column)
            told = "say which, in the profile" if calendar is None else "in the profile, where --save-profile writes it"
            mend = f'{told}: "dates": {{"{column.field}": {{"calendar": "{calendar or "jalali"}"}}}}'
        elif finding == "leading-zeros":
            length = column.lengths.most_common(1)[0][0]
            mend = f'write "digits": {{"{column.field}": {length}}} in the profile, or type them again as text'
        elif finding == "code-page":
            mend = f"the code page is probably {column.code_pages.most_common(1)[0][0]}; {SAVE_AGAIN}"
        weight = rule.weight * max(share, 0.05 if rule.weight > 1 else 0.0)
        rows = tuple(column.first_rows.get(finding, ()))
        return Problem(finding, column.name, count, share, weight, rule.says, mend, rows)


def _calendar(column: _Column) -> Calendar | None:
    return calendar_of_header(column.name) or column.calendars.proven


def _is_mojibake(text: str) -> bool:
    """Return whether the letters beyond ASCII are bytes of UTF-8 that were read one by one as cp1252 or Latin-1."""
    for wrong, fewest in (("cp1252", 1), ("latin-1", 1), ("cp1251", 2)):  # a short Cyrillic word can be one by chance
        try:
            meant = text.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
        return sum(not letter.isascii() for letter in meant) >= fewest
    return False


def _mixed(word: str) -> bool:
    """Return whether a word has letters of the Latin and of the Cyrillic or Greek alphabet."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})
