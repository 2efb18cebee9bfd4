"""Initials: which parts of a name say only how it begins."""

import re

from encoder.standardise.names.romanise import romanise
from encoder.standardise.names.scripts import script_of

SOUTHERN = ("TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA")
_LONGEST = 3  # signs
# A vowel with a consonant is the English name of a letter (எஸ்: S), a consonant with a vowel is the letter (த: T).
_SPELLED = re.compile("[ae](?P<named>ch|[fklmnrs])|(?P<spoken>[^aeiou])h?[aeiou]{0,2}")
# Whole names, as short: Shah, Lee, Jha, Jo. The full stop that would tell is gone where initials are read.
_WHOLE = frozenset((
    "ஷா", "ஶா", "షా", "శా", "ಷಾ", "ಶಾ", "ഷാ", "ශා", "லீ", "లీ", "ಲೀ", "ലീ", "ලී",
    "ஜா", "ఝా", "ಝಾ", "ഝാ", "ජා", "ஜோ", "జో", "ಜೋ", "ജോ", "ජෝ",
))  # fmt: skip


def southern_initial(part: str) -> str:
    """Return the Latin letter of an initial in the scripts of South India and Sri Lanka, nothing for any other part."""
    if len(part) > _LONGEST or part in _WHOLE or script_of(part) not in SOUTHERN:
        return ""
    found = _SPELLED.fullmatch(romanise(part))
    if found is None:
        return ""
    named = found["named"] or found["spoken"]
    return "h" if named == "ch" else named


def is_initial(part: str) -> bool:
    """Return whether `part` is the first letter of a name."""
    return len(part) == 1 and script_of(part) not in ("HAN", "HANGUL", "KANA")
