"""The form under which words stand in our tables: no case, no accents, no punctuation, digits of the West."""

import unicodedata

_TWINS = {
    # Letters that no decomposition takes apart.
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ħ": "h",
    "ə": "e", "ŧ": "t", "ĸ": "k", "ʻ": "", "ʼ": "", "ʾ": "", "ʿ": "", "ˈ": "", "ʹ": "", "ʺ": "",
    # One letter of the Arabic script, several code points: Persian and Urdu keyboards, seats of hamza, final forms.
    "ی": "ي", "ى": "ي", "ئ": "ي", "ې": "ي", "ک": "ك", "ٱ": "ا", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ة": "ه",
    "ؤ": "و", "ـ": "", "ء": "",
    # Final forms of Greek and Hebrew.
    "ς": "σ", "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    # Signs for "and" and apostrophes carry nothing.
    "'": "", "’": "", "‘": "", "`": "", "´": "", "׳": "", "״": "", "ʽ": "",
}  # fmt: skip

# Marks that are accents or vowel points and may be left out; those of Indic and South-East Asian scripts are letters.
_ACCENTS = ((0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x06D6, 0x06ED))
_SUPERSCRIPT_ALEF = 0x0670


class _Characters(dict[int, str]):
    """Code point -> what stands for it, worked out once per character that occurs."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain_character(chr(code))
        return found


def _plain_character(character: str) -> str:
    code = ord(character)
    if character in _TWINS:
        return _TWINS[character]
    if code == _SUPERSCRIPT_ALEF or any(first <= code <= last for first, last in _ACCENTS):
        return ""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] in "PSZ" or category == "Cc":
        return " "
    return "" if category == "Cf" else character


class _Digits(dict[int, str]):
    """Code point -> the same character, or the Western digit that it stands for."""

    def __missing__(self, code: int) -> str:
        value = unicodedata.decimal(chr(code), None)
        self[code] = found = chr(code) if value is None else str(value)
        return found


_CHARACTERS = _Characters()
_DIGITS = _Digits()


def table_key(text: str) -> str:
    """Return the form of `text` under which tables list it; two spellings of one word usually share it.

    Compatibility forms are resolved, case, accents, vowel points, apostrophes and invisible characters are left out,
    punctuation becomes one space, digits of any script become Western ones. Romanises nothing.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(decomposed.translate(_CHARACTERS).split())


def western_digits(text: str) -> str:
    """Return `text` with the decimal digits of every script written 0 to 9, all else as it was."""
    return text if text.isascii() else text.translate(_DIGITS)
