"""Races: which of a row's tokens arrives first, in each of many draws, sooner on average the more it weighs.

A token's arrival time is one draw of the exponential distribution, divided by its weight. Least numbers of whole
arrays, arranged for speed: a token of one weight is timed once for all values that have it, two that stand side by side
in many values are compared once for all of them, and a distinct value once for all rows; for some draws at a time, so
that what is looked at again and again stays near the processor.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from encoder.hardening.blocks import Block, Numbers, blocks_of, paired

Words = NDArray[np.uint32]
Tags = NDArray[np.uint16]

TAG = np.uint32(0xFFF)
_DRAWS = 128  # of so many draws at a time,
_AT_ONCE = 256  # what is looked at in so many values or tokens stays in the processor's cache
_NOBODY = np.uint32(0xFFFFFFFF)
_STEPS = 1 << 16


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
        blocks: the values, in their order; a part of them is a runner or a pair of them.
        pairs: (2, pairs): runners that are compared once for all values, where that is worth it; their number stands
            for nobody.
    """

    codes: Numbers
    words: Words
    tokens: Numbers
    weights: NDArray[np.float32]
    blocks: list[Block]
    pairs: Numbers

    @classmethod
    def of(cls, codes: Numbers, ids: Numbers, counts: Numbers, insertions: NDArray[np.float64], words: Words) -> Self:
        """Return the race of rows that have the values `codes`.

        `ids` are the tokens of the values, value by value, `counts` how many each has, `insertions`, (all tokens,),
        what each of them weighs.
        """
        weights = insertions.astype(np.float32)
        runners, places = np.unique(ids << 32 | weights.view(np.uint32), return_inverse=True)
        parts, lengths, pairs = paired(places, counts, len(runners))
        order = np.argsort(lengths, kind="stable")
        ranks = np.empty_like(order)
        ranks[order] = np.arange(len(order))
        blocks = list(blocks_of(parts, (np.cumsum(lengths) - lengths)[order], lengths[order], _AT_ONCE))
        of_runners = (runners & 0xFFFFFFFF).astype(np.uint32).view(np.float32)[:, None]
        return cls(ranks[codes], words, runners >> 32, of_runners, blocks, pairs)

    def firsts(self, draws: slice) -> Words:
        """Return the time and tag of who arrives first in `draws`, for each value: uint32 (values, draws)."""
        parts = self._parts(draws)
        firsts = np.empty((self.blocks[-1].values.stop if self.blocks else 0, parts.shape[1]), dtype=np.uint32)
        room = np.empty((_AT_ONCE, parts.shape[1]), dtype=np.uint32)
        for values, (first, *others) in self.blocks:
            found = firsts[values]
            without = len(found) - len(first)
            found[:without] = _NOBODY
            parts.take(first, axis=0, out=found[without:], mode="clip")
            for part in others:
                last = found[len(found) - len(part) :]
                np.minimum(last, parts.take(part, axis=0, out=room[: len(part)], mode="clip"), out=last)
        return firsts

    def _parts(self, draws: slice) -> Words:
        """Return the time and tag of every part and, last, of nobody: uint32 (parts + 1, draws)."""
        runners = np.empty((len(self.tokens) + 1, draws.stop - draws.start), dtype=np.uint32)
        runners[-1] = _NOBODY
        for start in range(0, len(self.tokens), _AT_ONCE):
            tokens = self.tokens[start : start + _AT_ONCE]
            words = self.words[tokens[0] : tokens[-1] + 1, draws]
            times, tags = ARRIVALS.take(words >> 16, mode="clip"), words & TAG
            chosen = tokens - tokens[0]
            if (chosen != np.arange(len(tokens))).any():
                times, tags = times.take(chosen, axis=0, mode="clip"), tags.take(chosen, axis=0, mode="clip")
            times /= self.weights[start : start + _AT_ONCE]
            packed = np.bitwise_and(times.view(np.uint32), ~TAG, out=runners[start : start + len(tokens)])
            packed |= tags
        if not self.pairs.size:
            return runners
        pairs = np.empty((self.pairs.shape[1], runners.shape[1]), dtype=np.uint32)
        room = np.empty((_AT_ONCE, runners.shape[1]), dtype=np.uint32)
        for start in range(0, len(pairs), _AT_ONCE):
            least = pairs[start : start + _AT_ONCE]
            one, other = self.pairs[:, start : start + _AT_ONCE]
            runners.take(one, axis=0, out=least, mode="clip")
            np.minimum(least, runners.take(other, axis=0, out=room[: len(least)], mode="clip"), out=least)
        return pairs


def winners(races: Sequence[Race], rows: int, draws: int, block_rows: int) -> Tags:
    """Return the tag of the token that arrives first in each draw, uint16 (blocks of rows, draws, rows of a block).

    A row without tokens has the tag 0xFFF in every draw; rows that fill the last block up mean nothing.
    """
    blocks = [slice(start, min(start + block_rows, rows)) for start in range(0, rows, block_rows)]
    tags = np.zeros((len(blocks), draws, block_rows), dtype=np.uint16)
    for chunk in _chunks(draws):
        firsts = [race.firsts(chunk) for race in races]
        room = np.empty((2, block_rows, chunk.stop - chunk.start), dtype=np.uint32)
        for place, block in enumerate(blocks):
            best, taken = room[:, : block.stop - block.start]
            best[:] = _NOBODY
            for race, values in zip(races, firsts, strict=True):
                values.take(race.codes[block], axis=0, out=taken, mode="clip")
                np.minimum(best, taken, out=best)
            best &= TAG
            tags[place, chunk, : len(best)] = best.astype(np.uint16).T
    return tags


def _chunks(draws: int) -> Iterator[slice]:
    for start in range(0, draws, _DRAWS):
        yield slice(start, min(start + _DRAWS, draws))


def occurrences(ids: Numbers, counts: Numbers, vocabulary: int) -> Numbers:
    """Return for each token of values, value by value, how often its value has it: (all tokens,)."""
    owners = np.repeat(np.arange(len(counts)), counts)
    _, places, times = np.unique(owners * vocabulary + ids, return_inverse=True, return_counts=True)
    found: Numbers = times[places]
    return found
