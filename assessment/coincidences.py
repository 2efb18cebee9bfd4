"""Relations among encodings of symbols: two pairs of them that are equal in the same places more often than by chance.

Where the tokens that two records share win their draws, those that another two share win more often than usual, for
want of strong competitors. So (Anna, Kent) and (Anna, York) tend to be equal where (Mary, Kent) and (Mary, York) are,
whatever the key. Such a relation takes the place of the XOR of few bits in :mod:`assessment.relations`, which symbols
do not have.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assessment.relations import Relations, by_chance
from linkage.symbols import ALPHABET

_BLOCK = 2048  # pairs against pairs at once


def coincidences(symbols: NDArray[np.uint16]) -> Iterator[Relations]:
    """Yield the relations of two, three and four among records (n, places); of a pair and a pair, once."""
    count, places = symbols.shape
    first, second = np.triu_indices(count, 1)
    equal = (symbols[first] == symbols[second]).astype(np.float32)
    times = equal.sum(axis=1)
    excess = surprise(times, np.full(len(times), places / ALPHABET, np.float32)) - by_chance(len(times))
    kept = np.flatnonzero(excess > 0)
    yield Relations(np.stack([first[kept], second[kept]], axis=1), excess[kept])
    for start in range(0, len(equal), _BLOCK):
        for ahead in range(start, len(equal), _BLOCK):
            sides = slice(start, start + _BLOCK), slice(ahead, ahead + _BLOCK)
            expected = np.multiply.outer(*(times[side] for side in sides)) / np.float32(places)
            strengths = surprise(equal[sides[0]] @ equal[sides[1]].T, expected)
            one, other = np.nonzero(strengths > by_chance(len(equal) ** 2 / 2))
            once = start + one < ahead + other
            one, other = one[once], other[once]
            records = (first[start + one], second[start + one], first[ahead + other], second[ahead + other])
            yield Relations(np.stack(records, axis=1), strengths[one, other] - by_chance(len(equal) ** 2 / 2))


def surprise(counts: NDArray[np.float32], expected: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how far counts lie above what is expected, as standard deviations of a normal number; 0 where below.

    The signed root of the Poisson deviance, 2 (c ln(c / e) - c + e), which holds for small counts too.
    """
    above = np.maximum(counts, expected).astype(np.float64)
    ratio = np.log(np.maximum(above, 1e-9) / np.maximum(expected, 1e-9))
    return np.asarray(np.sqrt(np.maximum(2 * (above * ratio - above + expected), 0)))
