"""The byte patterns that a text leaves when it is written out, and finding many of them in one pass."""

import base64
import string
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW_BYTES = 6
UTF_8, UTF_16, HEXADECIMAL, BASE_64 = "UTF-8", "UTF-16", "hexadecimal", "base64"
HEX_DIGITS, BASE64_DIGITS = string.hexdigits.encode(), (string.ascii_letters + string.digits + "+/-_").encode()
_AROUND_BYTES = 33  # before and after a text; whole groups of three
_URL_SAFE, _STANDARD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_HASH_BITS = 24
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, section 6.4)


class Pattern(NamedTuple):
    """Bytes that a text leaves in one form.

    Attributes:
        form: how it is written.
        content: the bytes to look for.
        raw: the text in UTF-8.
        before: base64 only: bytes between the start of its group of three and the text, 0 to 2.
    """

    form: str
    content: bytes
    raw: bytes
    before: int = 0

    def stands_at(self, place: int, haystack: bytes) -> bool:
        """Return whether it is at `place`; base64 is decoded, since its first and last character say more or less."""
        if not haystack.startswith(self.content, place):
            return False
        if self.form != BASE_64:
            return True
        start = place + -self.before * 8 // 6
        end = start - (-(self.before + len(self.raw)) * 8 // 6)
        try:
            decoded = _decoded(haystack[max(0, start) : end])
        except ValueError:
            return False
        return decoded[self.before :].startswith(self.raw)

    def readings(self, place: int, haystack: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield (before, itself, after) at `place`, where it stands: as it is, and decoded."""
        end = place + len(self.content)
        before, after = haystack[max(0, place - 2 * _AROUND_BYTES) : place], haystack[end : end + 2 * _AROUND_BYTES]
        yield before, self.content, after
        if self.form == HEXADECIMAL:
            first, last = tail(before, HEX_DIGITS), head(after, HEX_DIGITS)
            first, last = first[len(first) % 2 :], last[: len(last) - len(last) % 2]
            yield bytes.fromhex(first.decode()), self.raw, bytes.fromhex(last.decode())
        elif self.form == BASE_64:
            start = place + -self.before * 8 // 6
            first = tail(haystack[max(0, start - _AROUND_BYTES // 3 * 4) : start], BASE64_DIGITS)
            first = first[len(first) % 4 :]
            decoded = _decoded(first + head(haystack[start : end + _AROUND_BYTES // 3 * 4], BASE64_DIGITS))
            at = len(first) // 4 * 3 + self.before
            yield decoded[:at], self.raw, decoded[at + len(self.raw) :]


class PatternIndex:
    """Finds many byte patterns in one pass: a hash table of their first six bytes, then a look at the whole."""

    def __init__(self, values: Iterable[str]) -> None:
        patterns = list(dict.fromkeys(pattern for value in values for pattern in patterns_of(value)))
        self._count = len(patterns)
        self._by_start: dict[int, list[Pattern]] = {}
        starts = _windows(b"".join(pattern.content[:WINDOW_BYTES] for pattern in patterns))[::WINDOW_BYTES]
        for start, pattern in zip(starts.tolist(), patterns, strict=True):
            self._by_start.setdefault(start, []).append(pattern)
        self._starts = np.sort(starts)
        self._table = np.zeros(1 << _HASH_BITS, dtype=bool)
        self._table[_hashed(self._starts)] = True

    def __len__(self) -> int:
        return self._count

    def occurrences(self, content: bytes) -> Iterator[tuple[int, Pattern]]:
        """Yield (position, pattern) of every pattern in `content`."""
        if len(content) < WINDOW_BYTES:
            return
        windows = _windows(content)
        places = np.flatnonzero(self._table[_hashed(windows)])
        nearest = np.searchsorted(self._starts, windows[places]).clip(max=len(self._starts) - 1)
        places = places[self._starts[nearest] == windows[places]]
        for place, start in zip(places.tolist(), windows[places].tolist(), strict=True):
            for pattern in self._by_start[start]:
                if pattern.stands_at(place, content):
                    yield place, pattern


def spellings(value: str) -> set[str]:
    """Return `value` as written and in lower, upper and title case, if that has six bytes."""
    cases = {value, value.lower(), value.upper(), value.title()}
    return {text for text in cases if len(text.encode()) >= WINDOW_BYTES}


def patterns_of(value: str) -> Iterator[Pattern]:
    """Yield every way in which `value` is looked for, if it has six bytes."""
    for text in spellings(value):
        raw = text.encode()
        yield Pattern(UTF_8, raw, raw)
        yield Pattern(UTF_16, text.encode("utf-16-le"), raw)
        yield Pattern(UTF_16, text.encode("utf-16-be"), raw)
        yield Pattern(HEXADECIMAL, raw.hex().encode(), raw)
        yield Pattern(HEXADECIMAL, raw.hex().upper().encode(), raw)
        for before in range(3):
            # What stands before and after decides the first and the last character; between them is the value alone.
            coded = base64.b64encode(bytes(before) + raw)
            stable = coded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
            yield Pattern(BASE_64, stable, raw, before)
            if b"+" in stable or b"/" in stable:
                yield Pattern(BASE_64, stable.translate(_URL_SAFE), raw, before)


def head(content: bytes, digits: bytes) -> bytes:
    """Return the longest start of `content` that has only `digits`."""
    return content[: len(content) - len(content.lstrip(digits))]


def tail(content: bytes, digits: bytes) -> bytes:
    """Return the longest end of `content` that has only `digits`."""
    return content[len(content.rstrip(digits)) :]


def _decoded(coded: bytes) -> bytes:
    """Return what base64 says, URL-safe or not, padded or not.

    Raises:
        ValueError: it is no base64.
    """
    return base64.b64decode(coded.translate(_STANDARD) + b"A" * (-len(coded) % 4), validate=True)


def _windows(content: bytes) -> NDArray[np.uint64]:
    """Return the six bytes from each position on, as one number each."""
    octets = np.frombuffer(content, dtype=np.uint8)
    count = len(octets) - WINDOW_BYTES + 1
    windows = np.zeros(count, dtype=np.uint64)
    for offset in range(WINDOW_BYTES):
        windows |= octets[offset : offset + count].astype(np.uint64) << np.uint64(8 * offset)
    return windows


def _hashed(windows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    hashed: NDArray[np.uint64] = (windows * _HASH_FACTOR) >> np.uint64(64 - _HASH_BITS)
    return hashed
