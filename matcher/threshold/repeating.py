"""Which files hold persons several times: then pairs inside them say little about how alike strangers are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_SHARES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # pairs per record, at the score of which files are compared
_FEWEST = 20  # pairs
_TIMES = 50.0  # as frequent as among the quietest of the others: people of one country are no more than ten times
_QUIETEST = 0.2  # of the pairs of the others
_UNSEEN = 3.0  # pairs that none seen may stand for


class InsideSample(NamedTuple):
    """Scores of pairs of different records of one file.

    Attributes:
        scores: float64, those at or above the floor, in any order.
        records: whose pairs with the others were compared.
        pairs: how many those are.
        floor: all pairs from this score up are there.
    """

    scores: NDArray[np.float64]
    records: int
    pairs: int
    floor: float


def repeating_files(samples: Sequence[InsideSample]) -> frozenset[int]:
    """Return the places of files in which pairs are far oftener alike than in the others, and many records are in them.

    A person who is in a file twice makes a pair as alike as records of one person are, where strangers hardly come.
    Files that all hold persons several times cannot be told from files of people who are alike.
    """
    return frozenset(place for place in range(len(samples)) if _stands_out(place, samples))


def _stands_out(place: int, samples: Sequence[InsideSample]) -> bool:
    own = samples[place]
    others = [sample for n, sample in enumerate(samples) if n != place and sample.pairs]
    falling = -np.sort(-own.scores)
    for share in _SHARES:
        count = max(_FEWEST, round(share * own.records))
        if count > len(falling):
            break
        level = float(falling[count - 1])
        seen = [(int((other.scores >= level).sum()), other.pairs) for other in others if other.floor <= level]
        if seen and count / own.pairs >= _TIMES * _quiet_rate(seen):
            return True
    return False


def _quiet_rate(seen: Sequence[tuple[int, int]]) -> float:
    """Return the share of pairs, of those seen in each file, in the quietest files that have enough of them."""
    wanted = _QUIETEST * sum(pairs for _, pairs in seen)
    found, compared = 0, 0
    for count, pairs in sorted(seen, key=lambda file: (file[0] / file[1], -file[1])):
        found, compared = found + count, compared + pairs
        if compared >= wanted:
            break
    return (found + _UNSEEN) / compared
