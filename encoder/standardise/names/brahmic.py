"""Scripts of South Asia: consonants carry an a unless a sign changes it.

The blocks of Unicode for Devanagari to Malayalam have one layout (ISCII), so one table reads them all.
"""

import re
import unicodedata

from encoder.standardise.names.letters import _table

_FIRST, _LAST = 0x0900, 0x0D80
_INDEPENDENT = _table("ऄ=a अ=a आ=a इ=i ई=i उ=u ऊ=u ऋ=ri ऌ=li ऍ=e ऎ=e ए=e ऐ=ai ऑ=o ऒ=o ओ=o औ=au ॠ=ri ॡ=li ँ=n ं=n")
_CONSONANTS = _table(
    "क=k ख=kh ग=g घ=gh ङ=ng च=ch छ=ch ज=j झ=jh ञ=ny ट=t ठ=th ड=d ढ=dh ण=n त=t थ=th द=d ध=dh न=n ऩ=n प=p फ=ph ब=b भ=bh "
    "म=m य=y र=r ऱ=r ल=l ळ=l ऴ=zh व=v श=sh ष=sh स=s ह=h"
)
_SIGNS = _table("ा=a ि=i ी=i ु=u ू=u ृ=ri ॄ=ri ॅ=e ॆ=e े=e ै=ai ॉ=o ॊ=o ो=o ौ=au ॢ=li")
_VIRAMA, _NUKTA = 0x094D, 0x093C
_DOTTED = {"k": "q", "j": "z", "ph": "f", "d": "r", "dh": "r", "g": "gh", "l": "l"}
_OTHER = {ord("ৎ"): "t", ord("ৰ"): "r", ord("ৱ"): "v", ord("ੰ"): "n", ord("ൺ"): "n", ord("ൻ"): "n",
          ord("ർ"): "r", ord("ൽ"): "l", ord("ൾ"): "l", ord("ൿ"): "k"}  # fmt: skip
# Tamil writes one letter where the sound depends on its place: Murugan, Ilango, Sivam, Panja, Ambalam.
_TAMIL_SOUNDS = (
    (re.compile("(?<=[aeiou])k(?=[aeiou])|(?<=[nm])k"), "g"),
    (re.compile("(?<=n)ch"), "j"),
    (re.compile("(?<=[nm])p"), "b"),
    (re.compile("(?:^|(?<=[aeiou]))ch(?=[aeiou])"), "s"),
)
_BENGALI_W = re.compile("(?:ও|(?<=ো))য\u09bc")  # Wazed, Anowar
_LAST_M = re.compile("[ంಂം]$")  # Venkatesham
_SINGH = re.compile("[\u0902\u0982\u0a02\u0a82](?=[हহਹહ])|\u0d82(?=හ)")  # Singh
_JNYA = re.compile("[जজજ][्্્][ञঞઞ]")  # Gyan, Gyaneshwar, Vigyan
_RETROFLEX = re.compile("(ண்|ണ്)[டട]")  # Pandian, Chandy; the dental t is of Vasantha and of Chandran
_SCHWA_KEPT = ("TELUGU", "KANNADA", "MALAYALAM", "TAMIL", "ORIYA", "SINHALA")


def romanise_brahmic(token: str, script: str) -> str:
    """Return the romanisation of `token`; in the North the a at the end of a word is silent."""
    out: list[str] = []
    pending = False  # a consonant waits for its vowel
    token = _BENGALI_W.sub("ৱ", unicodedata.normalize("NFC", token))
    token = _JNYA.sub("ग्य", token)
    token = _SINGH.sub("\\g<0>ग्", _LAST_M.sub("म्", token))
    for letter in _RETROFLEX.sub("\\1ड", token):
        base = _FIRST + (ord(letter) & 0x7F) if _FIRST <= ord(letter) < _LAST else 0
        if base == _NUKTA:
            out[-1:] = [_DOTTED.get(spelling, spelling) for spelling in out[-1:]]
        elif base == _VIRAMA:
            pending = False
            out[-1:] = ["n" if spelling == "ng" else spelling for spelling in out[-1:]]  # Gurung, but Shankar
        elif base in _SIGNS:
            out.append(_SIGNS[base])
            pending = False
        else:
            spelling = _OTHER.get(ord(letter)) or _CONSONANTS.get(base) or _INDEPENDENT.get(base)
            if spelling is None:
                continue
            if pending:
                out.append("a")
            out.append(spelling)
            pending = base in _CONSONANTS and ord(letter) not in _OTHER
    if pending and script in _SCHWA_KEPT:
        out.append("a")
    spelled = "".join(out)
    if script == "TAMIL":
        for place, sound in _TAMIL_SOUNDS:
            spelled = place.sub(sound, spelled)
    return spelled
