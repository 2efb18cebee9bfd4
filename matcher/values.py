"""What the matcher gives back: candidate pairs and groups, as arrays."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class CandidatePairs(NamedTuple):
    """Pairs of encodings at or above a threshold, by falling score, ties by left and then right index.

    Attributes:
        left: int64, row in the left encodings.
        right: int64, row in the right encodings.
        score: float64, similarity from 0 to 1.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    score: NDArray[np.float64]

    def reaching(self, threshold: float) -> "CandidatePairs":
        """Return the pairs at or above a threshold."""
        stop = int(np.searchsorted(-self.score, -threshold, side="right"))
        return CandidatePairs(self.left[:stop], self.right[:stop], self.score[:stop])


class PartyPairs(NamedTuple):
    """The candidate pairs between the files of two parties.

    Attributes:
        left_party: number of the party whose rows ``pairs.left`` counts, from 0.
        right_party: number of the party whose rows ``pairs.right`` counts; equal to `left_party` for a comparison of
            a file with itself.
        pairs: each pair of records at most once; the order does not matter.
    """

    left_party: int
    right_party: int
    pairs: CandidatePairs


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups of at least two records, as arrays with one entry per member.

    Groups are in the order of their best score, falling, ties by smallest member; members by (party, index).

    Attributes:
        group: int64, number of the group, from 0, not falling.
        party: int64, number of the party that holds the record.
        index: int64, row of the record in that party's file.
        score: float64, best score that the record has with another member of its group.
    """

    group: NDArray[np.int64]
    party: NDArray[np.int64]
    index: NDArray[np.int64]
    score: NDArray[np.float64]

    def members(self) -> list[list[tuple[int, int]]]:
        """Return each group as its (party, index) members."""
        starts = np.flatnonzero(np.diff(self.group, prepend=-1))
        records = list(zip(self.party.tolist(), self.index.tolist(), strict=True))
        return [records[start:stop] for start, stop in pairwise([*starts.tolist(), len(records)])]
