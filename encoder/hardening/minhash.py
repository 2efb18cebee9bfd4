"""Minhash: each symbol of an encoding a keyed hash of several tokens that lotteries drew from the record's.

In each draw every token of a record has an arrival time, exponentially distributed, sooner the more the token
weighs, and the first to arrive wins; two records have the same winner with the chance J, the probability Jaccard index
of their weighted tokens (Moulton & Jiang, ICDM 2018). Symbol j is a keyed hash of the winners of K draws, so two
records have equal ones with the chance J^K, and else one in 4,096. Each draw is used several times, in symbols that the
key sets.

Fields that are drawn apart have draws and symbols of their own, in places that the key sets; a record that has none of
their tokens has symbols of the rest there, so a missing value cannot be seen in one encoding.

A token's weight is its insertions in a Bloom filter, those of a repeated token together. The record's winner is known
by a tag of 12 bits only. All is whole numbers, or single operations of IEEE 754: equal bytes everywhere.
docs/formats.md has the format.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

from encoder.added import Added
from encoder.hardening.blocks import Numbers
from encoder.hardening.drawn import Stream, read_column
from encoder.hardening.keys import HardeningKeys
from encoder.hardening.races import FEWEST_DRAWS, Race, Tags, occurrences, winners
from encoder.parts import Reader
from encoder.texts import Numbered
from encoder.weights import WHOLE
from linkage.schema import Field, MinHash, Schema, Strategy
from linkage.symbols import ALPHABET, packed

_WORD_BYTES = 4  # of a token and a draw
_BLOCK_WORDS = 8  # of AES, of 16 bits
_BLOCK_BYTES = 16
_PLACE = 7  # of the symbol's number in a block
_APART = 0x8000  # added to the number of a symbol of fields that are drawn apart
_ROWS = 128  # go through the hash together,
_SYMBOLS = 384  # at so many places


class MinHashEncoder:
    """Encodes batches of columns as hashes of winners."""

    def __init__(self, schema: Schema, step: MinHash, keys: HardeningKeys, readers: Sequence[Reader | None]) -> None:
        group_of = {field: group for group, apart in enumerate(step.apart, start=1) for field in apart.fields}
        self._groups = [group_of.get(field.identifier, 0) for field in schema.fields]
        self._draws = [step.draws, *(own_draws(step.components, apart.symbols) for apart in step.apart)]
        key = keys.key("minhash draws")
        self._fields = [
            None if reader is None else Starter(field, reader, keys.key(f"minhash field {place}"), key, draws)
            for place, (field, reader, draws) in enumerate(
                zip(schema.fields, readers, (self._draws[group] for group in self._groups), strict=True)
            )
        ]
        self._symbols = Symbols(keys, step)

    def encode(self, columns: Sequence[Numbered]) -> tuple[NDArray[np.uint8], list[Added | None]]:
        """Return uint8 (rows, bytes), and for each field what became of its values, None for ignored ones."""
        added: list[Added | None] = []
        rows = len(columns[0].codes)
        races: list[list[Race]] = [[] for _ in self._draws]
        empty = np.ones((len(self._draws), rows), dtype=np.bool_)
        for field, group, column in zip(self._fields, self._groups, columns, strict=True):
            if field is None:
                added.append(None)
                continue
            race, outcome = field.race(column)
            races[group].append(race)
            empty[group] &= outcome.empty
            added.append(outcome)
        rest, *apart = (
            Won(winners(ran, rows, draws, _ROWS), without)
            for ran, draws, without in zip(races, self._draws, empty, strict=True)
        )
        return self._symbols.of(rest, apart), added


class Won(NamedTuple):
    """Who won the draws of some fields.

    Attributes:
        tags: see :func:`encoder.hardening.races.winners`.
        empty: bool (rows,), which rows have no token there.
    """

    tags: Tags
    empty: NDArray[np.bool_]


def own_draws(components: int, symbols: int) -> int:
    """Return how many draws are run for `symbols` of fields drawn apart: one for each component, a multiple of 64."""
    return -(-components * symbols // FEWEST_DRAWS) * FEWEST_DRAWS


class Starter:
    """Sends the tokens of one field into the race."""

    def __init__(self, field: Field, reader: Reader, nonce_key: bytes, key: bytes, draws: int) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field has no tokens")
        self._field, self._reader = field, reader
        self._stream = Stream(nonce_key, key, _WORD_BYTES * draws)
        self._strategy = field.hashing.strategy

    def race(self, column: Numbered) -> tuple[Race, Added]:
        """Return the race of the rows of `column`, and which of its values do not fit or have no token."""
        codes, ids, counts, vocabulary, percents, added = read_column(column, self._field, self._reader)
        weights = token_weights(occurrences(ids, counts, len(vocabulary)), counts, self._strategy)
        if percents is not None:
            weights *= (percents / WHOLE)[ids]
        return Race.of(codes, ids, counts, weights, self._stream.drawn(vocabulary).view("<u4")), added


def token_weights(times: Numbers, counts: Numbers, strategy: Strategy) -> NDArray[np.float64]:
    """Return what each token of values with `counts` tokens weighs that its value has so many `times`: (all tokens,).

    That is how often a Bloom filter would hold it: bitsPerToken for each time, or bitsPerFeature / counts.
    """
    if strategy.bits_per_token is not None:
        return (strategy.bits_per_token * times).astype(np.float64)
    return (strategy.bits_per_feature or 0) * times / np.repeat(counts, counts)


class Symbols:
    """The keyed hash of winners: AES, as a pseudo-random function of blocks none of which comes twice in a record."""

    def __init__(self, keys: HardeningKeys, step: MinHash) -> None:
        self._order = keys.permutations("minhash components", step.symbols, step.components) % step.draws
        sizes = [apart.symbols for apart in step.apart]
        places = keys.permutations("minhash apart", step.symbols)[0]
        self._own_places = [places[end - size : end] for size, end in zip(sizes, np.cumsum(sizes), strict=True)]
        self._own_orders = [np.arange(size * step.components).reshape(size, step.components).T for size in sizes]
        self._encryptor = Cipher(AES(keys.key("minhash symbols")), ECB()).encryptor()  # noqa: S305 - of one block each
        self._outcome = np.empty(_SYMBOLS * _ROWS * _BLOCK_BYTES + _BLOCK_BYTES - 1, dtype=np.uint8)

    def of(self, rest: Won, apart: Sequence[Won]) -> NDArray[np.uint8]:
        """Return the encodings of rows, uint8 (rows, bytes), of what was won by fields drawn apart and by the rest."""
        rows, count = len(rest.empty), self._order.shape[1]
        symbols = np.empty((len(rest.tags), count, _ROWS), dtype=np.uint16)
        for start in range(0, count, _SYMBOLS):
            part = slice(start, start + _SYMBOLS)
            order = self._order[:, part]
            self._hash(rest.tags, order, np.arange(start, start + order.shape[1]), symbols[:, part])
        for won, order, places in zip(apart, self._own_orders, self._own_places, strict=True):
            own = np.empty((len(symbols), len(places), _ROWS), dtype=np.uint16)
            self._hash(won.tags, order, places + _APART, own)
            empty = np.ones(len(symbols) * _ROWS, dtype=np.bool_)
            empty[:rows] = won.empty
            symbols[:, places] = np.where(empty.reshape(-1, 1, _ROWS), symbols[:, places], own)
        return np.concatenate([packed(hashed.T) for hashed in symbols])[:rows]

    def _hash(
        self, tags: Tags, order: NDArray[np.int64], numbers: NDArray[np.int64], hashed: NDArray[np.uint16]
    ) -> None:
        """Set `hashed` (blocks of rows, symbols, rows) to the symbols of `numbers`, made of the draws of `order`."""
        blocks = np.zeros((len(numbers), _ROWS, _BLOCK_WORDS), dtype="<u2")
        blocks[:, :, _PLACE] = numbers[:, None]
        for of_block, found in zip(tags, hashed, strict=True):
            for component, draws in enumerate(order):
                blocks[:, :, component] = of_block.take(draws, axis=0)
            self._encryptor.update_into(blocks.data.cast("B"), self._outcome.data)
            firsts = self._outcome[: blocks.nbytes].view("<u2")[::_BLOCK_WORDS].reshape(blocks.shape[:2])
            np.bitwise_and(firsts, ALPHABET - 1, out=found)
