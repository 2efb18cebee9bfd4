"""The standard forms of the values of a column, many at once; the plain form is :func:`standardiser`."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter

import numpy as np

from encoder.numbering import gathered
from encoder.standardise.column_parts import ColumnParts, merged_parts, parts_of
from encoder.standardise.dates.components import DateComponents
from encoder.standardise.dates.many import Days, plain_days
from encoder.standardise.many_documents import parts_of_documents
from encoder.standardise.names.many import read_names
from encoder.standardise.places import ReadPlace
from encoder.standardise.rules import NAME_PARTS, PLACE_PARTS, Facts, read_components, read_told_place, standardiser
from linkage.schema import Standard

ColumnStandardiser = Callable[[Sequence[str]], ColumnParts]


def column_standardiser(standard: Standard, facts: Facts) -> ColumnStandardiser:
    """Return the function for one standard form, of the values of a column with `facts`."""
    if standard in NAME_PARTS:
        attribute = NAME_PARTS[standard]
        return lambda values: _of_names(tuple(values), attribute)
    if standard.startswith("date."):
        component = standard.removeprefix("date.")
        return lambda values: _of_dates(tuple(values), facts, component)
    if standard in PLACE_PARTS:
        parts = attrgetter(PLACE_PARTS[standard])
        return lambda values: parts_of(map(parts, _read_places(tuple(values))))
    if standard == "document":
        return lambda values: parts_of_documents(tuple(values))
    standardise = standardiser(standard, facts)
    return lambda values: parts_of(map(standardise, values))


def _of_names(texts: tuple[str, ...], kind: str) -> ColumnParts:
    """Return one kind of keys of names: of each its distinct ones in the order of their letters."""
    keys, owners, ids = read_names(texts)
    vocabulary, parts, counts = getattr(keys, kind)
    size = max(1, len(vocabulary))
    pairs = np.repeat(owners, counts[ids]) * size + gathered(parts, counts, ids)
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    of_pairs, part_ids = np.divmod(pairs, size)
    return ColumnParts(vocabulary, part_ids, np.bincount(of_pairs, minlength=len(texts)))


def _of_dates(texts: tuple[str, ...], facts: Facts, component: str) -> ColumnParts:
    """Return one component of dates."""
    days, others = _read_dates(texts, facts)
    return merged_parts(days.parts(component), days.places, parts_of(map(attrgetter(component), others)))


@lru_cache(maxsize=1)
def _read_places(texts: tuple[str, ...]) -> list[ReadPlace]:
    """Return the places. The last ones are kept, as dates are."""
    return list(map(read_told_place, texts))


@lru_cache(maxsize=1)
def _read_dates(texts: tuple[str, ...], facts: Facts) -> tuple[Days, list[DateComponents]]:
    """Return the dates that are plain, and the components of the others, one by one.

    The last ones are kept, because several fields ask for the same.
    """
    days = plain_days(texts, facts.order, facts.calendar)
    plain = set(days.places.tolist())
    return days, [read_components(text, facts) for place, text in enumerate(texts) if place not in plain]
