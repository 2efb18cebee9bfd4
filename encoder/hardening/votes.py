"""Counting votes: which of many bits have more than half of the weighted votes of a row's tokens.

Plain additions, arranged for speed: two tokens that stand side by side in many values are added up once for all of
them, a distinct value is counted once for all rows that have it, and several sums share a word, one in each of its
bytes (or, while they are small, in each half of a byte), and none can grow out of its place.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.grams import numbered

Numbers = NDArray[np.int64]
Sums = NDArray[np.integer]
Bytes = NDArray[np.uint8]

_CHUNK_BITS = 2048  # votes for so many bits, for
_BLOCK_ROWS = 128  # so many rows, stay in the processor's cache
_MOST_IN_HALF = 15
_MOST_IN_BYTE = 255


class Run(NamedTuple):
    """Successive values of one number of tokens and one weight.

    `parts`, int64 (parts, values), are places in the vocabulary, or beyond its end among the pairs.
    """

    values: slice
    parts: Numbers
    weight: int


class Ballot(NamedTuple):
    """How the rows of a column vote with their tokens, or with some of them: no value gives a bit more than 255 votes.

    Attributes:
        codes: (rows,): which distinct value each row has.
        totals: (values,): the votes of each value for a bit that all its tokens vote for.
        runs: the values, in their order.
        vectors: uint8 (vocabulary, bytes): the packed vote of each token.
        pairs: (2, pairs): tokens that are added up once for all values, where that is worth it.
    """

    codes: Numbers
    totals: Numbers
    runs: list[Run]
    vectors: Bytes
    pairs: Numbers

    @property
    def parts_at_once(self) -> int:
        """How many parts of a value can be added up in half a byte."""
        return _MOST_IN_HALF // 2 if self.pairs.size else _MOST_IN_HALF

    def votes(self, chunk: slice) -> Bytes:
        """Return the votes of tokens and pairs for the bits of `chunk`, which counts in bytes: uint8 (n, bits / 2).

        Of the bits' quarters a, b, c, d the first byte holds a[0] and c[0], the second b[0] and d[0], the third a[1].
        """
        bits = np.unpackbits(self.vectors[:, chunk], axis=1).reshape(len(self.vectors), 2, 2, -1)
        votes = np.empty((len(bits) + self.pairs.shape[1], bits.shape[3], 2), dtype=np.uint8)
        votes[: len(bits)] = (bits[:, 0] | bits[:, 1] << 4).swapaxes(1, 2)
        np.add(votes[self.pairs[0]], votes[self.pairs[1]], out=votes[len(bits) :])
        return votes.reshape(len(votes), -1)


def ballots(codes: Numbers, ids: Numbers, counts: Numbers, weights: Numbers, vectors: Bytes) -> Iterator[Ballot]:
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
            runs, pairs = _paired(list(_runs(ids, (firsts + done)[order], now[order], light[order])), len(vectors))
            yield Ballot(ranks[codes], (now * light)[order], runs, vectors, pairs)
            done = done + now
        weights = weights - light


def _runs(ids: Numbers, firsts: Numbers, counts: Numbers, weights: Numbers) -> Iterator[Run]:
    starts = np.flatnonzero(np.diff(counts * (_MOST_IN_BYTE + 1) + weights, prepend=-1)).tolist()
    for start, stop in zip(starts, [*starts[1:], len(counts)], strict=True):
        for first in range(start, stop, _BLOCK_ROWS):
            values = slice(first, min(first + _BLOCK_ROWS, stop))
            tokens = ids[firsts[values] + np.arange(counts[start])[:, None]]
            yield Run(values, tokens, int(weights[start]))


def _paired(runs: list[Run], vocabulary: int) -> tuple[list[Run], Numbers]:
    """Return runs with every two tokens side by side as one part, and the pairs, if half of them are repetitions."""
    evens = [run.parts[: len(run.parts) // 2 * 2] for run in runs]
    codes = np.concatenate([(even[::2] * vocabulary + even[1::2]).ravel() for even in evens])
    distinct, places = numbered(codes, vocabulary * vocabulary)
    if 2 * len(distinct) > len(codes):
        return runs, np.empty((2, 0), dtype=np.int64)
    ends = np.cumsum([even.size // 2 for even in evens])[:-1]
    paired = [
        run._replace(parts=np.concatenate([vocabulary + part.reshape(-1, run.parts.shape[1]), run.parts[len(even) :]]))
        for run, even, part in zip(runs, evens, np.split(places, ends), strict=True)
    ]
    return paired, np.stack(np.divmod(distinct, vocabulary))


def majorities(ballots: Sequence[Ballot], rows: int, tie: Bytes) -> Bytes:
    """Return packed bits, uint8 (rows, bits / 8): set by more than half of the votes, or by half of them and `tie`.

    `tie` is uint8 (bits,), of a number of bits that 64 divides.
    """
    counting = _Count(ballots, rows, min(_CHUNK_BITS, len(tie)))
    found = np.empty((rows, len(tie) // 8), dtype=np.uint8)
    for start in range(0, len(tie), _CHUNK_BITS):
        chunk = slice(start // 8, min(start + _CHUNK_BITS, len(tie)) // 8)
        counting.write(found[:, chunk], chunk, tie[8 * chunk.start : 8 * chunk.stop])
    return found


class _Count:
    """Counts for some bits at a time, in arrays that it uses again; bytes that are neighbours go together as words."""

    def __init__(self, ballots: Sequence[Ballot], rows: int, bits: int) -> None:
        totals = np.array([ballot.totals[ballot.codes] for ballot in ballots]).reshape(len(ballots), rows)
        self._totals = totals.sum(axis=0)[:, None]
        few = self._totals.max(initial=0) < np.iinfo(np.uint16).max
        self._kind: np.dtype[np.integer] = np.dtype(np.uint16 if few else np.uint32)
        self._blocks = [slice(first, min(first + _BLOCK_ROWS, rows)) for first in range(0, rows, _BLOCK_ROWS)]
        self._batches = [_batches(totals[:, block]) for block in self._blocks]
        self._ballots = ballots
        self._voices = [np.empty((len(ballot.totals), bits), dtype=np.uint8) for ballot in ballots]
        self._room = np.empty((2, _BLOCK_ROWS * bits), dtype=np.uint8)

    def write(self, majorities: Bytes, chunk: slice, tie: Bytes) -> None:
        """Write the packed majorities for the bits of `chunk`, which counts in bytes."""
        ties = tie.reshape(2, 2, -1).swapaxes(0, 1).reshape(2, -1).astype(self._kind)
        for ballot, voices in zip(self._ballots, self._voices, strict=True):
            self._hear(ballot, chunk, voices[:, : len(tie)])
        for block, batches in zip(self._blocks, self._batches, strict=True):
            even = (self._totals[block] % 2 == 0).astype(self._kind)
            halves = (self._totals[block] // 2).astype(self._kind)
            sums = self._counted(block, batches, even * ties[0], even * ties[1])
            (first, third), (second, fourth) = (
                np.split(np.packbits(side > halves, axis=1), 2, axis=1) for side in sums
            )
            majorities[block] = np.concatenate([first, second, third, fourth], axis=1)

    def _hear(self, ballot: Ballot, chunk: slice, heard: Bytes) -> None:
        """Set `heard` to the weighted votes of the distinct values of `ballot`, one sum in each byte."""
        votes, half = ballot.votes(chunk), heard.shape[1] // 2
        for run in ballot.runs:
            voices = heard[run.values]
            voices[:] = 0
            sums, taken = self._arrays(len(voices), half)
            for first in range(0, len(run.parts), ballot.parts_at_once):
                parts = run.parts[first : first + ballot.parts_at_once]
                votes.take(parts[0], axis=0, out=sums, mode="clip")
                for part in parts[1:]:
                    votes.take(part, axis=0, out=taken, mode="clip")
                    sums += taken
                voices[:, :half] += np.bitwise_and(sums, _MOST_IN_HALF, out=taken)
                sums >>= 4
                voices[:, half:] += sums
            voices *= np.uint8(run.weight)

    def _counted(self, block: slice, batches: list[list[int]], lower: Sums, upper: Sums) -> tuple[Sums, Sums]:
        """Return the sums of the rows of `block`, begun with `lower` and `upper`."""
        lower += upper << 8  # both, until the upper ones are known
        sums, taken = self._arrays(len(lower), 2 * lower.shape[1])
        words = sums.view("<u2")
        for batch in batches:
            for place, out in zip(batch, [sums, *[taken] * (len(batch) - 1)], strict=True):
                voices = self._voices[place][:, : sums.shape[1]]
                voices.take(self._ballots[place].codes[block], axis=0, out=out, mode="clip")
                if out is taken:
                    sums += taken
            lower += words
            words >>= 8
            upper += words
        lower -= upper << 8
        return lower, upper

    def _arrays(self, rows: int, width: int) -> tuple[Bytes, Bytes]:
        """Return two arrays to work in, without gaps between their rows."""
        first, second = self._room[:, : rows * width].reshape(2, rows, width)
        return first, second


def _batches(totals: Numbers) -> list[list[int]]:
    """Return which ballots' votes can be added up in bytes, of the totals of rows, (ballots, rows)."""
    batches: list[tuple[Numbers, list[int]]] = []
    for place, votes in enumerate(totals):
        if not votes.any():
            continue
        for together, places in batches:
            if (together + votes).max() <= _MOST_IN_BYTE:
                together += votes
                places.append(place)
                break
        else:
            batches.append((votes.copy(), [place]))
    return [places for _, places in batches]
