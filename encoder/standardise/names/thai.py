"""Thai, after the Royal Thai General System as bearers of names change it: Wisarut and Kul, no Witarut or Kun.

Its breathed stops are written k, p and t, as most bearers and all foreigners do; tones and most silent letters go.
"""

import re

_INITIAL = {
    **dict.fromkeys("ขฃคฅฆ", "k"), **dict.fromkeys("จฉชฌ", "ch"), **dict.fromkeys("ซศษส", "s"),
    **dict.fromkeys("ฎด", "d"), **dict.fromkeys("ฏต", "t"), **dict.fromkeys("ฐฑฒถทธ", "th"),
    **dict.fromkeys("ณน", "n"), **dict.fromkeys("ผพภ", "p"),
    **dict.fromkeys("ฝฟ", "f"), **dict.fromkeys("ญย", "y"), **dict.fromkeys("ลฬ", "l"), **dict.fromkeys("หฮ", "h"),
    "ก": "k", "ง": "ng", "บ": "b", "ป": "p", "ม": "m", "ร": "r", "ว": "w", "อ": "",
}  # fmt: skip
_FINAL = {
    **dict.fromkeys("กขคฆ", "k"), **dict.fromkeys("ซศษส", "s"), **dict.fromkeys("ชฌ", "tch"),
    **dict.fromkeys("จฎดฏฐฑฒตถทธ", "t"), **dict.fromkeys("บปพภ", "p"), "ฟ": "f",
    **dict.fromkeys("ญณนร", "n"), **dict.fromkeys("ลฬ", "l"), "ง": "ng", "ม": "m", "ย": "i", "ว": "o", "ฤ": "r",
}  # fmt: skip
_SIGNS = {"ะ": "a", "ั": "a", "า": "a", "ำ": "am", "ิ": "i", "ี": "i", "ึ": "ue", "ื": "ue", "ุ": "u", "ู": "u"}
_TONES = re.compile("[็-๋๎ฯๆฺ]")
# Ends of which less is heard than is written: Lak, Chan, Sat, Chet.
_ENDS = (
    (re.compile("ํา"), "ำ"), (re.compile("กษม?ณ?์"), "ก"), (re.compile("[ทต]ร์"), ""),
    # a last i is not heard: Somkiat, but Kiattisak
    (re.compile("เกียรติ?์?$"), "เกียต"), (re.compile("เกียรติ"), "เกียตติ"), (re.compile("าติ$"), "าต"),
    (re.compile("[สษ](?:ดิ|ฐิ?)์"), "ต"), (re.compile("พรหม"), "โพรม"), (re.compile("เพชร(?![ะ-ู])"), "เพช"),
    # a double r is a, with n where no other letter ends the syllable: Wan, Tham, Wanna
    (re.compile("รร(?=[ก-ฮ](?![ะ-ูอ์]))"), "ั"), (re.compile("รร"), "ัน"),
)  # fmt: skip
# Letters that carry the sign of silence: foreign ones that other spellings have (Mark, James, Ford) stay.
_R_HEARD = re.compile("(?:(?<=[ะ-ูอ])|(?<=[เแโ][ก-ฮ]))ร์")
_FOREIGN_HEARD = re.compile("(?<=[ดฟซชสล])์|(?<=ส[กค])์")
_SILENT = re.compile("[ก-ฮ][ิุ]?์")
_R_WITHIN = re.compile("(?<=[ะ-ูกจธวศสอ])ร(?=[ก-ฬฮ][^์])")  # Surachai, Worawit, but Pornchai
_LAST_R = re.compile("(?:(?<=[ัิุ][ตท])|(?<=ัก)|(?<=เนต)|(?<=เกษต))ร$")  # Chawat, Net
_FIRST_SR = re.compile("^ทร(?=[งัาว](?!ม))")  # Songchai, Sap, but Trump

