"""The steps that change the bits of an encoding, one after the other: fold, rule90, permute, balance, diffuse, blip.

References and what is known to break each of them stand with their models in :mod:`linkage.schema.hardening`.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from encoder.hardening.keys import HardeningKeys
from encoder.hardening.noise import Noise, Seeds
from linkage.schema import Balance, Blip, Diffuse, Fold, MinHash, Permute, Rule90, Saul, Schema, Step
from linkage.schema.hardening import widths

Bits = NDArray[np.uint8]
"""One bit per element, shape (rows, width)."""
_BLOCK_BITS = 1 << 22


class Hardening:
    """Applies the steps of a schema, but for saul and minhash, to encodings."""

    def __init__(self, schema: Schema, keys: HardeningKeys) -> None:
        bits = widths(schema.clk.bits, schema.hardening)
        self._steps = [
            _applied(step, bits[place], partial(keys.permutations, f"{step.step} {place}"))
            for place, step in enumerate(schema.hardening)
            if not isinstance(step, Saul | MinHash | Blip)
        ]
        last = schema.hardening[-1] if schema.hardening else None
        self._noise = (
            Noise(keys.key(f"blip {len(schema.hardening) - 1}"), last.flip) if isinstance(last, Blip) else None
        )
        self._rows = max(1, _BLOCK_BITS // max(bits))
        self._bytes = schema.encoding_bytes

    def apply(self, encodings: NDArray[np.uint8], seeds: Seeds | None = None) -> NDArray[np.uint8]:
        """Return hardened encodings, uint8 (n, schema.encoding_bytes), of uint8 (n, width).

        `seeds`, of the records, are needed where the schema flips bits; elsewhere they have no meaning.

        Raises:
            ValueError: they are needed and not given.
        """
        if self._noise is not None and seeds is None:
            raise ValueError("the schema flips bits, so each record needs a seed")
        if not self._steps and self._noise is None:
            return encodings
        hardened = np.empty((len(encodings), self._bytes), dtype=np.uint8)
        for start in range(0, len(encodings), self._rows):
            bits = np.unpackbits(encodings[start : start + self._rows], axis=1)
            for step in self._steps:
                bits = step(bits)
            if self._noise is not None and seeds is not None:
                bits = self._noise.answers(bits, map(bytes, seeds[start : start + self._rows]))
            hardened[start : start + self._rows] = np.packbits(bits, axis=1)
        return hardened


def _applied(step: Step, width: int, permutations: Callable[[int, int], NDArray[np.int64]]) -> Callable[[Bits], Bits]:
    """Return what `step` does to bits of `width`; `permutations` draws orders by the step's own key."""
    match step:
        case Fold():
            return partial(_folded, times=step.times)
        case Rule90():
            return partial(_rule90, rounds=step.rounds)
        case Permute():
            return partial(_taken, order=permutations(width, 1)[0])
        case Balance():
            return partial(_balanced, order=permutations(2 * width, 1)[0])
        case Diffuse():
            return partial(_diffused, taps=permutations(width, step.width(width))[:, : step.taps].T)
        case _:
            raise ValueError(f"{step.step} is not a function of the bits alone")


def _folded(bits: Bits, times: int) -> Bits:
    for _ in range(times):
        half = bits.shape[1] // 2
        bits = bits[:, :half] ^ bits[:, half:]
    return bits


def _rule90(bits: Bits, rounds: int) -> Bits:
    for _ in range(rounds):
        bits = np.roll(bits, 1, axis=1) ^ np.roll(bits, -1, axis=1)
    return bits


def _taken(bits: Bits, order: NDArray[np.int64]) -> Bits:
    return bits[:, order]


def _balanced(bits: Bits, order: NDArray[np.int64]) -> Bits:
    return np.concatenate([bits, 1 - bits], axis=1)[:, order]


def _diffused(bits: Bits, taps: NDArray[np.int64]) -> Bits:
    """Return at each place the XOR of the bits at its taps, int64 (taps, places)."""
    # Crosswise and packed, eight rows are XORed at once.
    columns = np.packbits(bits.T, axis=1)
    spread = columns[taps[0]]
    for tap in taps[1:]:
        spread ^= columns[tap]
    return np.ascontiguousarray(np.unpackbits(spread, axis=1, count=len(bits)).T)
