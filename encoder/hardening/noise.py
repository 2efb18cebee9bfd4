"""Flipped bits: randomised response, with noise that depends on a record's seed, so that it is the same each time."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from encoder.hardening.keys import keyed_bytes

SEED_BYTES = 16
Seeds = NDArray[np.uint8]
"""One random seed for each record, shape (rows, 16)."""
_DRAWS = 1 << 16


class Noise:
    """Flips bits, each with the chance `flip` in steps of 1 / 65,536.

    Drawn from the seed of the record under the step's key are two answers for each place, one that stands for a 0 and
    one that stands for a 1. So a bit that stays as it was is answered as it was, and a bit that changes is answered
    anew: encodings of one record under one seed hold at most two draws of any bit, however many there are.
    """

    def __init__(self, key: bytes, flip: float) -> None:
        self._key = key
        self._flips = round(flip * _DRAWS)

    def answers(self, bits: NDArray[np.uint8], seeds: Iterable[bytes]) -> NDArray[np.uint8]:
        """Return bits, uint8 (rows, width), some of them flipped; `seeds` are those of the rows."""
        width = bits.shape[1]
        drawn = b"".join([keyed_bytes(self._key, seed, 4 * width) for seed in seeds])
        flipped = np.frombuffer(drawn, dtype=">u2").reshape(len(bits), 2, width) < self._flips
        answers: NDArray[np.uint8] = np.where(bits == 1, flipped[:, 1], flipped[:, 0]) ^ bits
        return answers
