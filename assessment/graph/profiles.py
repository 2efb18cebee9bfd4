"""Matching by profiles: whoever resembles the same already matched records in the same degree is the same."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.graph.spectrum import Similarities

_NEIGHBOURS = 10
_STANDS_STILL = 0.995


class Pairing(NamedTuple):
    """For every row of one file its best row of the other.

    Attributes:
        best: int64 (n,).
        mutual: bool (n,), whether this row is also the best of that one.
        strength: float32 (n,), how far the couple stands out among both rows' other couples.
    """

    best: NDArray[np.int64]
    mutual: NDArray[np.bool_]
    strength: NDArray[np.float32]


def paired(scores: NDArray[np.float32]) -> Pairing:
    """Return the pairing by scores (n, m), corrected for rows and columns that are near to many.

    Cross-domain similarity local scaling (Conneau et al. 2018).
    """
    near = min(_NEIGHBOURS, min(scores.shape) - 1)
    rows = -np.partition(-scores, near, axis=1)[:, :near].mean(axis=1)
    columns = -np.partition(-scores, near, axis=0)[:near].mean(axis=0)
    local = 2 * scores - rows[:, None] - columns[None, :]
    best = local.argmax(axis=1)
    every = np.arange(len(scores))
    return Pairing(best, local.argmax(axis=0)[best] == every, local[every, best])


def settled(
    left: Similarities, right: Similarities, start: Pairing, *, rounds: int, known: NDArray[np.int64] | None = None
) -> Pairing:
    """Return the pairing after matching by profiles of similarity to the mutual matches until it stands still.

    Args:
        left: similarities inside one file, (n, n).
        right: inside the other, (m, m).
        start: whom to begin with.
        rounds: at most.
        known: couples that are sure, int64 (k, 2); they stay.
    """
    now = start
    for _ in range(rounds):
        anchors, partners = np.flatnonzero(now.mutual), now.best[now.mutual]
        if known is not None:
            others = ~np.isin(anchors, known[:, 0])
            anchors, partners = np.concatenate([known.T, [anchors[others], partners[others]]], axis=1)
        if len(anchors) < 2:  # noqa: PLR2004 - a profile needs two
            break
        found = paired(_profiles(left[:, anchors]) @ _profiles(right[:, partners]).T)
        still = (found.best == now.best).mean() > _STANDS_STILL
        now = found
        if still:
            break
    return now


def _profiles(to_anchors: Similarities) -> Similarities:
    """Return each record's similarities to the anchors, without what is common to an anchor or to the record."""
    scaled = to_anchors - to_anchors.mean(axis=0)
    scaled /= np.maximum(scaled.std(axis=0), 1e-9)
    scaled -= scaled.mean(axis=1, keepdims=True)
    scaled /= np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-9)
    return scaled
