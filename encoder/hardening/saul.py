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

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from encoder.added import Added
from encoder.hardening.drawn import read_column
from encoder.hardening.keys import HardeningKeys, keyed_bytes
from encoder.hardening.votes import Ballot, ballots, majorities
from encoder.parts import Reader
from encoder.texts import Numbered
from encoder.weights import WHOLE, shares
from linkage.schema import Field, Saul, Schema, Strategy

_REMEMBERED_BYTES = 32 << 20
_STEPS_PER_UNIT = 4  # of a weight
_TIE = "saul tie"


class SaulEncoder:
    """Encodes batches of columns as majorities; remembers the vectors of tokens from batch to batch."""

    def __init__(self, schema: Schema, step: Saul, keys: HardeningKeys, readers: Sequence[Reader | None]) -> None:
        self._repetitions, self._bits = step.repetitions, step.bits
        votes = step.repetitions * step.bits
        self._voters = [
            None if reader is None else Voter(field, reader, keys.key(f"saul field {place}"), votes)
            for place, (field, reader) in enumerate(zip(schema.fields, readers, strict=True))
        ]
        self._tie = np.unpackbits(np.frombuffer(keyed_bytes(keys.key(_TIE), b"", votes // 8), dtype=np.uint8))

    def encode(self, columns: Sequence[Numbered]) -> tuple[NDArray[np.uint8], list[Added | None]]:
        """Return uint8 (rows, bits / 8), and for each field what became of its values, None for ignored ones."""
        added: list[Added | None] = []
        ballots: list[Ballot] = []
        for voter, column in zip(self._voters, columns, strict=True):
            if voter is None:
                added.append(None)
                continue
            cast, outcome = voter.ballots(column)
            ballots += cast
            added.append(outcome)
        return self._combined(majorities(ballots, len(columns[0].codes), self._tie)), added

    def _combined(self, majorities: NDArray[np.uint8]) -> NDArray[np.uint8]:
        combined: NDArray[np.uint8] = np.bitwise_xor.reduce(
            majorities.reshape(len(majorities), self._repetitions, self._bits // 8), axis=1
        )
        return combined


class Voter:
    """Reads the values of one field into votes."""

    def __init__(self, field: Field, reader: Reader, key: bytes, votes: int) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field has no votes")
        self._field, self._reader = field, reader
        self._strategy = field.hashing.strategy
        self._key = key
        self._bytes = votes // 8
        self._vectors: dict[bytes, bytes] = {}

    def ballots(self, column: Numbered) -> tuple[list[Ballot], Added]:
        """Return how the rows of `column` vote, and which of its values do not fit or have no vote."""
        codes, ids, counts, vocabulary, percents, added = read_column(column, self._field, self._reader)
        vectors = self._drawn(vocabulary)
        cast: list[Ballot] = []
        for share in shares(ids, counts, percents):
            weights = np.where(share.counts > 0, token_weights(counts, self._strategy, share.percent), 0)
            cast += ballots(codes, share.ids, share.counts, weights, vectors)
        return cast, added

    def _drawn(self, vocabulary: Sequence[bytes]) -> NDArray[np.uint8]:
        """Return the vectors of tokens, uint8 (tokens, bytes), drawn from the key once while they are remembered."""
        for token in vocabulary:
            if token not in self._vectors:
                self._vectors[token] = keyed_bytes(self._key, token, self._bytes)
        vectors = b"".join([self._vectors[token] for token in vocabulary])
        if len(self._vectors) * self._bytes > _REMEMBERED_BYTES:
            self._vectors.clear()
        return np.frombuffer(vectors, dtype=np.uint8).reshape(len(vocabulary), self._bytes)


def token_weights(counts: NDArray[np.int64], strategy: Strategy, percent: int = WHOLE) -> NDArray[np.int64]:
    """Return the weight of each token of values with `counts` tokens, int64 (values,); 0 where there is none.

    sqrt(insertions of the token in a Bloom filter), in quarters: bitsPerToken, or bitsPerFeature / counts, of which
    common tokens have a `percent`.
    """
    insertions = (
        np.full(len(counts), float(strategy.bits_per_token))
        if strategy.bits_per_token is not None
        else (strategy.bits_per_feature or 0) / np.maximum(counts, 1)
    ) * (percent / WHOLE)
    weights = np.maximum(1, np.rint(_STEPS_PER_UNIT * np.sqrt(insertions))).astype(np.int64)
    return np.where(counts > 0, weights, 0)
