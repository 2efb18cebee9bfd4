"""What the counts are made of: people alike by chance, inside files and between them, and people who are in two files.

Three densities over the bins are found at once, from the pairs inside files and those between them. Each is smooth, as
differences of its logarithm are penalised (Eilers and Marx 1996). Taken for a chance, the penalty says what is to be
expected where nothing was seen, and how little that is known: a repetition adds as much to the differences, as the
counts would vary, and so is a draw of what may be behind the counts (Bardsley and others 2014).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.threshold.evidence import Evidence, from_top

Floats = NDArray[np.float64]

OVERDISPERSION = 2.0  # pairs by chance vary more than by Poisson's law, as one record is in many pairs
# Order of the differences, and one over the square of how large they are from bin to bin.
# Nearly exponential where little was seen, but look-alikes come in lumps (two fields of three are equal). What is too
# stiff to follow them leaves them to the matches.
_INSIDE = ((2, 200.0),)
_SAME = ((2, 100.0),)  # as well, but it may bend more: matches are of several kinds, by what differs
# Of the rate, between two files and between more; and one over the square of how far its logarithm may lie from 0
# before anything is seen. Two files may well be of one country, as the people in one are: the rate stays as it was last
# seen. Many are not, and people of one country are more alike than people of two, and the more so, the more alike a
# pair is: the rate goes on falling as it was last seen to.
_TWO = 2
_OF_TWO, _LEVEL_OF_TWO = ((1, 1000.0),), 1.0
_OF_MANY, _LEVEL_OF_MANY = ((1, 5.0), (2, 10_000.0)), 0.1
_RATES = (0.05, 2.0)  # of look-alikes, to begin with
_UNSEEN = 0.1  # pairs of a bin where none was seen, to begin with
_NONE_SEEN = 0.5  # pairs inside files in all, if none was seen
_LAW_ERROR = 0.05  # relative: pairs of encodings of one record are not tries for themselves, as the law takes them
_HIDING = 100.0  # pairs by chance from the top on: where they are more than the matches, too, they hide these
_HIDDEN = 10.0  # stiffness of matches there, from bin to bin: they stay as dense as they were last seen,
_HELD = 1e4  # and they do not rise
_WEIGHINGS = 4
_ROUNDS = 60
_LONGEST_STEP = 2.0
_HALVINGS = 12
_CHANGE = 1e-6
_RIDGE = 1e-6
_LARGEST_EXPONENT = 25.0
_TINY = 1e-9
_KINDS = 3
_BAND = 2 * _KINDS  # differences of the second order reach two bins far


class Mixture(NamedTuple):
    """Logarithms of expected counts by bin.

    Attributes:
        inside: pairs of different people inside files, beside those that a law puts there.
        rate: such pairs between files, per pair that those inside make expect.
        same: pairs of one person between files.
    """

    inside: Floats
    rate: Floats
    same: Floats

    @classmethod
    def start(cls, evidence: Evidence) -> "Mixture":
        """Return where to begin: what was counted inside, its rate where matches are few, and what is left between."""
        lawful = np.outer([evidence.chance_pairs, evidence.cross_pairs], evidence.unrelated)
        inside, between = np.maximum([evidence.chance, evidence.candidates] - lawful, 0) + _UNSEEN
        alike = evidence.cross_pairs / evidence.chance_pairs * inside
        low = np.cumsum(evidence.candidates) <= evidence.candidates.sum() / 2
        low[0] = True
        rate = np.clip(between[low].sum() / alike[low].sum(), *_RATES)
        same = np.maximum(between - rate * alike, _UNSEEN)
        return cls(np.log(inside), np.full(len(inside), np.log(rate)), np.log(same))


def separate(evidence: Evidence, start: Mixture, random: np.random.Generator | None = None) -> Mixture:
    """Return what the counts are most likely made of, or, with `random`, something that they may be made of.

    How many encodings between files are identical says nothing about the bins next to them, and is left out.

    Args:
        evidence: the counts; with `random`, as they might have been.
        start: a mixture near by.
        random: draws how the densities differ from the smoothest ones.
    """
    bins = len(evidence.candidates)
    band, push = np.zeros((_KINDS * bins, _BAND + 1)), np.zeros(_KINDS * bins)
    of_rate, level = (_OF_TWO, _LEVEL_OF_TWO) if evidence.files <= _TWO else (_OF_MANY, _LEVEL_OF_MANY)
    for kind, penalties in enumerate((_INSIDE, of_rate, _SAME)):
        for order, stiffness in penalties:
            rough = np.diff(np.eye(bins), order, axis=0)
            squared = stiffness * rough.T @ rough
            for apart in range(order + 1):
                band[kind::_KINDS, _KINDS * apart][apart:] += np.diagonal(squared, apart)
            if random is not None and order < bins:
                push[kind::_KINDS] += np.sqrt(stiffness) * rough.T @ random.normal(size=bins - order)
    band[1, 0] += level
    hidden = np.zeros(bins)  # how much denser matches become from bin to bin where they are not seen, in this draw
    if random is not None:
        push[1] += np.sqrt(level) * random.normal()
        hidden = random.normal(size=bins)
    inside_counts = evidence.chance if evidence.chance.any() else np.full(bins, _NONE_SEEN / bins)
    counts = np.stack([inside_counts, evidence.candidates])
    pairs = np.array([evidence.chance_pairs, evidence.cross_pairs], dtype=np.float64)
    lawful = np.outer(pairs, evidence.unrelated)
    counted = np.stack([np.ones(bins), np.where(evidence.identical, 0.0, 1.0)])
    times = float(pairs[1] / pairs[0])
    density = np.stack(start, axis=1).ravel()
    for _ in range(_WEIGHINGS):
        inside, between, same = _expected(density, times)
        sure = lawful + np.stack([np.zeros(bins), same]) + _TINY
        chance = np.stack([inside, between])
        weight = counted * (chance + sure) / (OVERDISPERSION * chance + sure + (_LAW_ERROR * lawful) ** 2)
        seen = hidden_below(between + lawful[1], same)
        pushed = push.copy()
        pushed[2::_KINDS][:seen] -= np.sqrt(_HIDDEN) * hidden[:seen]
        pushed[2::_KINDS][1 : seen + 1] += np.sqrt(_HIDDEN) * hidden[:seen]
        density = _descended(density, band + _held(same, seen), pushed, counts, lawful, weight, times)
    return Mixture(*np.ascontiguousarray(density.reshape(bins, _KINDS).T))


def hidden_below(by_chance: Floats, same: Floats) -> int:
    """Return the bin below which pairs by chance hide matches: they are many there, and more than these.

    Args:
        by_chance: pairs of different people in each bin.
        same: pairs of one person in it.
    """
    hidden = np.flatnonzero((from_top(by_chance) > _HIDING) & (by_chance > same))
    return min(int(hidden[-1]) + 1, len(same) - 1) if len(hidden) else 0


def _held(same: Floats, seen: int) -> Floats:
    """Return what holds matches level below the bin from which they are seen, and keeps them from rising there."""
    stiffness = np.where(same[:-1] > same[1:], _HELD, _HIDDEN)[:seen]
    band = np.zeros((_KINDS * len(same), _BAND + 1))
    band[2::_KINDS, 0][:seen] += stiffness
    band[2::_KINDS, 0][1 : seen + 1] += stiffness
    band[2::_KINDS, _KINDS][1 : seen + 1] -= stiffness
    return band


@compiled
def _expected(density: Floats, times: float) -> Floats:
    """Return by bin what is expected: inside by chance, between by chance, between of one person; beside the law."""
    bins = len(density) // _KINDS
    expected = np.empty((3, bins))
    for place in range(bins):
        inside = min(max(density[_KINDS * place], -_LARGEST_EXPONENT), _LARGEST_EXPONENT)
        between = min(max(inside + density[_KINDS * place + 1], -_LARGEST_EXPONENT), _LARGEST_EXPONENT)
        expected[0, place] = np.exp(inside)
        expected[1, place] = times * np.exp(between)
        expected[2, place] = np.exp(min(max(density[_KINDS * place + 2], -_LARGEST_EXPONENT), _LARGEST_EXPONENT))
    return expected


@compiled
def _loss(  # noqa: PLR0917 - arrays
    density: Floats, band: Floats, push: Floats, counts: Floats, lawful: Floats, weight: Floats, times: float
) -> float:
    expected = _expected(density, times)
    total = 0.0
    for place in range(counts.shape[1]):
        inside = expected[0, place] + lawful[0, place] + _TINY
        between = expected[1, place] + expected[2, place] + lawful[1, place] + _TINY
        total += weight[0, place] * (inside - counts[0, place] * np.log(inside))
        total += weight[1, place] * (between - counts[1, place] * np.log(between))
    for row in range(len(density)):
        total += density[row] * (band[row, 0] * density[row] / 2 - push[row])
        for apart in range(1, min(_BAND, row) + 1):
            total += density[row] * band[row, apart] * density[row - apart]
    return total


@compiled
def _descended(  # noqa: PLR0917 - arrays
    density: Floats, band: Floats, push: Floats, counts: Floats, lawful: Floats, weight: Floats, times: float
) -> Floats:
    """Return the densities of the least loss, by Newton's method; those of a bin side by side."""
    rows, bins = len(density), counts.shape[1]
    loss = _loss(density, band, push, counts, lawful, weight, times)
    for _ in range(_ROUNDS):
        expected = _expected(density, times)
        curve, slope = band.copy(), -push
        for row in range(rows):
            slope[row] += band[row, 0] * density[row]
            curve[row, 0] += _RIDGE
            for apart in range(1, min(_BAND, row) + 1):
                slope[row] += band[row, apart] * density[row - apart]
                slope[row - apart] += band[row, apart] * density[row]
        for place in range(bins):
            first = _KINDS * place
            inside, between, same = expected[0, place], expected[1, place], expected[2, place]
            own = inside + lawful[0, place] + _TINY
            other = between + same + lawful[1, place] + _TINY
            less_own = weight[0, place] * (1 - counts[0, place] / own)
            less_other = weight[1, place] * (1 - counts[1, place] / other)
            slope[first] += less_own * inside + less_other * between
            slope[first + 1] += less_other * between
            slope[first + 2] += less_other * same
            steep = weight[1, place] / other
            curve[first, 0] += weight[0, place] / own * inside**2 + steep * between**2
            curve[first + 1, 0] += steep * between**2
            curve[first + 1, 1] += steep * between**2
            curve[first + 2, 0] += steep * same**2
            curve[first + 2, 1] += steep * between * same
            curve[first + 2, 2] += steep * between * same
        step = _solved(curve, -slope)
        step *= min(1.0, _LONGEST_STEP / max(np.abs(step).max(), _TINY))
        new = _loss(density + step, band, push, counts, lawful, weight, times)
        for _ in range(_HALVINGS):
            if new <= loss:
                break
            step /= 2
            new = _loss(density + step, band, push, counts, lawful, weight, times)
        if new > loss:
            break
        density = density + step
        gained = loss - new
        loss = new
        if gained < _CHANGE * (1 + abs(loss)):
            break
    return density


@compiled
def _solved(band: Floats, right: Floats) -> Floats:
    """Return the solution of a symmetric banded system; `band[row, apart]` lies so far left of the diagonal."""
    rows, width = band.shape
    for row in range(rows):
        for apart in range(min(width - 1, row), -1, -1):
            column = row - apart
            value = band[row, apart]
            for other in range(apart + 1, min(width, row + 1)):
                if other - apart < width:
                    value -= band[row, other] * band[column, other - apart]
            band[row, apart] = value / band[column, 0] if apart else np.sqrt(max(value, _TINY))
    solution = right.copy()
    for row in range(rows):
        for apart in range(1, min(width, row + 1)):
            solution[row] -= band[row, apart] * solution[row - apart]
        solution[row] /= band[row, 0]
    for row in range(rows - 1, -1, -1):
        for apart in range(1, min(width, rows - row)):
            solution[row] -= band[row + apart, apart] * solution[row + apart]
        solution[row] /= band[row, 0]
    return solution
