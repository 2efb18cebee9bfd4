"""Attested equivalents: which names are forms of one name, says Wikidata, whatever they sound like.

A class is named by the folded spelling of its most usual form. A name that the table does not know is a class of its
own, so that every name has one.
"""

import lzma
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from encoder.standardise.names.fold import fold
from encoder.standardise.names.scripts import script_of

MOST_CLASSES = 3


@lru_cache(maxsize=1 << 17)
def name_class(token: str) -> tuple[str, ...]:
    """Return the classes of `token`, the likeliest first; at most three, none when it has no letters."""
    key = class_key(token)
    return attested_classes().get(key) or ((key if key.isascii() else fold(token),) if key else ())


def class_key(token: str) -> str:
    """Return the key under which the table knows `token`: Chinese characters as they are, else the folded spelling."""
    return token if script_of(token) == "HAN" else fold(token)


@cache
def attested_classes() -> Mapping[str, tuple[str, ...]]:
    """Return the table: key of a token -> its classes."""
    packed = files(__package__).joinpath("tables", "classes.tsv.xz").read_bytes()
    names: dict[str, str] = {}  # one string per class, however often it occurs
    table = {}
    for line in lzma.decompress(packed).decode().split("\n"):
        key, *classes = line.split("\t")
        table[key] = tuple(names.setdefault(name, name) for name in classes)
    return table
