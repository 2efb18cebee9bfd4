"""The script of a name: which letters it is written in."""

import re
import sys
from bisect import bisect_right
from functools import lru_cache

# First code point of each range, and the script of the letters from there to the next range.
_RANGES: tuple[tuple[int, str], ...] = (
    (0x0000, "LATIN"),
    (0x0370, "GREEK"),
    (0x0400, "CYRILLIC"),
    (0x0530, "ARMENIAN"),
    (0x0590, "HEBREW"),
    (0x0600, "ARABIC"),
    (0x0700, "OTHER"),
    (0x0750, "ARABIC"),
    (0x0780, "OTHER"),
    (0x08A0, "ARABIC"),
    (0x0900, "DEVANAGARI"),
    (0x0980, "BENGALI"),
    (0x0A00, "GURMUKHI"),
    (0x0A80, "GUJARATI"),
    (0x0B00, "ORIYA"),
    (0x0B80, "TAMIL"),
    (0x0C00, "TELUGU"),
    (0x0C80, "KANNADA"),
    (0x0D00, "MALAYALAM"),
    (0x0D80, "SINHALA"),
    (0x0E00, "THAI"),
    (0x0E80, "LAO"),
    (0x0F00, "TIBETAN"),
    (0x1000, "MYANMAR"),
    (0x10A0, "GEORGIAN"),
    (0x1100, "HANGUL"),
    (0x1200, "ETHIOPIC"),
    (0x13A0, "OTHER"),
    (0x1780, "KHMER"),
    (0x1800, "OTHER"),
    (0x1C80, "CYRILLIC"),
    (0x1C90, "GEORGIAN"),
    (0x1CC0, "OTHER"),
    (0x1D00, "LATIN"),
    (0x1F00, "GREEK"),
    (0x2000, "OTHER"),
    (0x2C60, "LATIN"),
    (0x2C80, "OTHER"),
    (0x2D00, "GEORGIAN"),
    (0x2D30, "OTHER"),
    (0x2D80, "ETHIOPIC"),
    (0x2DE0, "CYRILLIC"),
    (0x2E00, "OTHER"),
    (0x2E80, "HAN"),
    (0x3000, "OTHER"),
    (0x3005, "HAN"),
    (0x3008, "OTHER"),
    (0x3040, "KANA"),
    (0x3100, "BOPOMOFO"),
    (0x3130, "HANGUL"),
    (0x3190, "OTHER"),
    (0x31A0, "BOPOMOFO"),
    (0x31C0, "OTHER"),
    (0x31F0, "KANA"),
    (0x3200, "OTHER"),
    (0x3400, "HAN"),
    (0xA000, "OTHER"),
    (0xA640, "CYRILLIC"),
    (0xA6A0, "OTHER"),
    (0xA720, "LATIN"),
    (0xA800, "OTHER"),
    (0xA960, "HANGUL"),
    (0xA980, "OTHER"),
    (0xAA60, "MYANMAR"),
    (0xAA80, "OTHER"),
    (0xAB00, "ETHIOPIC"),
    (0xAB30, "LATIN"),
    (0xAB70, "OTHER"),
    (0xAC00, "HANGUL"),
    (0xD800, "OTHER"),
    (0xF900, "HAN"),
    (0xFB00, "LATIN"),
    (0xFB13, "ARMENIAN"),
    (0xFB1D, "HEBREW"),
    (0xFB50, "ARABIC"),
    (0xFE00, "OTHER"),
    (0xFE70, "ARABIC"),
    (0xFF00, "OTHER"),
    (0x20000, "HAN"),
    (0x32000, "OTHER"),
)
_STARTS = [start for start, _ in _RANGES]


@lru_cache(maxsize=4096)
def script_of_letter(letter: str) -> str:
    """Return the script of one letter, in capitals ("LATIN", "HAN", ...), or "OTHER"."""
    return _RANGES[bisect_right(_STARTS, ord(letter)) - 1][1]


def letters_of(*scripts: str) -> re.Pattern[str]:
    """Return the pattern of one letter of `scripts`."""
    ends = [*_STARTS[1:], sys.maxunicode + 1]
    spans = [
        f"{chr(start)}-{chr(end - 1)}" for (start, script), end in zip(_RANGES, ends, strict=True) if script in scripts
    ]
    return re.compile(f"[{''.join(spans)}]")


_HAN = letters_of("HAN")


def script_of(token: str) -> str:
    """Return the script of the first letter of `token` that has one, else "OTHER".

    A Japanese name that has kana and Chinese characters counts as HAN: it is read as a whole.
    """
    if token.isascii():
        return "LATIN"
    if _HAN.search(token):
        return "HAN"
    for letter in token:
        if letter.isalpha() and (script := script_of_letter(letter)) != "OTHER":
            return script
    return "OTHER"
