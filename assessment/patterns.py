"""Pattern mining: bits that are set together belong to one frequent token, and how often tells which token it is.

The idea is that of P. Christen, A. Vidanage, T. Ranbaduge, R. Schnell, "Pattern-mining based cryptanalysis of Bloom
filters for privacy-preserving record linkage", PAKDD 2018, written anew. A token sets the same bits in every filter, so
there are columns of bits that are all set wherever it occurs: closed item sets, grown here from the two columns that
depend most on each other. They are matched with the tokens of the register by how often each occurs and any two occur
together, from several starts, of which the one with the least contradiction counts. Every encoding is then taken for
the row of the register that has the same of these tokens. That needs no key, and no encoding that occurs twice. Of
symbols it sees those that many records have at one place.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.case import Case
from assessment.coding import Code
from assessment.plain import token_table
from assessment.spread import standardised
from linkage.symbols import ALPHABET, unpacked

_MOST_PATTERNS = 120
_MOST_SYMBOLS = 4096  # further ones occur no more often than by chance
_LEAST_COLUMNS = 4
_LEAST_PHI = 0.3
_LEAST_SHARE = 0.01  # of the records; nothing can be told of rarer tokens
_MOST_SHARE = 0.5  # more are set by many tokens, or are complements of bits that matter
_TOGETHER = 0.97  # of the records with a pattern, at least, have a bit that belongs to it
_GROWTH = 20
_TOKENS_PER_PATTERN = 1.5
_STARTS = 40
_DOUBT = 0.5  # deviation of the logarithm of a start's distances
_ROUNDS = 15
_SURE_ROUNDS = 8  # until then only the surest matches decide
_LEAST_SURE = 6

Guesses = NDArray[np.int64]
Table = NDArray[np.bool_]


class Matching(NamedTuple):
    """Patterns, int64 (k,), the token that each is taken for, int64 (k,), and how much contradicts that."""

    patterns: NDArray[np.int64]
    tokens: NDArray[np.int64]
    contradiction: float


def by_patterns(case: Case, random: np.random.Generator) -> Guesses:
    """Guess the row of the register whose frequent tokens are those that an encoding shows; any one among equals."""
    found = patterns(letters(case.code))
    tokens = token_table(case.register_rows, case.schema)
    tokens = tokens[:, tokens.mean(axis=0) >= _LEAST_SHARE / 2]
    if min(found.shape[1], tokens.shape[1]) < _LEAST_SURE:
        return np.full(len(found), -1, dtype=np.int64)
    matching = matched(found, tokens, random)
    return _nearest(found[:, matching.patterns], tokens[:, matching.tokens], random)


def letters(code: Code) -> Table:
    """Return which encoding has which bit, or which of the commonest symbols of all places, bool (n, letters)."""
    if code.letter_bits == 1:
        return np.unpackbits(code.encodings, axis=1).astype(np.bool_)
    symbols = unpacked(code.encodings)
    times = np.bincount((symbols + ALPHABET * np.arange(symbols.shape[1])).ravel())
    chosen = np.argsort(-times, kind="stable")[:_MOST_SYMBOLS]
    return np.asarray(symbols[:, chosen // ALPHABET] == chosen % ALPHABET)


def patterns(bits: Table) -> Table:
    """Return which row of bits (n, L) has which pattern, bool (n, p), the most telling first.

    A pattern is four columns or more that are set together, in one record of a hundred or more.
    """
    share = bits.mean(axis=0)
    bits = bits[:, (share >= _LEAST_SHARE) & (share <= _MOST_SHARE)]
    scaled = standardised(bits.astype(np.uint8))
    phi = np.triu(scaled.T @ scaled / np.float32(len(bits)), 1)
    highest = phi.max(axis=1, initial=0)  # of each row: to look through all of it for every pattern would take minutes
    found: list[NDArray[np.bool_]] = []
    for _ in range(4 * _MOST_PATTERNS):
        if len(found) == _MOST_PATTERNS or highest.max(initial=0) < _LEAST_PHI:
            break
        row = int(highest.argmax())
        seed = np.array([row, phi[row].argmax()])
        rows, columns = _grown(bits, seed)
        for members in (seed, columns):
            phi[np.ix_(members, members)] = 0
            highest[members] = phi[members].max(axis=1, initial=0)
        if len(columns) >= _LEAST_COLUMNS and rows.mean() >= _LEAST_SHARE:
            found.append(rows)
    return np.array(found, dtype=np.bool_).reshape(len(found), len(bits)).T


def _grown(bits: Table, columns: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the rows that have all of some columns, and all columns that go with them, grown until nothing changes."""
    rows = np.asarray(bits[:, columns].all(axis=1))
    for _ in range(_GROWTH):
        if not rows.any():
            break
        columns = np.flatnonzero(bits[rows].mean(axis=0) >= _TOGETHER)
        grown = np.asarray(bits[:, columns].all(axis=1))
        if np.array_equal(grown, rows):
            break
        rows = grown
    return rows, columns


