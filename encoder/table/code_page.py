"""Which code page the bytes of an old text table are most likely written in.

For every code page that can read the bytes at all, the letters that appear are judged by how common they are in the
languages that were written with it; the likeliest language wins. It is a guess, good enough to propose: a person who
sees the names confirms it.
"""

import codecs
import re
from collections import Counter
from functools import cache
from itertools import chain
from math import log
from typing import NamedTuple

_SAMPLE_BYTES = 1 << 16
_RARE_LETTER = log(0.001)
_NO_LETTER = log(0.00002)
_COMMON_IDEOGRAPH = log(0.006)  # for two bytes; a letter of an alphabet is about 0.06 for one
_HANGUL = log(0.012)  # there are fewer, and Chinese read as Korean has rare ones too
_RARE_IDEOGRAPH = log(0.00001)
_BREAK = log(0.02)  # a capital after a small letter, or two scripts in one word

_GREEK = "αοιετσνηυρπκμλδγωίόάέςχήθύβφζξώψϊϋΐΰ"
_RUSSIAN = "оаеинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_UKRAINIAN = "оанивіетрслкдумпязьгбчхйжїцшєюфщґ"
_SERBIAN = "аоиенрсјтувкдпмлзгбчшцхжљњћђфџ"
_ARABIC = "الينمرتبوهدعفسكقحةجشأصىخإطزءثذئضغآظؤًپچژگکیےںٹڈڑہھ"
_HEBREW = "יוהלארמתבשנםכעחדקפטןגצזסךץףתּ"
_THAI = "านรก่อเงมล้วยดทสีตั์ปบะคหิไจแพช็ขใผุโูศ์ณถธซฉฐภญฝฟฮฆษฏฎฑฒฌฤ"
_BY_LANGUAGE = {
    # code page: what it is for, and per language its letters beyond a-z, the commonest first
    "cp1252": (
        "Western Europe",
        ("éèàêçâîôûùïëœ", "üäöß", "áíóéñúü", "ãçáéíóêõâúà", "åäö", "æøå", "èàòùìé", "ëéïöü", "ðáíéóöþúýæ"),
    ),
    "cp1250": ("Central Europe", ("łóężąśćńź", "íáéýžčřěšůúňťď", "áéőíóöüúű", "ăîâşţșț", "čšžćđ", "áíéýčžšľúťňäôďĺŕó")),
    "cp1254": ("Turkish", ("ıüşöğçİâî",)),
    "cp1257": ("Baltic", ("ėšžųįąūčę", "āīēšņūļģžķč", "äõöü")),
    "cp1258": ("Vietnamese", ("đơưâêôăáàéèíóòúùạ\u0301\u0300\u0309\u0303\u0323",)),
    "cp1251": ("Cyrillic", (_RUSSIAN, _UKRAINIAN, _SERBIAN)),
    "cp1253": ("Greek", (_GREEK,)),
    "cp1255": ("Hebrew", (_HEBREW,)),
    "cp1256": ("Arabic, Persian, Urdu", (_ARABIC,)),
    "cp874": ("Thai", (_THAI,)),
    "koi8-r": ("Cyrillic, KOI8", (_RUSSIAN,)),
    "cp866": ("Cyrillic, DOS", (_RUSSIAN,)),
    "mac-cyrillic": ("Cyrillic, Macintosh", (_RUSSIAN,)),
    "mac-roman": ("Western Europe, Macintosh", ("éèàêçâîôûùïëœ", "üäöß", "áíóéñúü", "ãçáéíóêõâúà", "åäö", "æøå")),
    "cp850": ("Western Europe, DOS", ("éèàêçâîôûùïë", "üäöß", "áíóéñúü", "ãçáéíóêõâúà", "åäö", "æøå")),
    "cp852": ("Central Europe, DOS", ("łóężąśćńź", "íáéýžčřěšůúňťď", "áéőíóöüúű", "ăîâşţ", "čšžćđ")),
}
_EAST_ASIAN = {
    # code page: what it is for, and the lead bytes of its common characters in that code page
    "gb18030": ("Chinese, simplified", ((0xB0, 0xD7),)),
    "cp950": ("Chinese, traditional", ((0xA4, 0xC6),)),
    "cp932": ("Japanese", ((0x82, 0x83), (0x88, 0x97))),
    "cp949": ("Korean", ((0xB0, 0xC8),)),
}
_KANA = re.compile("[\u3041-\u30fe]")
_BROKEN_CASE = re.compile(
    "[a-zßà-öø-ÿаяа-яёіїєґђјљњћџα-ωά-ώ][A-ZÀ-ÖØ-ÞА-ЯЁІЇЄҐЂЈЉЊЋЏΑ-ΩΆ-Ώ]"
    "|(?<![a-zа-яα-ω])[à-öø-ÿа-яёα-ω][A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]"
)
_TWO_SCRIPTS = re.compile("[A-Za-z][\u0370-\u06ff\u0e00-\u0e7f]|[\u0370-\u06ff\u0e00-\u0e7f][A-Za-z]")


