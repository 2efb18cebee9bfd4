"""What the parts of names are compared by, of many parts at once.

The plain form is :meth:`encoder.standardise.names.NameToken.of` the folded part.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from encoder.standardise.column_parts import ColumnParts, ordered, parts_of
from encoder.standardise.names.classes import classes_of_folded
from encoder.standardise.names.fold import fold_latin, phonetic_of, skeleton_of
from encoder.standardise.names.reading import NameToken, is_initial
from encoder.standardise.names.romanise import romanise


class PartKeys(NamedTuple):
    """The keys of some tokens, each kind by itself; its vocabulary is in the order of its letters."""

    spellings: ColumnParts
    skeletons: ColumnParts
    phonetics: ColumnParts
    classes: ColumnParts


def keys_of(parts: Sequence[str], tokens: Sequence[NameToken]) -> PartKeys:
    """Return the keys of `parts`, each of which is read by itself, and then of `tokens`.

    A part without a letter that can be read has no keys.
    """
    folded = _of_lines(fold_latin, map(romanise, parts))
    full = folded.copy()
    for place, part in enumerate(parts):
        if len(part) == 1 and is_initial(part):
            full[place] = ""
    skeletons = _of_lines(skeleton_of, full)
    phonetics = _of_lines(phonetic_of, skeletons)
    classes = [classes_of_folded(form) if form else () for form in full]
    kinds = (_single(folded), _single(skeletons), _single(phonetics), classes)
    return PartKeys(
        *(
            ordered(parts_of([*of_parts, *map(attrgetter(kind), tokens)]))
            for kind, of_parts in zip(PartKeys._fields, kinds, strict=True)
        )
    )


def _of_lines(function: Callable[[str], str], texts: Iterable[str]) -> list[str]:
    """Return what a function that takes many lines makes of `texts`."""
    lines = list(texts)
    return function("\n".join(lines)).split("\n") if lines else []


def _single(keys: Iterable[str]) -> list[tuple[str, ...]]:
    return [(key,) if key else () for key in keys]
