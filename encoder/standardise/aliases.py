"""The names in a cell of aliases, one by one."""

import re
from collections.abc import Sequence

import numpy as np

from encoder.standardise.missing import missing_kind

_WORDS = (
    r"f\.?k\.?a\.?|n\.?k\.?a\.?|(?:also |formerly |better )?known as|formerly|aliases|"
    r"dite?|alias dite?|connue? sous le nom de|surnommée?|vulgo|detto|detta|genannt|auch bekannt als|zwan[ya]|"
    r"(?:tambi[eé]n )?conocid[oa] como|apodad[oa]|conhecid[oa] como|zvan[ýáia]|lakaplı|lakabı|namıdiğer|"
    r"(?:он|она)[ -]же|известен как|известна как|(?:він|вона) же?|по прозвищу|bí danh|tức|उर्फ़?|ওরফে|"
    r"المعروفة? بـ?|الملقبة? بـ?|الشهيرة? بـ?|المكناة? بـ?|المكنى بـ?|معروف به|ملقب به|عرف"
)
_SURE_WORDS = (
    r"(?:also |better )?known as|aliases|connue? sous le nom de|"
    r"auch bekannt als|"
    r"(?:tambi[eé]n )?conocid[oa] como|conhecid[oa] como|(?:он|она)[ -]же|(?:він|вона) же|известен как|известна как|"
    r"المعروفة? بـ?|الملقبة? بـ?|الشهيرة? بـ?|معروف به|ملقب به"
)
"""Those of them that part the cell of a name, too: "dit" and "genannt" may be of a surname."""
_UNSURE_WORDS = r"alias|a[./]?\s?k[./]?\s?a\.?|일명"
_MAYBE_A_NAME = re.compile(
    rf"(?:(?<=[\s(（,])|^)(?<!\bbin )(?<!\bbinti )(?<!\bb\. )(?:{_UNSURE_WORDS})(?=[\s:：,.)])"
    r"(?!\s+(?:bin|binti|binte|bt|b)\b)",
    re.IGNORECASE,
)
"""Words that part names and are names as well: Mohd Alias bin Ahmad, Kouassi Aka Jean, A.K.A. Mubin, 김일명."""
_AS_NAMES_ARE_WRITTEN = frozenset({"Alias", "Aka"})
_CJK_WORDS = r"又名|别名|別名|化名|绰号|綽號|曾用名|(?<![ぁ-ゖ])こと(?![ぁ-ゖ])|通称|(?<=[\s(（,])별명"
_SEPARATOR = re.compile(
    rf"(?:(?<=\s)|^|(?<=[(,]))(?:{_WORDS})(?=[\s:,.)]|$)|\s*(?:{_CJK_WORDS})[:：]?|\s*[;|\n\r؛；、/\\]\s*|\s[,،]\s",
    re.IGNORECASE,
)
_OTHER_NAME = re.compile(
    rf"(?<=[\s(,])(?:{_SURE_WORDS})(?=[\s:,.])|(?:又名|别名|別名|化名|曾用名|(?<=[\s(（,])별명)[:：]?", re.IGNORECASE
)
_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
# What hardly any name has and every parted one, behind a blank or another. Its first two signs are each one of few and
# listed, which a search skips to; it takes one sign, so that names end to end are searched as each would be.
_PARTED = re.compile(
    rf"[{_BLANKS}(（,又别別化曾](?=[abcktовиام일用名별])(?=用?名|별명|{_SURE_WORDS}|{_UNSURE_WORDS})", re.IGNORECASE
)
_CUT = "\0"
_EDGES = " \t,.:;-–—\"'“”„«»‘’()[]{}（）"


def split_aliases(text: str) -> tuple[str, ...]:
    """Return the names that `text` lists, in order and each once; none for what is missing.

    Names are parted by ";", "|", "/", line ends and " , " (a comma inside "Family, Given" stays), and by words such as
    "a.k.a.", "alias", "dit", "он же", "الملقب ب", "又名". Where the word may be a name, the names uncut are one more.
    """
    if missing_kind(text, "name") is not None:
        return ()
    names = (name for piece in _cut(text, _SEPARATOR) for name in (piece.strip(_EDGES), *_parts(piece)))
    return tuple(dict.fromkeys(name for name in names if name and missing_kind(name, "name") is None))


def name_and_aliases(text: str) -> tuple[str, str]:
    """Return the name in the cell of a name, and a cell of the aliases that stand behind it, most often empty.

    Only words such as "a.k.a.", "alias", "он же", "又名" part them; no sign does, and not "dit" or "genannt". Where the
    word may be a name, the name stays whole, and its parts are aliases.
    """
    first, *others = _cut(text, _OTHER_NAME)
    others = [other.strip(_EDGES) for other in others]
    name = first.strip(_EDGES) if any(others) else text
    aliases = "; ".join(filter(None, (*_parts(first), *others)))
    return (name, aliases) if name and aliases else (text, "")


def tell_apart(names: Sequence[str], aliases: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the cells of both columns, with the other names that stand in the cells of names among the aliases."""
    told, joint = list(names), list(aliases)
    for place in _maybe_parted(names):
        told[place], others = name_and_aliases(names[place])
        joint[place] = "; ".join(filter(None, (aliases[place], others)))
    return told, joint


def _maybe_parted(names: Sequence[str]) -> list[int]:
    """Return the places of those of `names` that have what parts names, and perhaps of a few more, rising."""
    places = [found.start() for found in _PARTED.finditer("\n".join(("", *names)))]
    ends = np.cumsum(np.fromiter(map(len, names), dtype=np.int64, count=len(names)) + 1)
    found: list[int] = np.unique(np.searchsorted(ends, places, side="right")).tolist()
    return found


def _cut(text: str, words: re.Pattern[str]) -> list[str]:
    """Return what stands between `words`, and between those of `_MAYBE_A_NAME` that are no name here."""
    sure = _MAYBE_A_NAME.sub(lambda found: found[0] if _may_be_name(found) else _CUT, text)
    return words.sub(_CUT, sure).split(_CUT)


def _may_be_name(found: re.Match[str]) -> bool:
    """Return whether a word is not in small letters among others, in brackets or before a colon."""
    text, start, end = found.string, *found.span()
    small = found[0].islower() and not text.islower()
    return not small and text[max(0, start - 1) : start] not in ("(", "（") and text[end] not in ":："


def _parts(text: str) -> list[str]:
    """Return the names in `text` if its word of `_MAYBE_A_NAME` is no name; none if that is unlikely."""
    parts = [part for part in (part.strip(_EDGES) for part in _MAYBE_A_NAME.split(text)) if part]
    likely = any(" " in part for part in parts) or _AS_NAMES_ARE_WRITTEN.isdisjoint(text.split())
    long = all(len(part) > 2 or not part.isascii() for part in parts)  # noqa: PLR2004 - not "Md", "(P)"
    return parts if _MAYBE_A_NAME.search(text) and likely and long else []
