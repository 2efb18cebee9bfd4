"""Splitting many names into their parts at once, each distinct part as a number.

The plain form is ``spaced(text).split()``, see :func:`encoder.standardise.names.reading.spaced`.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import looked_up, new_numbers
from encoder.standardise.names.reading import spaced
from encoder.texts import Utf8

SIGN = "\0"
"""Stands between texts that are laid end to end; it parts, and is no part of its own."""

_SPACE, _NOTHING, _MOST_ASCII = 32, 0, 127


class Split(NamedTuple):
    """The parts of some texts.

    Attributes:
        numbers: part -> its number, from 0 in the order in which they are first met; makes those of further parts.
        codes: int64, shape (all parts,): the number of each part.
        owners: int64, shape (all parts,): index of the text that it is of, rising for those in ASCII, and for others.
    """

    numbers: defaultdict[str, int]
    codes: NDArray[np.int64]
    owners: NDArray[np.int64]


def split(texts: Sequence[str]) -> Split:
    """Return the parts of `texts`."""
    laid = Utf8.of(texts)
    is_other = laid.having(np.flatnonzero(laid.data > _MOST_ASCII))
    signs = _SPACED[laid.data]
    signs[laid.of_texts(is_other)] = _SPACE
    parts, owners = _parted(Utf8(signs, laid.bounds))
    codes, distinct = parts.numbered()
    numbers = new_numbers()
    looked_up(distinct, numbers)

    others = np.flatnonzero(is_other)
    more, more_owners = _of_others([texts[place] for place in others.tolist()])
    more_codes = np.fromiter(looked_up(more, numbers), dtype=np.int64, count=len(more))
    return Split(numbers, np.concatenate([codes, more_codes]), np.concatenate([owners, others[more_owners]]))


def _parted(texts: Utf8) -> tuple[Utf8, NDArray[np.int64]]:
    """Return what spaces part in texts in ASCII, and the text that each part is of."""
    if not texts.data.all():
        texts = texts.only(texts.data != _NOTHING)
    is_letter = texts.data != _SPACE
    begins, ends = is_letter.copy(), is_letter.copy()
    begins[1:] &= ~is_letter[:-1]
    ends[:-1] &= ~is_letter[1:]
    heads = texts.bounds[:-1][np.diff(texts.bounds) > 0]
    begins[heads] = is_letter[heads]
    ends[heads - 1] = is_letter[heads - 1]
    firsts = np.flatnonzero(begins)
    bounds = np.concatenate([[0], np.cumsum(np.flatnonzero(ends) + 1 - firsts)])
    owners = texts.of_texts(np.arange(len(texts.bounds) - 1))
    return Utf8(texts.data[is_letter], bounds), owners[firsts]


def _of_others(texts: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the parts of texts, and the text that each is of."""
    joined = f" {SIGN} ".join(texts)
    if joined.count(SIGN) >= len(texts):
        joined = f" {SIGN} ".join([text.replace(SIGN, " ") for text in texts])
    found = spaced(joined).split()
    is_sign = np.fromiter(map(SIGN.__eq__, found), dtype=np.bool_, count=len(found))
    return [part for part in found if part != SIGN], np.cumsum(is_sign, dtype=np.int64)[~is_sign]


def _spaced(sign: str) -> int:
    text = spaced(sign)
    return _SPACE if text.isspace() or text == SIGN else ord(text or chr(_NOTHING))


_SPACED = np.full(256, _SPACE, dtype=np.uint8)
_SPACED[: _MOST_ASCII + 1] = list(map(_spaced, map(chr, range(_MOST_ASCII + 1))))
"""What becomes of each sign of ASCII: a small letter or sign, a space, or nothing."""
