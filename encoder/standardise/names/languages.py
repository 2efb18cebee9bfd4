"""In which language a name is read: its bearer's nationality says so, where it is known and the letters do not.

Chinese characters are read by a language as a whole. A name that is told one stays one text on its way through the
encoder: the language stands behind a sign. China tells none: names of its people are read in several. A letter
of an alphabet that a country sounds otherwise is respelled in one that is read so anyway. What
countries do to Latin letters is in :mod:`encoder.standardise.names.spellings`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from encoder.standardise.countries import read_country
from encoder.standardise.missing import missing_kind
from encoder.standardise.names.scripts import letters_of
from encoder.standardise.names.spellings import Spelling, respelled, spelling_of
from encoder.standardise.names.words import words

Language = Literal["", "ja", "ko", "nan", "vi", "yue", "zh"]
"""By its tag: Japanese, Korean, Hokkien and Mandarin, Vietnamese, Cantonese, Mandarin of Taiwan; empty for none."""

_LANGUAGES: Mapping[str, Language] = {
    "JP": "ja",
    "KR": "ko",
    "KP": "ko",
    "VN": "vi",
    "HK": "yue",
    "MO": "yue",
    "TW": "zh",
    **dict.fromkeys(("SG", "MY", "BN", "ID", "PH"), "nan"),
}
_PERSIAN = {"ث": "س", "ض": "ز"}  # s and z, in Persian, Dari and Urdu; th and d in Arabic
_SOUNDS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("IR", "AF", "PK", "IN"), _PERSIAN),
    "EG": {"ج": "گ"},
    "BG": {"щ": "шт"},
    "MN": {"ж": "җ"},
}
_RESPELLED = {
    country: str.maketrans({**sounds, **{letter.upper(): sound for letter, sound in sounds.items()}})
    for country, sounds in _SOUNDS.items()
}
_EASTERN = frozenset(("CN", "TW", "HK", "MO", "KR", "KP"))
# Scripts in which the syllables of a given name of these countries are written apart: كيم جونغ أون.
_SCRIPTS = ("HEBREW", "GREEK", "DEVANAGARI", "BENGALI", "TAMIL", "THAI", "GEORGIAN", "ARMENIAN")
_APART = letters_of("ARABIC", *_SCRIPTS)
_APART_IN_CHINA = letters_of(*_SCRIPTS)  # Uyghurs and Kazakhs write their own names in Arabic letters
_SYLLABLES = 3  # of a whole name
_BETWEEN_SYLLABLES = re.compile("[ -]+")
_SIGN = "\x1f"  # parts words, as a space does
_HAN = letters_of("HAN")
_MARK = "\u0323"  # a mark on a letter, as Vietnamese has them: no list of words knows a word that has one


class _Said(NamedTuple):
    """What a nationality says of names.

    Attributes:
        language: of Chinese characters.
        letters: those of alphabets that sound otherwise, and what they are respelled as.
        spelling: of Latin letters.
        marked: whether words that look like particles are names: in Vietnam, where the marks of letters would tell.
        apart: letters in which the last two of three syllables are one given name: in China and Korea.
        touched: what a name has that is read otherwise.
    """

    language: Language
    letters: dict[int, str]
    spelling: Spelling | None
    marked: bool
    apart: re.Pattern[str] | None
    touched: re.Pattern[str] | None

    @property
    def of_ascii(self) -> bool:
        """Whether a name in ASCII may be read otherwise."""
        return self.marked or self.spelling is not None


def told(names: Sequence[str], nationalities: Sequence[str]) -> list[str]:
    """Return `names`, each with what the nationality beside it tells of its reading.

    Nothing is told where the nationality is missing, not understood, or names two countries that tell different things.
    """
    found = list(names)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, nationality in enumerate(nationalities):
        places[nationality].append(place)
    for nationality, of_one in places.items():
        for number, name in told_of_one([names[place] for place in of_one], nationality).items():
            found[of_one[number]] = name
    return found


def tells_of_names(nationality: str) -> bool:
    """Return whether a nationality tells anything of the reading of names."""
    return _said_by(nationality).touched is not None


def told_of_one(names: Sequence[str], nationality: str) -> dict[int, str]:
    """Return, of names of people of one nationality, those that it tells to read otherwise, by their place."""
    said = _said_by(nationality)
    pattern = said.touched
    if pattern is None:
        return {}
    joined = "\n".join(names)
    if joined.isascii() and not said.of_ascii:
        return {}
    # What is sought in all names at once may be found in two of them together.
    places = range(len(names)) if joined.count("\n") >= len(names) else _lines_with(pattern, joined)
    return {place: _told(names[place], said) for place in places if pattern.search(names[place])}


def _lines_with(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """Yield the numbers of the lines, from 0, in which a match of `pattern` begins."""
    line = begin = 0
    while match := pattern.search(text, begin):
        line += text.count("\n", begin, match.start())
        yield line
        line += 1
        begin = text.find("\n", match.start()) + 1
        if not begin:
            return


def language_told(text: str) -> tuple[str, Language]:
    """Return a name and the language that is told of it."""
    name, _, language = text.partition(_SIGN)
    is_told = language in _LANGUAGES.values() and _HAN.search(name) is not None
    return (name, cast("Language", language)) if is_told else (text, "")


def _told(name: str, said: _Said) -> str:
    if not name.isascii() and _HAN.search(name):
        return f"{name}{_SIGN}{said.language}" if said.language else name
    if missing_kind(name, "name") is not None:
        return name
    if said.apart:
        parts = _BETWEEN_SYLLABLES.split(name)
        if len(parts) == _SYLLABLES and all(map(said.apart.match, parts)):
            name = f"{parts[0]} {parts[1]}{parts[2]}"
    if said.letters:
        name = " ".join(word if _is_known(word) else word.translate(said.letters) for word in name.split())
    if said.spelling is not None and said.spelling.touched.search(name):
        name = respelled(name, said.spelling)
    if said.marked:
        name = " ".join(word if word.lower() in words().dropped else _marked(word) for word in name.split())
    return name


def _marked(word: str) -> str:
    """Return a word with a mark on its last letter."""
    end = len(word.rstrip(".,;"))
    return f"{word[:end]}{_MARK}{word[end:]}" if word[:end].isalpha() else word


@lru_cache(maxsize=4096)
def _said_by(nationality: str) -> _Said:
    """Return what a nationality says; of several ones what one of them says alone."""
    codes = {state.code for state in read_country(nationality).states}
    languages = {_LANGUAGES[code] for code in codes & _LANGUAGES.keys()}
    sounds = codes & _RESPELLED.keys()
    spelled = list(filter(None, (spelling_of(code, _is_known) for code in sorted(codes))))
    language: Language = languages.pop() if len(languages) == 1 else ""
    letters = _RESPELLED[sounds.pop()] if len(sounds) == 1 else {}
    spelling = spelled[0] if len(spelled) == 1 else None
    marked = language == "vi"
    apart = None if _EASTERN.isdisjoint(codes) else _APART_IN_CHINA if "CN" in codes else _APART
    touching = [
        _HAN.pattern if language else "",
        f"[{''.join(map(chr, letters))}]" if letters else "",
        spelling.touched.pattern if spelling else "",
        "[A-Za-z]" if marked else "",
        apart.pattern if apart else "",
    ]
    pattern = "|".join(filter(None, touching))
    return _Said(language, letters, spelling, marked, apart, re.compile(pattern, re.IGNORECASE) if pattern else None)


def _is_known(word: str) -> bool:
    return word.lower().strip(".,;") in _no_names()


@cache
def _no_names() -> frozenset[str]:
    """Return words that are known as they are written: titles, fillers, particles, prefixes."""
    known = words()
    return known.dropped | known.particles | known.joined | known.articles
