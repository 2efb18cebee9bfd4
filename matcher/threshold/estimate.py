"""The threshold of the best expected F1, and what may be expected at it."""

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.threshold.evidence import Evidence, from_top
from matcher.threshold.mixture import OVERDISPERSION
from matcher.threshold.solution import RATE_ERROR, Solution, cautious_share, solve, sureness

Floats = NDArray[np.float64]
Reason = Literal["best F1", "few matches"]

_PAIRS_PER_EXPECTED_FALSE = 100_000_000  # a tenth of the promise, as the tail beyond the sample is hardly known
_PAIRS_PER_DOUBTFUL_LINK = 40_000_000  # a quarter of the promise, as what less doubt allows adds up to the rest
_SURE = 0.01  # doubt
_LOOKS = 3.0  # times likelier is it that links are so far above chance at one of all thresholds than at a given one
_AS_GOOD = 0.005  # of F1, below which thresholds are not told apart
_REPLICATES = 100
_LOW, _HIGH = 2.5, 97.5
_TINY = 1e-9


class Interval(NamedTuple):
    """An estimate, and between which values it lies in 95 of 100 repetitions."""

    value: float
    low: float
    high: float


class Curves(NamedTuple):
    """What is drawn: by bin, what was counted and what is expected.

    Attributes:
        edges: lower edge of each bin, and the upper one of the last.
        candidates: pairs between files, counted.
        different: of them, pairs of different people, expected.
        same: of them, pairs of one person, expected.
    """

    edges: Floats
    candidates: Floats
    different: Floats
    same: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """The threshold, how it came about, and what is expected at it, over pairs of records in one group.

    Attributes:
        threshold: least score.
        reason: the best F1, or, where matches cannot be told from chance, at most one false group per 10 million pairs.
        links: at or above the threshold, in groups: counted between two files, expected between more.
        false_links: of them, links of different people.
        matches: pairs of records of one person, found or not.
        precision: share of the links that are right.
        recall: share of the matches that are linked.
        chance_pairs: pairs inside files that were compared to learn chance.
        lawful: whether a law said how alike unrelated records are, beside them.
        repeated: pairs inside files, per link between them, that are as alike as records of one person, and were
            therefore taken for people who are in one file twice.
        curves: what is drawn.
    """

    threshold: float
    reason: Reason
    links: int
    false_links: Interval
    matches: Interval
    precision: Interval
    recall: Interval
    chance_pairs: int
    lawful: bool
    repeated: float
    curves: Curves


def estimate_threshold(evidence: Evidence, random: np.random.Generator) -> Estimate:
    """Return the threshold for what was seen.

    Args:
        evidence: the counts.
        random: makes the repetitions that the threshold and the intervals come from: for the one, counts as they might
            have been; for the others, what may be behind them where they say little, too.
    """
    found = solve(evidence)
    again = [_again(evidence, found, random) for _ in range(_REPLICATES)]
    recounts = [solve(counts, found) for counts in again]
    f1 = np.mean([_expected_f1(evidence.links, recount) for recount in recounts], axis=0)
    good = np.flatnonzero(f1 >= f1.max() - _AS_GOOD)
    best = int(good[len(good) // 2])  # the middle: what the counts do not tell may move the best either way
    sure = sureness(evidence, cautious_share(evidence, found))
    doubt = max(min(_LOOKS * erfc(sure / sqrt(2)) / 2, 1.0), _TINY)  # that so much came about by chance
    by_chance = np.mean(list(map(cautious_share, again, recounts)), axis=0)
    place = max(best, _strict(evidence, by_chance, doubt))
    threshold = float(evidence.edges[place])
    at = min(place, len(f1) - 1)
    counted = place < len(f1)
    links = float(from_top(evidence.links)[at]) * counted
    right = max(links - float(found.doubtful_links[at]) * counted, 0.0)
    false = float(found.false_links[at]) * counted
    accepted = min(round(right + false), int(links))  # more wrong ones may be expected than there are links
    repeats = [solve(_again(evidence, found, random), found, random) for _ in range(_REPLICATES)]
    rates = random.normal(1, RATE_ERROR, _REPLICATES) * [repeat.false_links[at] for repeat in repeats] * counted
    false_ones = np.minimum(random.poisson(np.maximum(rates, 0)), accepted)
    matches = np.array([repeat.matches for repeat in repeats])
    return Estimate(
        threshold,
        "best F1" if place == best and doubt <= _SURE else "few matches",
        accepted,
        _interval(min(false, accepted), false_ones),
        _interval(found.matches, matches),
        _interval(1 - min(false / max(accepted, 1), 1), 1 - false_ones / max(accepted, 1)),
        _interval(min(right / max(found.matches, _TINY), 1), np.clip((accepted - false_ones) / matches, 0, 1)),
        evidence.chance_pairs,
        bool(evidence.unrelated.any()),
        found.repeated,
        Curves(
            evidence.edges,
            evidence.candidates,
            -np.diff(found.by_chance, append=0),
            found.same,
        ),
    )


def _again(evidence: Evidence, found: Solution, random: np.random.Generator) -> Evidence:
    """Return what might as well have been counted."""
    by_chance = -np.diff(found.by_chance, append=0)
    share = by_chance / (by_chance + found.same + _TINY)
    return evidence._replace(
        candidates=_by_chance(evidence.candidates * share, random) + random.poisson(evidence.candidates * (1 - share)),
        links=random.poisson(evidence.links).astype(np.float64),
        chance=_by_chance(found.inside, random),
    )


def _by_chance(expected: Floats, random: np.random.Generator) -> Floats:
    """Return counts that vary as pairs by chance do."""
    return OVERDISPERSION * random.poisson(expected / OVERDISPERSION).astype(np.float64)


def _expected_f1(links: Floats, found: Solution) -> Floats:
    """Return by bin, as threshold, F1 of the links that were counted if this is what lies behind them."""
    same = -np.diff(np.minimum(from_top(found.same), found.matches), append=0)  # the most alike of them
    share = same / (same - np.diff(found.doubtful_links, append=0) + _TINY)
    right = from_top(links * share)
    f1: Floats = 2 * right / (right + found.false_links + found.matches)
    return f1


def _strict(evidence: Evidence, by_chance: Floats, doubt: float) -> int:
    """Return the lowest bin that keeps the promise about false groups where nobody is in two files.

    That is where hardly a false link is expected; or where the links, were they all false, are few enough for how
    unlikely it is that chance brought as much as was seen.
    """
    expected = by_chance * evidence.cross_pairs
    few = expected <= evidence.cross_pairs / _PAIRS_PER_EXPECTED_FALSE
    clear = from_top(evidence.links) <= evidence.cross_pairs / _PAIRS_PER_DOUBTFUL_LINK / doubt
    kept = np.flatnonzero(few | clear)
    return int(kept[0]) if len(kept) else len(expected)


def _interval(value: float, repeats: Floats) -> Interval:
    low, high = np.percentile(repeats, [_LOW, _HIGH])
    return Interval(value, min(value, float(low)), max(value, float(high)))