def matched(found: Table, tokens: Table, random: np.random.Generator) -> Matching:
    """Return which pattern (n, p) is which token (m, v), by how often each, and any two of a side, occur.

    Frequencies are compared by their square roots, whose deviation does not depend on how frequent something is.
    """
    frequent = np.argsort(-tokens.mean(axis=0), kind="stable")[: round(_TOKENS_PER_PATTERN * found.shape[1])]
    left, right = _together(found), _together(tokens[:, frequent])
    most = min(len(left), len(right))
    profiles = [np.sort(side, axis=1)[:, ::-1][:, :most] for side in (left, right)]
    first = _distances(*profiles)
    tries = []
    for start in range(_STARTS):
        doubt = _DOUBT if start else 0
        tries.append(_settled(left, right, first * np.exp(random.normal(0, doubt, first.shape))))
    best = min(tries, key=lambda one: one.contradiction)
    return best._replace(tokens=frequent[best.tokens])


def _together(table: Table) -> NDArray[np.float64]:
    ones = table.astype(np.float32)
    return np.sqrt(ones.T @ ones / len(ones)).astype(np.float64)


def _settled(left: NDArray[np.float64], right: NDArray[np.float64], distances: NDArray[np.float64]) -> Matching:
    """Return the matching that begins with these distances and follows what goes together with what is matched."""
    for turn in range(1, _ROUNDS + 1):
        mine, theirs = _mutual(distances)
        two = np.partition(distances[mine], 1, axis=1)
        lead = two[:, 1] / np.maximum(two[:, 0], 1e-12)
        kept = np.argsort(-lead)[: max(_LEAST_SURE, round(len(mine) * min(1, turn / _SURE_ROUNDS)))]
        sides = (left[:, mine[kept]], left.diagonal()[:, None]), (right[:, theirs[kept]], right.diagonal()[:, None])
        distances = _distances(*(np.concatenate(side, axis=1) for side in sides))
    mine, theirs = _mutual(distances)
    sizes = left[np.ix_(mine, mine)]
    apart = np.abs(sizes - right[np.ix_(theirs, theirs)]).mean() / max(float(sizes.mean()), 1e-12)
    return Matching(mine, theirs, float(apart))


def _distances(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distance of every row of one table to every row of another of the same width."""
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :]
    return np.asarray(np.maximum(squares - 2 * left @ right.T, 0))


def _mutual(distances: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that are nearest to their nearest column, and these columns."""
    best, back = distances.argmin(axis=1), distances.argmin(axis=0)
    mine = np.flatnonzero(back[best] == np.arange(len(best)))
    return mine, best[mine]


def _nearest(shown: Table, held: Table, random: np.random.Generator) -> Guesses:
    """Return for each row of one table (n, k) a row of the other (m, k) that agrees with it in most columns."""
    left, right = shown.astype(np.float32), held.astype(np.float32)
    apart = left.sum(axis=1)[:, None] + right.sum(axis=1)[None, :] - 2 * left @ right.T
    return np.asarray((apart + random.uniform(0, 0.5, apart.shape)).argmin(axis=1), dtype=np.int64)
