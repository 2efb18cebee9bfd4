"""The numbers and known words of a text that may be a date."""

import re
from typing import NamedTuple

from encoder.standardise.dates.numerals import with_decimal_digits
from encoder.standardise.dates.spellings import ERA_LETTERS
from encoder.standardise.dates.words import LONGEST_PHRASE, Meaning, fold, meanings, segments


class Number(NamedTuple):
    """A whole number and how many digits it was written with."""

    value: int
    digits: int


Token = Number | Meaning


class Lexed(NamedTuple):
    """The tokens of a text; `unknown` when it has a word that no date has; whether a time of day was dropped."""

    tokens: tuple[Token, ...]
    unknown: bool = False
    timed: bool = False


_TIME = re.compile(
    r"(?:t|[\s,]+)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?|ص|م)?\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?$"
)
_BLANK = re.compile(r"(?<![^\s/.-])(?:[xх]{1,4}|[?]{1,4}|_{1,4}|[*]{1,4})(?![^\s/.-])|(?<![^/.])-{1,4}(?=[/.]|$)")
_DECADE = re.compile(
    r"(?<=\d0)['’]?s\b|(?<=\d\d\d0)-?(?:er|х|е|ті|тих|es|lerde)(?:\s+(?:jahren?|гг?|годы|годов|роки|років|evek))?\b"
)
_OPEN_DECADE = re.compile(r"(?<!\d)(\d{3})[xх?_*](?![^\W_])")
_ERA_LETTER = re.compile(r"^([mtshr])\.?\s?(?=(?:\d{1,2}|元)[年./-])")
_YEAR_IN_BRACKETS = re.compile(r"\([^()\d]{0,4}\d{1,4}年?\)")
_ROMAN_MONTHS = {
    "i": "jan", "ii": "feb", "iii": "mar", "iv": "apr", "v": "may", "vi": "jun", "vii": "jul", "viii": "aug",
    "ix": "sep", "xi": "nov", "xii": "dec",
}  # fmt: skip
# 4.VI.1983, as Poland, Hungary and the Soviet Union wrote; a single X is left out, which stands for what is not known.
_ROMAN_MONTH = re.compile(r"(?<=\d)([\s./-]{1,2})(i{1,3}|iv|vi{0,3}|ix|xii?)(?=[\s./-]{1,2}\d)")
_DOTTED = re.compile(r"(?<=[^\s\d/.,:;()-])\.(?=[^\s\d/.,:;()-])")
_NUMBERS_ONLY = re.compile(r"(?:\d{1,8}[\s./-]*){1,3}")
_PIECES = re.compile(r"(\d+)|([^\d\s\-־–—/.,;:()\[\]{}\"“”„«»،؛·•・|+*~_!?&=<>।၊။።]+)|([^\s.'־-])")
_RUN_TOGETHER = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def lex(text: str) -> Lexed:
    """Return what a text consists of; words of no meaning for a date are left out."""
    if _NUMBERS_ONLY.fullmatch(text):
        return Lexed(tuple(Number(int(digits), len(digits)) for digits in re.findall(r"\d+", text)))
    folded = _ERA_LETTER.sub(lambda found: ERA_LETTERS[found[1]], fold(text).strip())
    folded = with_decimal_digits(folded).strip()
    folded = _ROMAN_MONTH.sub(lambda found: f"{found[1]}{_ROMAN_MONTHS[found[2]]}", folded)
    timeless = _TIME.sub("", folded)
    plain = _OPEN_DECADE.sub(r"\g<1>0 decade ", _BLANK.sub("00", timeless))
    plain = _DECADE.sub(" decade ", plain)
    if "年" in plain:
        plain = _YEAR_IN_BRACKETS.sub(" ", plain)
    plain = _DOTTED.sub("", plain)
    tokens: list[Token] = []
    words: list[str] = []
    unknown = False
    for piece in _PIECES.finditer(plain):
        digits, word = piece[1], piece[2]
        if word:
            words.append(word)
            continue
        unknown |= not _take_words(words, tokens)
        if digits:
            tokens.append(Number(int(digits), len(digits)))
    unknown |= not _take_words(words, tokens)
    return Lexed(tuple(tokens), unknown, timeless != folded)


def _take_words(words: list[str], tokens: list[Token]) -> bool:
    """Move the meanings of `words` to `tokens`, the longest known phrases first; return whether all are known."""
    known = meanings()
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + LONGEST_PHRASE), start, -1):
            meaning = known.get(" ".join(words[start:end]))
            if meaning is not None:
                tokens.append(meaning)
                start = end
                break
        else:
            found = segments(words[start]) if _RUN_TOGETHER.search(words[start]) else None
            if found is None:
                words.clear()
                return False
            tokens.extend(found)
            start += 1
    words.clear()
    return True
