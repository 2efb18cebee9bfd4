"""The threshold of the best expected F1, and what may be expected at it.

F1 is 2 TP / (G + M): G links at or above the threshold, TP of them right, M matches in all. G is counted. The wrong
ones follow from chance: a link of two different people comes about where both are still free, so their expected number
is the sum over scores of free pairs times the share of pairs that chance puts there. M is what is found between files,
linked or not, beyond chance.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.threshold.chance import chance_counts
from matcher.threshold.evidence import Evidence, from_top
from matcher.threshold.matches import match_density
from matcher.threshold.rate import falling_rate

Floats = NDArray[np.float64]
Reason = Literal["best F1", "few matches"]

_PAIRS_PER_FALSE_GROUP = 20_000_000  # half of the promise, as the tail beyond the sample is known to a factor of two
_SURE = 5.0  # standard errors that links must be above chance, to say that there are matches at all
_RATE_ERROR = 0.1
_LOOK_ALIKES = 3.0  # links that one family of look-alikes brings, with no other sign of them
_UNSEEN = 3.0  # pairs that a tail which nobody saw is worth
_MOST_HIDDEN = 2.0  # times the links beyond chance: more matches than that cannot be told from these data
_ROUNDS = 8
_HIDING = 100.0  # pairs by chance from the top on, among which a rise of matches cannot be told from an error
_LEAST_RATE, _LARGEST_RATE = 0.05, 2.0  # of chance between files, to that inside them
_LEAST_LINKS = 20  # that say anything about duplicates inside files
_TOP_SHARE = 0.25
_SURELY_SHARED = 0.5  # times as many expected by chance as links: below, there are matches
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
        edges: lower edge of each bin.
        width: of a bin.
        candidates: pairs between files, counted.
        different: of them, pairs of different people, expected.
        same: of them, pairs of one person, expected.
    """

    edges: Floats
    width: float
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
    repeated: float
    curves: Curves


class _Solution(NamedTuple):
    """What follows from one set of counts, by bin where it is an array."""

    false_links: Floats
    doubtful_links: Floats
    density: Floats
    same: Floats
    rate: Floats
    by_chance: Floats
    cautious: Floats
    matches: float
    repeated: float
    sureness: float


def estimate_threshold(evidence: Evidence, random: np.random.Generator) -> Estimate:
    """Return the threshold for what was seen.

    Args:
        evidence: the counts.
        random: makes the repetitions that the intervals come from.
    """
    found = _solve(evidence)
    right = np.maximum(from_top(evidence.links) - found.doubtful_links, 0)
    links = right + found.false_links
    share = found.same / (found.same + np.diff(found.doubtful_links[::-1], prepend=0)[::-1] + _TINY)
    likely_right = from_top(evidence.links * share)
    place = int(np.argmax(2 * likely_right / (likely_right + found.false_links + found.matches)))
    enough = found.sureness >= _SURE
    if not enough:
        place = max(place, _strict(found.cautious * evidence.cross_pairs, evidence.cross_pairs))
    threshold = round(float(evidence.edges[0] + place * evidence.width), 12)
    at = min(place, len(links) - 1)
    counted = place < len(links)
    false = float(found.false_links[at]) if counted else 0.0
    accepted = round(float(links[at])) if counted else 0
    repeats = [_replicate(evidence, found, at, accepted, random) for _ in range(_REPLICATES)]
    false_ones, matches = np.array(repeats).T
    return Estimate(
        threshold,
        "best F1" if enough else "few matches",
        accepted,
        _interval(min(false, accepted), np.minimum(false_ones, accepted)),
        _interval(found.matches, matches),
        _interval(1 - min(false / max(accepted, 1), 1), 1 - np.minimum(false_ones / max(accepted, 1), 1)),
        _interval(
            min(float(right[at]) * counted / max(found.matches, _TINY), 1),
            np.clip((accepted - false_ones) / np.maximum(matches, _TINY), 0, 1),
        ),
        evidence.chance_pairs,
        found.repeated,
        Curves(
            evidence.edges,
            evidence.width,
            evidence.candidates,
            -np.diff(found.by_chance, append=0),
            found.same,
        ),
    )


