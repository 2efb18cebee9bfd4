"""The similarity graph of a file and its spectral embedding."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import eigsh

Measure = Literal["dice", "hamming"]
Matrix = NDArray[np.float64]


class Spectrum(NamedTuple):
    """Leading eigenpairs of a centred similarity matrix: values (d,), falling, and vectors (n, d)."""

    values: Matrix
    vectors: Matrix

    def coordinates(self, dimensions: int) -> Matrix:
        """Return the records as points, (n, dimensions), on a scale that does not depend on the size of the file."""
        return self.vectors[:, :dimensions] * np.sqrt(np.maximum(self.values[:dimensions], 0))


def similarities(encodings: NDArray[np.uint8], measure: Measure) -> NDArray[np.float32]:
    """Return the similarity of every two records of a file, float32 (n, n); the diagonal is the mean of the others.

    Dice of the set bits, or the correlation 1 - 2 Hamming / width of balanced codes.

    Args:
        encodings: packed bits, uint8 (n, bytes).
        measure: which of the two.
    """
    bits = np.unpackbits(encodings, axis=1).astype(np.float32)
    if measure == "dice":
        weights = bits.sum(axis=1)
        found = 2 * (bits @ bits.T) / np.maximum(weights[:, None] + weights[None, :], 1)
    else:
        signs = 2 * bits - 1
        found = (signs @ signs.T) / np.float32(signs.shape[1])
    count = len(found)
    np.fill_diagonal(found, 0)
    np.fill_diagonal(found, found.sum() / max(count * (count - 1), 1))
    return found


def spectrum(found: NDArray[np.float32], dimensions: int) -> Spectrum:
    """Return the leading eigenpairs of a similarity matrix centred in both directions, as in kernel PCA.

    Eigenvectors of two samples of one population estimate the same functions of a person (Koltchinskii & Giné 2000),
    which is why two files can be aligned by them.
    """
    means = found.mean(axis=1, dtype=np.float64)
    centred = found - means[:, None] - means[None, :] + means.mean()
    count = len(centred)
    values, vectors = eigsh(centred, k=min(dimensions, count - 1), v0=np.full(count, count**-0.5))
    return Spectrum(values[::-1] / count, vectors[:, ::-1] * np.sqrt(count))
