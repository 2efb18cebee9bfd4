"""The names in a cell of aliases, one by one."""

import re

from encoder.standardise.missing import missing_kind

_WORDS = (
    r"a[./]?\s?k[./]?\s?a\.?|f\.?k\.?a\.?|n\.?k\.?a\.?|(?:also |formerly |better )?known as|formerly|alias(?:es)?|"
    r"dite?|alias dite?|connue? sous le nom de|surnommée?|vulgo|detto|detta|genannt|auch bekannt als|zwan[ya]|"
    r"(?:tambi[eé]n )?conocid[oa] como|apodad[oa]|conhecid[oa] como|zvan[ýáia]|lakaplı|lakabı|namıdiğer|"
    r"(?:он|она)[ -]же|известен как|известна как|(?:він|вона) же?|по прозвищу|bí danh|tức|उर्फ़?|ওরফে|"
    r"المعروفة? بـ?|الملقبة? بـ?|الشهيرة? بـ?|المكناة? بـ?|المكنى بـ?|معروف به|ملقب به|عرف"
)
_SURE_WORDS = (
    r"a[./]\s?k[./]\s?a\.?|(?-i:aka|AKA)|(?:also |better )?known as|alias(?:es)?|connue? sous le nom de|"
    r"auch bekannt als|"
    r"(?:tambi[eé]n )?conocid[oa] como|conhecid[oa] como|(?:он|она)[ -]же|(?:він|вона) же|известен как|известна как|"
    r"المعروفة? بـ?|الملقبة? بـ?|الشهيرة? بـ?|معروف به|ملقب به"
)
"""Those of them that part the cell of a name, too: "dit" and "genannt" may be of a surname, and Aka is a name."""
_CJK_WORDS = "又名|别名|別名|化名|绰号|綽號|曾用名|こと|通称|별명|일명"
_SEPARATOR = re.compile(
    rf"(?:(?<=\s)|^|(?<=[(,]))(?:{_WORDS})(?=[\s:,.)]|$)|\s*(?:{_CJK_WORDS})[:：]?|\s*[;|\n\r؛；、/\\]\s*|\s[,،]\s",
    re.IGNORECASE,
)
_OTHER_NAME = re.compile(
    rf"(?<=[\s(,])(?:{_SURE_WORDS})(?=[\s:,.])|(?:又名|别名|別名|化名|曾用名|별명|일명)[:：]?", re.IGNORECASE
)
_EDGES = " \t,.:;-–—\"'“”„«»‘’()[]{}（）"


def split_aliases(text: str) -> tuple[str, ...]:
    """Return the names that `text` lists, in order and each once; none for what is missing.

    Names are parted by ";", "|", "/", line ends and " , " (a comma inside "Family, Given" stays), and by words such as
    "a.k.a.", "alias", "dit", "он же", "الملقب ب", "又名".
    """
    if missing_kind(text, "name") is not None:
        return ()
    parts = (part.strip(_EDGES) for part in _SEPARATOR.split(text))
    return tuple(dict.fromkeys(part for part in parts if part and missing_kind(part, "name") is None))


def name_and_aliases(text: str) -> tuple[str, str]:
    """Return the name in the cell of a name, and a cell of the aliases that stand behind it, most often empty.

    Only words such as "a.k.a.", "alias", "он же", "又名" part them; no sign does, and not "dit" or "genannt".
    """
    name, *others = (part.strip(_EDGES) for part in _OTHER_NAME.split(text))
    return (name, "; ".join(others)) if name and any(others) else (text, "")
