"""The order of candidate pairs: falling score, ties by rising integers."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.compiled import compiled

_KEY_BITS = 64
_DIGIT_BITS = 8
_LEAST_BY_DIGITS = 1 << 15  # below, NumPy's sorting is as fast
Fields = Sequence[NDArray[Any]]


def in_order(parts: Iterable[Fields], largest: Sequence[int], count: int) -> list[NDArray[np.int64]]:
    """Return fields of integers as int64, reordered so that the first rises, its ties the second, and so on.

    Where the integers fit into 64 bits together they are sorted as one number, many times as fast as one by one.

    Args:
        parts: the fields, integers from 0, in pieces.
        largest: of each field, a number that none exceeds.
        count: rows of all pieces together.
    """
    widths = [number.bit_length() for number in largest]
    if sum(widths) > _KEY_BITS:
        fields = [np.concatenate(pieces).astype(np.int64) for pieces in zip(*parts, strict=True)]
        order = np.lexsort(fields[::-1])
        return [field[order] for field in fields]
    keys = np.zeros(count, dtype=np.uint64)
    start = 0
    for part in parts:
        key = keys[start : start + len(part[0])]
        start += len(key)
        for field, width in zip(part, widths, strict=True):
            key <<= np.uint64(width)
            key |= field.astype(np.uint64)
    keys = _rising(keys, sum(widths))
    ordered = []
    for width in reversed(widths):
        ordered.append((keys & np.uint64((1 << width) - 1)).view(np.int64))
        keys >>= np.uint64(width)
    return ordered[::-1]


def _rising(keys: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    """Return keys below 2^bits in rising order, in their own memory or another."""
    if len(keys) < _LEAST_BY_DIGITS:
        keys.sort()
        return keys
    return by_digits(keys, np.empty_like(keys), -(-bits // _DIGIT_BITS))


@compiled
def by_digits(keys: NDArray[np.uint64], other: NDArray[np.uint64], digits: int) -> NDArray[np.uint64]:
    """Return `keys` in rising order, in `keys` or in `other`; both are overwritten.

    Least significant digit first (Knuth, The Art of Computer Programming, vol. 3, 5.2.5); time grows with the number of
    keys alone.

    Args:
        keys: numbers below 256^digits.
        other: memory of the same size.
        digits: how many bytes a key has.
    """
    values = 1 << _DIGIT_BITS
    place = np.zeros((digits, values), dtype=np.int64)
    for key in keys:
        for digit in range(digits):
            place[digit, (key >> np.uint64(digit * _DIGIT_BITS)) & np.uint64(values - 1)] += 1
    for digit in range(digits):
        before = 0
        for value in range(values):
            place[digit, value], before = before, before + place[digit, value]
        for key in keys:
            value = (key >> np.uint64(digit * _DIGIT_BITS)) & np.uint64(values - 1)
            other[place[digit, value]] = key
            place[digit, value] += 1
        keys, other = other, keys
    return keys


def score_ranks(
    parts: Sequence[NDArray[np.float64]],
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """Return the number of each score among the distinct scores of all parts, and these, the highest first.

    Quick where equal scores stand side by side, as in candidate pairs they do.
    """
    starts = [np.flatnonzero(np.diff(part, prepend=np.nan) != 0) for part in parts]
    firsts = [part[start] for part, start in zip(parts, starts, strict=True)]
    rising = np.unique(np.concatenate([np.empty(0), *firsts]))
    ranks = [
        np.repeat(len(rising) - 1 - np.searchsorted(rising, first), np.diff(start, append=len(part)))
        for part, start, first in zip(parts, starts, firsts, strict=True)
    ]
    return ranks, rising[::-1]
