"""Khmer: consonants of two series that decide how a vowel sounds, spelled as Cambodian passports spell names."""

import re
import unicodedata

from encoder.standardise.names.letters import _table

_FIRST = _table("ក=k ខ=kh ច=ch ឆ=chh ដ=d ឋ=th ណ=n ត=t ថ=th ប=b ផ=p ស=s ហ=h ឡ=l អ=")
_SECOND = _table("គ=k ឃ=kh ង=ng ជ=ch ឈ=chh ញ=nh ឌ=d ឍ=th ទ=t ធ=th ន=n ព=p ភ=p ម=m យ=y រ=r ល=l វ=v")
_CONSONANTS = _FIRST | _SECOND
_SONORANTS = set(map(ord, "ងញណនមយរលឡវ"))
# After a consonant of the first series and of the second.
_VOWELS_FIRST = _table("ា=a ិ=e ី=ey ឹ=oe ឺ=eu ុ=o ូ=o ួ=uo ើ=oe ឿ=oeu ៀ=ie េ=e ែ=e ៃ=ai ោ=o ៅ=ao ំ=am ះ=ah ័=a")
_VOWELS_SECOND = _VOWELS_FIRST | _table("ា=ea ិ=i ី=i ឹ=i ុ=u ូ=ou ៃ=ey ៅ=ov ំ=um")
_INDEPENDENT = _table("ឥ=e ឦ=ey ឧ=u ឨ=u ឩ=ou ឪ=ov ឫ=ru ឬ=ru ឭ=lu ឮ=lu ឯ=e ឰ=ai ឱ=o ឲ=o ឳ=au")
_COENG = "\u17d2"
_TO_FIRST, _TO_SECOND = "\u17c9", "\u17ca"  # signs that move a consonant to the other series
_SILENCED = re.compile("[ក-អ][ិុ]?\u17cd")  # ច័ន្ទ្រ៍
_NO_SOUND = re.compile("[\u17c7\u17c8\u17cb-\u17d1\u17d3-\u17df\u200b-\u200d]")
# A consonant with what is written below it, the signs of its series, and its vowels.
_UNIT = re.compile(f"([ក-អ](?:{_COENG}[ក-អ])*)([\u17c9\u17ca]?)((?:{_COENG}[ក-អ])*)([\u17b6-\u17c6\u17d0]*)|([ឣ-ឳ])")
_SAME_PLACE = (set("kKgG"), set("td"), set("pb"))
_FOREIGN = {"គ": "g", "វ": "f", "ស": "z"}  # written below a breath
_LAST_V = {"ែ": "o", "ៀ": "u"}  # Keo, Khieu
_FINAL = {"b": "p", "d": "t", "kh": "k", "chh": "ch"}


def romanise_khmer(token: str) -> str:
    """Return `token` in Latin letters; a consonant that no vowel follows closes the syllable behind a written vowel."""
    token = _NO_SOUND.sub("", _SILENCED.sub("", unicodedata.normalize("NFC", token)))
    units = list(_UNIT.finditer(token))
    out: list[str] = []
    open_vowel = False  # a vowel was written last, which the next consonant may close
    for place, unit in enumerate(units):
        if unit[5]:
            out.append(_INDEPENDENT.get(ord(unit[5]), ""))
            open_vowel = True
            continue
        cluster = (unit[1] + unit[3]).split(_COENG)
        last = place == len(units) - 1
        bare_end = place == len(units) - 2 and not (units[-1][4] or units[-1][5])  # Sovann: the end needs a vowel ahead
        if not unit[4] and place and (last or (open_vowel and not bare_end)):
            out.append(_closing(cluster, last=last))
            open_vowel = False
            continue
        out += _opening(cluster, unit[2])
        out.append(_vowels(cluster, unit[2], unit[4], last=last))
        open_vowel = bool(unit[4])
    spelled = "".join(out)
    glide = _LAST_V.get(token[-2:-1]) if token.endswith("វ") else None
    return spelled if glide is None else spelled[:-1] + glide


def _opening(cluster: list[str], shift: str) -> list[str]:
    """Return the sounds of consonants before a vowel: of two of one place only the second is heard."""
    if cluster[0] == "ហ" and len(cluster) > 1:
        return [_FOREIGN.get(letter) or _CONSONANTS[ord(letter)] for letter in cluster[1:]]
    sounds = [_CONSONANTS[ord(letter)] for letter in cluster]
    if sounds[0] == "b" and (len(sounds) > 1 or shift == _TO_FIRST):
        sounds[0] = "p"  # Prak, Pen
    if len(cluster) > 1 and cluster[0] in "នណ" and cluster[1] == "ត":
        sounds[1] = "d"  # Chenda
    return [
        sound
        for sound, after in zip(sounds, [*sounds[1:], ""], strict=True)
        if not any(sound[:1] in place and after[:1] in place for place in _SAME_PLACE if sound and after)
    ]


def _closing(cluster: list[str], *, last: bool) -> str:
    """Return the sound of consonants that end a syllable; what is written below the last one is silent: Piseth."""
    first = _CONSONANTS[ord(cluster[0])]
    first = _FINAL.get(first, first)
    return first if last else first + "".join(_CONSONANTS[ord(letter)] for letter in cluster[1:])


def _vowels(cluster: list[str], shift: str, signs: str, *, last: bool) -> str:
    """Return the vowels of a consonant: those written, or the one that it has of itself."""
    last_stop = next((letter for letter in reversed(cluster) if ord(letter) not in _SONORANTS), cluster[0])
    deciding = "ហ" if cluster[0] == "ហ" else last_stop
    second = shift == _TO_SECOND or (shift != _TO_FIRST and ord(deciding) in _SECOND)
    if not signs:
        return "" if last else "a"
    if signs == "ា" and (cluster[-1] == "យ" or (last and cluster[-1] in "នរ")):
        return "a"  # Ratana, Makara: words of Sanskrit, which bearers spell so
    table = _VOWELS_SECOND if second else _VOWELS_FIRST
    if signs == "ុំ":
        return "om"
    return "am" if signs == "ាំ" else "".join(table.get(ord(sign), "") for sign in signs)
