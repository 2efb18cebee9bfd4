"""SAUL: each bit of an encoding is what the majority of a record's tokens vote for, XOR over several votes.

M. Armknecht, Y. Schaefer, "Breaking BAD? Better call SAUL!", PoPETs 2026(2). With cosine s of the weighted tokens of
two records and K votes, the expected share of equal bits is 1/2 (1 + ((2/pi) asin s)^K); unrelated pairs have about
1/2.

Ours differs from the published code where that is weak: vectors come from a keyed pseudo-random function with a key of
256 bits per field, over the whole text of a token, so all of Unicode is told apart and equal tokens of two fields are
not; a tie is broken by a keyed bit; and fields keep their weights. In a Bloom filter a token counts by its insertions
k; in a cosine it counts by the square of its weight, so its weight is sqrt(k), in quarters (whole numbers: equal bits
everywhere). A token that occurs twice votes twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.field import Added, looked_up
from encoder.grams import Tokens
from encoder.hardening.keys import HardeningKeys, keyed_bytes
from encoder.parts import TokenReader, summed_runs
from encoder.values import token_encoding
from linkage.schema import Field, Saul, Schema, Strategy

_CHUNK_BITS = 1024  # votes for so many bits, for
_BLOCK_ROWS = 256  # so many rows, stay in the processor's cache
_REMEMBERED_BYTES = 32 << 20
_STEPS_PER_UNIT = 4  # of a weight
_TIE = "saul tie"


class Ballot(NamedTuple):
    """How the rows of one column vote.

    Attributes:
        codes: int64 (rows,): which distinct value each row has.
        weights: int64 (values,): even, of every token of the value; 0 without tokens.
        parts: int64 (all parts,): which distinct text, value by value.
        part_counts: int64 (values,): number of texts of each value.
        tokens: the tokens of the distinct texts.
        vectors: uint8 (vocabulary, bytes): the packed vote of each token.
        most: largest sum of votes that a value gives, in absolute terms.
    """

    codes: NDArray[np.int64]
    weights: NDArray[np.int64]
    parts: NDArray[np.int64]
    part_counts: NDArray[np.int64]
    tokens: Tokens
    vectors: NDArray[np.uint8]
    most: int


class SaulEncoder:
    """Encodes batches of columns as majorities; remembers the vectors of tokens from batch to batch."""

    def __init__(self, schema: Schema, step: Saul, keys: HardeningKeys, readers: Sequence[TokenReader | None]) -> None:
        self._repetitions, self._bits = step.repetitions, step.bits
        votes = step.repetitions * step.bits
        self._voters = [
            None if reader is None else Voter(field, reader, keys.key(f"saul field {place}"), votes)
            for place, (field, reader) in enumerate(zip(schema.fields, readers, strict=True))
        ]
        # Weights are even and this is odd, so it decides ties and nothing else.
        tie = np.unpackbits(np.frombuffer(keyed_bytes(keys.key(_TIE), b"", votes // 8), dtype=np.uint8))
        self._tie = 2 * tie.astype(np.int32) - 1

    def encode(self, columns: Sequence[Sequence[str]]) -> tuple[NDArray[np.uint8], list[Added | None]]:
        """Return uint8 (rows, bits / 8), and for each field what became of its values, None for ignored ones."""
        added: list[Added | None] = []
        ballots = []
        for voter, column in zip(self._voters, columns, strict=True):
            if voter is None:
                added.append(None)
                continue
            ballot, outcome = voter.ballot(column)
            ballots.append(ballot)
            added.append(outcome)
        return self._counted(ballots, len(columns[0])), added

    def _counted(self, ballots: Sequence[Ballot], rows: int) -> NDArray[np.uint8]:
        most = 1 + sum(ballot.most for ballot in ballots)
        kind = np.int16 if most <= np.iinfo(np.int16).max else np.int32
        majorities = np.empty((rows, self._repetitions * self._bits // 8), dtype=np.uint8)
        for start in range(0, len(self._tie), _CHUNK_BITS):
            chunk = slice(start, min(start + _CHUNK_BITS, len(self._tie)))
            voices = [_part_votes(ballot, chunk) for ballot in ballots]
            for first in range(0, rows, _BLOCK_ROWS):
                block = slice(first, min(first + _BLOCK_ROWS, rows))
                votes = np.tile(self._tie[chunk].astype(kind), (block.stop - block.start, 1))
                for ballot, voice in zip(ballots, voices, strict=True):
                    _vote(ballot, voice, block, votes)
                majorities[block, chunk.start // 8 : chunk.stop // 8] = np.packbits(votes > 0, axis=1)
        combined: NDArray[np.uint8] = np.bitwise_xor.reduce(
            majorities.reshape(rows, self._repetitions, self._bits // 8), axis=1
        )
        return combined


class Voter:
    """Reads the values of one field into votes."""

    def __init__(self, field: Field, reader: TokenReader, key: bytes, votes: int) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field has no votes")
        self._reader = reader
        self._strategy = field.hashing.strategy
        self._encoding = token_encoding(field)
        self._key = key
        self._bytes = votes // 8
        self._vectors: dict[str, bytes] = {}

    def ballot(self, column: Sequence[str]) -> tuple[Ballot, Added]:
        """Return how the rows of `column` vote, and which of its values do not fit or have no vote."""
        codes, values = _distinct(column)
        split = self._reader.split(values)
        parts, texts = _distinct(split.texts)
        tokens = self._reader.tokens(texts)
        token_counts = summed_runs(tokens.counts[parts], split.counts)
        weights = token_weights(token_counts, self._strategy)
        ballot = Ballot(
            codes, weights, parts, split.counts, tokens, self._drawn(tokens.vocabulary),
            int((weights * token_counts).max(initial=0)),
        )  # fmt: skip
        faults = dict(split.faults)
        if tokens.faults:  # of fields without standard form, where a value is its one text
            faults |= {place: tokens.faults[part] for place, part in enumerate(parts.tolist()) if part in tokens.faults}
        rows = [(np.flatnonzero(codes == place), rule) for place, rule in sorted(faults.items())]
        return ballot, Added(rows, (token_counts == 0)[codes])

    def _drawn(self, vocabulary: Sequence[str]) -> NDArray[np.uint8]:
        """Return the vectors of tokens, uint8 (tokens, bytes), drawn from the key once while they are remembered."""
        for token in vocabulary:
            if token not in self._vectors:
                self._vectors[token] = keyed_bytes(self._key, token.encode(self._encoding), self._bytes)
        vectors = b"".join([self._vectors[token] for token in vocabulary])
        if len(self._vectors) * self._bytes > _REMEMBERED_BYTES:
            self._vectors.clear()
        return np.frombuffer(vectors, dtype=np.uint8).reshape(len(vocabulary), self._bytes)


def token_weights(counts: NDArray[np.int64], strategy: Strategy) -> NDArray[np.int64]:
    """Return the weight of each token of values with `counts` tokens, int64 (values,), even; 0 where there is none.

    sqrt(insertions of the token in a Bloom filter), in quarters and doubled: bitsPerToken, or bitsPerFeature / counts.
    """
    insertions = (
        np.full(len(counts), float(strategy.bits_per_token))
        if strategy.bits_per_token is not None
        else (strategy.bits_per_feature or 0) / np.maximum(counts, 1)
    )
    weights = 2 * np.maximum(1, np.rint(_STEPS_PER_UNIT * np.sqrt(insertions))).astype(np.int64)
    return np.where(counts > 0, weights, 0)


def _distinct(texts: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Return for each text the number of its distinct value, and the values."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    codes = np.fromiter(looked_up(texts, numbers), dtype=np.int64, count=len(texts))
    return codes, list(islice(numbers, len(numbers)))


def _part_votes(ballot: Ballot, chunk: slice) -> NDArray[np.integer]:
    """Return the votes of the distinct texts of a ballot for the bits of `chunk`, (texts, bits), unweighted."""
    counts = ballot.tokens.counts
    longest = int(counts.max(initial=0)) * int(ballot.part_counts.max(initial=0))
    kind = np.int8 if longest <= np.iinfo(np.int8).max else np.int32
    vectors = np.unpackbits(ballot.vectors[:, chunk.start // 8 : chunk.stop // 8], axis=1).view(np.int8)
    vectors = (2 * vectors - 1).astype(kind, copy=False)
    if len(ballot.tokens.ids) == len(counts) and (counts == 1).all():
        return vectors[ballot.tokens.ids]
    firsts = np.cumsum(counts) - counts
    votes = np.zeros((len(counts), vectors.shape[1]), dtype=kind)
    for start in range(0, len(counts), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        _add_runs(vectors, ballot.tokens.ids, firsts[block], counts[block], votes[block])
    return votes


def _vote(ballot: Ballot, voices: NDArray[np.integer], block: slice, votes: NDArray[np.integer]) -> None:
    """Add the weighted votes of the rows in `block` to `votes`, (rows, bits), in place."""
    codes = ballot.codes[block]
    counts = ballot.part_counts[codes]
    firsts = (np.cumsum(ballot.part_counts) - ballot.part_counts)[codes]
    own = np.zeros(votes.shape, dtype=voices.dtype)
    _add_runs(voices, ballot.parts, firsts, counts, own)
    votes += own * ballot.weights[codes].astype(votes.dtype)[:, None]


def _add_runs(
    vectors: NDArray[np.integer],
    ids: NDArray[np.int64],
    firsts: NDArray[np.int64],
    counts: NDArray[np.int64],
    sums: NDArray[np.integer],
) -> None:
    """Add to row i of `sums` the vectors that ids[firsts[i] : firsts[i] + counts[i]] name, in place."""
    order = np.argsort(-counts, kind="stable")
    falling, firsts = counts[order], firsts[order]
    gathered = np.zeros_like(sums)
    taken = np.empty_like(sums)
    for place in range(int(falling[0]) if len(falling) else 0):
        reached = int(np.searchsorted(-falling, -place, side="left"))
        np.take(vectors, ids[firsts[:reached] + place], axis=0, out=taken[:reached], mode="clip")
        gathered[:reached] += taken[:reached]
    sums[order] += gathered
