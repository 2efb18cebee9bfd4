"""The statistics that measures are made of, each with its formula: of numbers and bits, whatever they stand for."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.number]
_MARGIN = 4.0  # deviations of the largest eigenvalue of pure noise


class Structure(NamedTuple):
    """How many eigenvalues stand above noise, and their share of the sum of all."""

    dimensions: int
    share: float


def entropy(shares: Floats) -> Floats:
    """Return the binary entropy of probabilities, in bits: -p log2 p - (1 - p) log2 (1 - p)."""
    inside = np.clip(shares, 1e-300, 1 - 1e-16)
    return np.asarray(-(inside * np.log2(inside) + (1 - inside) * np.log2(1 - inside)))


def ranks(values: Numbers) -> Floats:
    """Return the ranks of values from 1, equal values sharing the mean of theirs."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(times) - (times - 1) / 2)[place], dtype=np.float64)


def rank_correlation(one: Numbers, other: Numbers) -> float:
    """Return Spearman's correlation, of ranks; 0 where one side does not vary."""
    left, right = (ranks(side) - (len(side) + 1) / 2 for side in (one, other))
    size = np.sqrt((left @ left) * (right @ right))
    return float(left @ right / size) if size else 0.0


def divergence(one: Numbers, other: Numbers, bins: int) -> float:
    """Return the Jensen-Shannon divergence of two samples, in bits, from 0 (alike) to 1 (never alike).

    JSD = H((P + Q) / 2) - (H(P) + H(Q)) / 2 (Lin, "Divergence measures based on the Shannon entropy", 1991), over
    `bins` bins that hold equally much of both together.
    """
    edges = _edges(np.concatenate([one, other]), bins)
    left, right = (_shares(np.bincount(np.searchsorted(edges, side), minlength=bins)) for side in (one, other))
    return float(_plain_entropy((left + right) / 2) - (_plain_entropy(left) + _plain_entropy(right)) / 2)


def mutual_information(one: Numbers, other: Numbers, bins: int) -> float:
    """Return the mutual information of paired values in bits, over `bins` times `bins` bins of equal weight.

    The plug-in estimate less its bias (used bins - 1)^2 / (2 n ln 2) (Miller 1955), and not below 0.
    """
    codes = [np.searchsorted(_edges(side, bins), side) for side in (one, other)]
    joint = np.bincount(codes[0] * bins + codes[1], minlength=bins * bins).reshape(bins, bins)
    together = _shares(joint)
    sides = [together.sum(axis=axis) for axis in (1, 0)]
    found = sum(_plain_entropy(side) for side in sides) - _plain_entropy(together.ravel())
    freedom = float(np.prod([max(int((side > 0).sum()) - 1, 0) for side in sides]))
    return max(0.0, float(found - freedom / (2 * len(one) * np.log(2))))


def absolute_phi(bits: NDArray[np.uint8], pairs: int, random: np.random.Generator) -> float:
    """Return the mean of |phi| over pairs of columns of bits (n, L), drawn at random, without columns that never vary.

    phi is the correlation of two bits. That of independent ones is about sqrt(2 / (pi n)).
    """
    scaled = standardised(bits)
    count = scaled.shape[1]
    if count < 2:  # noqa: PLR2004 - a pair
        return 0.0
    first = random.integers(count, size=pairs)
    second = (first + random.integers(1, count, size=pairs)) % count
    parts = zip(*(np.array_split(side, max(1, pairs // 1000)) for side in (first, second)), strict=True)
    phi = np.concatenate([np.einsum("ij,ij->j", scaled[:, one], scaled[:, other]) for one, other in parts])
    return float(np.abs(phi / len(scaled)).mean())


def dimensions_above_noise(bits: NDArray[np.uint8]) -> Structure:
    """Return how much of the similarities of rows of bits (n, L) is more than L independent bits would give.

    Bits are standardised by column; the eigenvalues of Z Z' / L of independent ones stay below the edge of Marchenko
    and Pastur (1967), (1 + sqrt(n / L))^2, but for deviations of the order of Johnstone's scale ("On the distribution
    of the largest eigenvalue in principal components analysis", 2001). Columns that repeat another one or its
    complement, as in balanced encodings, count once.
    """
    turned = np.unique(bits ^ bits[:1], axis=1)
    scaled = standardised(turned)
    columns = scaled.shape[1]
    if not columns:
        return Structure(0, 0.0)
    return above_edge(scaled @ scaled.T / np.float32(columns), columns)


def above_edge(inner: NDArray[np.float32], columns: int) -> Structure:
    """Return how much of the inner products of rows (n, n), 1 on the diagonal, is more than so many columns would give.

    The columns' mean is taken off first.
    """
    rows, means = len(inner), inner.mean(axis=0)
    values = np.linalg.eigvalsh(inner - means[:, None] - means[None, :] + means.mean())
    root = np.sqrt(rows) + np.sqrt(columns)
    edge = (root**2 + _MARGIN * root * (rows**-0.5 + columns**-0.5) ** (1 / 3)) / columns
    above = values[values > edge]
    return Structure(len(above), float(above.sum() / values.sum()))


def standardised(bits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return bits (n, L) with mean 0 and variance 1 in each column, without columns that never vary."""
    varying = bits[:, (bits != bits[:1]).any(axis=0)].astype(np.float32)
    return np.asarray((varying - varying.mean(axis=0)) / varying.std(axis=0), dtype=np.float32)


def _edges(values: Numbers, bins: int) -> Floats:
    return np.asarray(np.quantile(values, np.arange(1, bins) / bins), dtype=np.float64)


def _shares(counts: NDArray[np.int64]) -> Floats:
    return np.asarray(counts / max(int(counts.sum()), 1), dtype=np.float64)


def _plain_entropy(shares: Floats) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
