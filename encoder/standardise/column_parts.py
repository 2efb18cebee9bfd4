"""The parts of many values, as numbers."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from encoder.numbering import gathered
from encoder.texts import numbered_texts


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


def merged_parts(some: ColumnParts, places: NDArray[np.int64], others: ColumnParts) -> ColumnParts:
    """Return the parts of values of which `some`, at rising `places`, were read in one way and `others` in another."""
    ids = np.concatenate([some.ids, len(some.vocabulary) + others.ids])
    counts = np.concatenate([some.counts, others.counts])
    is_other = np.ones(len(counts), dtype=np.bool_)
    is_other[places] = False
    order = np.empty(len(counts), dtype=np.int64)
    order[places] = np.arange(len(places))
    order[is_other] = np.arange(len(places), len(counts))
    return ColumnParts(some.vocabulary + others.vocabulary, gathered(ids, counts, order), counts[order])


def ordered_parts(parts: Sequence[str], counts: Sequence[int]) -> ColumnParts:
    """Return the parts of values, one after the other, with a vocabulary in the order of its letters."""
    coded = pa.array(parts, type=pa.string()).dictionary_encode()
    order = pc.sort_indices(coded.dictionary)  # of UTF-8, which is that of the characters
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    ids = ranks[coded.indices]
    vocabulary: list[Any] = coded.dictionary.take(order).to_pylist()
    return ColumnParts(vocabulary, ids, np.array(counts, dtype=np.int64))
