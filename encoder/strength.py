"""How strong a secret is that somebody else made: an estimate, and a conservative one.

No program can know how a text was made. This one gives full credit, the logarithm of the alphabet per character, only
to text that looks random, and little to what people think of: words, also with digits for letters as in p4ssw0rd, runs
of one kind of character such as dates, pieces that come again, and rows of the alphabet, of digits or of the keyboard.
It does not know names, numbers or quotations, so a secret made by a person may be weaker than it says; and of secrets
with barely 128 random bits it takes a few in a hundred for words and refuses them. A secret made by
``counterfoil secret new`` needs no estimate.
"""

import math
import re
import string
from collections.abc import Set as AbstractSet
from itertools import pairwise

_WORD_BITS = 1.5  # per letter; printed English has 0.6 to 1.3 (Shannon 1951)
_PIECE = 4
_PRINTABLE = 95
_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.ascii_lowercase + "234567",
    string.ascii_uppercase + "234567=",
    string.ascii_lowercase + string.digits,
    string.ascii_uppercase + string.digits,
    string.ascii_letters,
    string.ascii_letters + string.digits,
    string.ascii_letters + string.digits + "-_",
    string.ascii_letters + string.digits + "+/=",
)
_RUNS = re.compile(r"[0-9]{4,}|[a-z]{4,}|[A-Z]{4,}")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_NEIGHBOURS = frozenset(
    pair
    for row in _ROWS
    for left, right in pairwise(row)
    for pair in (left + right, right + left, left + left, right + right)
)
_LONE_DIGIT = re.compile(r"(?<![0-9])[01345789@$](?![0-9])")
_LETTER_FOR_DIGIT = dict(zip("01345789@$", "oieastbgas", strict=True))
# The commonest pairs of letters inside words of English, French, German, Italian and Spanish.
_COMMON_PAIRS = frozenset(
    """
    ab ac ad ag ai al am an ap ar as at au av ba be bi bl bo br ca ce ch ci ck cl co ct da de di do du ea ec ed ee ef
    ei el em en er es et eu ev fe fi fo fr ga ge gl gr ha he hi ho ht ia ic id ie if ig il im in io ir is it iv ke la
    le li ll lo lu ly ma me mi mm mo na nc nd ne ng ni no ns nt nu ob oc od of ol om on op or os ot ou ow pa pe pi pl
    po pp pr qu ra rd re ri rn ro rr rs rt ru sc se sh si so sp ss st su ta te th ti to tr ts tt tu ue ui ul um un ur us
    ut ve vi vo wa we wi wo za ze zu
    """.split()  # noqa: SIM905 - a list of words reads better
)


def estimated_bits(secret: str) -> int:
    """Return a conservative estimate of the entropy of `secret` in whole bits.

    Each character counts the logarithm of the smallest usual alphabet that holds the whole; where runs of digits or of
    letters make up most of it, they count by the alphabet of their own. All but digits count less the more the secret
    looks like words (blanks make it words), and all counts less the more comes again or stands in rows.
    """
    foreign = sum(not character.isascii() for character in secret)
    spelled = _spelled(secret)
    letters = sum(character.isascii() and not character.isdigit() for character in spelled)
    letters = min(letters, len(secret) - foreign)  # folding the case makes "ss" of one foreign letter
    words = 1.0 if secret.count(" ") > 1 else _weight(_share_of_common_pairs(spelled), least=0.55, most=0.75)
    ascii_bits = _character_bits("".join(character for character in secret if character.isascii()))
    per_character = ascii_bits / max(1, len(secret) - foreign)
    bits = ascii_bits - words * letters * max(0.0, per_character - _WORD_BITS) + foreign * _WORD_BITS
    return math.floor(bits * _new_share(secret.casefold()) * (1 - _weight(_share_of_rows(secret), least=0.5, most=0.9)))


def _character_bits(secret: str) -> float:
    used = set(secret)
    alphabet = min((len(set(letters)) for letters in _ALPHABETS if used <= set(letters)), default=_PRINTABLE)
    runs = "".join(_RUNS.findall(secret))
    digits = sum(character.isdigit() for character in runs)
    whole = math.log2(alphabet)
    if used <= set(string.hexdigits) or len(runs) <= len(secret) // 2:  # runs happen
        return len(secret) * whole
    letters = len(runs) - digits
    return (len(secret) - len(runs)) * whole + digits * math.log2(10) + letters * min(whole, math.log2(26))


def _spelled(secret: str) -> str:
    """Return the secret in lower case with letters for lone digits that stand for them, unless it is hexadecimal."""
    folded = secret.casefold()
    if set(folded) <= set(string.hexdigits):
        return folded
    return _LONE_DIGIT.sub(lambda found: _LETTER_FOR_DIGIT[found[0]], folded)


def _share_of_common_pairs(secret: str) -> float:
    """Return which share of the pairs of letters is common in words; a few pairs among digits prove nothing."""
    pairs = [secret[place : place + 2] for place in range(len(secret) - 1)]
    of_letters = [pair for pair in pairs if pair.isalpha()]
    return sum(pair in _COMMON_PAIRS for pair in of_letters) / max(1, len(of_letters), len(secret) // 2)


def _share_of_rows(secret: str) -> float:
    pairs = [secret[place : place + 2].casefold() for place in range(len(secret) - 1)]
    return sum(pair in _NEIGHBOURS or pair[0] == pair[-1] for pair in pairs) / max(1, len(pairs))


def _new_share(secret: str) -> float:
    """Return 1, or when many pieces of four characters come again, which share of them is new."""
    pieces = [secret[start : start + _PIECE] for start in range(len(secret) - _PIECE + 1)]
    new: AbstractSet[str] = set(pieces)
    return 1.0 if len(new) >= 0.9 * len(pieces) else (len(new) + _PIECE - 1) / len(secret)  # a chance repeat is none


def _weight(share: float, *, least: float, most: float) -> float:
    """Return 0 up to `least`, a share that random text may have, 1 from `most` on, and the line between."""
    return min(1.0, max(0.0, (share - least) / (most - least)))
