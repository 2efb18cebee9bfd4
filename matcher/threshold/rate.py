"""How much rarer look-alikes are between files than inside one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FEW_MATCHES = 0.15  # share of the candidates of a bin that matches may be, to learn of chance from it
_LEAST_CANDIDATES = 10.0
_LEAST_CHANCE = 2.0
_LEAST_BINS = 5
_MOSTLY_CHANCE = 0.5  # share of the candidates of a bin that matches may be, for what is left to bound the rate
_SURE = 3.0  # standard errors that a fall must have
_ONE_COUPLE = 2
_SURE_OF_MANY = 2.0  # the same, between the files of more than two agencies, where a fall is what is to be expected


def falling_rate(  # noqa: PLR0917 - arrays of one kind
    candidates: Floats,
    matches: Floats,
    unrelated: Floats,
    expected: Floats,
    chance: Floats,
    level: float,
    *,
    files: int,
) -> Floats:
    """Return, by bin, pairs of different people between files per pair that chance inside files makes expect.

    People of one country are more alike than people of two, and the more so, the more alike a pair is: between files of
    many countries the rate falls with the score. Its logarithm is taken as linear, and fitted by weighted least squares
    to the bins from the lowest on where matches are few. Where that shows no sure fall, the rate is `level`. From where
    surely less was seen than that, the rate is what was seen: scores that reach down into the noise leave few bins to
    fit, and the rate falls in them at once, from that of people hardly alike to that of look-alikes.

    Args:
        candidates: pairs between files, counted.
        matches: of them, those of one person, expected.
        unrelated: of them, those that a law puts there whoever the people are, expected; not part of the rate.
        expected: other pairs of different people, if they were as frequent as inside files.
        chance: pairs inside files, counted.
        level: the one rate that the lowest scores give.
        files: how many files were compared.
    """
    counted = (candidates > _LEAST_CANDIDATES) & (chance > _LEAST_CHANCE) & (expected > 0)
    alike = candidates - matches - unrelated
    known = counted & (alike > 0)
    ratio, error = np.full((2, len(candidates)), np.inf)
    ratio[known] = np.log(alike[known] / expected[known])
    inside = 1 + unrelated[known] / expected[known]  # times as many were counted inside as are of this kind
    error[known] = np.sqrt(candidates[known] / alike[known] ** 2 + inside**2 / chance[known])
    clear = np.cumprod(counted & (matches < _FEW_MATCHES * candidates)) * known
    sure = _SURE if files <= _ONE_COUPLE else _SURE_OF_MANY
    fitted = _line(np.flatnonzero(clear), ratio, error, level, sure)
    less = (matches < _MOSTLY_CHANCE * candidates) & (ratio + sure * error < fitted)
    rate: Floats = np.exp(np.minimum(fitted, np.minimum.accumulate(np.where(less, ratio, np.inf))))
    return rate


def _line(bins: NDArray[np.int64], ratio: Floats, error: Floats, level: float, sure: float) -> Floats:
    """Return the logarithm of the rate in all bins, as the ratios in some of them fall, or of the level."""
    flat = np.full(len(ratio), np.log(level))
    if len(bins) < _LEAST_BINS:
        return flat
    weight = 1 / error[bins] ** 2
    design = np.stack([np.ones(len(bins)), bins.astype(np.float64)], axis=1)
    covariance = np.linalg.inv((design * weight[:, None]).T @ design)
    base, slope = covariance @ ((design * weight[:, None]).T @ ratio[bins])
    if slope > -sure * np.sqrt(covariance[1, 1]):
        return flat
    falling: Floats = base + slope * np.arange(len(ratio))
    return falling
