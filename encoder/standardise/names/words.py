"""Words in names that are no name, words that belong to the next one, and surnames of East Asia.

The lists are in tables/words.json: lower case, without dots and apostrophes, in the script in which they are written.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Words(NamedTuple):
    """The lists.

    Attributes:
        dropped: titles, and what is written where there is no name.
        honorifics: titles that are also names, dropped where at least two other parts remain: "Syed", "Sheikh".
        particles: these and what only joins, dropped alike, so that "Le" stays the surname of "Le Duc".
        joined: prefixes that are one name with the next part: "Abd al-Rahman", "Mac Donald", "Abu Bakr".
        articles: dropped between such a prefix and the next part, and before an ending.
        endings: what is one name with the part before it, and how it is written there: "Nur al-Din", "Najib Ullah".
        written_short: names that registers shorten: "Mohd" for Muhammad.
        first_of_two, second_of_two: given names of Iran that are written as one or as two: "Ali Reza", "Alireza".
        vietnamese_words: syllables without marks that no other language has in names.
        vietnamese_surnames: without marks, beside which "Van" is no particle.
        compound_surnames: Chinese and Korean surnames of two characters.
        surname_readings: Mandarin reading of characters that are read otherwise elsewhere.
        japanese_surnames: readings of the usual ones, which the table of attested names lacks in part.
        korean_han_surnames: characters of the surnames of Korea, the usual ones.
        korean_surnames: spelling that bearers use where the rules give another.
        vietnamese_readings: of characters in names of Vietnam that Unicode does not know, or knows as other words.
        hokkien_surnames: how Chinese surnames are mostly spelled in Singapore, Malaysia and their neighbours.
        hokkien_readings: of characters of given names, as they are spelled there.
        romanised_surnames: Chinese and Korean surnames in Latin letters.
        surnames_only: those of them that are hardly ever a syllable of a given name.
    """

    dropped: frozenset[str]
    honorifics: frozenset[str]
    particles: frozenset[str]
    joined: frozenset[str]
    articles: frozenset[str]
    endings: dict[str, str]
    written_short: dict[str, str]
    first_of_two: frozenset[str]
    second_of_two: frozenset[str]
    vietnamese_words: frozenset[str]
    vietnamese_surnames: frozenset[str]
    compound_surnames: frozenset[str]
    surname_readings: dict[str, str]
    japanese_surnames: dict[str, str]
    korean_han_surnames: frozenset[str]
    korean_surnames: dict[str, str]
    vietnamese_readings: dict[str, str]
    hokkien_surnames: dict[str, str]
    hokkien_readings: dict[str, str]
    romanised_surnames: frozenset[str]
    surnames_only: frozenset[str]


@cache
def words() -> Words:
    """Return the lists, read when they are first needed."""
    table = json.loads(files(__package__).joinpath("tables", "words.json").read_text(encoding="utf-8"))
    lists: dict[str, Any] = {
        name: frozenset(" ".join(value).split()) if isinstance(value, list) else value
        for name, value in table.items()
        if name != "about"
    }
    particles = lists.pop("particles") | lists["honorifics"]
    return Words(dropped=lists.pop("titles") | lists.pop("fillers"), particles=particles, **lists)
