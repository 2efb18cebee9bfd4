"""The similarity graph of a file and its spectral embedding."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.coding import Code, Similarities

Matrix = NDArray[np.float64]

_ROUNDS = 7
_SPARE = 40  # further dimensions of the iteration, so that those asked for converge


class Spectrum(NamedTuple):
    """Leading eigenpairs of a centred similarity matrix.

    Attributes:
        values: float64 (d,), falling, over the number of records.
        vectors: float64 (n, d), of mean square 1: a record's coordinates, each as loud as the others.
    """

    values: Matrix
    vectors: Matrix

    def scaled(self, dimensions: int) -> Matrix:
        """Return points (n, dimensions) whose inner products are the similarities above what every dimension has."""
        above = np.maximum(self.values[:dimensions] - self.values[-1], 1e-12)
        return np.asarray(self.vectors[:, :dimensions] * np.sqrt(above / above.sum()))


def similarities(code: Code) -> Similarities:
    """Return how far every two encodings agree, float32 (n, n); the diagonal is the mean of the others."""
    found = code.agreement.copy()
    count = len(found)
    np.fill_diagonal(found, 0)
    np.fill_diagonal(found, found.sum() / max(count * (count - 1), 1))
    return found


def spectrum(found: Similarities, dimensions: int, random: np.random.Generator) -> Spectrum:
    """Return the leading eigenpairs of a similarity matrix centred in both directions, as in kernel PCA.

    Eigenvectors of two samples of one population estimate the same functions of a person (Koltchinskii & Giné 2000),
    which is why two files can be aligned by them. Found by subspace iteration (Halko, Martinsson & Tropp 2011).
    """
    means = found.mean(axis=1, dtype=np.float64).astype(np.float32)
    centred = found - means[:, None] - means[None, :] + means.mean()
    count = len(centred)
    dimensions = min(dimensions, count - 1)
    basis = random.standard_normal((count, min(count, dimensions + _SPARE)), dtype=np.float32)
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(centred @ basis)[0]
    small = basis.T @ (centred @ basis)
    values, turn = np.linalg.eigh((small + small.T) / 2)
    order = np.argsort(-values)[:dimensions]
    vectors = (basis @ turn[:, order]).astype(np.float64) * np.sqrt(count)
    return Spectrum(values[order].astype(np.float64) / count, vectors)
