"""Chinese and Korean names in Cyrillic, after Palladius and Kontsevich, in the Latin letters that passports have."""

import re
from collections.abc import Sequence

from encoder.standardise.names.scripts import letters_of
from encoder.standardise.names.words import words

_CYRILLIC = letters_of("CYRILLIC")
_FEWEST = 2  # parts of a Chinese name: Russians write the syllables of a given name as one
_WHOLE_NAME = 3  # parts of a Korean name: they write each syllable apart

# Palladius: initials by what they are in pinyin, before и, ю and я and elsewhere, and finals as they are written alone.
_INITIALS = (
    ("чж", "zh"), ("ч", "ch"), ("ш", "sh"), ("ж", "r"), ("цз", "z"), ("ц", "c"), ("с", "s"), ("б", "b"), ("п", "p"),
    ("м", "m"), ("ф", "f"), ("д", "d"), ("т", "t"), ("н", "n"), ("л", "l"), ("г", "g"), ("к", "k"), ("х", "h"),
)  # fmt: skip
_SOFT = {"z": "j", "c": "q", "s": "x"}
_FINALS = {
    "а": "a", "ай": "ai", "ань": "an", "ан": "ang", "ао": "ao", "о": "uo", "оу": "ou", "ун": "ong",
    "э": "e", "эй": "ei", "энь": "en", "эн": "eng", "ы": "i", "и": "i", "инь": "in", "ин": "ing", "у": "u",
    "уа": "ua", "уай": "uai", "уань": "uan", "уан": "uang", "уй": "ui", "унь": "un", "уэй": "ui", "ю": "iu", "юй": "u",
    "юэ": "ue", "юань": "uan", "юнь": "un", "юн": "iong", "я": "ia", "янь": "ian", "ян": "iang", "яо": "iao", "е": "ie",
}  # fmt: skip
_ALONE = {
    "а": "a", "ай": "ai", "ань": "an", "ан": "ang", "ао": "ao", "оу": "ou", "э": "e", "эр": "er", "энь": "en",
    "и": "yi", "инь": "yin", "ин": "ying", "я": "ya", "янь": "yan", "ян": "yang", "яо": "yao", "е": "ye", "ю": "you",
    "юй": "yu", "юэ": "yue", "юань": "yuan", "юнь": "yun", "юн": "yong", "у": "wu", "ва": "wa", "вай": "wai",
    "вань": "wan", "ван": "wang", "вэй": "wei", "вэнь": "wen", "вэн": "weng", "во": "wo",
}  # fmt: skip
_CHINESE = {
    letters + final: (_SOFT.get(initial, initial) if final[0] in "июяе" else initial) + spelled
    for letters, initial in _INITIALS
    for final, spelled in _FINALS.items()
}
_CHINESE |= _ALONE | {"бо": "bo", "по": "po", "мо": "mo", "фо": "fo"}
_MARKED = re.compile("цз|чж|э|нь|юй|[цсх]ю|[сц]я|уа|ао|[цс]и")  # hardly in names of other languages
# A syllable does not end in н before a vowel: Си-нань, Цзя-нун.
_CHINESE_SYLLABLE = f"(?:{'|'.join(sorted(_CHINESE, key=len, reverse=True))})(?!(?<=н)[аоуыэиюяе])"
_CHINESE_WORD = re.compile(f"({_CHINESE_SYLLABLE})({_CHINESE_SYLLABLE})?")

