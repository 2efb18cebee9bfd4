"""How similar the encodings of two agencies are: every pair counted, none kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings

BINS = 100
_ROWS_AT_ONCE = 512  # bounds the table of intersections to a few megabytes


@dataclass(frozen=True, slots=True)
class Histogram:
    """Pairs by Dice similarity: bin i counts those from i/BINS to less than (i+1)/BINS; the last has 1 as well.

    Attributes:
        matches: pairs of records of one person.
        others: all other pairs.
    """

    matches: tuple[int, ...]
    others: tuple[int, ...]

    def reaching(self, threshold: float) -> tuple[int, int]:
        """Return how many matches and how many others are at or above `threshold`, the lower end of a bin."""
        start = round(threshold * BINS)
        return sum(self.matches[start:]), sum(self.others[start:])

    def document(self) -> dict[str, Any]:
        """Return the counts as JSON-like data."""
        return {"bin_width": 1 / BINS, "same_person": list(self.matches), "different_persons": list(self.others)}


def histogram(encodings: Sequence[Encodings], persons: Mapping[str, str]) -> Histogram:
    """Return the similarities of all pairs of records in different files.

    Args:
        encodings: one per agency, all of the same width.
        persons: token -> person.
    """
    numbers = {person: number for number, person in enumerate(sorted(set(persons.values())))}
    whose = [np.array([numbers[persons[token]] for token in one.token_texts()]) for one in encodings]
    counts = np.zeros((2, BINS), dtype=np.int64)
    for left, right in combinations(range(len(encodings)), 2):
        for start in range(0, len(encodings[left]), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            bins = _bins(encodings[left], rows, encodings[right])
            same = whose[left][rows, None] == whose[right][None, :]
            counts[0] += np.bincount(bins[same], minlength=BINS)
            counts[1] += np.bincount(bins[~same], minlength=BINS)
    return Histogram(tuple(counts[0].tolist()), tuple(counts[1].tolist()))


def _bins(left: Encodings, rows: slice, right: Encodings) -> NDArray[np.int64]:
    """Return the bin of every pair, (rows of left, rows of right); exact, for the products are small whole numbers."""
    common = _bits(left, rows) @ _bits(right, slice(None)).T
    sizes = left.popcounts[rows, None].astype(np.int64) + right.popcounts[None, :]
    bins: NDArray[np.int64] = (2 * BINS * common.astype(np.int64)) // np.maximum(sizes, 1)
    return np.minimum(bins, BINS - 1)


def _bits(encodings: Encodings, rows: slice) -> NDArray[np.float32]:
    return np.unpackbits(encodings.to_bytes()[rows], axis=1).astype(np.float32)
