"""Which parts of a name are one: prefixes, endings and syllables join, hyphens and compounds part, particles go."""

import re
from collections.abc import Mapping
from functools import cache

from encoder.standardise.names.eastasia import begins_eastern, is_given_pair, join_given
from encoder.standardise.names.eastern_cyrillic import eastern_in_latin
from encoder.standardise.names.romanise import romanise
from encoder.standardise.names.scripts import script_of
from encoder.standardise.names.words import words

_FEWEST = 2  # a given and a family name
HYPHENS = re.compile("[-‐-―−־]+")
_OF_VIETNAM = ("LATIN", "CYRILLIC")
# Chan Tkhi Lan, Chan Van Min, whom Korea has surnames for, too; but Pak Van So is Korean.
_VIETNAMESE_IN_CYRILLIC = re.compile(r"\w+ тхи |(?:ан|ли|ма|ха|хо|чан|чу) ван ")
_VIETNAMESE_SYLLABLE = re.compile(
    "(?:ngh?|tkh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?(?:uye|uyo|[aeiouy]{1,3})(?:ng|nh|ch|[cmnpt])?"
)


def arranged(parts: list[str]) -> list[str]:
    """Return parts with those parted that hyphens join, and those joined that are one name."""
    alone = len(parts) == 1
    if not "".join(parts).isalpha():
        parts = [piece for part in parts for piece in ([part] if part.isalpha() else hyphens_parted(part, alone=alone))]
    if not _compounds().keys().isdisjoint(parts):
        parts = [piece for part in parts for piece in _compounds().get(part, (part,))]
    if is_vietnamese(parts):
        return parts
    parts = eastern_in_latin(parts)
    if begins_eastern(parts):
        return join_given(parts)
    parts = join_given(_joined(parts))
    in_full = words().written_short
    return parts if in_full.keys().isdisjoint(parts) else [in_full.get(part, part) for part in parts]


@cache
def arranged_words() -> frozenset[str]:
    """Return the words of which more becomes than a part of their own."""
    known = words()
    return known.particles | known.joined | known.endings.keys() | known.written_short.keys() | _compounds().keys()


def is_vietnamese(parts: list[str]) -> bool:
    """Return whether parts are a Vietnamese name, in which Van, Le or Do is no particle: with marks or without."""
    known = words()
    seems = False
    text = " ".join(parts)
    if not text.isascii():
        if not all(part.isascii() or script_of(part) in _OF_VIETNAM for part in parts):
            return False
        seems = _VIETNAMESE_IN_CYRILLIC.match(text) is not None
        parts = [part if part.isascii() else romanise(part) for part in parts]
    seems = seems or not known.vietnamese_words.isdisjoint(parts)
    seems = seems or ("van" in parts[1:-1] and parts[0] in known.vietnamese_surnames)
    return seems and all(_VIETNAMESE_SYLLABLE.fullmatch(part) for part in parts)


def hyphens_parted(part: str, *, alone: bool) -> list[str]:
    """Return the pieces of a part, one if it is not alone and they are the syllables of one given name (Joo-hong)."""
    match [piece for piece in HYPHENS.split(part) if piece]:
        case [first, second] if not alone and first not in words().particles and is_given_pair(first, second):
            return [first + second]
        case pieces:
            return pieces


@cache
def _compounds() -> Mapping[str, tuple[str, ...]]:
    """Return the two given names that Persians write as one or as two."""
    known = words()
    return {
        first + second: (first, second)
        for first in known.first_of_two
        for second in known.second_of_two
        if first.isascii() == second.isascii() and first != second
    }


def _joined(parts: list[str]) -> list[str]:
    """Return the parts with prefixes and endings joined, and particles dropped where others remain."""
    known = words()
    out: list[str] = []
    prefix = ""
    for part in parts:
        if prefix and part in known.articles:
            continue
        if prefix:
            out.append(prefix + part.removeprefix("ال"))
            prefix = ""
        elif part in known.joined:
            prefix = part
        elif part in known.endings and (before := _without_articles(out)):
            out = [*before[:-1], before[-1] + known.endings[part]]
        else:
            out.append(part)
    if prefix:
        out.append(prefix)
    kept = [part for part in out if part not in known.particles]
    if len(kept) < _FEWEST < len(out):
        # Naglaa El-Sayed has two names, Van der Berg has one.
        kept = [part for part in out if part not in known.particles or part in known.honorifics]
    return kept if len(kept) >= _FEWEST or (kept and len(out) > _FEWEST) else out


def _without_articles(parts: list[str]) -> list[str]:
    """Return parts without the articles at their end."""
    while parts and parts[-1] in words().articles:
        parts = parts[:-1]
    return parts