def _solve(evidence: Evidence, start: _Solution | None = None) -> _Solution:
    """Return what follows from the counts; `start` makes it fast where they are nearly those of another solution."""
    seen, links = from_top(evidence.candidates), from_top(evidence.links)
    most = (seen + 3 + 2 * np.sqrt(seen)) / evidence.cross_pairs  # what was seen, and two standard errors
    inside = -np.diff(chance_counts(evidence.chance) / evidence.chance_pairs, append=0)
    cautious = _at_most(from_top(inside), most)
    density = None if start is None else start.density
    rate = np.ones(len(seen)) if start is None else start.rate
    for _ in range(_ROUNDS if start is None else 1):
        share = _at_most(from_top(rate * inside), most)
        doubtful = from_top(evidence.free * -np.diff(share, append=0))
        share, repeated = _without_repeated(share, doubtful, links)
        by_bin = -np.diff(share, append=0)
        by_chance = evidence.cross_pairs * share
        density = match_density(evidence.candidates, evidence.cross_pairs * by_bin, density)
        same = _not_rising_in_the_dark(np.exp(density), by_chance)
        doubtful_links = np.minimum(from_top(evidence.free * by_bin), by_chance)
        false_links = np.minimum(from_top(evidence.joinable * by_bin), by_chance)
        beyond = max(float((links - doubtful_links).max()), 0.0)
        hidden = min(float(same.sum()), beyond, 0.9 * evidence.most, 0.5 * float(seen[0]))
        expected = evidence.cross_pairs * inside
        level = float(np.clip((seen[0] - hidden) / expected.sum(), _LEAST_RATE, _LARGEST_RATE))
        rate = falling_rate(evidence.candidates, same, expected, evidence.chance, level)
    assert density is not None  # there is at least one round
    matches = min(float(same.sum()), float(evidence.most), max(_MOST_HIDDEN * beyond, 1.0))
    sureness = _sureness(links, from_top(evidence.free * -np.diff(cautious, append=0)), evidence)
    return _Solution(
        false_links,
        doubtful_links,
        density,
        same,
        rate,
        by_chance,
        cautious,
        max(matches, _TINY),
        repeated,
        sureness,
    )


def _at_most(share: Floats, most: Floats) -> Floats:
    """Return a falling share that is at most so much: what is alike inside files may be no chance between them."""
    capped = np.minimum(share, most)
    return np.maximum.accumulate(capped[::-1])[::-1]


def _not_rising_in_the_dark(same: Floats, by_chance: Floats) -> Floats:
    """Return expected matches by bin that do not grow towards lower scores where chance hides them."""
    seen = int(np.argmax(by_chance <= _HIDING))  # from here up they are seen
    same = same.copy()
    same[: seen + 1] = np.minimum.accumulate(same[seen::-1])[::-1]
    return same


def _sureness(links: Floats, false_links: Floats, evidence: Evidence) -> float:
    """Return by how many standard errors links exceed chance, where they do so most."""
    seen = np.maximum(from_top(evidence.chance), _UNSEEN)
    variance = false_links + _LOOK_ALIKES + (_RATE_ERROR * false_links) ** 2 + false_links**2 / seen
    return float(((links - false_links) / np.sqrt(variance)).max())


def _without_repeated(share: Floats, expected: Floats, links: Floats) -> tuple[Floats, float]:
    """Return the share by chance without people who are in a file twice, and how many those are per link.

    A file should name each person once. Where it does not, pairs inside it are spread like matches: at the top, where
    chance has hardly any, their number is then in one proportion to the links, and that proportion of what is linked
    beyond chance is taken out. Where it is near one, all links could as well be chance, and nothing is taken out.
    """
    solid = links >= max(_LEAST_LINKS, _TOP_SHARE * float((links - expected).max()))
    if not solid.any():
        return share, 0.0
    proportion = float((expected[solid] / links[solid]).min())
    if proportion >= _SURELY_SHARED:
        return share, 0.0
    clean = np.maximum(expected - proportion * links, 0) / (1 - proportion)
    kept = share * np.minimum(clean / np.maximum(expected, _TINY), 1)
    return np.maximum.accumulate(kept[::-1])[::-1], proportion


def _strict(by_chance: Floats, cross_pairs: int) -> int:
    """Return the lowest bin with at most the promised false groups, or the one above all."""
    allowed = np.flatnonzero(by_chance <= cross_pairs / _PAIRS_PER_FALSE_GROUP)
    return int(allowed[0]) if len(allowed) else len(by_chance)


def _replicate(
    evidence: Evidence, found: _Solution, at: int, accepted: int, random: np.random.Generator
) -> tuple[float, float]:
    """Return false links at a bin, and matches, had the counts come out as they might have."""
    again = evidence._replace(
        candidates=random.poisson(evidence.candidates).astype(np.float64),
        links=random.poisson(evidence.links).astype(np.float64),
        chance=random.poisson(evidence.chance).astype(np.float64),
    )
    solved = _solve(again, found)
    rate_error = random.normal(1, _RATE_ERROR)
    false = float(random.poisson(max(solved.false_links[at] * rate_error, 0)))
    return min(false, accepted), solved.matches


def _interval(value: float, repeats: Floats) -> Interval:
    low, high = np.percentile(repeats, [_LOW, _HIGH])
    return Interval(value, min(value, float(low)), max(value, float(high)))
