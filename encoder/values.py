"""From the text of a cell to the text that is tokenised: missing values, checks, one spelling per value.

The rules are those of clkhash 0.18.3. Fields with a standard format are read by :mod:`encoder.parts` instead.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from linkage.schema import DateFormat, EnumFormat, Field, IntegerFormat, StandardFormat, StringFormat

Check = Callable[[str], str | None]
"""Returns the rule that a text breaks, or None."""

Spelling = Callable[[str], str]
"""Returns the one spelling of a value; raises ValueError for what it cannot read."""

_FAST_DATE_PARTS = {"%Y": r"(?P<Y>[1-9][0-9]{3})", "%m": r"(?P<m>[0-9]{2})", "%d": r"(?P<d>[0-9]{2})"}


class ReadValues(NamedTuple):
    """The texts to tokenise, one per value (empty where faulty), and the faults: index -> rule."""

    texts: list[str]
    faults: dict[int, str]


class ValueReader:
    """Reads the values of one used field.

    With validate=False only what cannot be read at all is a fault: a date that is none, a character that the field's
    encoding lacks.
    """

    def __init__(self, field: Field, *, validate: bool) -> None:
        if field.format is None or field.hashing is None:
            raise ValueError("an ignored field has no values to read")
        self._missing = field.hashing.missing_value
        self._encoding = token_encoding(field)
        self._validate = validate
        if isinstance(field.format, StandardFormat):
            raise TypeError("a value with a standard format has parts, and no single text")
        check, self._spelling, self._rule = _behaviour(field.format)
        self._check = check if validate else None

    def read(self, values: Sequence[str]) -> ReadValues:
        """Return the texts to tokenise for `values`."""
        if self._check is None and self._spelling is None and self._missing is None:
            texts, faults = list(values), dict[int, str]()
        else:
            texts, faults = self._read_each(values)
            if self._validate:
                self._add_unencodable(values, faults, passed_over=self._missing.sentinel if self._missing else None)
        self._add_unencodable(texts, faults)
        for index in faults:
            texts[index] = ""
        return ReadValues(texts, faults)

    def _read_each(self, values: Sequence[str]) -> ReadValues:
        missing, check, spelling = self._missing, self._check, self._spelling
        sentinel = missing.sentinel if missing else None
        replacement = (
            None if missing is None else missing.sentinel if missing.replace_with is None else missing.replace_with
        )
        texts: list[str] = []
        faults: dict[int, str] = {}
        for index, value in enumerate(values):
            text = value
            if value == sentinel and replacement is not None:
                text = replacement
            else:
                rule = check(value) if check else None
                if rule is None and spelling is not None:
                    try:
                        text = spelling(value)
                    except ValueError:
                        rule = self._rule
                if rule is not None:
                    faults[index] = rule
            texts.append(text)
        return ReadValues(texts, faults)

    def _add_unencodable(self, texts: Sequence[str], faults: dict[int, str], *, passed_over: str | None = None) -> None:
        """Find texts with characters that the field's encoding lacks; the common case is one quick look at all."""
        if _encodable("".join(texts), self._encoding):
            return
        for index, text in enumerate(texts):
            if index not in faults and text != passed_over and not _encodable(text, self._encoding):
                faults[index] = f"must have only characters that {self._encoding} can write"


def token_encoding(field: Field) -> str:
    """Return the text encoding in which the tokens of `field` are hashed."""
    return field.format.encoding if isinstance(field.format, StringFormat) else "utf-8"


def _encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _behaviour(
    format_: StringFormat | IntegerFormat | DateFormat | EnumFormat,
) -> tuple[Check | None, Spelling | None, str]:
    """Return what to check, how to spell, and the rule that a value breaks when it cannot be spelled."""
    if isinstance(format_, StringFormat):
        return _string_check(format_), None, ""
    if isinstance(format_, EnumFormat):
        return _enum_check(format_), None, ""
    if isinstance(format_, IntegerFormat):
        return _integer_check(format_), _integer_spelling, "must be a whole number"
    return None, _date_spelling(format_.format), f"must be a date written as {format_.format}"


def _string_check(format_: StringFormat) -> Check | None:
    if format_.pattern is not None:
        matches = re.compile(format_.pattern).fullmatch
        return lambda text: None if matches(text) else "must match the pattern of the schema"
    least, most, case = format_.min_length, format_.max_length, format_.case
    if least is None and most is None and case == "mixed":
        return None

    def check(text: str) -> str | None:
        if least is not None and len(text) < least:
            return f"must have at least {least} characters"
        if most is not None and len(text) > most:
            return f"must have at most {most} characters"
        if (case == "upper" and text.upper() != text) or (case == "lower" and text.lower() != text):
            return f"must be written in {case} case"
        return None

    return check


def _enum_check(format_: EnumFormat) -> Check:
    values = set(format_.values)
    return lambda text: None if text in values else "must be one of the values that the schema lists"


def _integer_spelling(text: str) -> str:
    return str(int(text, base=10))


def _integer_check(format_: IntegerFormat) -> Check | None:
    least, most = format_.minimum, format_.maximum
    if least is None and most is None:
        return None

    def check(text: str) -> str | None:
        try:
            value = int(text, base=10)
        except ValueError:
            return "must be a whole number"
        if least is not None and value < least:
            return f"must be at least {least}"
        if most is not None and value > most:
            return f"must be at most {most}"
        return None

    return check


def _date_spelling(format_: str) -> Spelling:
    """Return what spells a date as %Y%m%d, by strptime; plain forms of four-digit years go faster."""

    def slowly(text: str) -> str:
        day = dt.datetime.strptime(text, format_)  # noqa: DTZ007 - a day has no zone
        # Not strftime: whether it pads a year before 1000 depends on the system. glibc, and so clkhash, does not.
        return f"{day.year}{day.month:02}{day.day:02}"

    fast = _fast_date_pattern(format_)
    if fast is None:
        return slowly
    matches = fast.fullmatch

    def quickly(text: str) -> str:
        found = matches(text)
        if found is None:
            return slowly(text)
        year, month, day = found["Y"], found["m"], found["d"]
        dt.date(int(year), int(month), int(day))
        return f"{year}{month}{day}"

    return quickly


def _fast_date_pattern(format_: str) -> re.Pattern[str] | None:
    """Return a pattern for formats of %Y, %m and %d, once each, between plain separators, else None."""
    parts = re.split(r"(%.)", format_)
    directives = sorted(parts[1::2])
    if directives != ["%Y", "%d", "%m"] or any(re.search(r"[\s\d%]", part) for part in parts[0::2]):
        return None
    return re.compile("".join(_FAST_DATE_PARTS.get(part) or re.escape(part) for part in parts))
