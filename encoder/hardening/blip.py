"""Blip: bits flipped at random, by noise that stays the same as long as the record does.

Whoever sees one record under several draws of noise takes the majority and has the clean encoding, so noise is drawn
once. It need not be stored: it is a pseudo-random function, under a key that only the agency has, of the record's local
reference and of its clean encoding. Encoding a record again gives the very same bits; a record that has changed gets
noise that is independent of the former, so the two encodings do not show where the clean ones differ, as they would if
the noise stayed. What is left: `n` different versions of one record are `n` draws.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from encoder.hardening.keys import keyed_bytes

_BYTES_PER_BIT = 2
_LEVELS = 1 << 16


def flipped(encodings: NDArray[np.uint8], flip: float, key: bytes, references: Sequence[str]) -> NDArray[np.uint8]:
    """Return encodings, uint8 (n, width), each bit flipped with chance `flip`, to the next of 65,536 levels.

    Args:
        encodings: clean ones.
        flip: chance of each bit.
        key: of 32 bytes, the agency's own; neither the host nor another agency has it.
        references: the n local references.
    """
    level = round(flip * _LEVELS)
    noisy = encodings.copy()
    for row, reference in zip(noisy, references, strict=True):
        # Encodings have one length, so no two pairs of encoding and reference are the same message.
        drawn = keyed_bytes(key, row.tobytes() + reference.encode("utf-8"), _BYTES_PER_BIT * 8 * len(row))
        row ^= np.packbits(np.frombuffer(drawn, dtype=">u2") < level)
    return noisy
