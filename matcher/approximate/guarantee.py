"""The arithmetic of bit sampling: how often two encodings agree on a key, and how many keys it takes to find them.

A key is some bit positions, drawn at random; two encodings are looked at if they agree on all positions of at least one
key. If d of their L bits differ, they agree on a key of K different positions with probability C(L - d, K) / C(L, K),
and, as the keys are drawn independently, are missed by T keys with that of one, (1 - p)^T.

The chance lies in our draw and not in the data. So what is said holds for every pair of encodings, whatever bits are
rare, common or tied to each other, as long as who made the encodings did not know the draw. It is the probability for a
pair at the largest distance that may pass; a more similar pair is found more often. For one draw the pairs share their
luck, so the share found varies about the expected one more than if each had its own.

Positions are drawn uniformly, also where a bit is nearly constant and tells little. Drawing telling bits more often
would make shorter keys, but the guarantee would then have to assume that two encodings of one person differ in the bits
drawn most, and would fall with the largest probability of a position.
"""

import numpy as np
from numpy.typing import NDArray

MOST_TABLES = 1 << 20


def chance_of_agreement(bits: int, distance: NDArray[np.int64], key_bits: int) -> NDArray[np.float64]:
    """Return the probability that encodings agree on a key, of the shape of `distance`.

    Args:
        bits: width of an encoding.
        distance: Hamming distance of two encodings, from 0 to `bits`.
        key_bits: positions of a key, drawn without replacement, at most `bits`.
    """
    chance = np.ones(distance.shape)
    for drawn in range(key_bits):
        chance *= np.maximum(bits - distance - drawn, 0) / (bits - drawn)
    return chance


def tables_needed(chance: NDArray[np.float64], recall: float) -> NDArray[np.int64]:
    """Return with how many keys encodings are found with probability `recall`, MOST_TABLES if it takes more.

    Args:
        chance: probability that they agree on one key.
        recall: above 0 and below 1.
    """
    with np.errstate(divide="ignore"):  # a chance of 1 takes one key, a chance of 0 infinitely many
        needed = np.log1p(-recall) / np.log1p(-np.minimum(chance, 1))
    tables: NDArray[np.int64] = np.ceil(np.clip(needed, 1, MOST_TABLES)).astype(np.int64)
    return tables
