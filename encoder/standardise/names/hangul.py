"""Korean: Hangul syllables read by their jamo."""

import re
import unicodedata

# The order of Unicode; "-" stands for no sound.
_INITIAL, _MEDIAL, _FINAL = (
    [sound.strip("-") for sound in sounds]
    for sounds in (
        re.findall(r"\S+", "g kk n d tt r m b pp s ss - j jj ch k t p h"),
        re.findall(r"\S+", "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"),
        re.findall(r"\S+", "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t"),
    )
)
# The commonest surname of Vietnam, and another that begins as no Korean one does.
_VIETNAMESE = {"응우옌": "nguyen", "응웬": "nguyen", "쩐": "tran"}
_FIRST, _LAST = 0xAC00, 0xD7A3


def hangul_syllables(token: str) -> list[str]:
    """Return the Revised Romanisation of each syllable of `token`, read alone, as is usual for names."""
    if token in _VIETNAMESE:
        return [_VIETNAMESE[token]]
    syllables: list[str] = []
    for letter in unicodedata.normalize("NFC", token):
        code = ord(letter)
        if _FIRST <= code <= _LAST:
            initial, rest = divmod(code - _FIRST, 588)
            medial, final = divmod(rest, 28)
            lateral = syllables and syllables[-1].endswith("l") and _INITIAL[initial] == "r"
            syllables.append(("l" if lateral else _INITIAL[initial]) + _MEDIAL[medial] + _FINAL[final])
    return syllables
