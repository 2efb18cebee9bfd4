"""Relations among encodings: two, three or four of them whose XOR has far fewer bits set than chance would give.

A linear hardening (fold, rule90, diffuse) hides how alike two records are, but the XOR of encodings is the hardened XOR
of their filters; where the tokens of four records cancel, as those of (Anna, Kent), (Anna, York), (Mary, Kent) and
(Mary, York) do, it stays small, whatever the key. Who is related to whom is a graph, which takes the place of the graph
of similarities when two files are aligned: M. Armknecht, Y. Schaefer, "Breaking BAD? Better call SAUL!", PoPETs
2026(2). Ours is written from that idea; the published program counts the bits of the XOR, we correlate, so that bits
need not be set in half of the records. :mod:`assessment.few_records` makes an attack of it.

It sees more where few values combine to many records (a name and a place) than where each record has much of its own.
There it sees something of saul too: votes for the same tokens are not independent either, only fainter.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256  # pairs at once


class Relations(NamedTuple):
    """Related records: int64 (r, 2 to 4), and float64 (r,), how far beyond chance."""

    records: NDArray[np.int64]
    excess: NDArray[np.float64]


def relations(vectors: NDArray[np.float32]) -> Iterator[Relations]:
    """Yield the relations of two, three and four among records, given as standardised bits (n, L), each once.

    For bits s of mean 0 and variance 1, sum over bits of the products s_i s_j (s_k s_l), divided by sqrt(L), is about
    normal where nothing is related.
    """
    count, bits = vectors.shape
    first, second = np.triu_indices(count, 1)
    pairs = vectors[first] * vectors[second]
    of_two = pairs.sum(axis=1) / np.sqrt(bits)
    kept = np.flatnonzero(of_two > by_chance(len(pairs)))
    yield Relations(np.stack([first[kept], second[kept]], axis=1), of_two[kept] - by_chance(len(pairs)))
    order = np.argsort(second, kind="stable")
    for start in range(0, len(order), _BLOCK):
        chosen = order[start : start + _BLOCK]
        block = np.asarray(pairs[chosen] / np.sqrt(bits), dtype=np.float32)
        after = second[chosen[0]] + 1  # no record before it comes after both of a pair
        pair, third, excess = _beyond(block @ vectors[after:].T, count**3 / 6)
        yield _ordered(Relations(np.stack([first[chosen[pair]], second[chosen[pair]], after + third], axis=1), excess))
        ahead = np.searchsorted(first, after)
        pair, other, excess = _beyond(block @ pairs[ahead:].T, count**4 / 24)
        sides = (first[chosen[pair]], second[chosen[pair]], first[ahead + other], second[ahead + other])
        yield _ordered(Relations(np.stack(sides, axis=1), excess))


def _beyond(
    strengths: NDArray[np.float32], combinations: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    least = by_chance(combinations)
    rows, columns = np.nonzero(strengths > least)
    return rows, columns, strengths[rows, columns].astype(np.float64) - least


def by_chance(combinations: float) -> float:
    """Return the largest of so many standard normal numbers, about."""
    return float(np.sqrt(2 * np.log(max(combinations, 2))))


def _ordered(found: Relations) -> Relations:
    """Return each relation in the one order of its records in which it is counted, without repeated records."""
    records = found.records
    once = records[:, 1] < records[:, 2]  # a pair and a pair: i < j < k < l; a pair and one: i < j < k
    return Relations(records[once], found.excess[once])
