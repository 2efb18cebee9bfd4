"""How the scores of matches are spread: what is found between files beyond chance, made smooth."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STIFFNESS = 300.0
_RATE_ERROR = 0.1  # relative error of the expected pairs by chance, beside that of the pairs they were learnt from,
_OVERDISPERSION = 3.0  # whose number varies more than by Poisson's law, as one record is in many pairs
_UNSEEN = 3.0
_ROUNDS = 60
_LONGEST_STEP = 3.0
_HALVINGS = 8
_TINY = 1e-9
_CHANGE = 1e-6
_LARGEST_EXPONENT = 25.0


def match_density(candidates: Floats, by_chance: Floats, learnt: Floats, start: Floats | None = None) -> Floats:
    """Return the logarithm of the expected matches by bin, linked or not: float64, shape of `candidates`.

    Candidates are taken as Poisson with mean exp(density) + by_chance, and third differences of the density are
    penalised (Eilers and Marx 1996), so that it is nearly that of a normal distribution where little is known. Bins
    count the less, the more of chance has been passed from the top: there, an error of the rate outweighs the matches.

    Args:
        candidates: pairs between files.
        by_chance: how many of them are expected of different people.
        learnt: pairs at or above each bin that this was learnt from.
        start: density to begin with.
    """
    bins = len(candidates)
    penalty = _penalty(bins)
    density: Floats
    if start is None:
        rough = np.log(np.maximum(candidates - by_chance, 0) + 0.1)
        density = np.linalg.solve(np.eye(bins) + penalty, rough).astype(np.float64)
    else:
        density = start
    passed = np.cumsum(by_chance[::-1])[::-1]
    weight = 1 / (1 + passed * (_RATE_ERROR**2 + _OVERDISPERSION / np.maximum(learnt, _UNSEEN)))
    loss = _loss(density, candidates, by_chance, weight, penalty)
    for _ in range(_ROUNDS):
        matches = _matches(density)
        mean = matches + by_chance + _TINY
        slope = weight * matches * (1 - candidates / mean) + penalty @ density
        curvature = np.diag(weight * matches**2 / mean + _CHANGE) + penalty
        step = np.linalg.solve(curvature, -slope)
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), _TINY))
        for _ in range(_HALVINGS):
            new = _loss(density + step, candidates, by_chance, weight, penalty)
            if new <= loss:
                break
            step /= 2
        density = density + step
        if loss - new < _CHANGE * (1 + abs(loss)):
            break
        loss = new
    return density


def _matches(density: Floats) -> Floats:
    expected: Floats = np.exp(np.clip(density, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
    return expected


def _penalty(bins: int) -> Floats:
    rough: Floats = np.diff(np.eye(bins), 3, axis=0)
    penalty: Floats = _STIFFNESS * rough.T @ rough + _TINY * np.eye(bins)
    return penalty


def _loss(density: Floats, candidates: Floats, by_chance: Floats, weight: Floats, penalty: Floats) -> float:
    mean = _matches(density) + by_chance + _TINY
    return float((weight * (mean - candidates * np.log(mean))).sum() + density @ penalty @ density / 2)
