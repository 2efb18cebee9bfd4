"""What the counts say: how many pairs are of different people, how many of one person, and how sure that is.

F1 is 2 TP / (G + M): G links at or above a threshold, TP of them right, M matches in all. G is counted. The wrong ones
follow from chance: a link of two different people comes about where both are still free, so their expected number is
the sum over scores of free pairs times the share of pairs that chance puts there. M is what is found between files,
linked or not, beyond chance.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.threshold.evidence import Evidence, from_top
from matcher.threshold.mixture import Mixture, hidden_below, separate

Floats = NDArray[np.float64]

RATE_ERROR = 0.1
_LOOK_ALIKES = 3.0  # links that one family of look-alikes brings, with no other sign of them
_UNSEEN = 3.0  # pairs that a tail which nobody saw is worth
_CERTAIN = 1.0  # standard error below the links beyond chance: so many matches there are at least
_HIDDEN = 0.2  # of that: so many more may hide where chance is, if it is learnt from as many pairs as it is applied to
_LEAST_LINKS = 20  # that say anything about duplicates inside files,
_LEAST_BEYOND = 30.0  # if at least so many of them are beyond chance
_TOP_SHARE = 0.25
_SURELY_SHARED = 0.5  # times as many expected by chance as links: below, there are matches
_TINY = 1e-9


class Solution(NamedTuple):
    """What follows from one set of counts; arrays have a value for each bin.

    Attributes:
        mixture: what the counts are made of.
        false_links: links of different people at or above the bin.
        doubtful_links: the same, if every record could be linked that is not linked between the same two files.
        same: pairs of one person in the bin.
        inside: pairs inside files in the bin, expected.
        by_chance: pairs of different people at or above the bin.
        matches: pairs of one person in all.
        repeated: pairs inside files, per link, that are as alike as records of one person.
    """

    mixture: Mixture
    false_links: Floats
    doubtful_links: Floats
    same: Floats
    inside: Floats
    by_chance: Floats
    matches: float
    repeated: float


def solve(evidence: Evidence, start: Solution | None = None, random: np.random.Generator | None = None) -> Solution:
    """Return what follows from the counts.

    Args:
        evidence: the counts.
        start: a solution of nearly the same counts, which makes it fast.
        random: where it is given, what may as well be behind the counts as what is most likely.
    """
    links, unrelated = from_top(evidence.links), evidence.unrelated
    mixture = separate(evidence, Mixture.start(evidence) if start is None else start.mixture, random)
    alike = np.exp(mixture.inside) / evidence.chance_pairs
    share = _as_seen(from_top(unrelated + np.exp(mixture.rate) * alike), evidence)
    doubtful = from_top(evidence.free * -np.diff(share, append=0))
    share, repeated = _without_repeated(share, doubtful, links)
    by_bin = -np.diff(share, append=0)
    by_chance = evidence.cross_pairs * share
    rest = np.maximum(evidence.candidates - evidence.cross_pairs * by_bin, 0)
    same = _not_rising_in_the_dark(np.where(evidence.identical, rest, np.exp(mixture.same)), by_chance)
    doubtful_links = np.minimum(from_top(evidence.free * by_bin), by_chance)
    false_links = np.minimum(from_top(_joinable(evidence, same, by_bin) * by_bin), by_chance)
    learnt = from_top(evidence.chance)
    beyond = max(float((links - doubtful_links - _CERTAIN * _error(doubtful_links, learnt)).max()), 0.0)
    unknown = _HIDDEN * max(evidence.cross_pairs / evidence.chance_pairs, 1.0) ** 0.5
    matches = min(float(same.sum()), float(evidence.most), max((1 + unknown) * beyond, 1.0))
    return Solution(
        mixture,
        false_links,
        doubtful_links,
        same,
        evidence.chance_pairs * (unrelated + alike),
        by_chance,
        max(matches, _TINY),
        repeated,
    )


def cautious_share(evidence: Evidence, found: Solution) -> Floats:
    """Return the share of pairs at or above each bin by chance, taken as frequent between files as inside them.

    It is learnt inside files alone, whatever is between them.
    """
    nothing_between = evidence._replace(candidates=np.zeros_like(evidence.candidates), cross_pairs=0)
    alike = np.exp(separate(nothing_between, found.mixture).inside) / evidence.chance_pairs
    return _as_seen(from_top(evidence.unrelated + alike), evidence)


def sureness(evidence: Evidence, cautious: Floats) -> float:
    """Return by how many standard errors links exceed chance of a cautious share, where they do so most."""
    links, false_links = from_top(evidence.links), from_top(evidence.free * -np.diff(cautious, append=0))
    error = _error(false_links, from_top(evidence.chance), look_alikes=_LOOK_ALIKES)
    return float(((links - false_links) / error).max())


def _as_seen(share: Floats, evidence: Evidence) -> Floats:
    """Return a falling share that is at most what was seen between files, and two standard errors.

    What is alike inside files may be no chance between them.
    """
    seen = from_top(evidence.candidates)
    capped = np.minimum(share, (seen + 3 + 2 * np.sqrt(seen)) / evidence.cross_pairs)
    return np.maximum.accumulate(capped[::-1])[::-1]


def _not_rising_in_the_dark(same: Floats, by_chance: Floats) -> Floats:
    """Return expected matches by bin that do not grow towards lower scores where chance hides them."""
    seen = hidden_below(-np.diff(by_chance, append=0), same)
    same = same.copy()
    same[: seen + 1] = np.minimum.accumulate(same[seen::-1])[::-1]
    return same


def _joinable(evidence: Evidence, same: Floats, by_bin: Floats) -> Floats:
    """Return by bin how many pairs a group could still take in, whatever links by chance have made of the records.

    Below the scores at which matches outnumber links by chance, these link every record of many files with somebody.
    That leaves nobody alone, and would look as if nobody could be taken in wrongly any more.
    """
    share = evidence.joinable / np.maximum(evidence.free, _TINY)
    dark = np.flatnonzero(evidence.free * by_bin > same)
    if len(dark):
        share[: dark[-1] + 1] = share[min(dark[-1] + 1, len(share) - 1)]
    return evidence.free * share


def _error(false_links: Floats, learnt: Floats, look_alikes: float = 0.0) -> Floats:
    """Return the standard error of expected links of different people, learnt from so many pairs."""
    rate_error = (RATE_ERROR * false_links) ** 2 + false_links**2 / np.maximum(learnt, _UNSEEN)
    return np.sqrt(false_links + look_alikes + rate_error)


def _without_repeated(share: Floats, expected: Floats, links: Floats) -> tuple[Floats, float]:
    """Return the share by chance without people who are in a file twice, and how many those are per link.

    A file should name each person once. Where it does not, pairs inside it are spread like matches: at the top, where
    chance has hardly any, their number is then in one proportion to the links, and that proportion of what is linked
    beyond chance is taken out. Where it is near one, or links beyond chance are few, all links could as well be chance,
    and nothing is taken out.
    """
    solid = np.flatnonzero(links >= max(_LEAST_LINKS, _TOP_SHARE * float((links - expected).max())))
    if not len(solid):
        return share, 0.0
    clearest = solid[np.argmin(expected[solid] / links[solid])]
    proportion = float(expected[clearest] / links[clearest])
    if proportion >= _SURELY_SHARED or links[clearest] - expected[clearest] < _LEAST_BEYOND:
        return share, 0.0
    clean = np.maximum(expected - proportion * links, 0) / (1 - proportion)
    kept = share * np.minimum(clean / np.maximum(expected, _TINY), 1)
    return np.maximum.accumulate(kept[::-1])[::-1], proportion
