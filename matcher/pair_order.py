"""The order of candidate pairs: falling score, ties by rising integers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.cores import equal_parts, on_cores

_KEY_BITS = 64
_DIGIT_BITS = 8
_VALUES = 1 << _DIGIT_BITS
_LEAST_BY_DIGITS = 1 << 15  # below, NumPy's sorting is as fast
_LEAST_SHARED = 1 << 17  # below, one thread is as fast
_SHARES_PER_THREAD = 4
Fields = Sequence[NDArray[Any]]
Keys = NDArray[np.uint64]


def in_order(parts: Sequence[Fields], largest: Sequence[int], *, threads: int = 1) -> list[NDArray[np.int64]]:
    """Return fields of integers as int64, reordered so that the first rises, its ties the second, and so on.

    Where the integers fit into 64 bits together they are sorted as one number, many times as fast as one by one.

    Args:
        parts: the fields, two or more of integers from 0, in pieces.
        largest: of each field, a number that none exceeds.
        threads: how many threads sort.
    """
    widths = [number.bit_length() for number in largest]
    if sum(widths) > _KEY_BITS:
        fields = [np.concatenate(pieces).astype(np.int64) for pieces in zip(*parts, strict=True)]
        order = np.lexsort(fields[::-1])
        return [field[order] for field in fields]
    ends = np.cumsum([0, *(len(part[0]) for part in parts)])
    keys = np.empty(ends[-1], dtype=np.uint64)
    threads = threads if len(keys) >= _LEAST_SHARED else 1

    def join(number: int) -> None:
        key = keys[ends[number] : ends[number + 1]]
        np.copyto(key, parts[number][0], casting="unsafe")
        for field, width in zip(parts[number][1:], widths[1:], strict=True):
            key <<= np.uint64(width)
            np.bitwise_or(key, field, out=key, dtype=np.uint64, casting="unsafe")  # makes no copy of the field

    on_cores(join, range(len(parts)), threads)
    keys, spare = _rising(keys, sum(widths), threads)
    others = [*(np.empty(len(keys), dtype=np.int64) for _ in widths[2:]), spare.view(np.int64)]

    def part_again(some: slice) -> None:
        rest = keys[some]  # what is left of it in the end is the first field
        for field, width in zip(reversed(others), reversed(widths[1:]), strict=True):
            np.bitwise_and(rest, np.uint64((1 << width) - 1), out=field[some].view(np.uint64))
            rest >>= np.uint64(width)

    on_cores(part_again, equal_parts(len(keys), threads), threads)
    return [keys.view(np.int64), *others]


def _rising(keys: Keys, bits: int, threads: int) -> tuple[Keys, Keys]:
    """Return keys below 2^bits in rising order, in their own memory or another, and the memory that is free then.

    They are dealt by their first digit, each thread some of them, and the keys of each first digit, which lie near the
    processor then, are sorted by the others.
    """
    if len(keys) < _LEAST_BY_DIGITS:
        keys.sort()
        return keys, np.empty_like(keys)
    shift, digits, dealt = max(bits - _DIGIT_BITS, 0), max(-(-bits // _DIGIT_BITS) - 1, 0), np.empty_like(keys)
    hands = np.array_split(keys, threads)
    counts = np.array(on_cores(lambda hand: _first_digits(hand, shift), hands, threads))
    places = (np.cumsum(counts.T) - counts.T.ravel()).reshape(_VALUES, -1).T.copy()  # by digit, then by hand
    on_cores(lambda number: _deal(hands[number], shift, places[number], dealt), range(threads), threads)
    ends = np.append(0, np.cumsum(counts.sum(axis=0)))
    wanted = np.linspace(0, len(keys), _SHARES_PER_THREAD * threads + 1)[1:-1]
    borders = [0, *np.unique(np.searchsorted(ends, wanted)).tolist(), _VALUES]
    on_cores(lambda share: _sort_each(dealt, keys, ends, *share, digits), list(pairwise(borders)), threads)
    return (keys, dealt) if digits % 2 else (dealt, keys)


@compiled
def _first_digits(keys: Keys, shift: int) -> NDArray[np.int64]:
    """Return how many keys have each value above the lowest `shift` bits."""
    count = np.zeros(_VALUES, dtype=np.int64)
    for key in keys:
        count[key >> np.uint64(shift)] += 1
    return count


@compiled
def _deal(keys: Keys, shift: int, place: NDArray[np.int64], dealt: Keys) -> None:
    """Write each key to the place of its value above the lowest `shift` bits, and the next one behind it."""
    for key in keys:
        value = key >> np.uint64(shift)
        dealt[place[value]] = key
        place[value] += 1


@compiled
def _sort_each(  # noqa: PLR0917 - compiled code has no keywords
    dealt: Keys, other: Keys, ends: NDArray[np.int64], low: int, high: int, digits: int
) -> None:
    """Sort the keys of each first digit from `low` and below `high` by their last `digits` digits."""
    for value in range(low, high):
        begin, end = ends[value], ends[value + 1]
        if begin < end:
            by_digits(dealt[begin:end], other[begin:end], digits)


@compiled
def by_digits(keys: Keys, other: Keys, digits: int) -> Keys:
    """Return `keys` in rising order, in `other` if `digits` is odd; both are overwritten.

    Least significant digit first (Knuth, The Art of Computer Programming, vol. 3, 5.2.5); time grows with the number of
    keys alone.

    Args:
        keys: numbers that only their last `digits` bytes tell apart.
        other: memory of the same size.
        digits: how many bytes tell them apart.
    """
    place = np.zeros((digits, _VALUES), dtype=np.int64)
    for key in keys:
        for digit in range(digits):
            place[digit, (key >> np.uint64(digit * _DIGIT_BITS)) & np.uint64(_VALUES - 1)] += 1
    for digit in range(digits):
        before = 0
        for value in range(_VALUES):
            place[digit, value], before = before, before + place[digit, value]
        for key in keys:
            value = (key >> np.uint64(digit * _DIGIT_BITS)) & np.uint64(_VALUES - 1)
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
