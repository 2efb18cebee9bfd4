"""What the parts of names are compared by, of many parts at once.

The plain form is what :func:`encoder.standardise.names.reading.read_token` says of each part.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from encoder.standardise.column_parts import ColumnParts, ordered_parts
from encoder.standardise.names.classes import attested_classes
from encoder.standardise.names.fold import fold_latin, phonetic_of, skeleton_of
from encoder.standardise.names.initials import is_initial
from encoder.standardise.names.name_token import NameToken
from encoder.standardise.names.romanise import romanise


class PartKeys(NamedTuple):
    """The keys of some tokens, each kind by itself; its vocabulary is in the order of its letters."""

    spellings: ColumnParts
    skeletons: ColumnParts
    phonetics: ColumnParts
    classes: ColumnParts


class _Keys(NamedTuple):
    """Keys of one kind, part by part, and how many each part has. Tuples of each part would keep Python busy."""

    texts: list[str]
    counts: list[int]


def keys_of(parts: Sequence[str], tokens: Sequence[NameToken]) -> PartKeys:
    """Return the keys of `parts`, each of which is read by itself, and then of `tokens`.

    A part without a letter that can be read has no keys.
    """
    folded = _of_lines(fold_latin, map(_romanised, parts))
    full = folded.copy()
    for place, part in enumerate(parts):
        if len(part) == 1 and is_initial(part):
            full[place] = ""
    skeletons = _of_lines(skeleton_of, full)
    phonetics = _of_lines(phonetic_of, skeletons)
    kinds = (*map(_singles, (folded, skeletons, phonetics)), _classes(full))
    more = (_of_tokens(tokens, kind) for kind in PartKeys._fields)
    return PartKeys(*(ordered_parts(a.texts + b.texts, a.counts + b.counts) for a, b in zip(kinds, more, strict=True)))


def _romanised(part: str) -> str:
    return part if part.isascii() and part.isalpha() else romanise(part)


def _of_lines(function: Callable[[str], str], texts: Iterable[str]) -> list[str]:
    """Return what a function that takes many lines makes of `texts`."""
    lines = list(texts)
    return function("\n".join(lines)).split("\n") if lines else []


def _singles(keys: Sequence[str]) -> _Keys:
    return _Keys(list(filter(None, keys)), list(map(bool, keys)))


def _classes(forms: Sequence[str]) -> _Keys:
    """Return the classes of forms that are folded already."""
    keys = _Keys([], [])
    for form, classes in zip(forms, map(attested_classes().get, forms), strict=True):
        if classes:
            keys.texts.extend(classes)
        elif form:
            keys.texts.append(form)
        keys.counts.append(len(classes) if classes else bool(form))
    return keys


def _of_tokens(tokens: Sequence[NameToken], kind: str) -> _Keys:
    found = list(map(attrgetter(kind), tokens))
    return _Keys(list(chain.from_iterable(found)), list(map(len, found)))
