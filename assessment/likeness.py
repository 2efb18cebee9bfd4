"""Similarities of all pairs of two small sets of encodings."""

import numpy as np
from numpy.typing import NDArray

from linkage.schema.hardening import Measure
from linkage.symbols import unpacked

_BLOCK = 64  # rows at once: their counts stay in the cache
_MOST = 255  # places at once: their counts are bytes


def likeness(left: NDArray[np.uint8], right: NDArray[np.uint8], measure: Measure) -> NDArray[np.float32]:
    """Return Dice, or the share of equal bits or symbols, float32 (n, m), of encodings uint8 (n, w) and (m, w)."""
    if measure == "symbols":
        sides = unpacked(left), unpacked(right)
        return np.asarray(equal_symbols(*sides) / np.float32(sides[0].shape[1]), dtype=np.float32)
    ones = [np.unpackbits(side, axis=1).astype(np.float32) for side in (left, right)]
    common = ones[0] @ ones[1].T
    together = ones[0].sum(axis=1)[:, None] + ones[1].sum(axis=1)[None, :]
    if measure == "dice":
        return np.asarray(2 * common / np.maximum(together, 1), dtype=np.float32)
    bits = np.float32(8 * left.shape[1])
    return np.asarray((bits - together + 2 * common) / bits, dtype=np.float32)


def equal_symbols(left: NDArray[np.uint16], right: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return how many symbols are equal, uint16 (n, m)."""
    found = np.zeros((len(left), len(right)), dtype=np.uint16)
    mine, theirs = (np.ascontiguousarray(side.T)[:, :, None] for side in (left, right))
    for start in range(0, len(left), _BLOCK):
        block = mine[:, start : start + _BLOCK]
        equal = np.empty((block.shape[1], len(right)), dtype=np.bool_)
        for first in range(0, len(mine), _MOST):
            counts = np.zeros(equal.shape, dtype=np.uint8)
            for one, other in zip(block[first : first + _MOST], theirs[first : first + _MOST], strict=True):
                counts += np.equal(one, other.T, out=equal).view(np.uint8)
            found[start : start + _BLOCK] += counts
    return found
