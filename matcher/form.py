"""The vectors in which machines compare, one right row per bit.

Rows of the right side lie crosswise: vector i of a stripe holds bit i of the sketches of as many rows as it has bits.
Adding up the vectors of the bits that a left row has set gives, for all rows of the stripe at once, the number of bits
that they have in common with it. The sums are kept crosswise too, a vector per binary digit, so that adding costs a few
logical instructions, which every machine has for its longest vectors (bit-slicing; the adders are those of Harley and
Seal's population count, see Muła, Kurz, Lemire: Faster population counts using AVX2 instructions, 2018).

A few left rows go together, a *team*, so that a vector which several of them ask for is added once: first those that
exactly the same rows ask for, then these sums to one for each row. Of four rows with half of their bits set, that is
half of the work.
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
        letters: most letters that a sketch may be read as, their columns within reach of 16 bits; 0 where it is read by
            bits alone, as with three-operand logic: there adding is cheap, and letters have not been measured.
    """

    name: str
    lanes: int
    letters: int


class Sums(NamedTuple):
    """How columns are added up.

    Attributes:
        planes: binary digits of a sum.
        team: left rows that go together, a divisor of LEFT_ROWS.
    """

    planes: int
    team: int

    @property
    def additions(self) -> int:
        """Additions of two sums for a team: see :func:`matcher.kernel.kernel`."""
        return 2 * ((1 << self.team) - 1 - self.team)

    @classmethod
    def of(cls, most: int) -> "Sums":
        """Return the ones for sums up to `most`; there are few, because the kernel is compiled for each."""
        return next(sums for sums in _SUMS if most < 1 << sums.planes)

    @classmethod
    def of_letters(cls, letters: int) -> "Sums":
        """Return the ones for so many letters, at most 255; no two rows have enough of them alike to share columns."""
        return cls(7 if letters < 1 << 7 else 8, 1)


_SUMS = (Sums(9, 2), Sums(11, 4), Sums(13, 4))
SHORT = Form("128-bit vectors", 128, 248)
MIDDLE = Form("256-bit vectors", 256, 248)
LONG = Form("512-bit vectors", 512, 0)


@cache
def host_form() -> Form:
    """Return the fastest form for this machine: its longest vectors."""
    features = get_host_cpu_features()
    if features.get("avx512f"):
        return LONG
    return MIDDLE if features.get("avx2") else SHORT
