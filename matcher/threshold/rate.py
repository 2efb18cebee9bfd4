"""How much rarer look-alikes are between files than inside one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FEW_MATCHES = 0.15  # share of the candidates of a bin that matches may be, to learn of chance from it
_LEAST_CANDIDATES = 50.0
_LEAST_CHANCE = 5.0
_LEAST_BINS = 5
_MOSTLY_CHANCE = 0.5  # share of the candidates of a bin that matches may be, for what is left to bound the rate
_SURE = 3.0  # standard errors that a fall must have


def falling_rate(  # noqa: PLR0917 - arrays of one kind
    candidates: Floats, matches: Floats, unrelated: Floats, expected: Floats, chance: Floats, level: float
) -> Floats:
    """Return, by bin, pairs of different people between files per pair that chance inside files makes expect.

    People of one country are more alike than people of two, and the more so, the more alike a pair is: between files of
    many countries the rate falls with the score. Its logarithm is taken as linear, and fitted by weighted least squares
    to the bins from the lowest on where matches are few. Where that shows no sure fall, the rate is `level`. Either way
    it is nowhere more than was seen at that score or a lower one: scores that reach down into the noise leave few bins
    to fit, and the rate falls there at once, from that of people hardly alike to that of look-alikes.

    Args:
        candidates: pairs between files, counted.
        matches: of them, those of one person, expected.
        unrelated: of them, those that a law puts there whoever the people are, expected; not part of the rate.
        expected: other pairs of different people, if they were as frequent as inside files.
        chance: pairs inside files, counted.
        level: the one rate that the lowest scores give.
    """
    counted = (candidates > _LEAST_CANDIDATES) & (chance > _LEAST_CHANCE) & (expected > 0)
    alike = np.maximum(candidates - matches - unrelated, 0)
    seen = np.divide(alike, expected, out=np.full(len(candidates), np.inf), where=counted)
    most = np.minimum.accumulate(np.where(matches < _MOSTLY_CHANCE * candidates, seen, np.inf))
    flat = np.minimum(np.full(len(candidates), level), most)
    bins = np.flatnonzero(np.cumprod((matches < _FEW_MATCHES * candidates) & counted) * (alike > 0))
    if len(bins) < _LEAST_BINS:
        return flat
    ratio = np.log(seen[bins])
    inside = 1 + unrelated[bins] / expected[bins]  # times as many were counted inside as are of this kind
    weight = 1 / (candidates[bins] / alike[bins] ** 2 + inside**2 / chance[bins])
    design = np.stack([np.ones(len(bins)), bins.astype(np.float64)], axis=1)
    covariance = np.linalg.inv((design * weight[:, None]).T @ design)
    base, slope = covariance @ ((design * weight[:, None]).T @ ratio)
    if slope > -_SURE * np.sqrt(covariance[1, 1]):
        return flat
    falling: Floats = np.minimum(np.exp(base + slope * np.arange(len(candidates))), most)
    return falling
