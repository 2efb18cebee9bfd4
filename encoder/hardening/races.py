"""Races: which of a row's tokens arrives first, in each of many draws, sooner on average the more it weighs.

A token's arrival time is one draw of the exponential distribution, divided by its weight. Least numbers of whole
arrays, arranged for speed: a token of one weight is timed once for all values that have it, two that stand side by side
in many values are compared once for all of them, and a distinct value once for all rows; for some draws at a time, so
that what is looked at again and again stays near the processor.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from encoder.hardening.blocks import Block, Numbers, blocks_of, paired, ranks_of

Words = NDArray[np.uint32]
Tags = NDArray[np.uint16]

TAG = np.uint32(0xFFF)
_DRAWS = 128  # of so many draws at a time, or of
FEWEST_DRAWS = 64
_AT_ONCE = 256  # what is looked at in so many values or tokens stays in the processor's cache
_NOBODY = np.uint32(0xFFFFFFFF)
_STEPS = 1 << 16
_TIME_SHIFT = 16
_WEIGHT = 0xFFFFFFFF


def arrivals() -> NDArray[np.float32]:
    """Return -ln((u + 1/2) / 65,536) for each u below 65,536, to the nearest float32: arrival times of weight 1."""
    return (-np.log((np.arange(_STEPS) + 0.5) / _STEPS)).astype(np.float32)


ARRIVALS = arrivals()


class Race(NamedTuple):
    """Those who run for the rows of a column.

    Attributes:
        codes: (rows,): which distinct value each row has.
        words: uint32 (vocabulary, draws): what was drawn for each token, its time in the upper half, its tag below.
        tokens: (runners,): the token that each runner is.
        weights: float32 (runners, 1).
        blocks: the values, in their order; a part of them is a runner or a pair of them. None where no value has more
            than one token: then the runners are the values, and their number stands for the one without tokens.
        pairs: (2, pairs): runners that are compared once for all values, where that is worth it; their number stands
            for nobody.
    """

    codes: Numbers
    words: Words
    tokens: Numbers
    weights: NDArray[np.float32]
    blocks: list[Block]
    pairs: Numbers

    @property
    def values(self) -> int:
        """How many distinct values there are."""
        return self.blocks[-1].values.stop if self.blocks else len(self.tokens) + 1

    @classmethod
    def of(cls, codes: Numbers, ids: Numbers, counts: Numbers, insertions: NDArray[np.float64], words: Words) -> Self:
        """Return the race of rows that have the values `codes`.

        `ids` are the tokens of the values, value by value, `counts` how many each has, `insertions`, (all tokens,),
        what each of them weighs.
        """
        weights = insertions.astype(np.float32)
        runners, places = np.unique(ids << 32 | weights.view(np.uint32), return_inverse=True)
        of_runners = (runners & _WEIGHT).astype(np.uint32).view(np.float32)
        tokens = runners >> 32
        if counts.max(initial=0) <= 1:
            of_values = np.full(len(counts), len(runners))
            of_values[counts > 0] = places
            return cls(of_values[codes], words, tokens, of_runners[:, None], [], np.empty((2, 0), dtype=np.int64))
        parts, lengths, pairs = paired(places, counts, len(runners))
        # Values with as many tokens often have one weight, so its pairs stand together, as these values do.
        by_weight = np.argsort(of_runners[pairs[0]], kind="stable")
        parts = ranks_of(by_weight)[parts] if pairs.size else parts
        order = np.argsort(counts, kind="stable")
        blocks = list(blocks_of(parts, (np.cumsum(lengths) - lengths)[order], lengths[order], _AT_ONCE))
        return cls(ranks_of(order)[codes], words, tokens, of_runners[:, None], blocks, pairs[:, by_weight])


def winners(races: Sequence[Race], rows: int, draws: int, block_rows: int) -> Tags:
    """Return the tag of the token that arrives first in each draw, uint16 (blocks of rows, draws, rows of a block).

    `draws` are a number that 64 divides. A row without tokens has the tag 0xFFF in every draw; rows that fill the last
    block up mean nothing.
    """
    blocks = [slice(start, min(start + block_rows, rows)) for start in range(0, rows, block_rows)]
    tags = np.zeros((len(blocks), draws, block_rows), dtype=np.uint16)
    at_once = _DRAWS if draws % _DRAWS == 0 else FEWEST_DRAWS
    course = _Course(races, at_once)
    best, taken = np.empty((2, block_rows, at_once), dtype=np.uint32)
    for start in range(0, draws, at_once):
        chunk = slice(start, start + at_once)
        course.run(chunk)
        for place, block in enumerate(blocks):
            course.finish(block, best[: block.stop - block.start], taken[: block.stop - block.start])
            tags[place, chunk] = best.T
    return tags


class _Course:
    """Runs races for some draws at a time, in arrays that it uses again: new ones would cost more than all else.

    What is found for runners, pairs and values is uint32 (runners or pairs or values, draws): the bits of the arrival
    time, the lower ones replaced by the tag.
    """

    def __init__(self, races: Sequence[Race], draws: int) -> None:
        self._races = races
        self._runners = np.empty((max([0, *(len(race.tokens) for race in races)]) + 1, draws), dtype=np.uint32)
        self._pairs = np.empty((max([0, *(race.pairs.shape[1] for race in races)]), draws), dtype=np.uint32)
        self._firsts = [np.empty((race.values, draws), dtype=np.uint32) for race in races]
        self._places = np.empty((_AT_ONCE, draws), dtype=np.intp)
        self._times, self._chosen_times = np.empty((2, _AT_ONCE, draws), dtype=np.float32)
        self._tags, self._taken = np.empty((2, _AT_ONCE, draws), dtype=np.uint32)

    def run(self, draws: slice) -> None:
        """Find who arrives first in `draws` for each distinct value."""
        for race, firsts in zip(self._races, self._firsts, strict=True):
            parts = self._timed(race, draws, self._runners[: len(race.tokens) + 1] if race.blocks else firsts)
            if race.pairs.size:
                parts = self._paired(race, parts)
            for values, (first, *others) in race.blocks:
                found = firsts[values]
                without = len(found) - len(first)
                found[:without] = _NOBODY
                parts.take(first, axis=0, out=found[without:], mode="clip")
                for part in others:
                    last, taken = found[len(found) - len(part) :], self._taken[: len(part)]
                    np.minimum(last, parts.take(part, axis=0, out=taken, mode="clip"), out=last)

    def finish(self, rows: slice, best: Words, taken: Words) -> None:
        """Set `best` to the tags of those who arrive first for `rows`; `taken` is an array to work in."""
        best[:] = _NOBODY
        for race, firsts in zip(self._races, self._firsts, strict=True):
            np.minimum(best, firsts.take(race.codes[rows], axis=0, out=taken, mode="clip"), out=best)
        np.bitwise_and(best, TAG, out=best)

    def _timed(self, race: Race, draws: slice, runners: Words) -> Words:
        """Return `runners`, set to what is found for them and, last, for nobody."""
        runners[-1] = _NOBODY
        for start in range(0, len(race.tokens), _AT_ONCE):
            tokens = race.tokens[start : start + _AT_ONCE]
            some = runners[start : start + len(tokens)]
            words = race.words[tokens[0] : tokens[-1] + 1, draws]
            places, times, tags = self._places[: len(words)], self._times[: len(words)], self._tags[: len(words)]
            np.right_shift(words, _TIME_SHIFT, out=places)
            ARRIVALS.take(places, out=times, mode="clip")
            np.bitwise_and(words, TAG, out=tags)
            chosen = tokens - tokens[0]
            if (chosen != np.arange(len(chosen))).any():
                times = times.take(chosen, axis=0, out=self._chosen_times[: len(tokens)], mode="clip")
                tags = tags.take(chosen, axis=0, out=self._taken[: len(tokens)], mode="clip")
            times /= race.weights[start : start + len(tokens)]
            np.bitwise_and(times.view(np.uint32), ~TAG, out=some)
            some |= tags
        return runners

    def _paired(self, race: Race, runners: Words) -> Words:
        """Return what is found for pairs of runners."""
        pairs = self._pairs[: race.pairs.shape[1]]
        for start in range(0, len(pairs), _AT_ONCE):
            least = pairs[start : start + _AT_ONCE]
            one, other = race.pairs[:, start : start + _AT_ONCE]
            runners.take(one, axis=0, out=least, mode="clip")
            np.minimum(least, runners.take(other, axis=0, out=self._taken[: len(least)], mode="clip"), out=least)
        return pairs


def occurrences(ids: Numbers, counts: Numbers, vocabulary: int) -> Numbers:
    """Return for each token of values, value by value, how often its value has it: (all tokens,)."""
    owners = np.repeat(np.arange(len(counts)), counts)
    _, places, times = np.unique(owners * vocabulary + ids, return_inverse=True, return_counts=True)
    found: Numbers = times[places]
    return found
