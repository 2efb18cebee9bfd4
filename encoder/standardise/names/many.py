"""Reading the names of many cells at once: each part is read once, and a name is the numbers of its parts.

The plain form is :func:`encoder.standardise.names.read_name`, which also reads here the names that are more than their
parts: those with particles, hyphens, titles, syllables that belong together, or no space where one name ends.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import numbered, numbered_texts
from encoder.standardise.names.eastasia import LEAST_SYLLABLES, MOST_SYLLABLES
from encoder.standardise.names.reading import NameToken, hangs_together, read_name, read_token, spaced
from encoder.standardise.names.words import words

_PART_SIGN = "\0"
"""Stands between texts that are laid end to end; one that has it is read by itself."""


class Names(NamedTuple):
    """The tokens of some names.

    Attributes:
        tokens: the tokens that occur.
        owners: int64, shape (all tokens,): index of the name that a token is part of.
        ids: int64, shape (all tokens,): index of the token. Those of one name are in no certain order.
    """

    tokens: list[NameToken]
    owners: NDArray[np.int64]
    ids: NDArray[np.int64]


class _Part(NamedTuple):
    """What is known of one part of names.

    Attributes:
        token: what it is, None when it has no letter that can be read.
        hangs_together: whether names with it are read one by one.
        surname: whether syllables beside it may be one given name.
    """

    token: NameToken | None
    hangs_together: bool
    surname: bool


@lru_cache(maxsize=1)
def read_names(texts: tuple[str, ...]) -> Names:
    """Return the tokens of the names in `texts`; the last ones are kept, because several fields ask for the same."""
    codes, distinct, owners = _split(texts)
    parts = [read_part(part) for part in distinct]

    one_by_one = np.array([_PART_SIGN in text for text in texts], dtype=np.bool_)
    one_by_one[owners[np.array([part.hangs_together for part in parts], dtype=np.bool_)[codes]]] = True
    surnames = np.array([part.surname for part in parts], dtype=np.bool_)[codes]
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))
    lengths = np.diff(firsts, append=len(owners))
    lasts = firsts + lengths - 1
    syllables = (surnames[firsts] | surnames[lasts]) & (lengths >= LEAST_SYLLABLES) & (lengths <= MOST_SYLLABLES)
    one_by_one[owners[firsts[syllables]]] = True

    read = np.array([part.token is not None for part in parts], dtype=np.bool_)[codes] & ~one_by_one[owners]
    tokens = [part.token for part in parts]
    more_owners: list[int] = []
    for place in np.flatnonzero(one_by_one).tolist():
        found = read_name(texts[place]).tokens
        tokens += found
        more_owners += [place] * len(found)
    ids = np.concatenate([codes[read], np.arange(len(parts), len(tokens))])
    used, ids = numbered(ids, max(1, len(tokens)))
    return Names(
        [token for index in used.tolist() if (token := tokens[index]) is not None],
        np.concatenate([owners[read], np.array(more_owners, dtype=np.int64)]),
        ids,
    )


@lru_cache(maxsize=1 << 16)
def read_part(part: str) -> _Part:
    """Return what is known of one part of names."""
    together = hangs_together(part)
    return _Part(None if together else read_token(part, alone=False), together, part in words().romanised_surnames)


class _Split(NamedTuple):
    """Texts as their parts; those of one text stand together.

    Attributes:
        codes: int64, shape (all parts,): index of each part among the distinct ones.
        distinct: the distinct parts.
        owners: int64, shape (all parts,): index of the text.
    """

    codes: NDArray[np.int64]
    distinct: list[str]
    owners: NDArray[np.int64]


def _split(texts: Sequence[str]) -> _Split:
    """Return `texts` as their parts; ASCII ones together, because that is the fast way for them."""
    ascii_only = np.array(list(map(str.isascii, texts)), dtype=np.bool_)
    parts: list[str] = []
    owners: list[NDArray[np.int64]] = []
    for places in (np.flatnonzero(ascii_only), np.flatnonzero(~ascii_only)):
        joined = "\n".join([texts[place].replace("\n", " ").replace(_PART_SIGN, " ") for place in places.tolist()])
        found = spaced(joined).replace("\n", f" {_PART_SIGN} ").split()
        is_sign = np.array([part == _PART_SIGN for part in found], dtype=np.bool_)
        owners.append(places[np.cumsum(is_sign)[~is_sign]])
        parts += [part for part in found if part != _PART_SIGN]
    return _Split(*numbered_texts(parts), np.concatenate(owners))
