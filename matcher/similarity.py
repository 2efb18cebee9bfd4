"""Similarity of two encodings as a function of three integers: what they have in common, both together, the width.

These are common bits, the two popcounts together, and the width in bits.

With c bits common to two encodings of popcounts a and b, and s = a + b:

    Dice 2c / s        Jaccard c / (s - c)        Hamming similarity (L - d) / L, where d = s - 2c

Codes of symbols have e of n symbols in common, and 2 n together: their similarity is e / n.

So "score >= threshold" is, for each s, "c >= the least c that suffices"; comparisons need that table and no division.
"""

from typing import Literal, NamedTuple, Self, get_args

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from linkage.compiled import compiled
from linkage.symbols import PAIR_BYTES, SYMBOL_BITS
from matcher.errors import ComparisonError

Measure = Literal["dice", "jaccard", "hamming", "symbols"]


def scores(measure: Measure, common: NDArray[np.int64], together: NDArray[np.int64], bits: int) -> NDArray[np.float64]:
    """Return the similarities, correctly rounded: one division of two exactly represented integers each.

    Two encodings without any bit have Dice and Jaccard similarity 0.

    Args:
        measure: which similarity.
        common: bits set in both encodings, or equal symbols.
        together: sum of the two popcounts, or of the symbols, of a shape that broadcasts with `common`.
        bits: width of one encoding.
    """
    if measure == "symbols":
        return common / np.float64(bits // SYMBOL_BITS)
    if measure == "hamming":
        return (bits - together + 2 * common) / np.float64(bits)
    above, below = (2 * common, together) if measure == "dice" else (common, together - common)
    return above / np.maximum(below, 1).astype(np.float64)


def counts(
    measure: Measure, left: Encodings, right: Encodings, pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what pairs of rows have in common, and both together, as :func:`scores` takes them.

    Args:
        measure: which similarity.
        left: encodings of one file.
        right: encodings of another.
        pairs: rows of the one, and of the other.
    """
    if measure == "symbols":
        ones, others = (side.words.view(np.uint8)[:, : left.bits // 8] for side in (left, right))
        equal = _equal_symbols(ones, others, *pairs)
        return equal, np.full_like(equal, 2 * (left.bits // SYMBOL_BITS))
    one, other = left.words[pairs[0]], right.words[pairs[1]]
    common = np.bitwise_count(one & other).sum(axis=1, dtype=np.int64)
    return common, left.popcounts[pairs[0]].astype(np.int64) + right.popcounts[pairs[1]]


@compiled
def _equal_symbols(
    left: NDArray[np.uint8], right: NDArray[np.uint8], one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many symbols pairs of rows have in common, where they stand; see :mod:`linkage.symbols`."""
    equal = np.zeros(len(one), dtype=np.int64)
    for pair in range(len(one)):
        a, b = left[one[pair]], right[other[pair]]
        count = 0
        for place in range(0, len(a), PAIR_BYTES):
            middle = a[place + 1] ^ b[place + 1]
            count += (a[place] ^ b[place] | middle & 0x0F) == 0
            count += (middle & 0xF0 | a[place + 2] ^ b[place + 2]) == 0
        equal[pair] = count
    return equal


def checked(measure: str, threshold: float) -> tuple[Measure, float]:
    """Return both, as what they are.

    Raises:
        ComparisonError: an unknown measure, or a threshold that is not a number from 0 to 1.
    """
    known: tuple[Measure, ...] = get_args(Measure)
    for name in known:
        if name == measure:
            if not 0 <= threshold <= 1:
                raise ComparisonError("the threshold must be a number from 0 to 1", code="comparison.threshold")
            return name, float(threshold)
    raise ComparisonError(f"the measure must be one of {', '.join(known)}", code="comparison.measure")


def check_comparable(left: Encodings, right: Encodings, measure: str) -> None:
    """Raise ComparisonError unless both have one width, and one that the measure can compare."""
    if measure == "symbols" and left.bits % (2 * SYMBOL_BITS):
        raise ComparisonError(
            f"encodings of {left.bits:,} bits are not made of symbols, two of which have {2 * SYMBOL_BITS} bits",
            code="comparison.symbols",
        )
    if left.bits != right.bits:
        raise ComparisonError(
            f"encodings of {left.bits:,} bits cannot be compared with encodings of {right.bits:,} bits",
            code="comparison.bits",
        )


class Requirement(NamedTuple):
    """What a threshold asks of integers.

    Attributes:
        measure: which similarity.
        common: int32, shape (2 L + 1,): the least number of common bits that suffices for popcounts of sum s, or more
            than s / 2, so that none does. Never falls as s grows.
        distance: int32, shape (2 L + 1,): the largest Hamming distance that any pair of popcount sum s or less may
            have and still pass; -1 where none passes. Never falls as s grows.
    """

    measure: Measure
    common: NDArray[np.int32]
    distance: NDArray[np.int32]

    @classmethod
    def of(cls, measure: Measure, threshold: float, bits: int) -> Self:
        """Return the tables for encodings of `bits` bits."""
        together = np.arange(2 * bits + 1, dtype=np.int64)
        least = np.zeros_like(together)
        beyond = together // 2 + 1  # passes by definition: the search ends there when nothing passes
        while np.any(least < beyond):
            middle = (least + beyond) // 2
            passes = (middle > together // 2) | (scores(measure, middle, together, bits) >= threshold)
            beyond = np.where(passes, middle, beyond)
            least = np.where(passes, least, np.minimum(middle + 1, beyond))
        possible = least <= together // 2
        distance = np.maximum.accumulate(np.where(possible, together - 2 * least, -1))
        return cls(measure, least.astype(np.int32), distance.astype(np.int32))

    def partners(self, popcount: int) -> tuple[int, int]:
        """Return the least and largest popcount that an encoding may have to pass with one of `popcount`.

        (1, 0) when there is none.
        """
        other = np.arange((len(self.common) + 1) // 2)
        found = np.flatnonzero(self.common[popcount + other] <= np.minimum(popcount, other))
        return (int(found[0]), int(found[-1])) if len(found) else (1, 0)
