"""How many encodings of two records were tried, and what that takes off the score of the best of them.

A record with aliases has several encodings, and the best of several tries is high by chance more often: k tries reach
a score about k times as often as one does (never more than that: aliases share all that is not the name). Where chance
falls by the factor e with every step of 1 / decay, taking ln(k) / decay off the score undoes it. How chance falls is
seen inside the two files, whose records are different persons: from the best in a thousand of a sample of their pairs.
"""

from math import log

import numpy as np
from numpy.typing import NDArray

from matcher.comparison import candidate_pairs
from matcher.party import Party
from matcher.similarity import Measure

_SAMPLE_RECORDS = 400
_TAIL_SHARE = 0.001
_LEAST_TAIL = 30  # pairs; fewer tell nothing of chance, and so few records meet it seldom


def scores_inside(party: Party, measure: Measure) -> NDArray[np.float64]:
    """Return the scores of different records of one party, each by its first encoding, of a sample of its records."""
    chosen = party.encodings.rows(party.first_row[:_SAMPLE_RECORDS])  # tokens are random, so these are a sample
    pairs = candidate_pairs(chosen, chosen, 0.0, measure=measure)
    return pairs.score[pairs.left < pairs.right]


def chance_decay(seen: NDArray[np.float64]) -> float:
    """Return how fast scores of different persons fall where few of them reach, per unit of score.

    Infinite where there are too few to tell, so that nothing is taken off.
    """
    tail = max(_LEAST_TAIL, int(_TAIL_SHARE * len(seen)))
    if tail >= len(seen):
        return float("inf")
    highest = np.sort(seen)[-tail - 1 :]
    half = float(np.median(highest[1:]) - highest[0])  # not the mean: a person filed twice must not count
    return log(2) / half if half > 0 else float("inf")


def discounted(score: NDArray[np.float64], tries: NDArray[np.int64], decay: float) -> NDArray[np.float64]:
    """Return what the best scores of so many tries are worth as scores of one try, at least 0."""
    return np.where(tries > 1, np.maximum(score - np.log(tries) / decay, 0.0), score)
