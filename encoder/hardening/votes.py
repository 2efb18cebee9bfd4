"""Counting votes: which of many bits have more than half of the weighted votes of a row's tokens.

Plain additions, arranged for speed: a distinct value is counted once for all rows that have it, and several sums share
a word, one in each of its bytes (or, while they are small, in each half of a byte), and none can grow out of its place.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Sums = NDArray[np.integer]

_CHUNK_BITS = 2048  # votes for so many bits, for
_BLOCK_ROWS = 256  # so many rows, stay in the processor's cache
_MOST_IN_HALF = 15
_MOST_IN_BYTE = 255
_HALF_OF_EACH_BYTE = 0x0F0F


class Run(NamedTuple):
    """Successive values of one number of tokens and one weight; the tokens are int64 (tokens, values)."""

    values: slice
    tokens: Numbers
    weight: int


class Ballot(NamedTuple):
    """How the rows of a column vote with their tokens, or with some of them: no value gives a bit more than 255 votes.

    Attributes:
        codes: (rows,): which distinct value each row has.
        totals: (values,): the votes of each value for a bit that all its tokens vote for.
        runs: the values, in their order.
        vectors: uint8 (vocabulary, bytes): the packed vote of each token.
    """

    codes: Numbers
    totals: Numbers
    runs: list[Run]
    vectors: NDArray[np.uint8]


def ballots(
    codes: Numbers, ids: Numbers, counts: Numbers, weights: Numbers, vectors: NDArray[np.uint8]
) -> Iterator[Ballot]:
    """Yield the ballots of rows that have the values `codes`: one, unless a value is very long or weighs very much.

    `ids` are the tokens of the values, value by value; `counts` and `weights` are (values,).
    """
    firsts = np.cumsum(counts) - counts
    while weights.any():
        light = np.minimum(weights, _MOST_IN_BYTE)
        most = _MOST_IN_BYTE // np.maximum(light, 1)
        done = np.where(light > 0, 0, counts)
        while (done < counts).any():
            now = np.minimum(counts - done, most)
            order = np.argsort(now * (_MOST_IN_BYTE + 1) + light, kind="stable")
            ranks = np.empty_like(order)
            ranks[order] = np.arange(len(order))
            runs = list(_runs(ids, (firsts + done)[order], now[order], light[order]))
            yield Ballot(ranks[codes], (now * light)[order], runs, vectors)
            done = done + now
        weights = weights - light


def _runs(ids: Numbers, firsts: Numbers, counts: Numbers, weights: Numbers) -> Iterator[Run]:
    starts = np.flatnonzero(np.diff(counts * (_MOST_IN_BYTE + 1) + weights, prepend=-1)).tolist()
    for start, stop in zip(starts, [*starts[1:], len(counts)], strict=True):
        for first in range(start, stop, _BLOCK_ROWS):
            values = slice(first, min(first + _BLOCK_ROWS, stop))
            tokens = ids[firsts[values] + np.arange(counts[start])[:, None]]
            yield Run(values, tokens, int(weights[start]))


def majorities(ballots: Sequence[Ballot], rows: int, tie: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return packed bits, uint8 (rows, bits / 8): set by more than half of the votes, or by half of them and `tie`.

    `tie` is uint8 (bits,), of a number of bits that 64 divides.
    """
    counting = _Count(ballots, rows, min(_CHUNK_BITS, len(tie)) // 2)
    found = np.empty((rows, len(tie) // 8), dtype=np.uint8)
    for start in range(0, len(tie), _CHUNK_BITS):
        chunk = slice(start // 8, min(start + _CHUNK_BITS, len(tie)) // 8)
        counting.write(found[:, chunk], chunk, tie[8 * chunk.start : 8 * chunk.stop])
    return found


class _Count:
    """Counts for some bits at a time, in arrays that it uses again. The sums for bits of the two halves go together."""

    def __init__(self, ballots: Sequence[Ballot], rows: int, half: int) -> None:
        self._ballots = ballots
        self._totals = np.zeros((rows, 1), dtype=np.int64)
        for ballot in ballots:
            self._totals[:, 0] += ballot.totals[ballot.codes]
        few = self._totals.max(initial=0) < np.iinfo(np.uint16).max
        self._kind: np.dtype[np.integer] = np.dtype(np.uint16 if few else np.uint32)
        self._voices = [np.empty((len(ballot.totals), half), dtype=np.uint16) for ballot in ballots]
        self._words = np.empty((_BLOCK_ROWS, half), dtype=np.uint16)
        self._sums, self._taken = np.empty((2, _BLOCK_ROWS, half), dtype=np.uint8)

    def write(self, majorities: NDArray[np.uint8], chunk: slice, tie: NDArray[np.uint8]) -> None:
        """Write the packed majorities for the bits of `chunk`, which counts in bytes."""
        ties = tie.reshape(2, -1).astype(self._kind)
        half = ties.shape[1]
        for ballot, voices in zip(self._ballots, self._voices, strict=True):
            self._hear(ballot, chunk, voices[:, :half])
        for first in range(0, len(majorities), _BLOCK_ROWS):
            block = slice(first, min(first + _BLOCK_ROWS, len(majorities)))
            even = (self._totals[block] % 2 == 0).astype(self._kind)
            lower, upper = self._counted(block, even * ties[0], even * ties[1])
            halves = (self._totals[block] // 2).astype(self._kind)
            majorities[block, : half // 8] = np.packbits(lower > halves, axis=1)
            majorities[block, half // 8 :] = np.packbits(upper > halves, axis=1)

    def _hear(self, ballot: Ballot, chunk: slice, heard: NDArray[np.uint16]) -> None:
        """Set `heard` to the weighted votes of the distinct values of `ballot`, two sums in each word."""
        lower, upper = np.split(np.unpackbits(ballot.vectors[:, chunk], axis=1), 2, axis=1)
        upper <<= 4
        vectors = lower | upper
        for run in ballot.runs:
            voices = heard[run.values]
            voices[:] = 0
            shape = tuple(map(slice, voices.shape))
            words, sums, taken = self._words[shape], self._sums[shape], self._taken[shape]
            for first in range(0, len(run.tokens), _MOST_IN_HALF):
                places = run.tokens[first : first + _MOST_IN_HALF]
                vectors.take(places[0], axis=0, out=sums, mode="clip")
                for place in places[1:]:
                    vectors.take(place, axis=0, out=taken, mode="clip")
                    sums += taken
                words[:] = sums
                words |= words << 4
                words &= _HALF_OF_EACH_BYTE
                voices += words
            voices *= np.uint16(run.weight)

    def _counted(self, block: slice, lower: Sums, upper: Sums) -> tuple[Sums, Sums]:
        """Return the sums of the rows of `block`, begun with `lower` and `upper`."""
        lower += upper << 8  # both, until the upper ones are known
        words = self._words[: len(lower), : lower.shape[1]]
        for ballot, voices in zip(self._ballots, self._voices, strict=True):
            codes = ballot.codes[block]
            if ballot.totals[codes].any():
                voices[:, : lower.shape[1]].take(codes, axis=0, out=words, mode="clip")
                lower += words
                words >>= 8
                upper += words
        lower -= upper << 8
        return lower, upper
