"""Telling what leaked from what chance put there: random text and random bytes hold every short value now and then.

Random characters of b bits hold a given value of n characters at one place in 2**(b * n). The 64,000 spellings of the
demonstration, looked for in 113 MB, make 7.2e12 pairs of spelling and place, so from 64 bits on chance gives less than
one find in two million runs: 8 bytes, 11 characters of base64, 16 hexadecimal digits. A shorter value counts unless
what is around it is random, too: bytes that are no text, base64 in both cases, many hexadecimal digits. Around a value
in base64 or hexadecimal is also what they decode to, so that a leak inside a coded text still counts.

The 3,600 spellings of six bytes stand in the 38 MB of encodings once in 2,100 runs (3,600 * 38e6 / 2**48); around one
in 350 of these chance makes text, too, which leaves one run in 700,000. In 620,000 characters of base64, which a host
has, they stand once in 30 runs (3,600 * 620,000 / 2**36); next to none has sixteen neighbours in one case.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator

from trial.patterns import BASE64_DIGITS, HEX_DIGITS, UTF_16, Pattern, head, tail

_SURE_BITS = 64
_DIGEST_DIGITS, _CODED_DIGITS = 32, 22  # of 16 bytes, each
_DIGEST = re.compile(rb"[0-9a-fA-F]{%d,}" % _DIGEST_DIGITS)
_CODED = re.compile(rb"[0-9A-Za-z+/_-]{%d,}" % _CODED_DIGITS)
_NEAR_BYTES = 12  # on either side


def stands_by_chance(pattern: Pattern, place: int, content: bytes) -> bool:
    """Return whether chance explains why `pattern` is at `place`.

    UTF-16 always counts: it has twelve bytes for six letters.
    """
    return pattern.form != UTF_16 and all(
        0 < _random_bits(*reading) * len(reading[1]) < _SURE_BITS for reading in pattern.readings(place, content)
    )


def _random_bits(before: bytes, value: bytes, after: bytes) -> int:
    """Return how many bits each byte of `value` has if what is around it is random; 0 if that is text."""
    if _is_of(value, HEX_DIGITS) and len(tail(before, HEX_DIGITS) + value + head(after, HEX_DIGITS)) >= _DIGEST_DIGITS:
        return 4
    around = tail(before, BASE64_DIGITS) + head(after, BASE64_DIGITS)
    if _is_of(value, BASE64_DIGITS) and len(around + value) >= _CODED_DIGITS and _in_both_cases(around):
        return 6
    return 0 if _is_text(before[-_NEAR_BYTES:], after[:_NEAR_BYTES]) else 8


def _is_of(value: bytes, digits: bytes) -> bool:
    return not value.translate(None, digits)


def _in_both_cases(text: bytes) -> bool:
    """Return whether `text` has capitals and small letters: random base64 has, paths and names of fields seldom."""
    return text.lower() != text != text.upper()


def _is_text(*parts: bytes) -> bool:
    """Return whether at least three quarters of the bytes are printable, white space or padding.

    Of 24 random bytes, that many are so once in 350 times (measured).
    """
    letters = (letter for part in parts for letter in part.decode(errors="ignore"))
    readable = sum(len(letter.encode()) for letter in letters if letter.isprintable() or letter in "\0\t\r\n")
    return 4 * readable >= 3 * sum(map(len, parts))


class Chance:
    """How many short values chance puts into contents.

    Args:
        spellings: the values, in every spelling that is looked for.
    """

    def __init__(self, spellings: Collection[bytes]) -> None:
        self._lengths = {
            bits: Counter(len(text) for text in spellings if bits * len(text) < _SURE_BITS and _is_of(text, digits))
            for bits, digits in ((4, HEX_DIGITS), (6, BASE64_DIGITS), (8, bytes(range(256))))
        }

    def expected(self, content: bytes) -> float:
        """Return how many chance puts into digests, base64 and bytes of `content`, were all of it random."""
        return sum(
            count * max(0, size - length + 1) * 2.0 ** (-bits * length)
            for bits, size in _random_parts(content)
            for length, count in self._lengths[bits].items()
        )


def _random_parts(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield (bits of a byte, number of bytes) of what may be random."""
    yield 8, len(content)
    yield from ((4, len(run.group())) for run in _DIGEST.finditer(content))
    yield from ((6, len(run.group())) for run in _CODED.finditer(content) if _in_both_cases(run.group()))
