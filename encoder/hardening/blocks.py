"""Values in blocks, so that what their tokens stand for is put together in a few operations on arrays.

Two tokens that stand side by side in many values are put together once for all of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import numbered

Numbers = NDArray[np.int64]


class Block(NamedTuple):
    """Successive values: the places of the first, second ... part of all those that have so many, which come last."""

    values: slice
    parts: list[Numbers]


def successive(firsts: Numbers, counts: Numbers) -> Numbers:
    """Return so many successive numbers from each of `firsts`, one after the other."""
    return np.arange(counts.sum()) + np.repeat(firsts - np.cumsum(counts) + counts, counts)


def ranks_of(order: Numbers) -> Numbers:
    """Return the place of each number below the length of `order` in it."""
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks


def paired(tokens: Numbers, counts: Numbers, vocabulary: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return the parts of values, how many each has, and what pairs they are, if half of these are repetitions.

    A pair is two tokens side by side, or the last of an odd number and none.
    """
    lengths = -(-counts // 2)
    firsts = 2 * successive(np.zeros_like(counts), lengths) + np.repeat(np.cumsum(counts) - counts, lengths)
    lone = np.zeros(len(firsts), dtype=np.bool_)
    lone[np.cumsum(lengths)[counts % 2 == 1] - 1] = True
    seconds = np.where(lone, vocabulary, tokens[np.minimum(firsts + 1, len(tokens) - 1)])
    distinct, parts = numbered(tokens[firsts] * (vocabulary + 1) + seconds, (vocabulary + 1) ** 2)
    if 2 * len(distinct) > len(parts):
        return tokens, counts, np.empty((2, 0), dtype=np.int64)
    return parts, lengths, np.stack(np.divmod(distinct, vocabulary + 1))


def blocks_of(parts: Numbers, firsts: Numbers, lengths: Numbers, size: int) -> Iterator[Block]:
    """Yield values in blocks of `size`, of values in the order of their lengths whose parts begin at `firsts`."""
    for start in range(0, len(lengths), size):
        values = slice(start, min(start + size, len(lengths)))
        having = np.searchsorted(lengths[values], np.arange(max(lengths[values][-1], 1)), side="right").tolist()
        yield Block(values, [parts[firsts[values][first:] + place] for place, first in enumerate(having)])
