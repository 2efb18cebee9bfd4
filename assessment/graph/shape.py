"""The shape of a record's neighbourhood: figures that do not depend on how an embedding is turned."""

import numpy as np

from assessment.graph.spectrum import Matrix, Spectrum

_DIMENSIONS = (8, 15, 30)
_QUANTILES = (0.5, 0.9, 0.99)
_LEAST_SPREAD = 1e-6


def shapes(file: Spectrum) -> Matrix:
    """Return for every record ranks of its figures, (n, 7 for each of three dimensions), between -1/2 and 1/2.

    Distance from the middle; second to fourth moments of a record's similarities to all others; three quantiles of
    them. They stand for the node features of Vidanage et al. (CIKM 2020).
    """
    found = []
    for dimensions in _DIMENSIONS:
        points = file.scaled(min(dimensions, len(file.values))).astype(np.float32)
        inner = points @ points.T
        found.append(np.diagonal(inner).copy())
        np.fill_diagonal(inner, 0)
        power = inner * inner
        for _ in range(3):
            found.append(power.mean(axis=1))
            power *= inner
        places = [int(len(inner) * share) for share in _QUANTILES]
        ordered = np.partition(inner, places, axis=1)
        found += [ordered[:, place] for place in places]
    return np.stack([_ranks(figure) for figure in found], axis=1)


def whitening(practised: Matrix, true: Matrix) -> Matrix:
    """Return what shapes (n, f) are multiplied by, (f, f), so that they differ from true ones by noise of variance 1.

    Args:
        practised: shapes of some persons as encodings show them.
        true: of the same persons as they are expected.
    """
    apart = practised - true
    spread = apart.T @ apart / len(apart) + _LEAST_SPREAD * np.eye(apart.shape[1])
    return np.asarray(np.linalg.inv(np.linalg.cholesky(spread)).T)


def _ranks(figures: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Matrix:
    """Return ranks between -1/2 and 1/2."""
    return np.argsort(np.argsort(figures, kind="stable"), kind="stable") / len(figures) - 0.5
