"""XOR folding of filters."""

import numpy as np
from numpy.typing import NDArray

_BYTE_BITS = 8


def fold(filters: NDArray[np.uint8], bits: int, folds: int) -> NDArray[np.uint8]:
    """Return the first half of each filter XOR the second, `folds` times: uint8 (n, ceil(bits / 2**folds / 8)).

    Args:
        filters: uint8 (n, width), at least `bits` wide; bit 0 is the most significant bit of byte 0.
        bits: length of the filters, a multiple of 2**folds.
        folds: how often.
    """
    folded_bits = bits >> folds
    if folds == 0:
        return np.ascontiguousarray(filters[:, : -(-bits // _BYTE_BITS)])
    if folded_bits % _BYTE_BITS == 0:
        parts = filters[:, : bits // _BYTE_BITS].reshape(len(filters), 1 << folds, folded_bits // _BYTE_BITS)
        folded: NDArray[np.uint8] = np.bitwise_xor.reduce(parts, axis=1)
        return folded
    unpacked = np.unpackbits(filters, axis=1, count=bits).reshape(len(filters), 1 << folds, folded_bits)
    return np.packbits(np.bitwise_xor.reduce(unpacked, axis=1), axis=1)
