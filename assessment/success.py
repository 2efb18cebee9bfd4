"""How often an attack was right, with an interval that covers seeds and records."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_REPETITIONS = 2000
_Z = 1.959964  # 95 %, two-sided


class Tally(NamedTuple):
    """One run: records told rightly, records that could have been, and the chance of a blind guess."""

    right: int
    of: int
    chance: float


class Success(NamedTuple):
    """Several runs together.

    Attributes:
        right: records re-identified, over all runs.
        of: records that could have been.
        chance: share that blind guesses would reach.
        low: lower end of the 95 % interval of the share.
        high: upper end.
        runs: share of each run, since single runs of an attack may collapse.
    """

    right: int
    of: int
    chance: float
    low: float
    high: float
    runs: tuple[float, ...]

    @property
    def share(self) -> float:
        """Records re-identified among those that could have been."""
        return self.right / self.of


def success(tallies: Sequence[Tally], random: np.random.Generator) -> Success:
    """Return the runs together: the wider, at each end, of a bootstrap over runs and of Wilson's interval over records.

    The bootstrap draws runs with replacement and in each of them records (binomially); it sees that runs differ, and
    fails where all runs say 0. Wilson's interval (1927) holds there, and fails where runs differ.
    """
    right, of = (np.array(column) for column in list(zip(*tallies, strict=True))[:2])
    drawn = random.integers(len(of), size=(_REPETITIONS, len(of)))
    shares = random.binomial(of[drawn], right[drawn] / of[drawn]).sum(axis=1) / of[drawn].sum(axis=1)
    low, high = wilson(int(right.sum()), int(of.sum()))
    return Success(
        int(right.sum()),
        int(of.sum()),
        float(np.mean([tally.chance for tally in tallies])),
        min(low, float(np.quantile(shares, 0.025))),
        max(high, float(np.quantile(shares, 0.975))),
        tuple((right / of).tolist()),
    )


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    share, square = right / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * np.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
