"""Aligning two small weighted graphs of as many nodes, which are the same but for noise and the order of the nodes.

Graduated assignment (Gold & Rangarajan, IEEE TPAMI 1996): the assignment is soft at first, and is drawn, ever more
sharply, to what keeps edges together. Of several starts the one counts whose edges agree best; no truth is used for
that.
"""

import numpy as np
from numpy.typing import NDArray

Graph = NDArray[np.float64]
_STARTS = 30
_DOUBT = 0.5  # of all starts but the first in what the nodes' own weights suggest
_SHARPNESS = tuple(2.0**power for power in range(1, 9))
_ROUNDS = 8
_SINKHORN_ROUNDS = 10
_SURE = 0.9  # correlation of the edges at which no further start is tried


def aligned(left: NDArray[np.float32], right: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.int64]:
    """Return for each node of one graph a node of the other, int64 (n,), each once.

    Args:
        left: weights of edges, float32 (n, n), symmetric; the diagonal has no meaning.
        right: of the other graph, float32 (n, n).
        random: draws the starts.
    """
    one, other = _scaled(left), _scaled(right)
    profiles = np.sort(one, axis=1), np.sort(other, axis=1)
    alike = -2 * ((profiles[0][:, None] - profiles[1][None, :]) ** 2).mean(axis=2)
    best, highest = np.arange(len(one)), -np.inf
    for start in range(_STARTS):
        soft = _doubly_stochastic(alike + random.normal(0, _DOUBT if start else 0, alike.shape))
        for sharpness in _SHARPNESS:
            for _ in range(_ROUNDS):
                kept = one @ soft @ other
                soft = _doubly_stochastic(kept * (sharpness / max(float(np.abs(kept).max()), 1e-12)))
        found = _one_to_one(soft)
        agreement = float((one * other[np.ix_(found, found)]).mean())
        if agreement > highest:
            best, highest = found, agreement
        if highest > _SURE:
            break
    return best


def _scaled(graph: NDArray[np.float32]) -> Graph:
    """Return the weights of edges with mean 0 and variance 1."""
    edges = ~np.eye(len(graph), dtype=np.bool_)
    weights = graph[edges].astype(np.float64)
    scaled: Graph = np.zeros(graph.shape)
    scaled[edges] = (weights - weights.mean()) / max(float(weights.std()), 1e-12)
    return scaled


def _doubly_stochastic(scores: Graph) -> Graph:
    soft: Graph = np.exp(scores - scores.max())
    for _ in range(_SINKHORN_ROUNDS):
        soft /= np.maximum(soft.sum(axis=1, keepdims=True), 1e-300)
        soft /= np.maximum(soft.sum(axis=0, keepdims=True), 1e-300)
    return soft


def _one_to_one(soft: Graph) -> NDArray[np.int64]:
    """Return an assignment that takes the surest couple first, then the surest of the others."""
    found = np.full(len(soft), -1, dtype=np.int64)
    free = np.ones(len(soft), dtype=np.bool_)
    for node, partner in zip(*np.unravel_index(np.argsort(-soft, axis=None, kind="stable"), soft.shape), strict=True):
        if found[node] < 0 and free[partner]:
            found[node], free[partner] = partner, False
    return found
