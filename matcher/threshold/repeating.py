"""Which files hold persons several times: their most alike pairs are of one person, and tell nothing of strangers.

Pairs of strangers are the rarer, the more alike they are. Records of one person are not: most of them are far more
alike than strangers ever come, so that they make a hump of their own, and hardly any pair is between the two.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.threshold.unrelated import Unrelated

_FOOT, _WIDEST, _STEP = 0.3, 0.56, 0.02  # likeness at which the hump may begin
_TO_THE_TOP = 0.5  # of the way from there to identity: half of the hump is beyond
_LEAST_BEYOND = 0.5  # of the pairs before: of strangers it is one of ten at most
_FEWEST, _LEAST_SHARE = 20, 0.05  # pairs, and pairs per record


class InsideSample(NamedTuple):
    """Scores of pairs of different records of one file.

    Attributes:
        scores: float64, those at or above the floor, in any order.
        records: whose pairs with the others were compared.
        pairs: how many those are.
        floor: all pairs from this score up are there.
    """

    scores: NDArray[np.float64]
    records: int
    pairs: int
    floor: float


def foot_of_repeated(sample: InsideSample, law: Unrelated) -> float | None:
    """Return the score from which on most pairs inside a file are of persons whom it holds several times, or None.

    Args:
        sample: pairs inside the file.
        law: what turns scores into the likeness of the records.
    """
    likeness = np.sort(law.likeness(sample.scores))
    least = max(_FEWEST, _LEAST_SHARE * sample.records)
    feet = np.arange(max(_FOOT, float(law.likeness(np.array([sample.floor]))[0])), _WIDEST, _STEP)
    beyond = len(likeness) - np.searchsorted(likeness, feet + _TO_THE_TOP * (1 - feet))
    from_foot = len(likeness) - np.searchsorted(likeness, feet)
    if not np.any((beyond >= least) & (beyond >= _LEAST_BEYOND * (from_foot - beyond))):
        return None
    near = np.searchsorted(likeness, feet + 2 * _STEP) - np.searchsorted(likeness, feet)
    return float(law.scores(feet[np.argmin(near)]))