_CLUSTER = "[กขคตปผพบดฟ][รล]"
_ONE = "ห(?=[งญนมยรลว][ะ-ู])[งญนมยรลว]|"
_ONSET = (
    f"(?P<onset>{_ONE}{_CLUSTER}(?=[ะ-ูอ])|[ก-ฮ])"  # two letters are one onset if a vowel follows: Krit, but Pornchai
)
_ONSET_BEHIND_VOWEL = f"(?P<onset>{_ONE}{_CLUSTER}|[ก-ฮ])"
# What stands before a vowel begins the next syllable, and so does the last letter but one: Suli-phon.
_NO_VOWEL_BEHIND = "(?![ะ-ูอ]|[กงดนบมรล]$)"
_CODA = f"(?P<coda>ฤ|[กขคฆงจชซฌญฎฏฐฑฒณดตถทธนบปพฟภมยรลวศษสฬ]{_NO_VOWEL_BEHIND})?"
# In order: how the vowel is written, and how it is read.
_RHYMES = (
    (f"เ{_ONSET_BEHIND_VOWEL}ีย{_CODA}", "ia"),
    (f"เ{_ONSET_BEHIND_VOWEL}ือ{_CODA}", "uea"),
    (f"เ{_ONSET_BEHIND_VOWEL}าะ", "o"),
    (f"เ{_ONSET_BEHIND_VOWEL}า", "ao"),
    (f"เ{_ONSET_BEHIND_VOWEL}[ิอ]{_CODA}", "oe"),
    (f"เ{_ONSET_BEHIND_VOWEL}{_CODA}", "e"),
    (f"แ{_ONSET_BEHIND_VOWEL}{_CODA}", "ae"),
    (f"โ{_ONSET_BEHIND_VOWEL}{_CODA}", "o"),
    (f"[ไใ]{_ONSET_BEHIND_VOWEL.replace(_ONE, 'ห[งญนมยรลว]|')}ย?(?![ะ-ู])", "ai"),
    (f"{_ONSET}ัว{_CODA}", "ua"),
    (f"{_ONSET}ว(?P<coda>[กงดนบมลย]{_NO_VOWEL_BEHIND})", "ua"),
    (f"{_ONSET}ือ", "ue"),
    (f"{_ONSET}(?P<sign>[ะำ])", ""),
    (f"{_ONSET}(?P<sign>[ั-ู]){_CODA}", ""),
    (f"{_ONSET}อ{_CODA}", "o"),
    (f"{_ONSET}{_CODA[:-1]}", "o"),
    (_ONSET, "a"),
)
_READERS = tuple((re.compile(pattern), vowel) for pattern, vowel in _RHYMES)


def romanise_thai(token: str) -> str:
    """Return the romanisation of `token`; an unwritten vowel is o in a closed syllable and a in an open one."""
    token = _TONES.sub("", token).replace("ฤ", "ริ")
    for written, heard in _ENDS:
        token = written.sub(heard, token)
    token = _SILENT.sub("", _FOREIGN_HEARD.sub("", _R_HEARD.sub("ฤ", token)))
    token = _LAST_R.sub("", _FIRST_SR.sub("ซ", token))
    token = _R_WITHIN.sub("ฤ", token)
    out = []
    place = 0
    while place < len(token):
        for pattern, vowel in _READERS:
            found = pattern.match(token, place)
            if found:
                parts = found.groupdict()
                onset = parts["onset"] if len(parts["onset"]) == 1 else parts["onset"].removeprefix("ห")
                out.append("".join(_INITIAL.get(letter, "") for letter in onset))
                alone = found.re is _READERS[-1][0] and place > 0 and found.end() == len(token)  # George, Mark
                out.append(_SIGNS[parts["sign"]] if parts.get("sign") else "" if alone else vowel)
                out.append(_FINAL.get(parts.get("coda") or "", ""))
                place = found.end()
                break
        else:
            place += 1
    return "".join(out)
