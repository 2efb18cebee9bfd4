"""Japanese syllables: hiragana and katakana in Hepburn spelling, long vowels short."""

import re
import unicodedata

_HEPBURN = {
    "あ": "a", "い": "i", "う": "u", "え": "e", "お": "o", "か": "ka", "き": "ki", "く": "ku", "け": "ke", "こ": "ko",
    "さ": "sa", "し": "shi", "す": "su", "せ": "se", "そ": "so", "た": "ta", "ち": "chi", "つ": "tsu", "て": "te",
    "と": "to", "な": "na", "に": "ni", "ぬ": "nu", "ね": "ne", "の": "no", "は": "ha", "ひ": "hi", "ふ": "fu",
    "へ": "he", "ほ": "ho", "ま": "ma", "み": "mi", "む": "mu", "め": "me", "も": "mo", "や": "ya", "ゆ": "yu",
    "よ": "yo", "ら": "ra", "り": "ri", "る": "ru", "れ": "re", "ろ": "ro", "わ": "wa", "ゐ": "i", "ゑ": "e",
    "を": "o", "ん": "n", "が": "ga", "ぎ": "gi", "ぐ": "gu", "げ": "ge", "ご": "go", "ざ": "za", "じ": "ji",
    "ず": "zu", "ぜ": "ze", "ぞ": "zo", "だ": "da", "ぢ": "ji", "づ": "zu", "で": "de", "ど": "do", "ば": "ba",
    "び": "bi", "ぶ": "bu", "べ": "be", "ぼ": "bo", "ぱ": "pa", "ぴ": "pi", "ぷ": "pu", "ぺ": "pe", "ぽ": "po",
    "ゔ": "vu",
}  # fmt: skip
_SMALL = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゃ": "a", "ゅ": "u", "ょ": "o", "ゎ": "a"}
_GLIDES = "ゃゅょ"
_LONG = re.compile("(?<=o)[ou]|(?<=u)u")


def romanise_kana(token: str) -> str:
    """Return `token` in Hepburn spelling; long vowels are written once (Satō, Satoh, Satou: sato)."""
    out: list[str] = []
    for letter in unicodedata.normalize("NFKC", token):
        sign = chr(ord(letter) - 0x60) if "ァ" <= letter <= "ヴ" else letter
        if sign in _SMALL:
            if out and len(out[-1]) > 1:
                # きゃ kya, しゃ sha; ファ fa, ティ ti, ヴォ vo
                stem = out[-1][:-1]
                glide = "y" if sign in _GLIDES and stem[-1] not in "hj" else ""
                out[-1] = stem + glide + _SMALL[sign]
            else:
                out.append(_SMALL[sign] if not (out and out[-1] == "u") else "w" + _SMALL[sign])
        elif sign in _HEPBURN:
            out.append(_HEPBURN[sign])
    return _LONG.sub("", "".join(out))
