"""Counting votes: which of many bits have more than half of the weighted votes of a row's tokens.

Plain additions, arranged for speed: two tokens that stand side by side in many values are added up once for all of
them, a distinct value is counted once for all rows that have it, and several sums share a word, one in each of its
bytes (or, while they are small, in each half of a byte), and none can grow out of its place.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.hardening.blocks import Block, Numbers, blocks_of, paired, ranks_of, successive

Sums = NDArray[np.integer]
Bytes = NDArray[np.uint8]

_CHUNK_BITS = 512  # votes for so many bits, for
_BLOCK_ROWS = 256  # so many rows, stay in the processor's cache
_MOST_IN_HALF = 15
_MOST_IN_BYTE = 255


class Ballot(NamedTuple):
    """How the rows of a column vote with their tokens, or with some of them: no value gives a bit more than 255 votes.

    Attributes:
        codes: (rows,): which distinct value each row has.
        totals: (values,): the votes of each value for a bit that all its tokens vote for.
        weights: (values,): of each of its tokens.
        blocks: the values, in their order; a part of them is a token or a pair of tokens.
        vectors: uint8 (vocabulary, bytes): the packed vote of each token.
        pairs: (2, pairs): tokens that are added up once for all values, where that is worth it; the vocabulary's size
            stands for none.
    """

    codes: Numbers
    totals: Numbers
    weights: Numbers
    blocks: list[Block]
    vectors: Bytes
    pairs: Numbers

    @property
    def parts_at_once(self) -> int:
        """How many parts of a value can be added up in half a byte."""
        return _MOST_IN_HALF // 2 if self.pairs.size else _MOST_IN_HALF

    def votes(self, chunk: slice) -> Bytes:
        """Return the votes of every part for the bits of `chunk`, which counts in bytes: uint8 (parts, bits / 2).

        Of the bits' quarters a, b, c, d the first byte holds a[0] and c[0], the second b[0] and d[0], the third a[1].
        """
        packed = np.ascontiguousarray(self.vectors[:, chunk])
        bits = np.unpackbits(packed.ravel()).reshape(len(packed), 4, -1)
        votes = np.zeros((len(packed) + 1, 2 * bits.shape[2]), dtype=np.uint8)
        votes[:-1, ::2] = bits[:, 0] | bits[:, 2] << 4
        votes[:-1, 1::2] = bits[:, 1] | bits[:, 3] << 4
        if not self.pairs.size:
            return votes
        pairs: Bytes = votes.take(self.pairs[0], axis=0)
        pairs += votes.take(self.pairs[1], axis=0)
        return pairs


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
            tokens = ids[successive(firsts + done, now)]
            parts, lengths, pairs = paired(tokens, now, len(vectors))
            order = np.argsort(lengths, kind="stable")
            blocks = list(blocks_of(parts, (np.cumsum(lengths) - lengths)[order], lengths[order], _BLOCK_ROWS))
            yield Ballot(ranks_of(order)[codes], (now * light)[order], light[order], blocks, vectors, pairs)
            done = done + now
        weights = weights - light


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
        totals = np.zeros((len(ballots), rows), dtype=np.int64)
        for place, ballot in enumerate(ballots):
            totals[place] = ballot.totals[ballot.codes]
        self._totals = totals.sum(axis=0)
        few = self._totals.max(initial=0) < 1 << 15
        self._kind: np.dtype[np.integer] = np.dtype(np.uint16 if few else np.uint32)
        self._middle = 1 << (15 if few else 31)
        self._blocks = [slice(first, min(first + _BLOCK_ROWS, rows)) for first in range(0, rows, _BLOCK_ROWS)]
        self._batches = [_batches(totals[:, block]) for block in self._blocks]
        self._ballots = ballots
        self._voices = [np.empty((len(ballot.totals), bits), dtype=np.uint8) for ballot in ballots]
        self._room = np.empty((2, _BLOCK_ROWS * bits), dtype=np.uint8)
        self._words = np.empty((2, _BLOCK_ROWS * bits // 2), dtype=self._kind)

    def write(self, majorities: Bytes, chunk: slice, tie: Bytes) -> None:
        """Write the packed majorities for the bits of `chunk`, which counts in bytes."""
        for ballot, voices in zip(self._ballots, self._voices, strict=True):
            self._hear(ballot, chunk, voices[:, : len(tie)])
        quarters = tie.reshape(2, 2, -1).swapaxes(0, 1).reshape(2, -1).astype(self._kind)
        ties = np.stack([np.zeros_like(quarters), quarters], axis=1)  # of rows with an odd total, and an even one
        for block, batches in zip(self._blocks, self._batches, strict=True):
            found = self._decided(block, batches, ties)
            ordered = found.reshape(2, found.shape[1], 2, -1).transpose(1, 2, 0, 3)
            majorities[block] = ordered.reshape(found.shape[1], -1)

    def _hear(self, ballot: Ballot, chunk: slice, heard: Bytes) -> None:
        """Set `heard` to the weighted votes of the distinct values of `ballot`, one sum in each byte."""
        votes, half = ballot.votes(chunk), heard.shape[1] // 2
        weights = ballot.weights[:, None].astype(np.uint16)
        for values, parts in ballot.blocks:
            voices = heard[values]
            lower, upper = voices[:, :half], voices[:, half:]
            sums, taken = self._arrays(len(voices), half)
            for start in range(0, len(parts), ballot.parts_at_once):
                first, *others = parts[start : start + ballot.parts_at_once]
                without = len(sums) - len(first)
                sums[:without] = 0
                votes.take(first, axis=0, out=sums[without:], mode="clip")
                for part in others:
                    sums[len(sums) - len(part) :] += votes.take(part, axis=0, out=taken[: len(part)], mode="clip")
                if start == 0:
                    np.bitwise_and(sums, _MOST_IN_HALF, out=lower)
                    np.right_shift(sums, 4, out=upper)
                else:
                    lower += np.bitwise_and(sums, _MOST_IN_HALF, out=taken)
                    upper += np.right_shift(sums, 4, out=sums)
            words = voices.view("<u2")
            words *= weights[values]

    def _decided(self, block: slice, batches: list[list[int]], ties: Sums) -> Bytes:
        """Return packed which bits are set in the rows of `block`: uint8 (2, rows, bits / 16), as `ties` are ordered.

        `ties`, (2, 2, bits / 2), are those of low and of high bytes, for rows with an odd and an even total.
        """
        totals = self._totals[block]
        sums, taken = self._arrays(len(totals), 2 * ties.shape[2])
        words = sums.view("<u2")
        both = self._words[:, : words.size].reshape(2, *words.shape)
        low, high = both
        for side, of_side in zip(both, ties, strict=True):
            of_side.take(1 - totals % 2, axis=0, out=side, mode="clip")
        both += (self._middle - 1 - totals // 2).astype(self._kind)[:, None]  # so that a majority reaches the middle
        low += high << 8  # until the high ones are known
        for batch in batches:
            for place, out in zip(batch, [sums, *[taken] * (len(batch) - 1)], strict=True):
                voices = self._voices[place][:, : sums.shape[1]]
                voices.take(self._ballots[place].codes[block], axis=0, out=out, mode="clip")
                if out is taken:
                    sums += taken
            low += words
            words >>= 8
            high += words
        low -= high << 8
        return np.packbits((both >= self._middle).ravel()).reshape(2, len(totals), -1)

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
        for so_far, places in batches:
            if (so_far + votes).max() <= _MOST_IN_BYTE:
                so_far += votes  # noqa: PLW2901 - the array itself
                places.append(place)
                break
        else:
            batches.append((votes.copy(), [place]))
    return [places for _, places in batches]
