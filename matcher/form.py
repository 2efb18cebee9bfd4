"""The vectors in which machines compare, one right row per bit.

Rows of the right side lie crosswise: vector i of a stripe holds bit i of the sketches of as many rows as it has bits.
Adding up the vectors of the bits that a left row has set gives, for all rows of the stripe at once, the number of bits
that they have in common with it. The sums are kept crosswise too, a vector per binary digit, so that adding costs a few
logical instructions, which every machine has for its longest vectors (bit-slicing; the adders are those of Harley and
Seal's population count, see Muła, Kurz, Lemire: Faster population counts using AVX2 instructions, 2018).
"""

from functools import cache
from typing import NamedTuple

from llvmlite.binding import get_host_cpu_features

LEFT_ROWS = 32


class Form(NamedTuple):
    """A length of vectors.

    Attributes:
        name: for people.
        lanes: bits of a vector, and so the right rows of a stripe.
    """

    name: str
    lanes: int


SHORT = Form("128-bit vectors", 128)
MIDDLE = Form("256-bit vectors", 256)
LONG = Form("512-bit vectors", 512)


@cache
def host_form() -> Form:
    """Return the fastest form for this machine: its longest vectors."""
    features = get_host_cpu_features()
    if features.get("avx512f"):
        return LONG
    return MIDDLE if features.get("avx2") else SHORT
