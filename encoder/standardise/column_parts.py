"""The parts of many values, as numbers."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import looked_up, numbered_texts


class ColumnParts(NamedTuple):
    """The parts of some values.

    Attributes:
        vocabulary: the parts that occur.
        ids: int64, shape (all parts,): index into the vocabulary, value by value.
        counts: int64, shape (values,): how many parts each value has.
    """

    vocabulary: list[str]
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]


def parts_of(lists: Iterable[Sequence[str]]) -> ColumnParts:
    """Return the parts of values, of which each is a list of them."""
    parts = list(lists)
    ids, vocabulary = numbered_texts(list(chain.from_iterable(parts)))
    return ColumnParts(vocabulary, ids, np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)))


def ordered(parts: ColumnParts) -> ColumnParts:
    """Return `parts` with the vocabulary in the order of its letters."""
    vocabulary = sorted(parts.vocabulary)
    ranks = {part: rank for rank, part in enumerate(vocabulary)}
    of_old = np.fromiter(looked_up(parts.vocabulary, ranks), dtype=np.int64, count=len(vocabulary))
    return ColumnParts(vocabulary, of_old[parts.ids], parts.counts)
