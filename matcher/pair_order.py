"""The order of candidate pairs: falling score, ties by rising integers."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KEY_BITS = 64
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
    keys.sort()
    ordered = []
    for width in reversed(widths):
        ordered.append((keys & np.uint64((1 << width) - 1)).view(np.int64))
        keys >>= np.uint64(width)
    return ordered[::-1]


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
