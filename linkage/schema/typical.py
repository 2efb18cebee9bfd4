"""What a typical value of a field does to the filter.

The expected number of bits that k insertions set in a filter of L bits is L (1 - (1 - 1/L)^k) (Broder & Mitzenmacher,
Internet Mathematics 2004). How many tokens a value has depends on its length, which a schema does not say;
:func:`typical_length` assumes, whatever the field is called:

=========  ===================================================================================
string     8 characters, or the nearest length that minLength, maxLength or the pattern allows
date       8 digits (it is hashed as %Y%m%d)
integer    the digits of the longer end of its range, and at least 6 where an end is open
enum       the mean length of the values
standard   what the parts of a typical value have together
=========  ===================================================================================

Repeated n-grams set no further bits. Those without padding may repeat: t draws from m^n equally likely ones give
m^n (1 - (1 - 1/m^n)^t) different ones, with m = 10 for digits and, because letters are not equally likely, m = 20 for
text.
"""

import re._parser as regular_expressions  # type: ignore[import-not-found]  # nothing public tells a pattern's width
from typing import NamedTuple

from linkage.schema.model import (
    BlakeHash,
    DateFormat,
    EnumFormat,
    Format,
    Hashing,
    IntegerFormat,
    NgramComparison,
    NumericComparison,
    Standard,
    StandardFormat,
)

TYPICAL_CHARACTERS = 8
TYPICAL_DIGITS = 6
DATE_DIGITS = 8
BLAKE_REACH_BITS = 1 << 16  # a hash function of blakeHash is a number of 16 bits
_DIGITS = 10
_LETTERS = 20
_STANDARD_PARTS: dict[Standard, tuple[float, float]] = {  # parts, characters of each
    "name.folded": (2.2, 6),
    "name.skeleton": (2.2, 4),
    "name.phonetic": (2.2, 3),
    "name.class": (2, 6),
    "date.whole": (1, 8),
    "date.year": (1, 4),
    "date.near_years": (3, 4),
    "date.decade": (1, 3),
    "date.month": (1, 2),
    "date.day": (1, 2),
    "date.numbers": (2, 2),
    "sex": (1, 1),
    "country": (1, 2),
    "place": (1, 8),
    "place.spelling": (1, 8),  # of a place that no table has
    "document": (1, 9),
}


class TypicalValue(NamedTuple):
    """What one value does.

    Attributes:
        length: its characters.
        tokens: what it is cut into, repetitions included.
        insertions: how often a bit of the filter is set, repeated tokens left out.
    """

    length: float
    tokens: float
    insertions: float


def typical_value(format_: Format, hashing: Hashing, length: float | None = None) -> TypicalValue:
    """Return what a value of `length` characters, or else of the assumed length, does."""
    length = typical_length(format_) if length is None else length
    parts = _STANDARD_PARTS[format_.standard][0] if isinstance(format_, StandardFormat) else 1
    tokens = distinct = parts * _token_count(hashing, length / parts)
    if isinstance(hashing.comparison, NgramComparison) and not hashing.comparison.positional:
        letters = _DIGITS if isinstance(format_, DateFormat | IntegerFormat) else _LETTERS
        inner = max(0.0, length - hashing.comparison.n + 1)
        distinct += expected_distinct(letters**hashing.comparison.n, inner) - inner
    strategy = hashing.strategy
    per_token = strategy.bits_per_token or (strategy.bits_per_feature or 0) / max(1, tokens)
    return TypicalValue(length, tokens, distinct * per_token)


def typical_length(format_: Format) -> float:
    """Return the length in characters that a value of this format is taken to have; see the top of the module."""
    if isinstance(format_, DateFormat):
        return DATE_DIGITS
    if isinstance(format_, EnumFormat):
        return sum(map(len, format_.values)) / max(1, len(format_.values))
    if isinstance(format_, IntegerFormat):
        ends = [len(str(end)) for end in (format_.minimum, format_.maximum) if end is not None]
        return max(ends) if len(ends) == 2 else max([TYPICAL_DIGITS, *ends])  # noqa: PLR2004
    if isinstance(format_, StandardFormat):
        parts, characters = _STANDARD_PARTS[format_.standard]
        return parts * characters
    shortest, longest = format_.min_length or 0, format_.max_length or TYPICAL_CHARACTERS
    if format_.pattern is not None:
        shortest, longest = regular_expressions.parse(format_.pattern).getwidth()
    return min(max(TYPICAL_CHARACTERS, shortest), max(shortest, longest))


def expected_distinct(kinds: int, draws: float) -> float:
    """Return how many of `kinds` equally likely things so many independent draws are expected to show."""
    return float(kinds * (1 - (1 - 1 / kinds) ** draws))


def reachable_bits(filter_bits: int, hashing: Hashing) -> int:
    """Return how many bits of the filter, from the first on, the hash functions can reach."""
    return min(filter_bits, BLAKE_REACH_BITS) if isinstance(hashing.hash, BlakeHash) else filter_bits


def _token_count(hashing: Hashing, length: float) -> float:
    comparison = hashing.comparison
    if length == 0:
        return 0
    if isinstance(comparison, NgramComparison):
        return length + comparison.n - 1 if comparison.n > 1 else length
    return 2 * comparison.resolution + 1 if isinstance(comparison, NumericComparison) else 1
