"""ICAO 9303 check digits: 7-3-1 weights, and the repair of one confused letter or digit."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Check = Literal["holds", "repaired", "fails", "absent"]
"""The digit fits; it fits after one repair; it does not fit; there is none (a filler stands in its place)."""

_VALUES = {str(digit): digit for digit in range(10)} | {chr(65 + n): 10 + n for n in range(26)} | {"<": 0}
_WEIGHTS = (7, 3, 1)
_CARRYING_WIDTH = 10  # of a number of a machine readable zone, and its check digit

_CONFUSED = {"O": "0", "0": "O", "I": "1", "1": "I", "S": "5", "5": "S", "B": "8", "8": "B"}
"""Letters and digits that are read for one another."""

_AS_DIGITS = str.maketrans("OQDIZSGB", "00012568")
_AS_LETTERS = str.maketrans("012568", "OIZSGB")
_ONE_OF_EACH = str.maketrans("OISB", "0158")


_VALUES_OF_BYTES = np.array([_VALUES.get(chr(code), 0) for code in range(256)])
_WEIGHTS_OF_NUMBER = np.resize(_WEIGHTS, _CARRYING_WIDTH - 1)


class Checked(NamedTuple):
    """A text, repaired where that was possible in one way only, and how its check digit stands."""

    text: str
    check: Check


def check_digit(text: str) -> str:
    """Return the check digit of `text` (A-Z, 0-9 and "<"): weights 7, 3, 1, modulo 10 (ICAO Doc 9303-3, 4.9)."""
    return str(sum(_VALUES[character] * _WEIGHTS[n % 3] for n, character in enumerate(text)) % 10)


def carries_check_digit(number: str) -> bool:
    """Return whether the last of ten characters (A-Z and 0-9) is the check digit of the others."""
    return len(number) == _CARRYING_WIDTH and number.isascii() and check_digit(number[:-1]) == number[-1]


def carry_check_digits(numbers: Sequence[str]) -> NDArray[np.bool_]:
    """Return for each of `numbers` (A-Z and 0-9) whether :func:`carries_check_digit`."""
    carry: NDArray[np.bool_] = np.fromiter(map(len, numbers), np.int64, len(numbers)) == _CARRYING_WIDTH
    long = "".join([numbers[place] for place in np.flatnonzero(carry).tolist()])
    characters = np.frombuffer(long.encode("ascii"), dtype=np.uint8).reshape(-1, _CARRYING_WIDTH)
    sums = _VALUES_OF_BYTES[characters[:, :-1]] @ _WEIGHTS_OF_NUMBER
    carry[carry] = ord("0") + sums % 10 == characters[:, -1]
    return carry


def checked(text: str, digit: str) -> Checked:
    """Return `text` held against its check digit; repaired when exactly one confusion makes it fit.

    A filler in place of the digit means that there is none. A letter in its place is read as the digit it looks like.
    """
    if digit == "<":
        return Checked(text, "absent" if text.strip("<") else "holds")
    if check_digit(text) == digit:
        return Checked(text, "holds")
    wanted = as_digits(digit)
    if check_digit(text) == wanted:
        return Checked(text, "repaired")
    repairs = [
        repaired
        for n, character in enumerate(text)
        if character in _CONFUSED and check_digit(repaired := text[:n] + _CONFUSED[character] + text[n + 1 :]) == wanted
    ]
    return Checked(repairs[0], "repaired") if len(repairs) == 1 else Checked(text, "fails")


def as_digits(text: str) -> str:
    """Return `text` with letters that look like digits read as digits, for places where only digits may stand."""
    return text.translate(_AS_DIGITS)


def as_letters(text: str) -> str:
    """Return `text` with digits that look like letters read as letters, for places where only letters may stand."""
    return text.translate(_AS_LETTERS)


def without_confusions(text: str) -> str:
    """Return `text` with O, I, S and B written 0, 1, 5 and 8: a number and its misreading become one."""
    return text.translate(_ONE_OF_EACH)
