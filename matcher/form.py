"""The ways in which machines compute the distances of a few rows on the left to many rows on the right.

Right rows lie side by side in the lanes of vectors, one byte lane each, digit by digit of their sketches, so that a
sum of per-digit distances in a byte is a pair's distance, and one comparison tests a vector full of pairs.

* ``table``, x86 with AVX2: a digit is 4 bits. The distances of a left digit to all 16 digits are a table in a
  register, and one ``vpshufb`` looks up the right digits of 32 rows (André, Kermarrec, Le Scouarnec: Cache locality is
  not enough, VLDB 2015, scan product-quantised vectors like this). A distance needs half a byte, so that a table
  serves two left rows at once.
* ``count``, every other machine: a digit is a byte and the bits of the exclusive or are counted, one instruction for
  64 rows with AVX-512 BITALG (``vpopcntb``) and for 16 on Arm (``cnt``).
"""

from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from llvmlite.binding import get_host_cpu_features
from numpy.typing import NDArray

LEFT_ROWS = 4
RIGHT_VECTORS = 2


class Form(NamedTuple):
    """How distances are computed.

    Attributes:
        name: for people.
        lanes: right rows per vector.
        digit_bits: bits of a sketch per digit.
        rows_per_operand: left rows that one operand serves.
        operand_bytes: size of an operand, which stands in the kernel for a digit of `rows_per_operand` left rows.
        step: sketches have a multiple of this many digits.
        chunk: digits, a multiple of `step`, whose distances together fit into a byte.
    """

    name: Literal["table", "count"]
    lanes: int
    digit_bits: int
    rows_per_operand: int
    operand_bytes: int
    step: int
    chunk: int

    def operands(self) -> NDArray[np.uint8]:
        """Return the operand for each byte of the left layout, uint8 (256, operand bytes)."""
        byte: NDArray[np.uint8] = np.arange(256, dtype=np.uint8)[:, None]
        if self.name == "count":
            return np.repeat(byte, self.operand_bytes, axis=1)
        others = np.arange(self.operand_bytes, dtype=np.uint8)
        tables: NDArray[np.uint8] = np.bitwise_count((byte & 15) ^ others)
        tables |= np.bitwise_count((byte >> 4) ^ others) << 4
        return tables

    def digits(self, sketch: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return sketches, uint8 (n, bytes), as one digit per byte, uint8 (n, digits), filled up with zeros."""
        per_byte = 8 // self.digit_bits
        digits = np.zeros((len(sketch), self.digit_count(sketch.shape[1])), dtype=np.uint8)
        for place in range(per_byte):
            part = digits[:, place : sketch.shape[1] * per_byte : per_byte]
            np.right_shift(sketch, place * self.digit_bits, out=part)
            np.bitwise_and(part, (1 << self.digit_bits) - 1, out=part)
        return digits

    def digit_count(self, sketch_bytes: int) -> int:
        """Return how many digits a sketch has."""
        return -(-sketch_bytes * (8 // self.digit_bits) // self.step) * self.step

    def left_layout(self, digits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return, for each operand, its byte: uint8 (rows / rows per operand, digits), whole blocks of LEFT_ROWS."""
        padded = np.zeros((-(-len(digits) // LEFT_ROWS) * LEFT_ROWS, digits.shape[1]), dtype=np.uint8)
        padded[: len(digits)] = digits
        return padded if self.rows_per_operand == 1 else (padded[0::2] | padded[1::2] << 4).astype(np.uint8)


TABLE = Form("table", lanes=32, digit_bits=4, rows_per_operand=2, operand_bytes=16, step=3, chunk=60)
COUNT = Form("count", lanes=16, digit_bits=8, rows_per_operand=1, operand_bytes=4, step=2, chunk=30)
COUNT_WIDE = COUNT._replace(lanes=64)


@cache
def host_form() -> Form:
    """Return the fastest form for this machine."""
    features = get_host_cpu_features()
    if features.get("avx512bitalg") and features.get("avx512bw"):
        return COUNT_WIDE
    return TABLE if features.get("avx2") else COUNT
