"""How often two records draw the same token, where each draws one of its own in proportion to their weights.

Every token has one exponential lottery number, and a record draws the token whose number, divided by its weight, is
least. So two records draw the same with the chance J = sum over common tokens t of 1 / sum over all tokens u of
max(a_u / a_t, b_u / b_t), a and b being their weights: the probability Jaccard index (Moulton & Jiang, "Maximally
consistent sampling and the Jaccard index of probability distributions", ICDM 2018).

All tokens of one field of a record weigh the same, but one that occurs k times in a value weighs k times as much;
common tokens that have a percent of that are a field of their own here, for each percent. With c_g tokens of field g in
common, and records that weigh A and B in all, the second sum is, for a token of field f that occurs p times in one and
q times in the other, A / (p a_f) + B / (q b_f) - sum over g of c_g min(a_g / (p a_f), b_g / (q b_f)), where a token
that occurs several times counts in c_g as often as it occurs in both: exact where it does so as often in both records,
and hardly too small where not.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.plain import Counted, shared

_BLOCK = 128  # rows at once: what is computed of them stays in the cache
_LEAST = 1e-9
_MOST_TIMES = 3  # that a token is told to occur in a value; more count as three

Floats = NDArray[np.float32]


class _Field(NamedTuple):
    """Of one field, what a token of each row weighs, and the tokens that several rows have.

    Attributes:
        weight: float32 (n,), of a token that occurs once in the value.
        times: float32 (n, v) for each k >= 1, whether a token occurs k times; the last, whether more often too.
    """

    weight: Floats
    times: list[Floats]

    def common(self, start: int, stop: int) -> Iterator[tuple[int, int, Floats]]:
        """Yield p, q, and how many tokens occur p times in rows from `start` and q times in rows before `stop`."""
        for mine, one in enumerate(self.times, start=1):
            for theirs, other in enumerate(self.times, start=1):
                found = one[start:stop] @ other[:stop].T
                if found.any():
                    yield mine, theirs, found


def probability_jaccard(counted: Sequence[Counted]) -> Floats:
    """Return the chance that two rows draw the same token, float32 (n, n); wrong on the diagonal, where nobody looks.

    `counted` are fields and their tokens, one at least. Ten seconds of one core for 5,000 rows of the schema person.
    """
    rows = len(counted[0].table)
    total = np.zeros(rows)
    fields = []
    for one in counted:
        weight = one.weights
        total += weight * one.table.sum(axis=1, dtype=np.int64)
        held = np.minimum(shared(one.table), _MOST_TIMES)
        times = [(held == number).astype(np.float32) for number in range(1, int(held.max(initial=0)) + 1)]
        fields.append(_Field(weight.astype(np.float32), times))
    found = np.zeros((rows, rows), dtype=np.float32)
    for start in range(0, rows, _BLOCK):
        stop = min(start + _BLOCK, rows)
        block = _of_block(fields, total.astype(np.float32), start, stop)
        found[start:stop, :stop] = block
        found[:stop, start:stop] = block.T
    return found


def _of_block(fields: list[_Field], total: Floats, start: int, stop: int) -> Floats:
    common = [list(field.common(start, stop)) for field in fields]
    counts = [sum(min(mine, theirs) * found for mine, theirs, found in of_field) for of_field in common]
    found = np.zeros((stop - start, stop), dtype=np.float32)
    for field, of_field in zip(fields, common, strict=True):
        for mine, theirs, drawn in of_field:
            here, there = 1 / (mine * field.weight[start:stop, None]), 1 / (theirs * field.weight[None, :stop])
            weights = total[start:stop, None] * here + total[None, :stop] * there
            for other, count in zip(fields, counts, strict=True):
                weights -= count * np.minimum(other.weight[start:stop, None] * here, other.weight[None, :stop] * there)
            found += drawn / np.maximum(weights, np.float32(_LEAST))
    return found
