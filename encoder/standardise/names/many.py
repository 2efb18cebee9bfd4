"""Reading the names of many cells at once: each part is read once, and a name is the numbers of its parts.

The plain form is :func:`encoder.standardise.names.read_name`, which also reads here the names with Chinese characters
or Hangul, whose parts are read as a whole.
"""

from collections.abc import Mapping, Sequence, Sized
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import gathered, looked_up, numbered
from encoder.standardise.names.eastasia import LEAST_SYLLABLES, MOST_SYLLABLES, is_syllable
from encoder.standardise.names.joining import hyphens_parted
from encoder.standardise.names.part_keys import PartKeys, keys_of
from encoder.standardise.names.reading import (
    hang_together,
    independent_parts,
    is_read_whole,
    own_parts,
    read_name,
)
from encoder.standardise.names.scripts import script_of
from encoder.standardise.names.splitting import SIGN, split
from encoder.standardise.names.words import words


class Names(NamedTuple):
    """The tokens of some names.

    Attributes:
        keys: what the tokens that occur are compared by.
        owners: int64, shape (all tokens,): index of the name that a token is part of.
        ids: int64, shape (all tokens,): index of the token. Those of one name are in no certain order.
    """

    keys: PartKeys
    owners: NDArray[np.int64]
    ids: NDArray[np.int64]


@lru_cache(maxsize=1)
def read_names(texts: tuple[str, ...]) -> Names:
    """Return the tokens of the names in `texts`; the last ones are kept, because several fields ask for the same."""
    texts = own_parts(texts)
    numbers, codes, owners = split(texts)
    codes, owners = _hyphens_parted(codes, owners, numbers)
    together, whole = _not_by_parts(texts, codes, owners, list(numbers))
    by_parts = ~(together | whole)[owners]

    arranged = {place: independent_parts(texts[place]) for place in np.flatnonzero(together & ~whole).tolist()}
    read = {place: read_name(texts[place]).tokens for place in np.flatnonzero(whole).tolist()}
    rest = list(chain.from_iterable(arranged.values()))
    tokens = list(chain.from_iterable(read.values()))

    rest_codes = np.fromiter(looked_up(rest, numbers), dtype=np.int64, count=len(rest))
    used, ids = numbered(np.concatenate([codes[by_parts], rest_codes]), len(numbers))
    parts = list(numbers)
    return Names(
        keys_of([parts[number] for number in used.tolist()], tokens),
        np.concatenate([owners[by_parts], _owners(arranged), _owners(read)]),
        np.concatenate([ids, len(used) + np.arange(len(tokens))]),
    )


def _hyphens_parted(
    codes: NDArray[np.int64], owners: NDArray[np.int64], numbers: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of each part and the text it is of, with the pieces of Latin parts that are not alone."""
    parts = list(numbers)
    runs = {
        number: hyphens_parted(part, alone=False)
        for number, part in enumerate(parts)
        if not part.isalpha() and script_of(part) == "LATIN"
    }
    counts = np.ones(len(parts), dtype=np.int64)
    counts[list(runs)] = list(map(len, runs.values()))
    has_run = np.zeros(len(parts), dtype=np.bool_)
    has_run[list(runs)] = True
    pieces = list(chain.from_iterable(runs.values()))
    piece_codes = np.repeat(np.arange(len(parts)), counts)
    piece_codes[np.repeat(has_run, counts)] = list(looked_up(pieces, numbers))
    alone = np.bincount(owners)[owners] == 1
    beside, owners_beside = codes[~alone], owners[~alone]
    return (
        np.concatenate([codes[alone], gathered(piece_codes, counts, beside)]),
        np.concatenate([owners[alone], np.repeat(owners_beside, counts[beside])]),
    )


def _not_by_parts(
    texts: Sequence[str], codes: NDArray[np.int64], owners: NDArray[np.int64], parts: Sequence[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return of which texts the parts hang together, and which of them are read as a whole: bool (texts,), twice."""
    hangs = np.array(hang_together(parts), dtype=np.bool_)
    is_whole = hangs.copy()
    is_whole[hangs] = [is_read_whole(parts[place]) for place in np.flatnonzero(hangs).tolist()]
    is_surname = np.fromiter(map(words().romanised_surnames.__contains__, parts), np.bool_, len(parts))[codes]

    together = np.zeros(len(texts), dtype=np.bool_)
    if SIGN in "".join(texts):
        together[:] = [SIGN in text for text in texts]
    together[owners[hangs[codes]]] = True
    whole = np.zeros_like(together)
    whole[owners[is_whole[codes]]] = True

    # Syllables beside such a surname may be one given name.
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))
    lengths = np.diff(firsts, append=len(owners))
    seconds = np.minimum(firsts + 1, firsts + lengths - 1)  # behind a name of another kind
    may_join = (is_surname[firsts] | is_surname[seconds] | is_surname[firsts + lengths - 1]) & (
        (lengths >= LEAST_SYLLABLES) & (lengths <= MOST_SYLLABLES + 1)
    )
    # All of them but one beside them.
    joining = np.flatnonzero(may_join)
    met, ids = numbered(gathered(codes, lengths, joining), len(parts))
    is_other = np.array([not is_syllable(parts[number]) for number in met.tolist()], dtype=np.bool_)[ids]
    others = np.bincount(np.repeat(joining, lengths[joining]), weights=is_other, minlength=len(firsts))
    together[owners[firsts[may_join & (others <= 1)]]] = True
    return together, whole


def _owners(parts: Mapping[int, Sized]) -> NDArray[np.int64]:
    """Return the place of each part."""
    places = np.array(list(parts), dtype=np.int64)
    return np.repeat(places, np.fromiter(map(len, parts.values()), dtype=np.int64, count=len(parts)))