_KOREAN_SURNAMES = {
    "ким": "kim", "пак": "park", "ли": "lee", "и": "lee", "цой": "choi", "чхве": "choi", "чхой": "choi", "чон": "jeong",
    "чжон": "jeong", "чен": "jeong", "тен": "jeong", "чан": "jang", "чжан": "jang", "тян": "jang", "чо": "cho",
    "чжо": "cho", "те": "cho", "кан": "kang", "юн": "yoon", "лим": "lim", "им": "lim", "хан": "han", "о": "oh",
    "со": "seo", "син": "shin", "шин": "shin", "квон": "kwon", "хван": "hwang", "ан": "ahn", "сон": "song", "ю": "yoo",
    "рю": "ryu", "хон": "hong", "мун": "moon", "но": "roh", "ро": "roh", "пэ": "bae", "пан": "ban", "нам": "nam",
    "ко": "ko", "ян": "yang", "мин": "min", "ха": "ha", "хо": "heo", "хе": "heo", "чу": "joo", "чжу": "joo",
    "сим": "shim", "ку": "koo", "гу": "koo", "квак": "kwak", "чха": "cha", "чи": "ji", "чин": "jin", "чхон": "cheon",
    "пён": "byun", "хам": "ham", "ён": "yeon", "ма": "ma", "кон": "kong", "хен": "hyun", "хён": "hyun",
}  # fmt: skip
_KOREAN_INITIALS = {
    "": "", "к": "g", "г": "g", "кк": "kk", "кх": "k", "т": "d", "д": "d", "тт": "tt", "тх": "t", "п": "b", "б": "b",
    "пп": "pp", "пх": "p", "ч": "j", "чж": "j", "дж": "j", "чч": "jj", "чх": "ch", "с": "s", "сс": "ss", "ш": "s",
    "х": "h", "р": "r", "л": "r", "м": "m", "н": "n",
}  # fmt: skip
_KOREAN_VOWELS = {
    "а": "a", "я": "ya", "о": "o", "ё": "yeo", "у": "u", "ю": "yu", "ы": "eu", "и": "i", "э": "ae", "е": "e",
    "ва": "wa", "во": "wo", "вэ": "wae", "ви": "wi", "ве": "we", "ый": "ui",
}  # fmt: skip
_KOREAN_FINALS = {
    "": "", "к": "k", "г": "k", "н": "n", "нъ": "ng", "нь": "n", "т": "t", "ль": "l", "л": "l", "р": "l", "м": "m",
    "п": "p", "б": "p",
}  # fmt: skip
_KOREAN_SYLLABLE = re.compile(
    "({})({})({})".format(
        *("|".join(sorted(of, key=len, reverse=True)) for of in (_KOREAN_INITIALS, _KOREAN_VOWELS, _KOREAN_FINALS))
    )
)
_NASAL = re.compile("(?:[оёе]|(?<=[сч])а|ва)н$")  # one letter for n and ng: Jong, Myung, Sang, Gwang, but Eun, Jin
_NO_NASAL = re.compile("(?:хё|во|хва)н$")  # Hyun, Won, Hwan


def may_be_eastern(part: str) -> bool:
    """Return whether a part in Cyrillic may make a name Chinese or Korean, so that it is read with the rest."""
    return part in _KOREAN_SURNAMES or (_MARKED.search(part) is not None and _CHINESE_WORD.fullmatch(part) is not None)


def eastern_in_latin(parts: Sequence[str]) -> list[str]:
    """Return family and given name of a Chinese or Korean name in Cyrillic in Latin letters, else the parts."""
    if len(parts) in (_FEWEST, _WHOLE_NAME) and all(map(_CYRILLIC.match, parts)):
        return _korean(parts) or _chinese(parts) or [*parts]
    return [*parts]


def _chinese(parts: Sequence[str]) -> list[str]:
    """Return the parts in pinyin; nothing where some is no Chinese, or nothing says that it is."""
    found = [word for part in parts if (word := _CHINESE_WORD.fullmatch(part))]
    if len(found) < len(parts) or not any(map(_MARKED.search, parts)):
        return []
    family, *given = ("".join(map(_CHINESE.__getitem__, filter(None, word.groups()))) for word in found)
    return [family, "".join(given)] if family in words().romanised_surnames else []


def _korean(parts: Sequence[str]) -> list[str]:
    """Return surname and given name of three syllables that begin with a surname of Korea, else nothing."""
    family = _KOREAN_SURNAMES.get(parts[0])
    syllables = [_KOREAN_SYLLABLE.fullmatch(part) for part in parts[1:]]
    if family is None or len(parts) != _WHOLE_NAME or not all(syllables):
        return []
    return [family, "".join(_korean_syllable(found) for found in syllables if found)]


def _korean_syllable(found: re.Match[str]) -> str:
    initial, vowel, final = found.groups()
    nasal = _NASAL.search(found[0]) and not _NO_NASAL.search(found[0])
    return _KOREAN_INITIALS[initial] + _KOREAN_VOWELS[vowel] + ("ng" if nasal else _KOREAN_FINALS[final])
