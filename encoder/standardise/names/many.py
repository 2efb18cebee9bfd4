"""Reading the names of many cells at once: each part is read once, and a name is the numbers of its parts.

The plain form is :func:`encoder.standardise.names.read_name`, which also reads here the names that are more than their
parts: those with particles, hyphens, titles, syllables that belong together, or no space where one name ends.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import numbered_texts
from encoder.standardise.names.eastasia import LEAST_SYLLABLES, MOST_SYLLABLES
from encoder.standardise.names.reading import NameToken, hangs_together, read_name, read_token, spaced
from encoder.standardise.names.words import words


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
    split = [line.split() for line in _spaced_lines(texts)]
    counts = np.fromiter(map(len, split), dtype=np.int64, count=len(split))
    codes, distinct = numbered_texts(list(chain.from_iterable(split)))
    owners = np.repeat(np.arange(len(texts)), counts)
    parts = [read_part(part) for part in distinct]

    one_by_one = np.zeros(len(texts), dtype=np.bool_)
    one_by_one[owners[np.array([part.hangs_together for part in parts], dtype=np.bool_)[codes]]] = True
    surnames = np.array([part.surname for part in parts], dtype=np.bool_)[codes]
    ends = np.cumsum(counts)
    several = np.flatnonzero((counts >= LEAST_SYLLABLES) & (counts <= MOST_SYLLABLES))
    one_by_one[several] |= surnames[ends[several] - counts[several]] | surnames[ends[several] - 1]

    read = np.array([part.token is not None for part in parts], dtype=np.bool_)[codes] & ~one_by_one[owners]
    tokens = [part.token for part in parts]
    more_owners: list[int] = []
    for place in np.flatnonzero(one_by_one).tolist():
        found = read_name(texts[place]).tokens
        tokens += found
        more_owners += [place] * len(found)
    ids = np.concatenate([codes[read], np.arange(len(parts), len(tokens))])
    used, ids = np.unique(ids, return_inverse=True)
    return Names(
        [token for index in used.tolist() if (token := tokens[index]) is not None],
        np.concatenate([owners[read], np.array(more_owners, dtype=np.int64)]),
        ids.astype(np.int64, copy=False),
    )


@lru_cache(maxsize=1 << 16)
def read_part(part: str) -> _Part:
    """Return what is known of one part of names."""
    together = hangs_together(part)
    return _Part(None if together else read_token(part, alone=False), together, part in words().romanised_surnames)


def _spaced_lines(texts: Sequence[str]) -> list[str]:
    """Return each text as `spaced` leaves it; ASCII ones together, because that is the fast way for them."""
    ascii_only = list(map(str.isascii, texts))
    of_ascii = iter(_lines(list(compress(texts, ascii_only))))
    others = iter(_lines([text for text, plain in zip(texts, ascii_only, strict=True) if not plain]))
    return [next(of_ascii if plain else others) for plain in ascii_only]


def _lines(texts: list[str]) -> list[str]:
    if not texts:
        return []
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts):
        joined = "\n".join([text.replace("\n", " ") for text in texts])
    return spaced(joined).split("\n")
