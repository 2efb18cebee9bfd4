"""Alphabets read letter by letter: Cyrillic, Greek, Hebrew, Armenian, Georgian, and Latin letters with marks.

The target is one English-like spelling (sh, ch, zh, kh, ts, y), not a standard: the folding that follows makes the
spellings of the standards meet.
"""

import re
import unicodedata


def _table(pairs: str) -> dict[int, str]:
    """Return a table for str.translate from "letter=spelling" pairs; a letter with nothing after "=" vanishes."""
    return {ord(pair[0]): pair[2:] for pair in pairs.split()}


# Letters whose sound their plain base letter does not tell. The rest lose their marks (NFKD).
_LATIN = _table(
    "æ=ae œ=oe ø=o ð=d þ=th ß=ss ł=l đ=d ħ=h ı=i ŋ=ng ə=a ɛ=e ɔ=o ɓ=b ɗ=d ɖ=d ƙ=k ɣ=gh ʻ= ʼ= ʹ= ʺ= ŀ=l ĸ=k ƴ=y "
    "č=ch š=sh ž=zh ş=sh ș=sh ţ=ts ț=ts ć=ch ś=s ź=z ż=zh ğ=g ģ=g ķ=k ļ=l ņ=n ň=ny ñ=ny ń=n ř=r ĉ=ch ĝ=j ĥ=kh ĵ=zh "
    "ŝ=sh ŭ=u ǧ=j ǰ=j ẖ=kh ḫ=kh ḵ=kh ṯ=th ḏ=dh ʿ= ʾ= ʽ= ǆ=j ǉ=lj ǌ=nj ǔ=u"
)
_AZERBAIJANI = _table("x=kh c=j q=g ç=ch")  # with the letter schwa the token is Azerbaijani
_CYRILLIC = _table(
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch "
    "ъ= ы=y ь= э=e ю=yu я=ya ё=e ђ=dj ѓ=g є=ye ѕ=dz і=i ї=yi ј=j љ=lj њ=nj ћ=ch ќ=k ў=u џ=dzh ґ=g ғ=gh җ=j ҙ=z қ=k "
    "ҝ=g ң=n ҡ=k ҥ=ng ҫ=s ү=u ұ=u ҳ=h ҷ=j ҹ=j һ=h ҽ=ch ӂ=j ӄ=k ӈ=n ӊ=n ӌ=j ӑ=a ӓ=a ӗ=e ә=a ӝ=j ӟ=z ӡ=dz ӣ=i ӥ=i "
    "ө=o ӧ=o ӯ=u ӱ=u ӳ=u ӵ=ch ӷ=g ӹ=y ӏ= ѐ=e ѝ=i ѣ=e ѳ=f ѵ=i"
)
_GREEK = _table(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r ς=s σ=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"
)
_GREEK_GROUPS = (
    (re.compile("ου"), "u"),
    (re.compile("αι"), "e"),
    (re.compile("(?:ει|οι|υι)"), "i"),
    (re.compile("(?<=[αεη])υ(?=[αβγδεζηιλμνορω])"), "v"),
    (re.compile("(?<=[αεη])υ"), "f"),
    (re.compile("γ(?=[γξχ])"), "n"),
    (re.compile("^γκ"), "g"),
    (re.compile("γκ"), "ng"),
    (re.compile("^μπ"), "b"),
    (re.compile("μπ"), "b"),
    (re.compile("^ντ"), "d"),
    (re.compile("ντ"), "nd"),
    (re.compile("τζ"), "tz"),
    (re.compile("τσ"), "ts"),
)
_ARMENIAN = _table(
    "ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y ն=n շ=sh ո=o չ=ch պ=p "
    "ջ=dj ռ=r ս=s վ=v տ=t ր=r ց=ts ւ=v փ=p ք=k օ=o ֆ=f և=ev"
)
_GEORGIAN = _table(
    "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh ყ=q შ=sh ჩ=ch ც=ts "
    "ძ=dz წ=ts ჭ=ch ხ=kh ჯ=dj ჰ=h ჱ=e ჲ=y ჳ=u ჴ=kh ჵ=o ჶ=f"
)

_TWO_SYLLABLES = re.compile("[aeiouy][^aeiouy]+[aeiouy]")
# Czech and Slovak -ová, Lithuanian -ienė (wife) and -aitė, -ytė, -utė (daughter), told by their marks.
_WIFE = re.compile("^(.{3,}?)(?:ová|ienė|aitė|ytė|utė|ūtė)$")
_UKRAINIAN_LETTERS = re.compile("^(?!.*[әғқңөұүһ]).*[іїєґў]")  # and no Kazakh ones
_YE = re.compile("(?:^|(?<=[аеёиоуыэюяіїьъ]))е")
_YO = re.compile("(?:^|(?<=[аеёиоуыэюяіїьъ]))ё")
_FIRST_JE = re.compile("^йе")  # Jens, Jerusalem: no spelling leaves this j out
_YER = re.compile("ъ(?![еёюя]|$)")


def romanise_latin(token: str) -> str:
    """Return `token` (lower case, Latin script) without marks, marked letters spelled by their sound."""
    if token.isascii():
        return token
    token = unicodedata.normalize("NFC", token)
    if "ə" in token:
        token = token.translate(_AZERBAIJANI)
    if "đ" in token and _TWO_SYLLABLES.search(_without_marks(token)):
        token = token.replace("đ", "dj")  # a word of two syllables is not Vietnamese
    token = _WIFE.sub(r"\1", token)
    return _without_marks(token.translate(_LATIN))


def romanise_cyrillic(token: str) -> str:
    """Return the romanisation of `token` (lower case): Russian rules, Ukrainian and Belarusian where letters tell."""
    token = unicodedata.normalize("NFC", token)
    if _UKRAINIAN_LETTERS.search(token):
        token = token.replace("г", "һ")
    token = _YER.sub("а", _YO.sub("йо", _YE.sub("йе", _FIRST_JE.sub("јэ", token))))
    return _without_marks(token.translate(_CYRILLIC))


def romanise_greek(token: str) -> str:
    """Return the romanisation of `token` (lower case), by sound (ELOT 743 groups)."""
    token = _without_marks(token)
    for group, sound in _GREEK_GROUPS:
        token = group.sub(sound, token)
    return token.translate(_GREEK)


def romanise_armenian(token: str) -> str:
    """Return the romanisation of `token` (lower case), Eastern Armenian."""
    token = token.replace("ու", "u").replace("եւ", "ev")
    if token.startswith("ե"):
        token = "ye" + token[1:]
    if token.startswith("ո") and not token.startswith("ով"):
        token = "vo" + token[1:]
    return token.translate(_ARMENIAN)


def romanise_georgian(token: str) -> str:
    """Return the romanisation of `token`."""
    return token.lower().translate(_GEORGIAN)


def _without_marks(token: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", token) if not unicodedata.combining(letter))
