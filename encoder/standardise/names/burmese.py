"""Burmese: syllables written without spaces, spelled as bearers of names spell them: Kyaw, Htun, Myint."""

import re

_ONSETS = {
    **dict.fromkeys("ဂဃ", "g"), **dict.fromkeys("စဆ", "s"), **dict.fromkeys("ဇဈ", "z"), **dict.fromkeys("ညဉ", "ny"),
    **dict.fromkeys("တဋ", "t"), **dict.fromkeys("ထဌ", "ht"), **dict.fromkeys("ဒဓဍဎ", "d"), **dict.fromkeys("နဏ", "n"),
    **dict.fromkeys("ဗဘ", "b"), **dict.fromkeys("ယရ", "y"), **dict.fromkeys("လဠ", "l"), **dict.fromkeys("သဿ", "th"),
    "က": "k", "ခ": "kh", "င": "ng", "ပ": "p", "ဖ": "ph", "မ": "m", "ဝ": "w", "ဟ": "h", "အ": "",
}  # fmt: skip
_ALONE = {"ဣ": "i", "ဤ": "i", "ဥ": "u", "ဦ": "oo", "ဧ": "ay", "ဩ": "aw", "ဪ": "aw"}
_OPEN = {
    "": "a", "ာ": "a", "ါ": "a", "ိ": "i", "ီ": "i", "ု": "u", "ူ": "u", "ေ": "ay", "ဲ": "e", "ော": "aw", "ေါ": "aw",
    "ို": "o", "ံ": "an", "ုံ": "on", "ိံ": "ein",
}  # fmt: skip
_ENDS = {
    **dict.fromkeys("တပဋဒဗဓသဿ", "t"), **dict.fromkeys("နမဏဉ", "n"), "က": "k", "စ": "c", "င": "g", "ည": "y", "ယ": "e"
}  # fmt: skip
_CLOSED = {
    ("", "k"): "et", ("ော", "k"): "auk", ("ေါ", "k"): "auk", ("ို", "k"): "aik", ("", "c"): "it", ("", "t"): "at",
    ("ိ", "t"): "eik", ("ု", "t"): "ok", ("", "g"): "in", ("ော", "g"): "aung", ("ေါ", "g"): "aung", ("ို", "g"): "aing",
    ("", "n"): "an", ("ိ", "n"): "ein", ("ု", "n"): "on", ("", "y"): "i", ("", "e"): "e", ("ွ", "n"): "un",
    ("ွ", "t"): "ut",
}  # fmt: skip
_SYLLABLE = re.compile(
    "(?P<onset>[က-အဿ])(?P<medials>[ျ-ှ]*)(?P<vowel>[ါ-ဲံ]*)်?(?:(?P<end>[က-ဪဿ])(?P<creaky>့?)်)?[့းံ]*|(?P<alone>[ဣ-ဪ])း?"
)
_TITLE = re.compile("^ဦး(?=.{4,})")


def burmese_syllables(word: str) -> list[str]:
    """Return `word` in Latin letters, syllable by syllable; light ones that follow each other are one (Thi-da)."""
    spelled = "ဥ" + word[2:] if _TITLE.match(word) else word  # U, the title, is written as Oo, the name
    syllables: list[str] = []
    before_light = False
    for found in _SYLLABLE.finditer(spelled.replace("္", "်")):
        syllable = _ALONE[found["alone"]] if found["alone"] else _read(found)
        light = not (found["alone"] or found["end"] or found["medials"] or found["vowel"] not in ("", "ာ", "ါ", "ိ", "ီ"))
        if light and before_light:
            syllables[-1] += syllable
        else:
            syllables.append(syllable)
        before_light = light
    return syllables


def _read(found: re.Match[str]) -> str:
    """Return the spelling of one syllable."""
    medials, vowel, end = found["medials"], found["vowel"], _ENDS.get(found["end"] or "", "")
    rounded = "ွ" in medials
    merged = _CLOSED.get(("ွ", end)) if rounded and not vowel else None
    glide = "w" if rounded and merged is None else ""
    rhyme = merged or _CLOSED.get((vowel, end)) or _OPEN.get(vowel, "a")
    if rounded and rhyme == "ay":
        rhyme = "e"  # Swe, Shwe, but Aye and Htay
    if found["creaky"] and rhyme.endswith("n"):
        rhyme += "t"  # Myint, Thant
    return _onset(found["onset"], medials) + glide + rhyme


def _onset(letter: str, medials: str) -> str:
    sound = _ONSETS[letter]
    if "ျ" in medials or "ြ" in medials:
        sound = {"ခ": "ch", "ဂ": "j"}.get(letter) or sound + "y"
    if "ှ" in medials:
        sound = "sh" if letter in "ရယသ" else "h" + sound
    return sound
