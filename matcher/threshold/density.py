"""How counts are spread over scores: a smooth density beside a known one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 60
_LONGEST_STEP = 3.0
_HALVINGS = 8
_TINY = 1e-9
_CHANGE = 1e-6
_LARGEST_EXPONENT = 25.0


def smooth_density(
    counts: Floats,
    known: Floats,
    weight: Floats,
    order: int,
    stiffness: float,
) -> Floats:
    """Return the logarithm of the expected counts by bin, beside those known: float64, shape of `counts`.

    Counts are taken as Poisson with mean exp(density) + known, and differences of the density are penalised (Eilers
    and Marx 1996): second ones make it nearly an exponential where little is known.

    Args:
        counts: by bin.
        known: how many of them are expected for another reason.
        weight: how much each bin counts.
        order: of the differences.
        stiffness: how much they count.
    """
    bins = len(counts)
    rough: Floats = np.diff(np.eye(bins), order, axis=0)
    penalty: Floats = stiffness * rough.T @ rough + _TINY * np.eye(bins)
    seen = np.log(np.maximum(counts - known, 0) + 0.1)
    density: Floats = np.linalg.solve(np.eye(bins) + penalty, seen).astype(np.float64)
    loss = _loss(density, counts, known, weight, penalty)
    for _ in range(_ROUNDS):
        own = expected_counts(density)
        mean = own + known + _TINY
        slope = weight * own * (1 - counts / mean) + penalty @ density
        curvature = np.diag(weight * own**2 / mean + _CHANGE) + penalty
        step = np.linalg.solve(curvature, -slope)
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), _TINY))
        for _ in range(_HALVINGS):
            new = _loss(density + step, counts, known, weight, penalty)
            if new <= loss:
                break
            step /= 2
        density = density + step
        if loss - new < _CHANGE * (1 + abs(loss)):
            break
        loss = new
    return density


def expected_counts(density: Floats) -> Floats:
    """Return the counts that a logarithm of a density expects."""
    expected: Floats = np.exp(np.clip(density, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
    return expected


def _loss(density: Floats, counts: Floats, known: Floats, weight: Floats, penalty: Floats) -> float:
    mean = expected_counts(density) + known + _TINY
    return float((weight * (mean - counts * np.log(mean))).sum() + density @ penalty @ density / 2)
