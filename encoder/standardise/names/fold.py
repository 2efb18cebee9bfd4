"""Folding: the common romanisations of one name meet in one spelling."""

import re
from functools import lru_cache

from encoder.standardise.names.romanise import romanise

# In order: a letter without which the rule has nothing to do, what is found, what it becomes. Capitals are sounds that
# later rules leave alone; they become small at the end.
_RULES: tuple[tuple[str, str, str], ...] = (
    # Mandarin (x, q) and its older spelling (hs)
    ("h", r"^hs", "S"),
    ("x", r"^x(?=[iu])", "S"),
    ("q", r"^q(?=i(?:an|ao|e|n|u|$))", "C"),
    ("m", r"^mc", "mak"),
    ("h", r"(?<=^jo)h(?=n)", ""),
    # hissing sounds of English, German, French, Polish, Hungarian and Scandinavian spelling
    ("s", r"shtsh|schtsch|shch|szcz|stsch|sjtsj", "S"),
    ("c", r"chtch", "S"),
    ("c", r"tzsch|tsch|tch|ccs", "C"),
    ("t", r"tsh|tsj", "C"),
    ("d", r"dsch|dzh|dsh|dj", "J"),
    ("h", r"jh", "J"),
    ("s", r"zsch|sch(?=[aeiouymnlrwvtpk]|$)|sh|sz|sj", "S"),
    ("z", r"zh|zs(?=[aeiou])", "z"),
    ("h", r"ch(?=[rl])", "k"),
    ("h", r"(?<=[aou])ch$", "h"),
    ("h", r"chs", "ks"),
    ("c", r"ch|cz|cs", "C"),
    ("t", r"ts|tz", "C"),
    ("z", r"(?<=[bdgkptw])rz(?=[aeiouy])", "J"),
    # breath
    ("h", r"kh", "H"),
    ("h", r"ph", "f"),
    ("h", r"(?<=[bdgjrtlwn])h", ""),
    ("q", r"c?ques?$", "k"),
    ("c", r"ck|cq", "k"),
    ("c", r"c(?=[eiyj]|$)", "C"),
    ("c", r"c", "k"),
    ("q", r"q", "k"),
    ("x", r"x", "ks"),
    ("d", r"dg(?=[ei])", "J"),
    # -off, -ow, -eff of Slavic surnames
    ("o", r"(?<=o)(?:ff?|w)$", "v"),
    ("u", r"(?<=u)(?:ff?|w)$", "v"),
    ("e", r"(?<=e)(?:ff|w)$", "v"),
    ("w", r"w", "v"),
    # Korean
    ("e", r"yeo", "yu"),
    ("e", r"eo(?=ng|k|l[^aeiou]|l$)", "u"),
    # glides: Iouri, Jurij, Yuri
    ("u", r"^(?:ou|u)(?=[aei])", "v"),
    ("o", r"^(?:io|jo|yo)", "Jo"),
    ("u", r"^(?:iu|ju|yu|iou|you)", "Ju"),
    ("a", r"^(?:ia|ja|ya)", "Ja"),
    ("e", r"^(?:ie|je|ye)", "Je"),
    ("o", r"oo|ou", "u"),
    ("e", r"ee", "i"),
    ("i", r"ij|iy|yi|ii|(?<=.)ji$", "i"),
    ("j", r"yj", "i"),
    ("y", r"y(?![aeiou])", "i"),
    ("j", r"j(?![aeiou])", "i"),
    ("i", r"(?<=[aeo])i$", "i"),
    ("e", r"ei|ey|ej", "ai"),
    # softening: Anastasiya, Anastasia, Anastasja
    ("", r"(?<=[^aeiou])[iyj]+(?=[aeou])", ""),
    ("y", r"(?<=[aeiou])y(?=[aeiou])", "i"),
    ("j", r"(?<=[aeiou])j(?=[aeiou])", "i"),
    ("y", r"y", "J"),
    ("j", r"j", "J"),
    ("e", r"(?<=[aou])e", ""),
    ("e", r"ie", "i"),
    # names of God's servant: Abdulrahman, Abdurrahman, Abd al-Rahman
    ("b", r"^abd[aeou]?(?:l(?!a?h?$)|r(?=r))?(?=..)", "abd"),
    # endings that follow the sex or the country: Ivanova, Ivanovs, Ivanovas; Kovalska, Kovalskaya; Papadopoulou
    ("v", r"(?<=..[oe]v)(?:a|s|as)$", ""),
    ("k", r"sk(?:aia|aa|aja|aJa|a|ai|i|oi|ii|is|as|)$", "ski"),
    ("p", r"opulu$", "opulos"),
    ("n", r"n(?=[bp])", "m"),
    ("d", r"dt$", "t"),
)
_COMPILED = tuple((letter, re.compile(pattern).sub, spelling) for letter, pattern, spelling in _RULES)
_DOUBLE = re.compile(r"(.)(?=\1)")  # nothing takes its place: a template would cost more than the search


@lru_cache(maxsize=1 << 17)
def fold(token: str) -> str:
    """Return `token` romanised and folded to a-z, empty when it has no letter that can be read."""
    return fold_latin(romanise(token))


def fold_latin(text: str) -> str:
    """Return the folded form of `text` in a-z."""
    for letter, replace, spelling in _COMPILED:
        if letter in text:
            text = replace(spelling, text)
    return _DOUBLE.sub("", text.lower())


_FIRST_LETTER = str.maketrans("eiouvz", "aaaafs")
_OTHER_LETTERS = str.maketrans("vz", "fs", "aeiou")
_PHONETIC_LETTERS = str.maketrans("vbzcjgdr", "fpsssktl", "h")


def skeleton(token: str) -> str:
    """Return the consonants of the folded token; a first vowel, whichever, stands as a."""
    return skeleton_of(fold(token))


def skeleton_of(folded: str) -> str:
    """Return the skeleton of a form that is folded already."""
    return _DOUBLE.sub("", folded[:1].translate(_FIRST_LETTER) + folded[1:].translate(_OTHER_LETTERS))


def phonetic(token: str) -> str:
    """Return a coarse key of the sound: voiced and unvoiced, hissing and breathed consonants, r and l are one."""
    return phonetic_of(skeleton(token))


def phonetic_of(skeleton: str) -> str:
    """Return the phonetic key of a form with that skeleton; empty for a mere breath."""
    return _DOUBLE.sub("", skeleton.translate(_PHONETIC_LETTERS))
