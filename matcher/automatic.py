"""Packages compared as far down as an automatic threshold needs, inside each and every two of them."""

from collections.abc import Callable, Iterator, Sequence
from math import inf, isqrt
from typing import NamedTuple, Self

import numpy as np

from linkage.command import OnProgress
from linkage.symbols import ALPHABET, SYMBOL_BITS
from matcher.pairwise import Pairwise
from matcher.party import Party
from matcher.similarity import Measure
from matcher.threshold import ChanceSample, Compared, Estimate, Unrelated, estimate_threshold
from matcher.threshold.evidence import Evidence
from matcher.threshold.repeating import InsideSample, foot_of_repeated
from matcher.values import CandidatePairs

_CANDIDATES_PER_RECORD = 4  # of a comparison; chance is well known where each record has so many
_MARGIN = 4  # times as many may come before the worst are dropped to bound memory
_PILOT_PAIRS = 4_000_000
_LEAST_PILOT_PAIRS = 30  # at the floor: it must not hang on a few look-alikes
_INSIDE_SHARE = 0.2  # of the pairs between packages: so many pairs inside them are compared at most
_ENOUGH_PAIRS = 0.1  # of the pairs between packages: so many inside those that hold each person once are enough
_INSIDE_PAIRS = 100_000_000  # or these, which take a moment


class Automatic(NamedTuple):
    """What the comparison for an automatic threshold gives.

    Attributes:
        estimate: the threshold and what is expected at it.
        comparisons: the pairs of every two parties at or above it, in the order of the couples given.
        repeating: numbers of the parties that hold persons several times, as far as that shows.
    """

    estimate: Estimate
    comparisons: list[CandidatePairs]
    repeating: frozenset[int]

    @classmethod
    def of(
        cls,
        parties: Sequence[Party],
        numbers: Sequence[tuple[int, int]],
        pairwise: Pairwise,
        random: np.random.Generator,
        on_progress: Callable[[int], OnProgress | None],
        *,
        lawful: bool = False,
        told: frozenset[int] | None = None,
    ) -> Self:
        """Compare all parties with themselves, in samples where they are large, and with each other as permitted.

        Args:
            parties: at least two.
            numbers: which two of them are compared, at least one couple.
            pairwise: how two of them are compared.
            random: makes the repetitions that the estimate's intervals come from.
            on_progress: by number of a comparison, what is called in it.
            lawful: whether unrelated records have equal bits, or symbols, by chance alone, and scores are their share.
            told: numbers of parties that are known to hold persons several times, beside those of which it shows; of
                both a group may hold several records. None where it is to hold one of each party all the same.
        """
        couples = [(parties[left], parties[right]) for left, right in numbers]
        floor = _floor(parties, couples, pairwise)
        law = _law(couples, pairwise.measure) if lawful else None
        samples = _inside(parties, couples, pairwise, floor)
        feet = [None if law is None else foot_of_repeated(one, law) for one in samples]
        repeating = frozenset(number for number, foot in enumerate(feet) if foot is not None)
        cross_pairs = sum(len(left.first_row) * len(right.first_row) for left, right in couples)
        sample = _strangers(samples, feet, repeating | (told or frozenset()), cross_pairs)
        several = frozenset[int]() if told is None else repeating | told
        compared = []
        for number, (left, right) in enumerate(couples):
            limit = _MARGIN * _CANDIDATES_PER_RECORD * (len(left.encodings) + len(right.encodings))
            pairs, reached = pairwise.pairs(left, right, floor, limit=max(limit, 1), on_progress=on_progress(number))
            repeats = [party in several for party in numbers[number]]
            compared.append(
                Compared(len(left.first_row), len(right.first_row), pairs, reached, *numbers[number], *repeats)
            )
        estimate = estimate_threshold(Evidence.of(compared, sample, law), random)
        return cls(estimate, [one.pairs.reaching(estimate.threshold) for one in compared], repeating)


def _law(couples: Sequence[tuple[Party, Party]], measure: Measure) -> Unrelated:
    """Return what is expected of unrelated records where chance alone makes places equal."""
    rows = sum(len(left.encodings) * len(right.encodings) for left, right in couples)
    records = sum(len(left.first_row) * len(right.first_row) for left, right in couples)
    bits, symbols = couples[0][0].encodings.bits, measure == "symbols"
    places, alphabet = (bits // SYMBOL_BITS, ALPHABET) if symbols else (bits, 2)
    return Unrelated(places, alphabet, rows / max(records, 1))


def _floor(parties: Sequence[Party], couples: Sequence[tuple[Party, Party]], pairwise: Pairwise) -> float:
    """Return the score that chance alone would let a few candidate pairs per record reach, from a small sample."""
    wanted = sum(_CANDIDATES_PER_RECORD * (len(left.first_row) + len(right.first_row)) for left, right in couples)
    rate = wanted / max(sum(len(left.first_row) * len(right.first_row) for left, right in couples), 1)
    rows = isqrt(_PILOT_PAIRS // len(parties))
    scores = [
        pairs.score[pairs.left < pairs.right]
        for part in (party.within(rows) for party in parties)
        for pairs, _ in [pairwise.pairs(part, part, 0.0)]
    ]
    falling = -np.sort(-np.concatenate(scores))
    place = max(_LEAST_PILOT_PAIRS, int(rate * len(falling)))
    return float(falling[place]) if place < len(falling) else 0.0


def _inside(
    parties: Sequence[Party], couples: Sequence[tuple[Party, Party]], pairwise: Pairwise, floor: float
) -> list[InsideSample]:
    """Return the scores of pairs inside each of the parties, of all records or as many as there is time for."""
    between = sum(len(left.encodings) * len(right.encodings) for left, right in couples)
    budget = max(_INSIDE_PAIRS, _INSIDE_SHARE * between)
    share = min(1.0, budget / max(sum(len(party.encodings) ** 2 for party in parties), 1))
    samples = []
    for party, part in _parts(parties, share):
        limit = 2 * _MARGIN * _CANDIDATES_PER_RECORD * len(party.encodings)
        pairs, own_floor = pairwise.pairs(part, party, floor, limit=max(limit, 1))
        records, sampled = len(party.first_row), len(part.first_row)
        compared = sampled * (records - 1) - sampled * (sampled - 1) // 2
        samples.append(InsideSample(pairs.score[pairs.left < pairs.right], sampled, compared, max(floor, own_floor)))
    return samples


def _strangers(
    samples: Sequence[InsideSample], feet: Sequence[float | None], repeating: frozenset[int], cross_pairs: int
) -> ChanceSample:
    """Return what files tell of strangers: those alone that hold each person once, if they tell enough, else all.

    Of all, pairs from the lowest foot on are left out, as if no strangers were so alike.
    """
    once = [sample for number, sample in enumerate(samples) if number not in repeating]
    ceiling = inf
    if sum(sample.pairs for sample in once) < _ENOUGH_PAIRS * cross_pairs:
        once, ceiling = list(samples), min((foot for foot in feet if foot is not None), default=inf)
    reached = max(sample.floor for sample in once)
    together = np.concatenate([sample.scores for sample in once])
    pairs = sum(sample.pairs for sample in once)
    return ChanceSample(together[(together >= reached) & (together < ceiling)], max(pairs, 1), reached)


def _parts(parties: Sequence[Party], share: float) -> Iterator[tuple[Party, Party]]:
    for party in parties:
        yield party, party.first(max(1, int(share * len(party.first_row))))
