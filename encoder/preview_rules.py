"""What the preview says of each kind of problem: how bad it is, in words for people, and how to mend it."""

from typing import NamedTuple

Finding = str


class Rule(NamedTuple):
    """How bad a finding is, in words for people, and from which share of the rows on it is told."""

    weight: float
    says: str
    mend: str
    least_share: float = 0.0


SAVE_AGAIN = "export the table again from its source as UTF-8"
RULES: dict[Finding, Rule] = {
    "missing": Rule(0.3, "nothing is said", "fill in what the file of the case says", 0.2),
    "filler": Rule(0.6, "a word such as UNKNOWN stands for nothing", "nothing: such words are not encoded"),
    "text-lost": Rule(3, "letters were lost (\ufffd or ???) when the table was saved", SAVE_AGAIN),
    "mojibake": Rule(3, "UTF-8 was read as another code page (Ã©, Ð)", f"open it as UTF-8, or {SAVE_AGAIN}"),
    "code-page": Rule(3, "letters of another alphabet were read with the wrong code page", SAVE_AGAIN),
    "other-digits": Rule(0.02, "digits of another script", "nothing: digits of every script are read"),
    "unreadable-date": Rule(2, "no date can be read", "write dates as YYYY-MM-DD; leave the cell empty if unknown"),
    "order-open": Rule(1.5, "day and month could be swapped, and no date of the column proves the order", ""),
    "order-unsaid": Rule(1.5, "day and month could be swapped, but other dates of the column prove the order", ""),
    "order-mixed": Rule(2, "some dates prove day-month order and others month-day", "correct them to YYYY-MM-DD"),
    "two-digit-year": Rule(1, "years of two digits", "write years with four digits"),
    "calendar-open": Rule(1.5, "the year fits several calendars", ""),
    "placeholder-date": Rule(
        0.5,
        "days that stand for 'unknown' (1 January, 31 December, 1 Muharram), more often than chance",
        "write only the year if only it is known",
        0.02,
    ),
    "serial-date": Rule(1, "numbers where dates belong", "format the column as a date in the spreadsheet"),
    "year-as-date": Rule(2, "a date in 1905: a year typed into a cell for dates", "format the column as text"),
    "date-as-number": Rule(2, "a date where a number belongs", "format the column as text and type the numbers again"),
    "scientific": Rule(3, "numbers shown as 1.2E+11 have lost digits", "format the column as text, type them again"),
    "leading-zeros": Rule(1.5, "numbers shorter than the others: leading zeros were probably lost", ""),
    "mixed-letters": Rule(1.5, "letters of two alphabets in one word, such as a Cyrillic а in a Latin name", "retype"),
    "digits-in-name": Rule(1, "digits in a name", "move numbers to their own column"),
    "comma-names": Rule(
        0.4, "some names are written 'Family, Given' and others not", "use one way, or columns for each part", 0.02
    ),
    "unknown-sex": Rule(1, "a word that is no sex in any language known here", "write F, M or X"),
    "country-not-understood": Rule(
        1, "a word that names no single state known here, so it is not compared", "write its name or its ISO code"
    ),
    "refugee-is-no-nationality": Rule(
        0.5, "a status where a nationality belongs, so it is not compared", "write the nationality if it is known"
    ),
    "country-as-city": Rule(1, "a country where a city belongs", "write the city; leave the cell empty if unknown"),
    "unreadable-city": Rule(1, "no place can be read", "write the city; leave the cell empty if unknown"),
    "unlisted-city": Rule(
        0.1, "places that the gazetteer does not list as they are written", "nothing for a village; correct slips"
    ),
    "unreadable-zone": Rule(2, "no machine readable zone can be read", "copy all its lines, with every < of them"),
    "zone-fails": Rule(2, "a check digit of the machine readable zone fails", "compare it with the document"),
    "repeated-id": Rule(2, "the record id occurs in an earlier row", "give every record an id of its own"),
    "missing-id": Rule(2, "the record id is empty", "give every record an id of its own"),
    "empty": Rule(0.5, "empty rows", "delete the rows"),
    "header": Rule(3, "rows that repeat the header", "delete the rows"),
    "totals": Rule(5, "rows that hold totals and no record", "delete the rows: encode refuses them"),
    "row": Rule(2, "rows whose cells do not fit the header, or numbers that lost digits", "correct the rows"),
}
