"""The law that scores of unrelated records follow, where the encodings have one."""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDING = 1e-6  # of a bit: a score on an edge is above it


class Unrelated(NamedTuple):
    """Each bit of two records with nothing in common is equal with a chance of one half; the score is their share.

    Attributes:
        bits: width of an encoding.
        tries: pairs of encodings per pair of records, at least 1; a pair of records has the best of their scores.
    """

    bits: int
    tries: float = 1.0

    @staticmethod
    def likeness(scores: Floats) -> Floats:
        """Return scores on the scale of the records' own likeness: codes of three repetitions raise it to its cube."""
        likeness: Floats = np.cbrt(np.maximum(2 * scores - 1, 0))
        return likeness

    @staticmethod
    def scores(likeness: Floats) -> Floats:
        """Return the scores of likenesses: the way back."""
        scores: Floats = (1 + likeness**3) / 2
        return scores

    def share(self, scores: Floats) -> Floats:
        """Return the share of pairs of records that reach each score by this law alone."""
        log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, self.bits + 1)))])
        ways = log_factorial[-1] - log_factorial - log_factorial[::-1]
        at_least = np.append(np.cumsum(np.exp(ways - self.bits * log(2))[::-1])[::-1], 0.0)
        equal = np.ceil(scores * self.bits - _ROUNDING).astype(np.int64)
        reached: Floats = np.minimum(self.tries * at_least[np.clip(equal, 0, self.bits + 1)], 1.0)
        return reached
