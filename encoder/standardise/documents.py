"""Identity documents: kind, issuing country and number in one spelling, with the check digit where one is carried.

A document number is the strongest thing that two files can share and the easiest to misread. Hashed are the document
as a whole (kind, country, number), the number alone, and it with O, I, S and B written as the digits they look like.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from encoder.standardise.check_digit import Check, carries_check_digit, checked, without_confusions
from encoder.standardise.countries import country_code
from encoder.standardise.missing import MissingKind, missing_kind
from encoder.standardise.mrz import read_mrz
from encoder.standardise.table_keys import table_key, western_digits

DocumentKind = Literal["P", "I", "R", "V", "D", "T"]
"""Passport, identity card or national number, residence permit, visa, driving licence, travel document."""

_TABLE = Path(__file__).parent / "tables" / "documents.tsv"
_KINDS: Mapping[str, DocumentKind] = {"P": "P", "I": "I", "R": "R", "V": "V", "D": "D", "T": "T"}

_MARKED = re.compile(
    r"^\W*(?:(?:no|nr|num|number|numero|núm|nº|n°|№|號|号|رقم|شماره)\b[.:\s]*|[#№]\s*|n[º°o]\.?[:\s]+)", re.IGNORECASE
)
_PARTING = re.compile(r"[\W_]+")
_WITH_DIGIT = re.compile(r"([A-Z0-9]{1,9}<*)([0-9OISB])")
_LOOK_ALIKES = str.maketrans("АВСЕНІКМОРТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABCEHIKMOPTXABEZHIKMNOPTYX")
"""Letters of series that Cyrillic and Greek keyboards write and documents print in Latin ones: "ВМ" is BM."""
SHORTEST = 3
_NUMBER_WIDTH = 9  # of the number in a machine readable zone
_CELLS = 3  # of a whole document


class ReadNumber(NamedTuple):
    """A document number as it is hashed, and what was found out about it.

    Attributes:
        number: upper case, digits and letters only; empty where there is none.
        check: how its ICAO check digit stands; "absent" where it carries none.
        missing: which kind of nothing the cell says.
    """

    number: str
    check: Check = "absent"
    missing: MissingKind | None = None

    @property
    def problem(self) -> Literal["check-digit-fails", "check-digit-repaired", "number-too-short"] | None:
        """What the preview should say about this cell."""
        if not self.number:
            return None if self.missing else "number-too-short"
        return {"fails": "check-digit-fails", "repaired": "check-digit-repaired"}.get(self.check)  # type: ignore[return-value]  # the dict's values are those literals


class Document(NamedTuple):
    """A document: kind and country where they are known, and the number."""

    kind: DocumentKind | None
    country: str | None
    number: ReadNumber


def read_number(text: str) -> ReadNumber:
    """Return the number that `text` holds: a bare number, one with its MRZ filler and check digit, or whole MRZ lines.

    Letters become upper case, digits of any script Western; separators, a leading "No." and fillers are left out. A
    check digit is believed to be one only where a filler shows that the text comes from a machine readable zone.
    """
    missing = missing_kind(text, "document")
    if missing is not None:
        return ReadNumber("", missing=missing)
    plain = text if text.isascii() else western_digits(unicodedata.normalize("NFKC", text))
    if "<" in plain:
        return _from_zone(plain)
    number = _MARKED.sub("", plain).upper()
    if not (number.isascii() and number.isalnum()):
        number = _PARTING.sub("", number).translate(_LOOK_ALIKES)
    return ReadNumber(number if len(number) >= SHORTEST else "")


def read_document(kind: str, country: str, number: str) -> Document:
    """Return the document that three cells describe; any of them may be empty.

    Kind and country are taken from the number's cell where that holds whole MRZ lines and the others are silent.
    """
    found_kind, found_country = _issued(kind, country)
    if "<" in number and (found_kind is None or found_country is None):
        zone = read_mrz(number)
        if zone is not None:
            found_kind = found_kind or document_kind(zone.document_type)
            found_country = found_country or zone.issuer_code
    return Document(found_kind, found_country, read_number(number))


def document_head(kind: str, country: str) -> str:
    """Return what stands before the number of a whole document; empty where kind or country is not known."""
    found = _issued(kind, country)
    return f"{found[0]} {found[1]} " if all(found) else ""


@lru_cache(maxsize=4096)
def _issued(kind: str, country: str) -> tuple[DocumentKind | None, str | None]:
    return document_kind(kind), country_code(country)


@lru_cache(maxsize=4096)
def document_kind(text: str) -> DocumentKind | None:
    """Return the kind of document that a word or a code of a machine readable zone names, or None."""
    return _kinds().get(table_key(text))


def document_text(kind: str, country: str, number: str) -> str:
    """Return the one text that stands for three cells: "kind; country; number", or the number alone."""
    if not number or not (kind or country):
        return number
    return "; ".join(part.replace(";", " ") for part in (kind, country, number))


def document_texts(kinds: Sequence[str], countries: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """Return what :func:`document_text` makes of the documents of a column."""
    if ";" in "".join(numbers):
        return [document_text(*cells) for cells in zip(kinds, countries, numbers, strict=True)]
    heads = {issuer: document_text(*issuer, "#")[:-1] for issuer in set(zip(kinds, countries, strict=True))}
    return [
        number and heads[kind, country] + number
        for kind, country, number in zip(kinds, countries, numbers, strict=True)
    ]


def document_parts(text: str) -> tuple[str, ...]:
    """Return what is hashed of a document: kind, country and number as one, then the number alone, twice if need be.

    Equal numbers of two countries or kinds share the number alone, so that a file without kind or country can meet
    both. The first part is left out where kind or country is not known: it could only ever meet its like. The number
    stands a second time without confusable letters, where that differs.

    Ten characters whose last is the check digit of the others may be a number copied together with its digit: they
    also give the nine, which is where they meet a file that left the digit out. One number in ten does so by chance.

    Args:
        text: a number, or what :func:`document_text` makes of a kind, a country and a number.
    """
    cells = text.split(";")
    kind, country, number = cells if len(cells) == _CELLS else ("", "", text)
    document = read_document(kind, country, number)
    digits = document.number.number
    if not digits:
        return ()
    bare = digits[:-1] if carries_check_digit(digits) else digits
    parts = [digits, without_confusions(digits), bare]
    if document.kind and document.country:
        parts.insert(0, f"{document.kind} {document.country} {without_confusions(bare)}")
    return tuple(dict.fromkeys(parts))


def _from_zone(text: str) -> ReadNumber:
    """Return the number of a machine readable zone, or of the piece of one that holds number, fillers and digit."""
    zone = read_mrz(text)
    if zone is not None:
        return ReadNumber(zone.number, zone.checks["number"])
    piece = _WITH_DIGIT.fullmatch("".join(text.upper().split()))
    if piece is None or len(piece[1]) != _NUMBER_WIDTH:
        number = _PARTING.sub("", text).upper()
        return ReadNumber(number if len(number) >= SHORTEST else "")
    number, check = checked(piece[1], piece[2])
    return ReadNumber(number.strip("<"), check)


@cache
def _kinds() -> Mapping[str, DocumentKind]:
    kinds: dict[str, DocumentKind] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, words = line.split("\t")
            kinds.update((table_key(word), _KINDS[kind]) for word in words.split(" | "))
    return kinds
