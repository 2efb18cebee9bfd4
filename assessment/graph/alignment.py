"""Rotations that lay one embedding on the other, from a rough start to the last dimension."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from assessment.graph.spectrum import Matrix, Spectrum

_KEPT = 0.8  # of the points at each step: those without a counterpart must not pull
_STEPS = 8
_GROWTH = 1.2
_NEIGHBOURS = 10


class Pairing:
    """For every row of the encodings its best row of the register, whether that is mutual, and by what margin."""

    def __init__(self, scores: Matrix) -> None:
        near = min(_NEIGHBOURS, min(scores.shape) - 1)
        rows = -np.partition(-scores, near, axis=1)[:, : near + 1].mean(axis=1)
        columns = -np.partition(-scores, near, axis=0)[: near + 1].mean(axis=0)
        local = 2 * scores - rows[:, None] - columns[None, :]
        self.best: NDArray[np.int64] = local.argmax(axis=1)
        every = np.arange(len(scores))
        self.mutual: NDArray[np.bool_] = local.argmax(axis=0)[self.best] == every
        self.strength: Matrix = local[every, self.best]


def rotation(left: Matrix, right: Matrix) -> Matrix:
    """Return the orthogonal matrix that brings `left` closest to `right`, row by row (Schönemann 1966)."""
    first, _, second = np.linalg.svd(left.T @ right)
    return np.asarray(first @ second)


def unit(points: Matrix) -> Matrix:
    """Return the rows at length one."""
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)


def first_rotations(left: Matrix, right: Matrix, *, tries: int, keep: int, random: np.random.Generator) -> list[Matrix]:
    """Return the rotations under which the two clouds of points lie closest, the best first.

    The sign of an eigenvector is arbitrary: its skewness tells it where that is marked, and chance draws it elsewhere;
    trimmed iterated closest points then mend the rest.
    """
    leaning, other = _skewness(left), _skewness(right)
    signs = np.where(leaning * other < 0, -1.0, 1.0)
    doubt = 0.5 * np.exp(-4 * np.minimum(np.abs(leaning), np.abs(other)))
    tree = cKDTree(right)
    found: list[tuple[float, Matrix]] = []
    for attempt in range(tries):
        flips = random.random(len(signs)) < (doubt if attempt else 0)
        turned, distance = _closest_points(left, right, np.diag(np.where(flips, -signs, signs)), tree)
        if all(abs(distance - known) > 1e-9 for known, _ in found):
            found.append((distance, turned))
    return [turned for _, turned in sorted(found, key=lambda item: item[0])[:keep]]


def grown(left: Spectrum, right: Spectrum, turned: Matrix) -> Pairing:
    """Return the pairing after the alignment has grown to all dimensions of the spectra.

    As in ZoomOut (Melzi et al. 2019): match, fit a rotation to the mutual matches in a few more dimensions, repeat.
    """
    dimensions, most = len(turned), min(left.values.size, right.values.size)
    while True:
        points = unit(left.coordinates(dimensions) @ turned)
        pairing = Pairing(points @ unit(right.coordinates(dimensions)).T)
        if dimensions >= most:
            return pairing
        dimensions = min(most, max(dimensions + 2, int(dimensions * _GROWTH)))
        sure = np.flatnonzero(pairing.mutual)
        turned = rotation(left.coordinates(dimensions)[sure], right.coordinates(dimensions)[pairing.best[sure]])


def _skewness(points: Matrix) -> Matrix:
    return np.asarray((points**3).mean(axis=0) / np.maximum((points**2).mean(axis=0) ** 1.5, 1e-30))


def _closest_points(left: Matrix, right: Matrix, turned: Matrix, tree: cKDTree) -> tuple[Matrix, float]:
    for _ in range(_STEPS):
        distances, nearest = tree.query(left @ turned)
        kept = distances <= np.quantile(distances, _KEPT)
        turned = rotation(left[kept], right[nearest[kept]])
    distances, _ = tree.query(left @ turned)
    return turned, float(np.sort(distances)[: max(1, int(len(distances) * _KEPT))].mean())
