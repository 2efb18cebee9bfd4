"""The tokens of names in Chinese characters and Hangul: parted where they are written in one, with their readings."""

from collections.abc import Sequence

from encoder.standardise.names.eastasia import read_korean_surname, read_mandarin, split_han, split_hangul
from encoder.standardise.names.fold import fold_latin
from encoder.standardise.names.han_readings import Readings, in_hokkien, korean_surname, other_readings
from encoder.standardise.names.languages import Language
from encoder.standardise.names.name_token import NameToken
from encoder.standardise.names.scripts import script_of
from encoder.standardise.names.words import words

IN_ONE_PIECE = ("HAN", "HANGUL")
"""Scripts in which a whole name may be written without a space."""


def with_readings(tokens: tuple[NameToken, ...], language: Language) -> tuple[NameToken, ...]:
    """Return the tokens of a name, with other readings of the given name where it is Chinese and has two parts."""
    match tokens:
        case (first, second) if first.script == second.script == "HAN":
            given_first = len(second.form) == 1 < len(first.form)
            given, family = (first, second) if given_first else (second, first)
            if given.folded != read_mandarin(given.form):
                return tokens  # a Japanese name
            read = _of_singapore if language == "nan" and family.form in words().hokkien_surnames else _of_anywhere
            family, given = read(family, given)
            return (given, family) if given_first else (family, given)
    return tokens


def _of_singapore(family: NameToken, given: NameToken) -> tuple[NameToken, NameToken]:
    """Return the surname in Hokkien, and the given name in Mandarin and in Hokkien, as both are in use."""
    hokkien = fold_latin(in_hokkien(given.form))
    return (
        NameToken.of(fold_latin(words().hokkien_surnames[family.form]), "HAN", family.form),
        _read_also(given, Readings((hokkien,) if hokkien else ())),
    )


def _of_anywhere(family: NameToken, given: NameToken) -> tuple[NameToken, NameToken]:
    """Return both in Mandarin, the given name in Cantonese, too, and both as Korea does, if it has such names."""
    readings = other_readings(given.form, family.form)
    if readings.spelled and (hangul := korean_surname(family.form)):
        family = _read_also(family, Readings((read_korean_surname(hangul),)))
    return family, _read_also(given, readings)


def _read_also(token: NameToken, readings: Readings) -> NameToken:
    return NameToken.of(token.folded, "HAN", token.form, readings=readings)


def japanese_token(readings: Sequence[str]) -> NameToken:
    """Return the token of a part of a Japanese name, of its readings in Latin letters, the usual one first."""
    first, *others = map(fold_latin, readings)
    return NameToken.of(first, "HAN", readings[0], readings=Readings(tuple(others)))


def in_one_piece(word: str, language: Language) -> tuple[NameToken, ...]:
    """Return family and given name of a Chinese, Japanese or Korean name without a space, nothing for any other."""
    script = script_of(word)
    if script not in IN_ONE_PIECE:
        return ()
    pieces = split_han(word, chinese=language == "nan") if script == "HAN" else split_hangul(word)
    tokens = [
        NameToken.of(folded, script, form)
        for form, folded in pieces
        if folded.isalpha()  # a sign among the characters is no name
    ]
    return with_readings(tuple(tokens), language)
