"""Reading a name: from the text of a cell to its tokens."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from encoder.standardise.missing import first_missing_words, may_begin_missing, missing_kind
from encoder.standardise.names.burmese import burmese_syllables
from encoder.standardise.names.eastasia import read_han, read_korean_surname
from encoder.standardise.names.eastern_cyrillic import may_be_eastern
from encoder.standardise.names.fold import fold
from encoder.standardise.names.han_tokens import IN_ONE_PIECE, in_one_piece, japanese_token, with_readings
from encoder.standardise.names.initials import SOUTHERN, is_initial, southern_initial
from encoder.standardise.names.japanese import looks_japanese, read_japanese
from encoder.standardise.names.joining import HYPHENS, arranged, arranged_words
from encoder.standardise.names.languages import Language, language_told
from encoder.standardise.names.name_token import NameToken
from encoder.standardise.names.own_letters import in_own_letters
from encoder.standardise.names.scripts import letters_of, script_of
from encoder.standardise.names.words import words

_READ_WHOLE = letters_of(*IN_ONE_PIECE)


class Name(NamedTuple):
    """A name as its tokens, in the order written, without titles, particles and fillers."""

    tokens: tuple[NameToken, ...]


_APOSTROPHE = "['’‘ʼʻʹʺ`´′ʿʾ]"
# What stands before is looked at last, because a search that begins with one of few signs is fast.
_APOSTROPHES = re.compile(f"{_APOSTROPHE}(?<![\u0590-\u05ff].){_APOSTROPHE}*")
_SIGNS = re.compile(r"[,;.:/\\()\[\]{}\"«»“”„|<>_=+*#@!?&\u200e\u200f\u202a-\u202e\u2066-\u2069·・･•。、،؛।]+")
# What the first two do to ASCII, at once.
_ASCII_SIGNS = {ord(sign): " " for sign in map(chr, range(128)) if _SIGNS.fullmatch(sign)} | dict.fromkeys(b"'`")
_OF_ANOTHER = re.compile(r"(?<=\w)[\s,]+[wsdch]/o\b.*", re.IGNORECASE | re.DOTALL)  # wife, son, daughter, care of
# The same in words, where the letters are not those of Europe: of Persia, Pakistan and the Arabs, India, Bangladesh.
_WORDS_OF_ANOTHER = ("فرزند", "زوجه", "زوجہ", "زوجة", "دختر", "पुत्र", "पुत्री", "पत्नी", "পিতা", "স্বামী")
_OF_ANOTHER_IN_WORDS = re.compile(rf"(?<=\S)[\s,]+(?:{'|'.join(_WORDS_OF_ANOTHER)})(?=[\s:،,-]).*", re.DOTALL)
# In Malaysia anak lelaki, anak perempuan: the father is in the name.
_CHILD_OF = re.compile(r"\b[ab]/[lp]\b", re.IGNORECASE)
# Scripts in which a part may be several, or one with others, and what tells.
_HANGING: Mapping[str, Callable[[str], object]] = {
    "MYANMAR": bool,
    "CYRILLIC": may_be_eastern,
    **dict.fromkeys(SOUTHERN, southern_initial),
}
_VANISHING = ("\u0640", "\ufeff", "\u00ad")


def read_name(text: str) -> Name:
    """Return the tokens of the name in `text`; none when it says nothing ("unknown", "FNU LNU", "---").

    Chinese characters are read in the language that is told of them (:func:`encoder.standardise.names.languages.told`).
    This is the plain form; :func:`encoder.standardise.names.many.read_names` reads the names of a column.
    """
    name, language = language_told(text)
    parts = _written(name)
    in_characters = [part for part in parts if is_read_whole(part)]
    if len("".join(in_characters)) > 1 and len(parts) - len(in_characters) > 1:
        # One name in two scripts: Suzuki Ichiro (鈴木一郎).
        beside = " ".join([part for part in parts if part not in in_characters])
        return Name((*_read(in_characters, language), *read_name(beside).tokens))
    return Name(_read(parts, language))


def _read(parts: list[str], language: Language) -> tuple[NameToken, ...]:
    """Return the tokens of the parts of a name, told to be of a language or not."""
    if language == "ja" or (not language and looks_japanese(parts)):
        japanese = read_japanese(parts)
        if japanese:
            return tuple(map(japanese_token, japanese))
    if language:
        parts = in_own_letters(parts, language)
    if len(parts) == 1:
        whole = in_one_piece(parts[0], language)
        if whole:
            return whole
    parts = arranged(parts)
    alone = len(parts) == 1
    tokens = tuple([token for part in parts if (token := read_token(part, alone=alone))])
    return with_readings(tokens, language)


def independent_parts(text: str) -> list[str]:
    """Return the parts of a name without Chinese characters or Hangul: each is a token, whatever the others are."""
    return arranged(_written(text))


def _written(text: str) -> list[str]:
    """Return the parts of a name as written, without titles and fillers; none when it says nothing."""
    if missing_kind(text, "name") is not None:
        return []
    parts = spaced(own_part(text)).split()
    if not text.isascii():
        parts = [piece for part in parts for piece in _syllables(part)]
    dropped = words().dropped
    return parts if dropped.isdisjoint(parts) else [part for part in parts if part not in dropped]


def _syllables(part: str) -> list[str]:
    """Return the syllables of a Burmese part, which Latin letters part, and any other as it is, an initial in Latin."""
    return burmese_syllables(part) if script_of(part) == "MYANMAR" else [southern_initial(part) or part]


def own_part(text: str) -> str:
    """Return a name without that of a husband or father behind it: Sunita Devi W/O Ram Prasad."""
    if not text.isascii():
        text = _OF_ANOTHER_IN_WORDS.sub("", text)
    if "/" not in text:
        return text
    return _CHILD_OF.sub(" ", _OF_ANOTHER.sub("", text))


def own_parts(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return what :func:`own_part` makes of each of `texts`; most often one look at all of them tells: nothing."""
    joined = "\n".join(texts)
    for word in ("/", *_WORDS_OF_ANOTHER):
        if word in joined:
            texts = tuple([own_part(text) if word in text else text for text in texts])
    return texts


