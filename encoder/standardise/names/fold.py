"""Folding: the common romanisations of one name meet in one spelling."""

import re
from functools import lru_cache

from encoder.standardise.names.romanise import romanise

# In order: letters without which the rule has nothing to do, what is found, what it becomes. Capitals are sounds that
# later rules leave alone; they become small at the end.
_RULES: tuple[tuple[str, str, str], ...] = (
    # Mandarin (x, q) and its older spelling (hs)
    ("hs", r"^hs", "S"),
    ("x", r"^x(?=[iu])", "S"),
    ("q", r"^q(?=i(?:an|ao|e|n|u|$))", "C"),
    ("mc", r"^mc", "mak"),
    ("joh", r"(?<=^jo)h(?=n)", ""),
    # hissing sounds of English, German, French, Polish, Hungarian and Scandinavian spelling
    ("s", r"shtsh|schtsch|shch|szcz|stsch|sjtsj", "S"),
    ("chtch", r"chtch", "S"),
    ("c", r"tzsch|tsch|tch|ccs", "C"),
    ("ts", r"tsh|tsj", "C"),
    ("d", r"dsch|dzh|dsh|dj", "J"),
    ("jh", r"jh", "J"),
    ("s", r"zsch|sch(?=[aeiouymnlrwvtpk]|$)|sh|sz|sj", "S"),
    ("z", r"zh|zs(?=[aeiou])", "z"),
    ("ch", r"ch(?=[rl])", "k"),
    ("ch", r"(?<=[aou])ch$", "h"),
    ("chs", r"chs", "ks"),
    ("c", r"ch|cz|cs", "C"),
    ("t", r"ts|tz", "C"),
    ("rz", r"(?<=[bdgkptw])rz(?=[aeiouy])", "J"),
    # breath
    ("kh", r"kh", "H"),
    ("ph", r"ph", "f"),
    ("h", r"(?<=[bdgjrtlwn])h", ""),
    ("que", r"c?ques?$", "k"),
    ("c", r"ck|cq", "k"),
    ("c", r"c(?=[eiyj]|$)", "C"),
    ("c", r"c", "k"),
    ("q", r"q", "k"),
    ("x", r"x", "ks"),
    ("dg", r"dg(?=[ei])", "J"),
    # -off, -ow, -eff of Slavic surnames
    ("o", r"(?<=o)(?:ff?|w)$", "v"),
    ("u", r"(?<=u)(?:ff?|w)$", "v"),
    ("e", r"(?<=e)(?:ff|w)$", "v"),
    ("w", r"w", "v"),
    # Korean
    ("yeo", r"yeo", "yu"),
    ("eo", r"eo(?=ng|k|l[^aeiou]|l$)", "u"),
    # glides: Iouri, Jurij, Yuri
    ("u", r"^(?:ou|u)(?=[aei])", "v"),
    ("o", r"^(?:io|jo|yo)", "Jo"),
    ("u", r"^(?:iu|ju|yu|iou|you)", "Ju"),
    ("a", r"^(?:ia|ja|ya)", "Ja"),
    ("e", r"^(?:ie|je|ye)", "Je"),
    ("o", r"oo|ou", "u"),
    ("ee", r"ee", "i"),
    ("i", r"ij|iy|yi|ii|(?<=.)ji$", "i"),
    ("yj", r"yj", "i"),
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
    ("ie", r"ie", "i"),
    # names of God's servant: Abdulrahman, Abdurrahman, Abd al-Rahman
    ("abd", r"^abd[aeou]?(?:l(?!a?h?$)|r(?=r))?(?=..)", "abd"),
    # endings that follow the sex or the country: Ivanova, Ivanovs, Ivanovas; Kovalska, Kovalskaya; Papadopoulou
    ("v", r"(?<=..[oe]v)(?:a|s|as)$", ""),
    ("sk", r"sk(?:aia|aa|aja|aJa|a|ai|i|oi|ii|is|as|)$", "ski"),
    ("opulu", r"opulu$", "opulos"),
    ("n", r"n(?=[bp])", "m"),
    ("dt", r"dt$", "t"),
)
_COMPILED = tuple((letters, re.compile(pattern).sub, spelling) for letters, pattern, spelling in _RULES)
_DOUBLE = re.compile(r"(.)(?=\1)")  # nothing takes its place: a template would cost more than the search


@lru_cache(maxsize=1 << 17)
def fold(token: str) -> str:
    """Return `token` romanised and folded to a-z, empty when it has no letter that can be read."""
    return fold_latin(romanise(token))


def fold_latin(text: str) -> str:
    """Return the folded form of `text` in a-z."""
    for letters, replace, spelling in _COMPILED:
        if letters in text:
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
