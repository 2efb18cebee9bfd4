"""A soft assignment of two files, learnt from their spectral coordinates alone.

The model: coordinates u of a record and v of its counterpart are correlated normal variables of variance 1, after a
rotation of each side that nobody knows (canonical correlations). Expectation-maximisation: given the assignment, the
cross-covariance gives rotations and correlations; given these, the log-likelihood ratio of every couple gives a new
assignment, made doubly stochastic (Sinkhorn). The correlations begin low, so that many weak dimensions decide together
before a few strong ones settle it. This is Wasserstein-Procrustes (Grave, Joulin & Berthet 2019; used on encodings by
Schaefer, Armknecht & Heng, ACSAC 2024) with a correlation to learn for each dimension in place of a rotation that
takes all dimensions for equally good.
"""

import numpy as np
from numpy.typing import NDArray

from assessment.graph.spectrum import Matrix

Soft = NDArray[np.float32]
_LARGEST_CORRELATION = 0.97
_SINKHORN_ROUNDS = 2
_FIRST_SINKHORN_ROUNDS = 5
_STANDS_STILL = 1e-5
_STRETCH = 1e3  # how far a column's weight may lie from the median


def soft_by_shape(left: Matrix, right: Matrix, sharpness: float) -> tuple[Soft, Soft]:
    """Return the assignment that shapes suggest, float32 (n, m), and their log-likelihood, float32 (n, m), at most 0.

    Args:
        left: shapes of the records of one file, (n, f), whitened.
        right: those of the other, (m, f), whitened.
        sharpness: how much shapes count; they look more certain than they are.
    """
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :]
    alike = (left @ right.T - squares / 2).astype(np.float32)
    none = np.zeros(len(right), np.float32)
    return _doubly_stochastic(np.float32(sharpness) * alike, none, _FIRST_SINKHORN_ROUNDS)[0], alike


def crossed(left: Matrix, right: Matrix, soft: Soft) -> Matrix:
    """Return the cross-covariance (d, d) of coordinates (n, d) and (m, d) under an assignment."""
    return np.asarray(left.T @ (soft @ right.astype(np.float32)) / len(left), dtype=np.float64)


def refine(
    left: Matrix, right: Matrix, cross: Matrix, *, rounds: int, pressure: float, alike: Soft, weight: float
) -> Soft:
    """Return the assignment after `rounds` of expectation-maximisation, or fewer where the correlations stand still.

    Args:
        left: coordinates of mean square 1, (n, d).
        right: those of the other file, (m, d).
        cross: cross-covariance to begin with, (d, d).
        rounds: at most, one at least.
        pressure: factor on the correlations, a little above 1: a soft assignment underrates them.
        alike: log-likelihood by shapes, (n, m).
        weight: how much it counts.
    """
    points, others = left.astype(np.float32), right.astype(np.float32)
    columns, alike = np.zeros(len(right), np.float32), np.float32(weight) * alike
    before = np.full(len(cross), np.inf)
    for _ in range(rounds):
        turn, found, back = np.linalg.svd(cross)
        if np.abs(found - before).max() < _STANDS_STILL:
            break
        before = found
        strength = np.minimum(pressure * found, _LARGEST_CORRELATION)
        likely = (strength / (1 - strength**2)).astype(np.float32)
        cost = (strength**2 / (1 - strength**2) / 2).astype(np.float32)
        turned, met = points @ turn.astype(np.float32), others @ back.T.astype(np.float32)
        scores = (turned * likely) @ met.T
        scores -= (met**2) @ cost  # a row's own cost changes nothing, since rows are made to sum to 1
        scores += alike
        soft, columns = _doubly_stochastic(scores, columns, _SINKHORN_ROUNDS)
        cross = crossed(left, right, soft)
    return soft


def _doubly_stochastic(scores: Soft, columns: NDArray[np.float32], rounds: int) -> tuple[Soft, NDArray[np.float32]]:
    """Return exp(scores), rows summing to 1 and columns to about n / m, and the logarithm of the columns' weights.

    `scores` is overwritten.
    """
    rows, width = scores.shape
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    weights = np.exp(columns)
    for _ in range(rounds):
        balance = 1 / np.maximum(scores @ weights, 1e-30)
        weights = (rows / width) / np.maximum(balance @ scores, 1e-30)
        middle = np.median(weights)
        weights = np.clip(weights, middle / _STRETCH, middle * _STRETCH).astype(np.float32)
    scores *= balance[:, None]
    scores *= weights[None, :]
    return scores, np.log(weights)
