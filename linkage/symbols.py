"""Symbols: numbers of 12 bits that some encodings are made of, two in three bytes.

The three bytes are a little-endian number of 24 bits, of which the first symbol is the lower half.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # schemas name what is here, and most who read a schema have no use for NumPy
    import numpy as np
    from numpy.typing import NDArray

SYMBOL_BITS = 12
ALPHABET = 1 << SYMBOL_BITS
"""How many symbols there are; unrelated records have equal ones at a place with the chance 1 / ALPHABET."""
PAIR_BYTES = 3
"""Of two symbols."""
_LOWER_BITS = 8
_ROWS = 128  # at once: what is between stays in the processor's cache


def packed(symbols: "NDArray[np.uint16]") -> "NDArray[np.uint8]":
    """Return encodings, uint8 (n, bytes), of symbols (n, places), an even number of places."""
    import numpy as np

    count, places = symbols.shape
    three = np.empty((count, places // 2, PAIR_BYTES), dtype=np.uint8)
    for start in range(0, count, _ROWS):
        rows = slice(start, start + _ROWS)
        first, second = symbols[rows, ::2], symbols[rows, 1::2]
        three[rows, :, 0] = first
        three[rows, :, 1] = first >> _LOWER_BITS | second << (SYMBOL_BITS - _LOWER_BITS)
        three[rows, :, 2] = second >> (SYMBOL_BITS - _LOWER_BITS)
    return three.reshape(count, places // 2 * PAIR_BYTES)


def unpacked(encodings: "NDArray[np.uint8]") -> "NDArray[np.uint16]":
    """Return symbols, uint16 (n, places), of encodings (n, bytes), three bytes for two symbols."""
    import numpy as np

    count, width = encodings.shape
    three = encodings.reshape(count, width // PAIR_BYTES, PAIR_BYTES).astype(np.uint16)
    symbols = np.empty((*three.shape[:2], 2), dtype=np.uint16)
    symbols[..., 0] = three[..., 0] | three[..., 1] << _LOWER_BITS & (ALPHABET - 1)
    symbols[..., 1] = three[..., 1] >> (SYMBOL_BITS - _LOWER_BITS) | three[..., 2] << (SYMBOL_BITS - _LOWER_BITS)
    return symbols.reshape(count, width // PAIR_BYTES * 2)