class CodePage(NamedTuple):
    """A code page by the name that Python and `--encoding` know, and what it is for."""

    name: str
    languages: str


def guess_code_page(content: bytes) -> CodePage | None:
    """Return the likeliest code page of `content`, or None when it is ASCII, UTF-8 or nothing that is known."""
    content = content[:_SAMPLE_BYTES]
    if content.isascii() or _decoded(content, "utf-8") is not None:
        return None
    words = b"\n".join(word for word in content.split() if not word.isascii())
    best, found = _NO_LETTER, None
    for name, (languages, _) in chain(_BY_LANGUAGE.items(), _EAST_ASIAN.items()):
        text = _decoded(words, name)
        if text is not None:
            fit = _fit(text, name) / max(1, sum(byte >= 0x80 for byte in words))  # noqa: PLR2004 - the end of ASCII
            if fit > best:
                best, found = fit, CodePage(name, languages)
    return found


def _decoded(content: bytes, encoding: str) -> str | None:
    """Return `content` as text, a character that is cut off at the end left out, or None."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError:
        return None


def _fit(text: str, name: str) -> float:
    """Return the logarithm of how likely the letters beyond ASCII of `text` are."""
    counts = Counter(text)
    letters = {letter: count for letter, count in counts.items() if not letter.isascii()}
    if name in _EAST_ASIAN:
        return sum(count * _ideograph(letter, name) for letter, count in letters.items())
    likeliest = max(
        sum(count * weights.get(letter.lower(), _unlisted(letter)) for letter, count in letters.items())
        for weights in _weights(name)
    )
    breaks = sum(1 for pattern in (_BROKEN_CASE, _TWO_SCRIPTS) for _ in pattern.finditer(text))
    return likeliest + breaks * _BREAK


def _unlisted(letter: str) -> float:
    return _RARE_LETTER if letter.isalpha() else _NO_LETTER


def _ideograph(letter: str, name: str) -> float:
    encoded = letter.encode(name)
    if len(encoded) == 2 and any(first <= encoded[0] <= last for first, last in _EAST_ASIAN[name][1]):  # noqa: PLR2004
        return 0.5 * _COMMON_IDEOGRAPH if _KANA.match(letter) else _HANGUL if name == "cp949" else _COMMON_IDEOGRAPH
    return _RARE_IDEOGRAPH


@cache
def _weights(name: str) -> tuple[dict[str, float], ...]:
    """Return for each language of a code page: letter -> logarithm of its share, by Zipf's law over the ranks."""
    languages = []
    for letters in _BY_LANGUAGE[name][1]:
        total = sum(1 / (rank + 2) for rank in range(len(letters)))
        languages.append({letter: log(1 / (rank + 2) / total) for rank, letter in reversed(list(enumerate(letters)))})
    return tuple(languages)
