"""The bits that values set, as masks of words that are put together by OR.

A text comes again in many values (a family name in those of all who bear it), so its tokens are put together once, and
not once in each of them. Where bits are shared among the tokens of a value, how many each has hangs on the value; a
piece is a text whose tokens are inserted in one way.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.hashing import TokenHasher
from encoder.numbering import gathered, numbered
from encoder.parts import ReadTexts, summed_runs
from encoder.weights import lessened, token_percents
from linkage.schema import Strategy

Numbers = NDArray[np.int64]
Masks = NDArray[np.uint64]

_TAKEN_BYTES = 512 << 10  # what is taken at once stays in the processor's cache
_UNPACKED_BYTES = 1 << 19
_SHORT = 1 << 15


class Pieces(NamedTuple):
    """Texts whose tokens are inserted alike.

    Attributes:
        texts: (pieces,), which text each is.
        shares: (pieces,), how often each of its tokens is inserted.
        more: (pieces,), how many of them, the first ones, are inserted once more.
        ids: (all texts of all values,), which piece each is, value by value.
    """

    texts: Numbers
    shares: Numbers
    more: Numbers
    ids: Numbers


def pieces_of(lengths: Numbers, ids: Numbers, counts: Numbers, strategy: Strategy) -> Pieces:
    """Return the distinct pieces of values.

    bitsPerFeature b shared by the t tokens of a value: the first b mod t tokens get one more than b // t; some may get
    none.

    Args:
        lengths: (texts,), how many tokens each text has.
        ids: (all texts of all values,), the texts of each value, value by value.
        counts: (values,), how many texts each value has.
        strategy: of the field.
    """
    if strategy.bits_per_token is not None:
        texts = np.arange(len(lengths))
        return Pieces(texts, np.full(len(texts), strategy.bits_per_token, dtype=np.int64), np.zeros_like(texts), ids)
    of_texts = lengths[ids]
    totals = summed_runs(of_texts, counts)
    share, rest = np.divmod(strategy.bits_per_feature or 0, np.maximum(totals, 1))
    before = np.cumsum(of_texts) - of_texts - np.repeat(np.cumsum(totals) - totals, counts)
    more = np.clip(np.repeat(rest, counts) - before, 0, of_texts)
    every = more == of_texts
    size = int(lengths.max(initial=0)) + 1
    ways, way_ids = numbered(
        (np.repeat(share, counts) + every) * size + np.where(every, 0, more),
        ((strategy.bits_per_feature or 0) + 2) * size,
    )
    pairs, pair_ids = numbered(ids * len(ways) + way_ids, len(lengths) * len(ways))
    texts, way = np.divmod(pairs, max(1, len(ways)))
    return Pieces(texts, *np.divmod(ways[way], size), pair_ids)


class MaskMaker:
    """Makes the masks of the values of one field."""

    def __init__(self, hasher: TokenHasher, encoding: str, strategy: Strategy, filter_bits: int) -> None:
        self._hasher = hasher
        self._encoding = encoding
        self._strategy = strategy
        self.words = -(-filter_bits // 64)
        self._at_once = max(1, _TAKEN_BYTES // (8 * self.words))
        self._taken = np.empty((self._at_once, self.words), dtype=np.uint64)
        self._gathered = np.empty_like(self._taken)

    def add(self, filters: Masks, masks: Masks, chosen: Numbers) -> None:
        """OR masks[chosen] into `filters`, uint64 (chosen, words), in place."""
        for start in range(0, len(chosen), self._at_once):
            block = slice(start, start + self._at_once)
            self._add(filters[block], masks, chosen[block])

    def write(self, read: ReadTexts, masks: Masks) -> None:
        """Write the bits of each value into `masks`, uint64 (values, words)."""
        tokens = read.tokens
        pieces = pieces_of(tokens.counts, read.ids, read.counts, self._strategy)
        lengths = tokens.counts[pieces.texts]
        ids = gathered(tokens.ids, tokens.counts, pieces.texts)
        place = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        times = np.repeat(pieces.shares, lengths) + (place < np.repeat(pieces.more, lengths))
        inserted = times > 0
        if not inserted.all():
            lengths = summed_runs(inserted.astype(np.int64), lengths)
            ids, times = ids[inserted], times[inserted]
        token_masks, ids = self._token_masks(tokens.vocabulary, ids, times)
        if (lengths == 1).all():
            self._put_together(token_masks, ids[pieces.ids], read.counts, masks)
            return
        if len(lengths) == len(masks) and (read.counts == 1).all() and np.array_equal(read.ids, np.arange(len(masks))):
            self._put_together(token_masks, ids, lengths, masks)  # every value is a text of its own
            return
        piece_masks = np.empty((len(lengths), self.words), dtype=np.uint64)
        self._put_together(token_masks, ids, lengths, piece_masks)
        self._put_together(piece_masks, pieces.ids, read.counts, masks)

    def _add(self, filters: Masks, masks: Masks, chosen: Numbers) -> None:
        """Do so with at most `_at_once` of them, without making a new array each time."""
        taken = self._taken[: len(filters)]
        np.take(masks, chosen, axis=0, out=taken, mode="clip")
        np.bitwise_or(filters, taken, out=filters)

    def _put_together(self, masks: Masks, ids: Numbers, counts: Numbers, results: Masks) -> None:
        """Write the OR of each run of masks[ids] into `results`; the runs have `counts` of them."""
        # Longest runs first: then those that have a mask at a place are the first ones, without gaps.
        longest = int(counts.max(initial=0))
        descending = longest - counts
        order = np.argsort(descending.astype(np.int16) if longest < _SHORT else descending, kind="stable")
        descending = descending[order]
        firsts = (np.cumsum(counts) - counts)[order]
        for start in range(0, len(order), self._at_once):
            chosen = order[start : start + self._at_once]
            block = self._gathered[: len(chosen)]
            block[:] = 0
            places = longest - descending[start : start + len(chosen)]
            block_firsts = firsts[start : start + len(chosen)]
            for place in range(int(places[0])):
                reached = int(np.searchsorted(-places, -place, side="left"))
                self._add(block[:reached], masks, ids[block_firsts[:reached] + place])
            results[chosen] = block

    def _token_masks(self, vocabulary: list[str], ids: Numbers, times: Numbers) -> tuple[Masks, Numbers]:
        """Return a mask per distinct (token, times inserted), uint64 (m, words), and for each token its mask."""
        least, most = (int(times.min()), int(times.max())) if len(times) else (0, 0)
        span = most - least + 1
        pairs, mask_ids = numbered(ids * span + times - least, len(vocabulary) * span)
        numbers, times = np.divmod(pairs, span)
        times += least
        percents = token_percents(vocabulary, self._strategy)
        if percents is not None:
            times = lessened(times, percents[numbers])
        encoded = [token.encode(self._encoding) for token in vocabulary]
        tokens = [encoded[number] for number in numbers.tolist()]
        masks = np.empty((len(tokens), self.words), dtype=np.uint64)
        at_once = max(1, _UNPACKED_BYTES // (self.words * 64))
        for start in range(0, len(tokens), at_once):
            part = slice(start, start + at_once)
            owners, bits = self._hasher.bits(tokens[part], times[part])
            unpacked = np.zeros(masks[part].size * 64, dtype=bool)
            unpacked[owners * (self.words * 64) + bits] = True
            masks[part] = np.packbits(unpacked).view(np.uint64).reshape(-1, self.words)
        return masks, mask_ids
