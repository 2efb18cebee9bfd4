"""The bits that values set: tokens are inserted into the Bloom filter of each value, as often as the schema says.

Where bits are shared among the t tokens of a value, bitsPerFeature b, the first b mod t of them are inserted once more
than b // t times; some may be inserted not at all.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoder.hashing import TokenHasher
from encoder.parts import ReadTexts, summed_runs
from encoder.weights import WHOLE, lessened, token_percents
from linkage.compiled import compiled
from linkage.schema import Strategy

Numbers = NDArray[np.int64]
Masks = NDArray[np.uint8]


def insert_tokens(
    read: ReadTexts, hasher: TokenHasher, encoding: str, strategy: Strategy, masks: Masks
) -> NDArray[np.bool_]:
    """Insert the tokens of each value into its mask, in place, and return of each value whether it has none.

    Args:
        read: the values.
        hasher: says which bits a token sets.
        encoding: of the tokens that it hashes.
        strategy: how often tokens are inserted.
        masks: uint8 (values, bytes); the first bit of a byte is the most significant.
    """
    tokens = read.tokens
    totals = summed_runs(tokens.counts[read.ids], read.counts)
    has_none: NDArray[np.bool_] = totals == 0
    if has_none.all():
        return has_none
    shared, each = strategy.bits_per_feature or 0, strategy.bits_per_token or 0
    most = each or -(-shared // int(totals[~has_none].min()))
    bits = hasher.bits([token.encode(encoding) for token in tokens.vocabulary], most)
    percents = token_percents(tokens.vocabulary, strategy)
    if percents is None:
        percents = np.full(len(tokens.vocabulary), WHOLE)
    fewer = lessened(np.arange(most + 1), np.arange(WHOLE + 1)[:, None])
    ends = np.concatenate([[0], np.cumsum(tokens.counts)])
    weights = percents, fewer, shared, each
    _insert(read.ids, read.counts, totals, tokens.ids, ends, *weights, np.ascontiguousarray(bits), masks)
    return has_none


@compiled
def _insert(  # noqa: PLR0917 - compiled code has no keywords
    texts: Numbers,
    counts: Numbers,
    totals: Numbers,
    tokens: Numbers,
    ends: Numbers,
    percents: Numbers,
    fewer: Numbers,
    shared: int,
    each: int,
    bits: NDArray[Any],
    masks: Masks,
) -> None:
    """Set the bits of values, `counts` texts and `totals` tokens each; text i has tokens[ends[i]:ends[i + 1]].

    A token is inserted `each` times, or else `shared` is shared; one of n percent fewer[n, times] times.
    """
    at = 0
    for value in range(len(counts)):
        mask = masks[value]
        share, more = (each, 0) if each else divmod(shared, max(1, totals[value]))
        for text in texts[at : at + counts[value]]:
            for token in tokens[ends[text] : ends[text + 1]]:
                times = fewer[percents[token], share + (more > 0)]
                more -= 1
                for bit in bits[token, :times]:
                    mask[bit >> 3] |= 128 >> (bit & 7)
        at += counts[value]


@compiled
def add_masks(filters: Masks, masks: Masks, chosen: Numbers) -> None:
    """OR masks[chosen] into `filters`, uint8 (chosen, bytes), in place."""
    for row in range(len(chosen)):
        mask = masks[chosen[row]]
        for place in range(len(mask)):
            filters[row, place] |= mask[place]
