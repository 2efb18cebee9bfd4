"""Similarities of all pairs of two small sets of encodings."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Measure = Literal["dice", "hamming"]


def likeness(left: NDArray[np.uint8], right: NDArray[np.uint8], measure: Measure) -> NDArray[np.float32]:
    """Return Dice, or the share of equal bits, float32 (n, m), of encodings uint8 (n, w) and (m, w)."""
    ones = [np.unpackbits(side, axis=1).astype(np.float32) for side in (left, right)]
    common = ones[0] @ ones[1].T
    together = ones[0].sum(axis=1)[:, None] + ones[1].sum(axis=1)[None, :]
    if measure == "dice":
        return np.asarray(2 * common / np.maximum(together, 1), dtype=np.float32)
    bits = np.float32(8 * left.shape[1])
    return np.asarray((bits - together + 2 * common) / bits, dtype=np.float32)
