"""How long keys should be and how many of them it takes, chosen for the least work on the data at hand.

The choice looks at a sample of pairs, never at the positions that are drawn later, so that the guarantee of
:mod:`matcher.approximate.guarantee` holds whatever it is. A bad choice costs time only.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.approximate.guarantee import MOST_TABLES, chance_of_agreement, tables_needed
from matcher.approximate.table import Rows
from matcher.similarity import Requirement

Ints = NDArray[np.int64]

MOST_KEY_BITS = 64
MOST_BUCKET_BITS = 24
_SAMPLE_PAIRS = 1 << 14
# What things take in nanoseconds on one core, measured on an EPYC with AVX2; only the proportions matter. They are
# constants, so that the same data and seed give the same pairs on every machine.
_EXACT_WORD = 0.03
_KEY_BIT = 0.4
_ROW = 20.0
_BUCKET = 1.0
_CANDIDATE = 30.0
_CANDIDATE_WORD = 1.5


class KeyDesign(NamedTuple):
    """What is looked for where.

    Attributes:
        exact: whether comparing all pairs promises less work, so that no keys are used and nothing is lost.
        key_bits: positions of a key; 0 if `exact`.
        tables: how many keys are drawn; 0 if `exact`.
        tables_by_sum: int64, by sum of the two popcounts: the first so many tables are enough for such a pair. Never
            falls as the sum grows.
        work: what the search promises to take, as a share of comparing all pairs; 1 if `exact`.
    """

    exact: bool
    key_bits: int
    tables: int
    tables_by_sum: Ints
    work: float


class Counts(NamedTuple):
    """Popcounts of both sides, and which of them may pass with each other.

    Attributes:
        left, right: int64, of each row, rising.
        starts: int64, (bits + 2,): the first right row of at least a popcount.
        first, last: int64, by left popcount: range of right rows that may pass.
        highest: int64, by popcount of either side, the largest popcount that may pass with it or with less; -1 if none.
    """

    left: Ints
    right: Ints
    starts: Ints
    first: Ints
    last: Ints
    highest: Ints

    @classmethod
    def of(cls, left: Ints, right: Ints, requirement: Requirement) -> "Counts":
        """Return them for popcounts that rise."""
        bits = (len(requirement.common) - 1) // 2
        ranges = np.array([requirement.partners(popcount) for popcount in range(bits + 1)])
        starts = np.searchsorted(right, np.arange(bits + 2))
        first = starts[ranges[:, 0]]
        highest = np.maximum.accumulate(np.where(ranges[:, 0] <= ranges[:, 1], ranges[:, 1], -1))
        return cls(left, right, starts, first, np.maximum(starts[ranges[:, 1] + 1], first), highest)


def exact_design(bits: int) -> KeyDesign:
    """Return the design that compares all pairs of encodings of `bits`."""
    return KeyDesign(exact=True, key_bits=0, tables=0, tables_by_sum=np.zeros(2 * bits + 1, dtype=np.int64), work=1.0)


def best_design(counts: Counts, sample: tuple[Ints, Ints], requirement: Requirement, recall: float) -> KeyDesign:
    """Return the design that promises the least work.

    Args:
        counts: popcounts.
        sample: distances and sums of popcounts of some pairs that popcounts leave, see :func:`sampled_pairs`.
        requirement: what the threshold asks.
        recall: probability with which a pair exactly at the threshold is found; 1 is an exact search.
    """
    bits = (len(requirement.common) - 1) // 2
    words = -(-bits // 64)
    distance, together = sample
    pairs = float(np.sum(counts.last[counts.left] - counts.first[counts.left]))
    exact = pairs * words * _EXACT_WORD
    bucket = _BUCKET * (1 << bucket_bits(len(counts.right)))
    best = exact_design(bits)
    for key_bits in range(1, min(bits, MOST_KEY_BITS) + 1 if recall < 1 and len(distance) else 0):
        by_sum = tables_by_sum(requirement, key_bits, recall)
        left, right = tables_of_rows(counts, by_sum)
        tables = int(max(left[-1], right[-1]))
        if tables >= MOST_TABLES:
            break  # and longer keys take still more
        candidates = pairs * float(np.mean(chance_of_agreement(bits, distance, key_bits) * by_sum[together]))
        work = (
            float(left.sum() + right.sum()) * (_ROW + _KEY_BIT * key_bits)
            + tables * bucket
            + candidates * (_CANDIDATE + _CANDIDATE_WORD * words)
        )
        if work < best.work * exact:
            best = KeyDesign(exact=False, key_bits=key_bits, tables=tables, tables_by_sum=by_sum, work=work / exact)
    return best


def sampled_pairs(sides: tuple[Rows, Rows], counts: Counts, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the distances and the sums of popcounts of some pairs that popcounts leave, evenly drawn from these.

    Args:
        sides: left and right rows.
        counts: their popcounts.
        random: what draws.
    """
    reached = np.cumsum(counts.last[counts.left] - counts.first[counts.left])
    if not len(reached) or reached[-1] == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    drawn = random.integers(reached[-1], size=_SAMPLE_PAIRS)
    rows = np.searchsorted(reached, drawn, side="right")
    others = counts.last[counts.left[rows]] - (reached[rows] - drawn)
    left, right = sides
    different = left.words[left.numbers[rows]] ^ right.words[right.numbers[others]]
    distance = np.bitwise_count(different).sum(axis=1, dtype=np.int64)
    return distance, counts.left[rows] + counts.right[others]


def tables_by_sum(requirement: Requirement, key_bits: int, recall: float) -> Ints:
    """Return, by sum of popcounts, how many tables find such a pair at the threshold with probability `recall`."""
    bits = (len(requirement.common) - 1) // 2
    distance = np.minimum(requirement.distance, bits)  # two encodings cannot differ in more
    needed = tables_needed(chance_of_agreement(bits, np.maximum(distance, 0), key_bits), recall)
    return np.where(distance >= 0, needed, 0)


def tables_of_rows(counts: Counts, by_sum: Ints) -> tuple[Ints, Ints]:
    """Return for each left and each right row, in the order of `counts`, in how many tables it takes part; rising."""

    def tables(rows: Ints, others: Ints) -> Ints:
        partner = np.minimum(counts.highest[rows], others[-1])
        return np.where(partner >= 0, by_sum[rows + partner], 0)

    return tables(counts.left, counts.right), tables(counts.right, counts.left)


def bucket_bits(rows: int) -> int:
    """Return how many bits number the buckets of a table of so many rows: about one bucket per row."""
    return min(max(rows.bit_length(), 1), MOST_BUCKET_BITS)
