"""How alike different people are by chance: the share of pairs at or above each score, also where none was seen."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ENOUGH = 30  # pairs from which on a share is taken as it was counted
_FIT_FROM, _FIT_TO = 5, 1000  # pairs above the highest and the lowest bin that the tail is fitted to
_LEAST_BINS = 10
_ROUNDS = 50
_LARGEST_EXPONENT = 50.0
_RIDGE = 1e-6


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


def chance_counts(counts: Floats) -> Floats:
    """Return how many pairs are expected at or above each bin: as counted, or by a fitted tail if that is more.

    The logarithmic density of the tail is quadratic where that bends it down, else linear; it is fitted by Poisson
    regression to the highest bins with enough pairs, and joined where the counts become too small. Look-alikes can make
    the true tail heavier than the fitted one, so it is never less than what was counted.

    Args:
        counts: pairs by bin, bins rising.
    """
    above = np.cumsum(counts[::-1])[::-1]
    if not above[0]:
        return np.full(len(counts), 0.5)
    join = int(np.flatnonzero(above >= min(_ENOUGH, above[0]))[-1])
    highest = int(np.flatnonzero(above >= min(_FIT_FROM, above[0]))[-1])
    lowest = int(np.flatnonzero(above >= _FIT_TO)[-1]) if above[0] >= _FIT_TO else 0
    lowest = max(0, min(lowest, highest - _LEAST_BINS))
    coefficients = _log_density(counts[lowest : highest + 1])
    places = np.arange(join - lowest, join - lowest + 6 * len(counts))  # far beyond the top, where nothing is left
    exponent = np.polynomial.polynomial.polyval(places / max(highest - lowest, 1), coefficients)
    density = np.exp(np.minimum(exponent - exponent[0], _LARGEST_EXPONENT))
    beyond = np.cumsum(density[::-1])[::-1]
    expected = above.copy()
    expected[join:] = np.maximum(above[join:], above[join] * beyond[: len(counts) - join] / beyond[0])
    return expected


def _log_density(counts: Floats) -> Floats:
    """Return the coefficients, constant first, of a falling logarithmic density over 0 to 1."""
    place = np.linspace(0, 1, len(counts))
    design = np.stack([np.ones_like(place), place, place**2], axis=1)
    quadratic = _poisson_regression(design, counts)
    if quadratic[2] <= 0 and quadratic[1] + 2 * quadratic[2] <= 0:
        return quadratic
    straight = _poisson_regression(design[:, :2], counts)
    return np.array([straight[0], min(straight[1], 0.0), 0.0])


def _poisson_regression(design: Floats, counts: Floats) -> Floats:
    """Return the coefficients of greatest likelihood, by Newton steps of bounded length."""
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(counts.mean() + 0.1)
    for _ in range(_ROUNDS):
        mean = np.exp(np.clip(design @ coefficients, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
        curvature = design.T @ (design * mean[:, None]) + _RIDGE * np.eye(design.shape[1])
        step = np.linalg.solve(curvature, design.T @ (counts - mean))
        length = float(np.abs(step).max())
        coefficients += step * min(1.0, 2.0 / max(length, _RIDGE))
        if length < _RIDGE:
            break
    return coefficients
