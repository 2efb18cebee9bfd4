"""Mandarin as Taiwan spells it in passports: after Wade and Giles, without marks."""

import re

_INITIALS = {"zh": "ch", "j": "ch", "q": "ch", "x": "hs", "z": "ts", "c": "ts", "g": "k", "d": "t", "b": "p", "r": "j"}
_INITIAL = re.compile("^(?:zh|[jqxzgdbr]|c(?!h))")
# In order: the final, what it becomes.
_FINALS = (
    (re.compile("^(zh|ch|sh|r)i$"), r"\1ih"),
    (re.compile("^[zc]i$"), "tzu"),
    (re.compile("^si$"), "ssu"),
    (re.compile("^er$"), "erh"),
    (re.compile("ong$"), "ung"),
    (re.compile("ian$"), "ien"),
    (re.compile("^yan$"), "yen"),
    (re.compile("(?<=[iuy])e$"), "eh"),
    (re.compile("^([gkh])e$"), r"\1o"),
    (re.compile("^you$"), "yu"),
    (re.compile("^([dtnlzcsr]|zh|ch)uo$"), r"\1o"),
)


def wade_giles(syllable: str) -> str:
    """Return a syllable of pinyin without its tone in the spelling of Taiwan."""
    for pattern, final in _FINALS:
        syllable = pattern.sub(final, syllable)
    return _INITIAL.sub(lambda found: _INITIALS[found[0]], syllable)
