"""Whether look-alikes are the rarer between files than inside one, the more alike they are."""

import numpy as np

from matcher.threshold.evidence import Evidence
from matcher.threshold.mixture import OVERDISPERSION, Mixture

_FEW_MATCHES = 0.15  # share of the candidates of a bin that matches may be, to learn of chance from it
_LEAST_CANDIDATES = 10.0
_LEAST_CHANCE = 2.0
_LEAST_BINS = 5
_SURE = 3.0  # standard errors


def surely_falls(evidence: Evidence, found: Mixture) -> bool:
    """Return whether the rate of pairs by chance between files, to those inside, surely falls with the score.

    People of one country are more alike than people of two, and the more so, the more alike a pair is: between files of
    many countries the rate falls. Its logarithm is fitted as linear by weighted least squares, in the bins from the
    lowest on where matches are few.
    """
    times = evidence.cross_pairs / evidence.chance_pairs
    lawful = evidence.cross_pairs * evidence.unrelated
    between = evidence.candidates - lawful - np.exp(found.same)
    expected = times * np.exp(found.inside)
    counted = (evidence.candidates > _LEAST_CANDIDATES) & (evidence.chance > _LEAST_CHANCE)
    few = np.exp(found.same) < _FEW_MATCHES * evidence.candidates
    bins = np.flatnonzero(np.cumprod(counted & few) * (between > 0))
    if len(bins) < _LEAST_BINS:
        return False
    candidates, chance = evidence.candidates[bins], evidence.chance[bins]
    between, expected, lawful = between[bins], expected[bins], lawful[bins]
    inside = 1 + lawful / expected  # times as many were counted inside as are of this kind
    weight = 1 / (OVERDISPERSION * (candidates / between**2 + inside**2 / chance))
    place = bins - np.average(bins, weights=weight)
    spread = float((weight * place**2).sum())
    slope = float((weight * place * np.log(between / expected)).sum()) / spread
    return bool(slope < -_SURE / np.sqrt(spread))
