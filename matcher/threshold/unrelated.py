"""The law that scores of unrelated records follow, where the encodings have one."""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.symbols import ALPHABET

Floats = NDArray[np.float64]

_ROUNDING = 1e-6  # of a place: a score on an edge is above it
_POWERS = {2: 3, ALPHABET: 7}  # to which codes of the usual numbers of repetitions, or of components, raise a likeness


class Unrelated(NamedTuple):
    """Each place of two records with nothing in common is equal by chance; the score is the share of equal places.

    Attributes:
        places: bits of an encoding, or symbols.
        alphabet: 2 for bits, 4,096 for symbols; one over it is the chance.
        tries: pairs of encodings per pair of records, at least 1; a pair of records has the best of their scores.
    """

    places: int
    alphabet: int = 2
    tries: float = 1.0

    def likeness(self, scores: Floats) -> Floats:
        """Return scores on the scale of the records' own likeness, of which codes are a power."""
        above = np.maximum((scores * self.alphabet - 1) / (self.alphabet - 1), 0)
        likeness: Floats = above ** (1 / _POWERS[self.alphabet])
        return likeness

    def scores(self, likeness: Floats) -> Floats:
        """Return the scores of likenesses: the way back."""
        above = likeness ** _POWERS[self.alphabet]
        scores: Floats = (1 + (self.alphabet - 1) * above) / self.alphabet
        return scores

    @property
    def grain(self) -> float:
        """By how much scores differ at least, where that is much; 0 for bits, which are so many that it is not."""
        return 1 / self.places if self.alphabet > 2 else 0.0  # noqa: PLR2004 - bits

    def share(self, scores: Floats) -> Floats:
        """Return the share of pairs of records that reach each score by this law alone: a binomial tail."""
        count = np.arange(self.places + 1)
        log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, self.places + 1)))])
        ways = log_factorial[-1] - log_factorial - log_factorial[::-1]
        chances = ways - self.places * log(self.alphabet) + (self.places - count) * log(self.alphabet - 1)
        at_least = np.append(np.cumsum(np.exp(chances)[::-1])[::-1], 0.0)
        if self.grain:  # each score spread over its grain
            nearest = np.clip(np.floor(scores * self.places + 0.5).astype(np.int64), 0, self.places)
            part = np.clip(nearest + 0.5 - scores * self.places, 0, 1)
            found = at_least[nearest + 1] + part * (at_least[nearest] - at_least[nearest + 1])
        else:
            found = at_least[np.clip(np.ceil(scores * self.places - _ROUNDING).astype(np.int64), 0, self.places + 1)]
        reached: Floats = np.minimum(self.tries * found, 1.0)
        return reached
