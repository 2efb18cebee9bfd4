"""What was seen, counted in bins of scores: candidate pairs, the links among them, pairs by chance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.threshold.unrelated import Unrelated
from matcher.values import CandidatePairs

Floats = NDArray[np.float64]

_MOST_BINS = 100
_IDENTICAL = 1.0  # score
_PARTNERS_AGREE = 0.5  # chance that who looks like one record of a person looks like the next one too
_STEPS = (1, 2, 5)
_LIKENESS_STEP, _FINEST = 0.01, 0.0001  # width of a bin on the scale of likeness, where edges are no round scores
_ROUNDING = 1e-9  # of a bin: a score on an edge belongs to the bin above it, whatever the division makes of it


class Compared(NamedTuple):
    """Two files and their best pairs of records.

    Attributes:
        left_records: records of the one.
        right_records: records of the other.
        pairs: pairs of records, by falling score, each once.
        floor: all pairs from this score up are there.
        left: number of the one among all files.
        right: number of the other.
        left_repeats: whether a record of the other may be linked with several of the one, as it holds persons so often,
        right_repeats: and the other way round.
    """

    left_records: int
    right_records: int
    pairs: CandidatePairs
    floor: float
    left: int = 0
    right: int = 1
    left_repeats: bool = False
    right_repeats: bool = False

    @property
    def most(self) -> int:
        """How many links there can be, but for persons who are several times in both files."""
        if self.left_repeats and self.right_repeats:
            return self.left_records + self.right_records
        if self.left_repeats or self.right_repeats:
            return self.left_records if self.left_repeats else self.right_records
        return min(self.left_records, self.right_records)


class ChanceSample(NamedTuple):
    """Scores of pairs of different records of one file, from one file or several.

    Attributes:
        scores: float64, those at or above the floor, in any order.
        pairs: how many pairs were compared.
        floor: all pairs from this score up are there.
    """

    scores: Floats
    pairs: int
    floor: float


class Evidence(NamedTuple):
    """Counts by bin; all arrays but the first have one shape, bins rise.

    Attributes:
        edges: lower edge of each bin, and the upper one of the last; round numbers, and the bins are equally wide
            on the scale on which chance falls off smoothly.
        candidates: pairs between files.
        links: those of them that a one-to-one linkage of each two files makes, best pair first; where a file holds
            persons several times, it takes several records of it.
        free: pairs of records that are both not linked yet, between the two files, when the linkage comes to the middle
            of the bin.
        joinable: of them, those that a group could still take in: all where neither record is linked with any file,
            and a share of those where one of them is linked elsewhere, as its partners have to agree too.
        chance: pairs inside files.
        unrelated: share of the pairs between files that a law puts there even if nobody had anything in common with
            anybody; zeros where there is no such law.
        chance_pairs: pairs inside files that were compared.
        cross_pairs: pairs between files that were compared, at least 1.
        most: matches that there can be: every record of the smaller file of each two.
        files: how many files were compared.
    """

    edges: Floats
    candidates: Floats
    links: Floats
    free: Floats
    joinable: Floats
    chance: Floats
    unrelated: Floats
    chance_pairs: int
    cross_pairs: int
    most: int
    files: int

    @property
    def identical(self) -> NDArray[np.bool_]:
        """Which bins are of identical encodings."""
        return self.edges[:-1] >= _IDENTICAL

    @classmethod
    def of(cls, compared: Sequence[Compared], sample: ChanceSample, unrelated: Unrelated | None = None) -> "Evidence":
        """Return the counts of comparisons, together, from the highest of all floors up.

        Args:
            compared: the comparisons.
            sample: pairs inside files.
            unrelated: the law that scores of unrelated records follow, where the encodings have one.
        """
        floor = max([sample.floor, *(one.floor for one in compared)])
        best = [one.pairs.score[0] for one in compared if len(one.pairs.score)]
        edges = _bins(floor, max([floor, *best, float(sample.scores.max(initial=floor))]), unrelated)
        middle = (edges[:-1] + edges[1:]) / 2
        grain = 0.0 if unrelated is None else unrelated.grain
        linked = [
            one_to_one(
                one.pairs.left,
                one.pairs.right,
                one.left_records,
                one.right_records,
                (one.right_repeats, one.left_repeats),
            )
            for one in compared
        ]
        alone = _alone(compared, linked, middle)
        candidates, links, free, joinable = np.zeros((4, len(middle)))
        for one, taken in zip(compared, linked, strict=True):
            found = _counted(one.pairs.score[taken], edges, grain)
            before = from_top(found) - found / 2
            candidates += _counted(one.pairs.score, edges, grain)
            links += found
            left = one.left_records - before * (not one.right_repeats)
            right = one.right_records - before * (not one.left_repeats)
            alone_left, alone_right = np.minimum(alone[one.left], left), np.minimum(alone[one.right], right)
            free += left * right
            joinable += alone_left * alone_right + _PARTNERS_AGREE * (
                alone_left * (right - alone_right) + alone_right * (left - alone_left)
            )
        return cls(
            edges,
            candidates,
            links,
            free,
            joinable,
            _counted(sample.scores, edges, grain),
            np.zeros(len(middle)) if unrelated is None else -np.diff(unrelated.share(edges[:-1]), append=0),
            sample.pairs,
            max(sum(one.left_records * one.right_records for one in compared), 1),
            sum(one.most for one in compared),
            len(alone),
        )


def _alone(compared: Sequence[Compared], linked: Sequence[NDArray[np.bool_]], scores: Floats) -> dict[int, Floats]:
    """Return, by file, how many of its records no link has reached by the time linkage comes to each score."""
    best: dict[int, Floats] = {}
    for one, taken in zip(compared, linked, strict=True):
        for file, records, rows in (
            (one.left, one.left_records, one.pairs.left),
            (one.right, one.right_records, one.pairs.right),
        ):
            np.maximum.at(best.setdefault(file, np.full(records, -1.0)), rows[taken], one.pairs.score[taken])
    return {file: np.searchsorted(np.sort(score), scores).astype(np.float64) for file, score in best.items()}


def from_top(counts: Floats) -> Floats:
    """Return, for each bin, the sum of it and all higher bins."""
    return np.cumsum(counts[::-1])[::-1]


@compiled
def one_to_one(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    left_records: int,
    right_records: int,
    again: tuple[bool, bool] = (False, False),
) -> NDArray[np.bool_]:
    """Return which pairs a greedy one-to-one linkage takes, best pair first: bool, shape of `left`.

    Args:
        left: row of each pair in the one file.
        right: row in the other.
        left_records: rows of the one.
        right_records: rows of the other.
        again: whether a row of the one may be taken again, and of the other.
    """
    left_taken = np.zeros(left_records, dtype=np.bool_)
    right_taken = np.zeros(right_records, dtype=np.bool_)
    taken = np.zeros(len(left), dtype=np.bool_)
    for pair in range(len(left)):
        if not left_taken[left[pair]] and not right_taken[right[pair]]:
            left_taken[left[pair]] = not again[0]
            right_taken[right[pair]] = not again[1]
            taken[pair] = True
    return taken


def _bins(floor: float, top: float, law: Unrelated | None) -> Floats:
    """Return the edges of at most about a hundred bins of a round width that reach from floor to top."""
    if law is None:
        return _round_steps(floor, top)
    first, last = law.likeness(np.array([floor, top])) / _LIKENESS_STEP
    steps = np.arange(np.ceil(first - _ROUNDING), max(np.ceil(first - _ROUNDING), np.floor(last + _ROUNDING)) + 2)
    edges = np.unique((np.ceil(law.scores(steps * _LIKENESS_STEP) / _FINEST - _ROUNDING) * _FINEST).round(12))
    # near chance a likeness changes fast with the score, and two of its steps may be one edge
    return edges if len(edges) > 1 else np.append(edges, (edges[0] + _FINEST).round(12))


def _round_steps(floor: float, top: float) -> Floats:
    span = max(top - floor, _ROUNDING)
    power = int(np.floor(np.log10(span / _MOST_BINS)))
    width = next(
        step * 10.0**exponent
        for exponent in (power, power + 1)
        for step in _STEPS
        if span / (step * 10.0**exponent) <= _MOST_BINS
    )
    first = int(np.ceil(floor / width - _ROUNDING))
    last = int(np.floor(top / width + _ROUNDING))
    return np.round(np.arange(first, max(first, last) + 2) * width, 12)


def _counted(scores: Floats, edges: Floats, grain: float = 0.0) -> Floats:
    """Return how many scores lie in each bin.

    Scores that are whole numbers of `grain` are spread over as much, half of it below and half above: a bin on a smooth
    scale would else hold one of them or two, by turns. Full agreement is a bin of its own, and stays there.
    """
    if not grain:
        places = np.searchsorted(edges[:-1] - _ROUNDING * (edges[1] - edges[0]), scores, side="right") - 1
        return np.bincount(places[places >= 0], minlength=len(edges) - 1).astype(np.float64)
    values, times = np.unique(scores, return_counts=True)
    width = np.where(values < 1, grain, _ROUNDING)
    upper = values + np.where(values < 1, grain / 2, _ROUNDING)
    above: Floats = np.clip((upper - edges[:-1, None]) / width, 0, 1) @ times.astype(np.float64)
    counts: Floats = -np.diff(above, append=0)
    return counts
