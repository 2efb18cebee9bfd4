"""Thai, after the Royal Thai General System, with p for its ph: tones unwritten, final consonants by sound."""

import re

_INITIAL = {
    **dict.fromkeys("ขฃคฅฆ", "kh"), **dict.fromkeys("จฉชฌ", "ch"), **dict.fromkeys("ซศษส", "s"),
    **dict.fromkeys("ฎด", "d"), **dict.fromkeys("ฏต", "t"), **dict.fromkeys("ฐฑฒถทธ", "th"),
    **dict.fromkeys("ณน", "n"), **dict.fromkeys("ผพภ", "p"),
    **dict.fromkeys("ฝฟ", "f"), **dict.fromkeys("ญย", "y"), **dict.fromkeys("ลฬ", "l"), **dict.fromkeys("หฮ", "h"),
    "ก": "k", "ง": "ng", "บ": "b", "ป": "p", "ม": "m", "ร": "r", "ว": "w", "อ": "",
}  # fmt: skip
_FINAL = {
    **dict.fromkeys("กขคฆ", "k"), **dict.fromkeys("จชซฌฎฏฐฑฒดตถทธศษส", "t"), **dict.fromkeys("บปพฟภ", "p"),
    **dict.fromkeys("ญณนรลฬ", "n"), "ง": "ng", "ม": "m", "ย": "i", "ว": "o",
}  # fmt: skip
_SIGNS = {"ะ": "a", "ั": "a", "า": "a", "ำ": "am", "ิ": "i", "ี": "i", "ึ": "ue", "ื": "ue", "ุ": "u", "ู": "u"}
_SILENT = re.compile("[ก-ฮ][ิุ]?์|[็-๎ฯๆฺ]")

_ONSET = "(?P<onset>ห(?=[งญนมยรลว][ะ-ู])[งญนมยรลว]|[กขคตปผพ][รล]|[ก-ฮ])"
_CODA = "(?P<coda>[กขคฆงจชซฌญฎฏฐฑฒณดตถทธนบปพฟภมยรลวศษสฬ](?![ะ-ูอ]))?"
# In order: how the vowel is written, and how it is read.
_RHYMES = (
    (f"เ{_ONSET}ีย{_CODA}", "ia"),
    (f"เ{_ONSET}ือ{_CODA}", "uea"),
    (f"เ{_ONSET}าะ", "o"),
    (f"เ{_ONSET}า", "ao"),
    (f"เ{_ONSET}[ิอ]{_CODA}", "oe"),
    (f"เ{_ONSET}{_CODA}", "e"),
    (f"แ{_ONSET}{_CODA}", "ae"),
    (f"โ{_ONSET}{_CODA}", "o"),
    (f"[ไใ]{_ONSET}ย?(?![ะ-ู])", "ai"),
    (f"{_ONSET}ัว{_CODA}", "ua"),
    (f"{_ONSET}(?P<sign>[ะ-ู]){_CODA}", ""),
    (f"{_ONSET}อ{_CODA}", "o"),
    (f"{_ONSET}{_CODA[:-1]}", "o"),
    (_ONSET, "a"),
)
_READERS = tuple((re.compile(pattern), vowel) for pattern, vowel in _RHYMES)


def romanise_thai(token: str) -> str:
    """Return the romanisation of `token`; an unwritten vowel is o in a closed syllable and a in an open one."""
    token = _SILENT.sub("", token).replace("รร", "ัน")
    out = []
    place = 0
    while place < len(token):
        for pattern, vowel in _READERS:
            found = pattern.match(token, place)
            if found:
                parts = found.groupdict()
                out.append("".join(_INITIAL.get(letter, "") for letter in parts["onset"][-2:]))
                out.append(_SIGNS[parts["sign"]] if parts.get("sign") else vowel)
                out.append(_FINAL.get(parts.get("coda") or "", ""))
                place = found.end()
                break
        else:
            place += 1
    return "".join(out)
