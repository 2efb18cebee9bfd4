"""How alike different people are by chance: pairs expected in each bin of scores, also where none was seen."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.threshold.density import expected_counts, smooth_density

Floats = NDArray[np.float64]

_FALL = 2  # differences of the density that are penalised: a tail is nearly exponential where little was seen
_STIFFNESS = 300.0
_UNSEEN = 0.5  # pairs expected in all if none was seen


class ChanceSample(NamedTuple):
    """Scores of pairs of different records of one file, from one file or several.

    Attributes:
        scores: float64, those at or above the floor, in any order.
        pairs: how many pairs were compared.
        floor: all pairs from this score up are there.
    """

    scores: Floats
    pairs: int
    floor: float


def chance_counts(counts: Floats, lawful: Floats) -> Floats:
    """Return how many pairs are expected in each bin, were it all to be repeated, beside those that a law puts there.

    Args:
        counts: pairs by bin, bins rising.
        lawful: how many of them a law puts there.
    """
    if not counts.any():
        return np.full(len(counts), _UNSEEN / len(counts))
    return expected_counts(smooth_density(counts, lawful, np.ones(len(counts)), _FALL, _STIFFNESS))
