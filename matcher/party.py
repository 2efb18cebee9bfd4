"""A package as a party of a linkage: its rows, and the records that they belong to."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings, Package
from matcher.similarity import Measure, counts, scores
from matcher.values import CandidatePairs

# Of encodings, which are copied to be compared where they are of bits: some tens of megabytes.
_COMBINATIONS_AT_ONCE = 1 << 13


class Party(NamedTuple):
    """One package, and which of its rows belong to which record.

    Attributes:
        agency: who made it.
        category: kind of data subject.
        encodings: its rows, in the order of their tokens.
        record: int64, for each row the number of its record, from 0; several rows of a record are its aliases.
        first_row: int64, for each record its first row.
    """

    agency: str
    category: str
    encodings: Encodings
    record: NDArray[np.int64]
    first_row: NDArray[np.int64]

    @classmethod
    def of(cls, package: Package) -> Self:
        """Return the party that a package is."""
        tokens = package.encodings.tokens
        begins = np.ones(len(tokens), dtype=np.bool_)
        begins[1:] = np.any(tokens[1:] != tokens[:-1], axis=1)
        record, first_row = np.cumsum(begins) - 1, np.flatnonzero(begins)
        return cls(package.manifest.agency, package.manifest.category.value, package.encodings, record, first_row)

    @property
    def has_aliases(self) -> bool:
        """Whether some record has several rows."""
        return len(self.first_row) < len(self.record)

    @property
    def rows_of_records(self) -> NDArray[np.int64]:
        """For each record the number of its rows, int64."""
        return np.diff(self.first_row, append=len(self.record))

    def first(self, records: int) -> Self:
        """Return the first so many records; tokens are random, so they are a sample."""
        if records >= len(self.first_row):
            return self
        rows = int(self.first_row[records])
        part = self.encodings.rows(slice(rows))
        return type(self)(self.agency, self.category, part, self.record[:rows], self.first_row[:records])

    def within(self, rows: int) -> Self:
        """Return the first records, one at least, as many as have so many rows together."""
        beyond = int(np.searchsorted(self.first_row, rows, side="right"))  # the first record that begins after them
        return self if rows >= len(self.record) else self.first(max(1, beyond - 1))

    def tokens(self, records: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the tokens of records, uint8 (n, 16)."""
        return self.encodings.tokens[self.first_row[records]]


def record_pairs(pairs: CandidatePairs, left: Party, right: Party) -> CandidatePairs:
    """Return pairs of records, each once with its best score, for pairs of rows."""
    if not (left.has_aliases or right.has_aliases):
        return pairs
    couples = left.record[pairs.left] * len(right.first_row) + right.record[pairs.right]
    couple, first = np.unique(couples, return_index=True)  # the first of a couple has its best score
    first = first[np.lexsort((couple, -pairs.score[first]))]
    return CandidatePairs(left.record[pairs.left[first]], right.record[pairs.right[first]], pairs.score[first])


def best_of_records(pairs: CandidatePairs, left: Party, right: Party, measure: Measure) -> CandidatePairs:
    """Return pairs of records for those pairs of rows that are the best of their two records, without seeing others.

    Pieces of a comparison, each treated like this, hold every pair of records once, as :func:`record_pairs` would give
    it for all together, but for the order of equal scores.
    """
    if not (left.has_aliases or right.has_aliases):
        return pairs
    one, other = left.record[pairs.left], right.record[pairs.right]
    combinations = left.rows_of_records[one] * right.rows_of_records[other]
    several = np.flatnonzero(combinations > 1)
    number = np.cumsum(combinations[several]) // _COMBINATIONS_AT_ONCE
    kept = np.ones(len(pairs.score), dtype=np.bool_)
    for part in np.split(several, np.flatnonzero(np.diff(number)) + 1):
        some = CandidatePairs(pairs.left[part], pairs.right[part], pairs.score[part])
        kept[part[_beaten(some, left, right, measure)]] = False
    return CandidatePairs(one[kept], other[kept], pairs.score[kept])


def _beaten(pairs: CandidatePairs, left: Party, right: Party, measure: Measure) -> NDArray[np.int64]:
    """Return the places of those pairs of rows than which others of their two records are better, or earlier."""
    one, other = left.record[pairs.left], right.record[pairs.right]
    left_count, right_count = left.rows_of_records[one], right.rows_of_records[other]
    combinations = left_count * right_count
    which = np.repeat(np.arange(len(combinations)), combinations)
    place = np.arange(len(which)) - np.repeat(np.cumsum(combinations) - combinations, combinations)
    left_row = left.first_row[one[which]] + place // right_count[which]
    right_row = right.first_row[other[which]] + place % right_count[which]
    common, together = counts(measure, left.encodings, right.encodings, (left_row, right_row))
    score = scores(measure, common, together, left.encodings.bits)
    own_left, own_right, own_score = pairs.left[which], pairs.right[which], pairs.score[which]
    earlier = (left_row < own_left) | ((left_row == own_left) & (right_row < own_right))
    beaten: NDArray[np.int64] = which[(score > own_score) | ((score == own_score) & earlier)]
    return beaten
