"""The byte patterns that a text leaves when it is written out, and finding many of them in one pass."""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW_BYTES = 6
UTF_8, UTF_16, HEXADECIMAL, BASE_64 = "UTF-8", "UTF-16", "hexadecimal", "base64"
HEX_RUN = re.compile(rb"[0-9a-fA-F]{32,}")
_HEX_DIGITS = re.compile(rb"[0-9a-fA-F]+")
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

    @property
    def is_number(self) -> bool:
        """Whether it is a text of hexadecimal digits only, so that a digest may hold it by chance."""
        return self.form in {UTF_8, BASE_64} and _HEX_DIGITS.fullmatch(self.raw) is not None

    def stands_at(self, place: int, haystack: bytes) -> bool:
        """Return whether it is at `place`; base64 is decoded, since its first and last character say more or less."""
        if not haystack.startswith(self.content, place):
            return False
        if self.form != BASE_64:
            return True
        start = place + -self.before * 8 // 6
        end = start - (-(self.before + len(self.raw)) * 8 // 6)
        coded = haystack[max(0, start) : end].translate(_STANDARD)
        try:
            decoded = base64.b64decode(coded + b"A" * (-len(coded) % 4), validate=True)
        except ValueError:
            return False
        return decoded[self.before :].startswith(self.raw)


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
        self._number_lengths = Counter(
            len(pattern.raw) for pattern in patterns if pattern.form == UTF_8 and pattern.is_number
        )

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

    def expected_in_digests(self, content: bytes) -> float:
        """Return how many numbers chance alone puts into the hexadecimal digests of `content`."""
        return sum(
            count * max(0, len(run.group()) - length + 1) * 16.0**-length
            for run in HEX_RUN.finditer(content)
            for length, count in self._number_lengths.items()
        )


def patterns_of(value: str) -> Iterator[Pattern]:
    """Yield every way in which `value` is looked for, if it has six bytes."""
    for text in {value, value.lower(), value.upper(), value.title()}:
        raw = text.encode()
        if len(raw) < WINDOW_BYTES:
            continue
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
