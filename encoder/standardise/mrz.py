"""Machine readable zones read whole: TD1, TD2, TD3, visas MRV-A and MRV-B, and the French identity card of 1988.

After ICAO Doc 9303 parts 3 to 7. Characters are first read as what may stand in their place (only letters in a name,
only digits in a date), then each check digit is verified, and a number is repaired where exactly one confusion fits.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from encoder.standardise.check_digit import Check, Checked, as_digits, as_letters, check_digit, checked
from encoder.standardise.countries import code_in_zone

MrzFormat = Literal["TD1", "TD2", "TD3", "MRV-A", "MRV-B", "FR-ID"]

_LINES = re.compile(r"[\r\n]+|\s+[/|]\s+|(?<=[A-Z0-9<])\s{2,}(?=[A-Z0-9<])")
_PARTED = re.compile(r"(?:\\[RN]|[\s/|,;])+")
_ALLOWED = re.compile(r"[A-Z0-9<]+")
_CARD, _MIDDLE, _PAGE = 30, 36, 44
"""Characters in a line: TD1; TD2, MRV-B and the French card; TD3 and MRV-A."""
_LINE_COUNTS = {_CARD: 3, _MIDDLE: 2, _PAGE: 2}
_BEGINNINGS = {_CARD: "ACI", _MIDDLE: "ACIVP", _PAGE: "PV"}
_LEAST_OF_NAMES = 6  # characters of a line of names that has lost its fillers
_LEAST_OF_NUMBER = 15  # of the upper line of TD1 that has lost them: up to the check digit of its number
_MONTHS, _DAYS = 12, 31
_TURN_OF_BIRTHS = 30
_TURN_OF_EXPIRIES = 70  # machine readable passports began in 1980: an expiry of 70 and later is of the last century


@dataclass(frozen=True, slots=True)
class Mrz:
    """What a machine readable zone says.

    Attributes:
        format: which of the formats.
        document_type: first one or two letters, without filler ("P", "PO", "ID", "V").
        issuer: code of the issuing state or organisation, as printed and without filler.
        nationality: the same of the holder; of a French card, France.
        surname: primary identifier; empty where the document has none.
        given_names: secondary identifier.
        names_cut: whether the name fills its place to the end, so that some of it may be missing.
        number: document number, repaired where possible, without filler.
        birth: date of birth as YYYY-MM-DD, YYYY-MM or YYYY, or empty; the century is the latest not after the expiry.
        expiry: date of expiry as YYYY-MM-DD, or empty.
        sex: "M", "F" or "".
        optional: what the issuer put into the optional fields.
        checks: name of the check digit -> how it stands (names: number, birth, expiry, optional, whole).
    """

    format: MrzFormat
    document_type: str
    issuer: str
    nationality: str
    surname: str
    given_names: str
    names_cut: bool
    number: str
    birth: str
    expiry: str
    sex: Literal["M", "F", ""]
    optional: str
    checks: dict[str, Check]

    @property
    def holds(self) -> bool:
        """Whether no check digit fails."""
        return "fails" not in self.checks.values()

    @property
    def issuer_code(self) -> str | None:
        """The issuer as :mod:`encoder.standardise.countries` writes it."""
        return code_in_zone(self.issuer)


def read_mrz(text: str) -> Mrz | None:
    """Return what the lines of a machine readable zone say, or None when `text` is none.

    Lines are parted by line ends, " / " or wide spaces, or follow each other directly, and spaces inside a line are
    fillers; or, if that makes no lines of the right length, by any blanks, slashes, commas and the like, also by line
    ends that are written as backslash and n. A line of names, and the upper one of TD1, may have lost its fillers at
    the end.
    """
    lines = _zone_lines(text)
    if lines is None:
        return None
    first = lines[0]
    if len(first) == _CARD:
        return _td1(lines)
    if len(first) == _PAGE:
        return _passport_or_visa(lines, "MRV-A" if first[0] == "V" else "TD3")
    if as_letters(first[:5]) == "IDFRA":
        return _french_card(lines)
    return _td2_or_visa(lines, "MRV-B" if first[0] == "V" else "TD2")


def _zone_lines(text: str) -> tuple[str, ...] | None:
    """Return the lines of a zone, each in full, or None; the first way to part the text that gives lines counts."""
    written = unicodedata.normalize("NFKC", text).upper().replace("«", "<<").replace("‹", "<").strip()
    if "<" not in written:
        return None
    told = [re.sub(r"\s", "<" if " " in line.strip() else "", line.strip()) for line in _LINES.split(written)]
    for lines in (told, _PARTED.split(written), ["".join(_PARTED.split(written))]):
        found = _full_lines([line for line in lines if line])
        if found is not None:
            return found
    return None


def _full_lines(lines: Sequence[str]) -> tuple[str, ...] | None:
    joined = "".join(lines)
    if not _ALLOWED.fullmatch(joined):
        return None
    for width, count in _LINE_COUNTS.items():
        if len(lines) == count:
            least = [width] * count
            least[count - 1 if width == _CARD else 0] = _LEAST_OF_NAMES
            if width == _CARD:
                least[0] = _LEAST_OF_NUMBER
            if all(fewest <= len(line) <= width for fewest, line in zip(least, lines, strict=True)):
                found = tuple(line.ljust(width, "<") for line in lines)
                return found if _may_begin(found[0]) else None
        if len(lines) == 1 and len(joined) == count * width:
            found = tuple(joined[n : n + width] for n in range(0, len(joined), width))
            return found if _may_begin(found[0]) else None
    return None


def _may_begin(line: str) -> bool:
    return as_letters(line[0]) in _BEGINNINGS[len(line)] and not line[2:5].startswith("<")


def _td1(lines: Sequence[str]) -> Mrz:
    upper, middle, names = lines
    number, optional = _long_number(upper[5:14], upper[14], upper[15:30])
    birth, expiry = _date(middle[:6], middle[6]), _date(middle[8:14], middle[14])
    dates = f"{birth.text}{as_digits(middle[6])}{expiry.text}{as_digits(middle[14])}"
    printed = upper[5:] + middle[:7] + middle[8:15] + middle[18:29]
    whole = _whole(printed, number.text[:9].ljust(9, "<") + upper[14:] + dates + middle[18:29], middle[29])
    checks: dict[str, Check] = {"number": number.check, "birth": birth.check, "expiry": expiry.check, "whole": whole}
    return _mrz(
        "TD1",
        head=upper[:5],
        nationality=middle[15:18],
        names=names,
        number=number.text,
        birth=birth.text,
        expiry=expiry.text,
        sex=middle[7],
        optional=f"{optional}<{middle[18:29]}",
        checks=checks,
    )


def _passport_or_visa(lines: Sequence[str], form: Literal["TD3", "MRV-A"]) -> Mrz:
    lower = lines[1]
    number = checked(lower[:9], lower[9])
    birth, expiry = _date(lower[13:19], lower[19]), _date(lower[21:27], lower[27])
    checks: dict[str, Check] = {"number": number.check, "birth": birth.check, "expiry": expiry.check}
    optional = lower[28:] if form == "MRV-A" else lower[28:42]
    if form == "TD3":
        checks["optional"] = checked(optional, lower[42]).check
        dates = f"{birth.text}{as_digits(lower[19])}", f"{expiry.text}{as_digits(lower[27])}"
        repaired = f"{number.text}{as_digits(lower[9])}{dates[0]}{dates[1]}{lower[28:43]}"
        checks["whole"] = _whole(lower[:10] + lower[13:20] + lower[21:43], repaired, lower[43])
    return _of_two_lines(form, lines, number, birth, expiry, optional, checks)


def _td2_or_visa(lines: Sequence[str], form: Literal["TD2", "MRV-B"]) -> Mrz:
    lower = lines[1]
    rest = lower[28:] if form == "MRV-B" else lower[28:35]
    number, optional = _long_number(lower[:9], lower[9], rest)
    birth, expiry = _date(lower[13:19], lower[19]), _date(lower[21:27], lower[27])
    checks: dict[str, Check] = {"number": number.check, "birth": birth.check, "expiry": expiry.check}
    if form == "TD2":
        dates = f"{birth.text}{as_digits(lower[19])}{expiry.text}{as_digits(lower[27])}"
        start = number.text[:9].ljust(9, "<") + as_digits(lower[9])
        checks["whole"] = _whole(lower[:10] + lower[13:20] + lower[21:35], start + dates + rest, lower[35])
    return _of_two_lines(form, lines, number, birth, expiry, optional, checks)


def _of_two_lines(  # noqa: PLR0917 - what the two kinds of document have read, all of it
    form: MrzFormat,
    lines: Sequence[str],
    number: Checked,
    birth: Checked,
    expiry: Checked,
    optional: str,
    checks: dict[str, Check],
) -> Mrz:
    """Return what passports, visas and TD2 cards have in the same places."""
    upper, lower = lines
    return _mrz(
        form,
        head=upper[:5],
        nationality=lower[10:13],
        names=upper[5:],
        number=number.text,
        birth=birth.text,
        expiry=expiry.text,
        sex=lower[20],
        optional=optional,
        checks=checks,
    )


def _french_card(lines: Sequence[str]) -> Mrz:
    """Return a French identity card of 1988 to 2021: name above, number, given names, birth and sex below."""
    upper, lower = lines
    number, birth = checked(lower[:12], lower[12]), _date(lower[27:33], lower[33])
    start = f"{as_letters(upper[:5])}{as_letters(upper[5:30])}{upper[30:]}"
    repaired = f"{start}{number.text}{as_digits(lower[12])}{as_letters(lower[13:27])}{birth.text}{as_digits(lower[33])}"
    checks: dict[str, Check] = {
        "number": number.check,
        "birth": birth.check,
        "whole": _whole(upper + lower[:35], repaired + lower[34], lower[35]),
    }
    names = f"{upper[5:30].rstrip('<')}<<{lower[13:27].rstrip('<')}<"
    return _mrz(
        "FR-ID",
        head=upper[:5],
        nationality="FRA",
        names=names,
        number=number.text,
        birth=birth.text,
        expiry="",
        sex=lower[34],
        optional=upper[30:],
        checks=checks,
    )


def _mrz(
    form: MrzFormat,
    *,
    head: str,
    nationality: str,
    names: str,
    number: str,
    birth: str,
    expiry: str,
    sex: str,
    optional: str,
    checks: dict[str, Check],
) -> Mrz:
    """Return the fields in the form that is promised; `head` is kind and issuer, the first five characters."""
    surname, _, given = as_letters(names).partition("<<")
    expires = _full_date(expiry, _expiry_century(expiry))
    return Mrz(
        format=form,
        document_type=as_letters(head[:2]).strip("<"),
        issuer=as_letters(head[2:]).strip("<"),
        nationality=as_letters(nationality).strip("<"),
        surname=_spaced(surname),
        given_names=_spaced(given),
        names_cut=not names.endswith("<"),
        number=number.strip("<"),
        birth=_full_date(birth, _birth_century(birth, expires)),
        expiry=expires,
        sex="M" if sex == "M" else "F" if sex == "F" else "",
        optional=_spaced(optional),
        checks=checks,
    )


def _long_number(number: str, digit: str, rest: str) -> tuple[Checked, str]:
    """Return a number that may run on into the optional field (Doc 9303-5, note j), and what is left of that field.

    The number is longer than nine characters where a filler stands for its check digit: it goes on until the next
    filler, and the last character before that one is the digit. Belgium has counted that filler as a character in
    some cards and left it out in others.
    """
    head, _, tail = rest.partition("<")
    if digit == "<" and len(head) > 1 and as_digits(head[-1]).isdigit():
        whole = number + head[:-1]
        if check_digit(f"{number}<{head[:-1]}") == head[-1] != check_digit(whole):
            return Checked(whole, "holds"), tail
        return checked(whole, head[-1]), tail
    return checked(number, digit), rest


def _date(text: str, digit: str) -> Checked:
    """Return YYMMDD, with "<" where a part is not known, held against its digit."""
    digits = as_digits(text)
    if digit == "<":
        return Checked(digits, "absent")
    if check_digit(digits) != as_digits(digit):
        return Checked(digits, "fails")
    return Checked(digits, "holds" if (digits, as_digits(digit)) == (text, digit) else "repaired")


def _whole(printed: str, repaired: str, digit: str) -> Check:
    """Return how the digit over several fields stands: on what is printed, or on what the repaired fields say."""
    if check_digit(printed) == digit:
        return "holds"
    return "repaired" if check_digit(repaired) == as_digits(digit) else "fails"


def _expiry_century(expiry: str) -> int:
    return 1900 if expiry[:2].isdigit() and int(expiry[:2]) >= _TURN_OF_EXPIRIES else 2000


def _birth_century(birth: str, expires: str) -> int:
    """Return the latest century that puts the birth before the expiry; without one, 1930 to 2029."""
    if not birth[:2].isdigit():
        return 1900
    if not expires:
        return 2000 if int(birth[:2]) < _TURN_OF_BIRTHS else 1900
    return 2000 if f"20{birth[:2]}" <= expires[:4] else 1900


def _full_date(text: str, century: int) -> str:
    """Return YYYY-MM-DD as far as the parts are known and can be; empty where the year is not."""
    year, month, day = text[:2], text[2:4], text[4:6]
    if not year.isdigit():
        return ""
    found = str(century + int(year))
    if not (month.isdigit() and 1 <= int(month) <= _MONTHS):
        return found
    return f"{found}-{month}-{day}" if day.isdigit() and 1 <= int(day) <= _DAYS else f"{found}-{month}"


def _spaced(text: str) -> str:
    return " ".join(text.replace("<", " ").split())
