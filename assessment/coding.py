"""What encodings are made of: bits, or symbols; and how far they agree beyond chance."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from assessment.likeness import likeness
from linkage.schema import Schema
from linkage.schema.hardening import Measure
from linkage.symbols import SYMBOL_BITS

Similarities = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Code:
    """Encodings of one file.

    Attributes:
        encodings: uint8 (n, w).
        letter_bits: of each letter; all letters are as frequent.
    """

    encodings: NDArray[np.uint8]
    letter_bits: int = 1

    @classmethod
    def of(cls, encodings: NDArray[np.uint8], schema: Schema) -> Self:
        """Return encodings of a schema."""
        return cls(encodings, SYMBOL_BITS if schema.measure == "symbols" else 1)

    @property
    def coins(self) -> int:
        """So many independent coin flips agree with the same variance, by chance, as letters do: 1 / coins.

        A letter of q is as q - 1 coins, since two are equal with the chance 1 / q.
        """
        letters: int = 8 * self.encodings.shape[1] // self.letter_bits
        return letters * ((1 << self.letter_bits) - 1)

    @cached_property
    def agreement(self) -> Similarities:
        """How far every two agree, float32 (n, n), read-only: share of equal letters, scaled to 0 by chance, 1 if all.

        For bits, that is the share of equal ones less the share of different ones.
        """
        measure: Measure = "hamming" if self.letter_bits == 1 else "symbols"
        chance = np.float32(0.5**self.letter_bits)
        found = np.asarray((likeness(self.encodings, self.encodings, measure) - chance) / (1 - chance))
        found.flags.writeable = False
        return found
