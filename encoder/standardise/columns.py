"""The standard forms of the values of a column, many at once; the plain form is :func:`standardiser`."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import gathered, numbered_texts
from encoder.standardise.dates.components import DateComponents
from encoder.standardise.names.many import read_names
from encoder.standardise.rules import NAME_PARTS, Facts, read_components, standardiser
from linkage.schema import Standard


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


ColumnStandardiser = Callable[[Sequence[str]], ColumnParts]


def column_standardiser(standard: Standard, facts: Facts) -> ColumnStandardiser:
    """Return the function for one standard form, of the values of a column with `facts`."""
    if standard in NAME_PARTS:
        attribute = NAME_PARTS[standard]
        return lambda values: _of_names(tuple(values), attribute)
    if standard.startswith("date."):
        component = attrgetter(standard.removeprefix("date."))
        return lambda values: _of_lists(map(component, _read_dates(tuple(values), facts)))
    standardise = standardiser(standard, facts)
    return lambda values: _of_lists(map(standardise, values))


def _of_lists(lists: Iterable[Sequence[str]]) -> ColumnParts:
    parts = list(lists)
    ids, vocabulary = numbered_texts(list(chain.from_iterable(parts)))
    return ColumnParts(vocabulary, ids, np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)))


def _of_names(texts: tuple[str, ...], attribute: str) -> ColumnParts:
    """Return one representation of names: of each its distinct parts in the order of their letters."""
    tokens, owners, ids = read_names(texts)
    of_tokens: list[tuple[str, ...]] = [getattr(token, attribute) for token in tokens]
    vocabulary = sorted(set(chain.from_iterable(of_tokens)))
    ranks = {part: rank for rank, part in enumerate(vocabulary)}
    parts = np.fromiter(map(ranks.__getitem__, chain.from_iterable(of_tokens)), dtype=np.int64)
    counts = np.fromiter(map(len, of_tokens), dtype=np.int64, count=len(of_tokens))
    size = max(1, len(vocabulary))
    pairs = np.repeat(owners, counts[ids]) * size + gathered(parts, counts, ids)
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    of_pairs, part_ids = np.divmod(pairs, size)
    return ColumnParts(vocabulary, part_ids, np.bincount(of_pairs, minlength=len(texts)))


@lru_cache(maxsize=1)
def _read_dates(texts: tuple[str, ...], facts: Facts) -> list[DateComponents]:
    """Return the components of dates; the last ones are kept, because several fields ask for the same."""
    return [read_components(text, facts) for text in texts]