def spaced(text: str) -> str:
    """Return `text` in small letters, without apostrophes, and with a space for the signs that part.

    What spaces part comes out as each piece would alone, so that many texts can go through together.
    """
    if text.isascii():
        return text.lower().translate(_ASCII_SIGNS)
    text = unicodedata.normalize("NFKC", text)
    for sign in _VANISHING:
        text = text.replace(sign, "")
    return _SIGNS.sub(" ", _APOSTROPHES.sub("", text.lower()))


def hang_together(parts: Sequence[str]) -> list[bool]:
    """Return of each part whether what becomes of it hangs on the rest of its name."""
    return [
        is_more or (not (part.isascii() and part.isalpha()) and _hangs_together(part))
        for is_more, part in zip(map(_of_more_than_themselves().__contains__, parts), parts, strict=True)
    ]


@lru_cache(maxsize=1 << 16)
def _hangs_together(part: str) -> bool:
    if may_begin_missing(part) or HYPHENS.search(part) is not None or is_read_whole(part):
        return True
    tells = _HANGING.get(script_of(part))
    return tells is not None and bool(tells(part))


@cache
def _of_more_than_themselves() -> frozenset[str]:
    return words().dropped | arranged_words() | first_missing_words()


def is_read_whole(part: str) -> bool:
    """Return whether names with `part` are read as a whole, because of Chinese characters or Hangul in it."""
    return _READ_WHOLE.search(part) is not None


@lru_cache(maxsize=1 << 16)
def read_token(part: str, *, alone: bool) -> NameToken | None:
    """Return the token that one part is, `alone` or not in its name; None when it has no letter that can be read."""
    script = script_of(part)
    if script == "HAN":
        folded = read_han(part)
    elif script == "HANGUL" and len(part) == 1 and not alone:
        folded = read_korean_surname(part)
    else:
        folded = fold(part)
    if not folded.isalpha():
        return None
    return NameToken.of(folded, script, part, initial=is_initial(part))
