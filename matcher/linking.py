"""Linking packages: every two of them compared, and the records of all of them grouped."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings, Package
from linkage.command import OnProgress
from matcher.compatibility import check_compatible
from matcher.engine import Engine
from matcher.values import CandidatePairs, Groups, PartyPairs


class Party(NamedTuple):
    """One package, and which of its rows belong to which record.

    Attributes:
        agency: who made it.
        encodings: its rows, in the order of their tokens.
        record: int64, for each row the number of its record, from 0; several rows of a record are its aliases.
        first_row: int64, for each record its first row.
    """

    agency: str
    encodings: Encodings
    record: NDArray[np.int64]
    first_row: NDArray[np.int64]

    @classmethod
    def of(cls, package: Package) -> Self:
        """Return the party that a package is."""
        tokens = package.encodings.tokens
        begins = np.ones(len(tokens), dtype=np.bool_)
        begins[1:] = np.any(tokens[1:] != tokens[:-1], axis=1)
        return cls(package.manifest.agency, package.encodings, np.cumsum(begins) - 1, np.flatnonzero(begins))

    def tokens(self, records: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the tokens of records, uint8 (n, 16)."""
        return self.encodings.tokens[self.first_row[records]]


class Linkage(NamedTuple):
    """What linking found.

    Attributes:
        parties: the packages, by agency and category; parties of `comparisons` and `groups` are numbers of this tuple.
        comparisons: candidate pairs of records, not of rows, of every two packages.
        groups: of records.
        pairs_compared: pairs of encodings.
    """

    parties: tuple[Party, ...]
    comparisons: tuple[PartyPairs, ...]
    groups: Groups
    pairs_compared: int


def link(
    packages: Sequence[Package],
    threshold: float,
    *,
    engine: Engine,
    measure: str | None = None,
    threads: int | None = None,
    on_progress: OnProgress | None = None,
) -> Linkage:
    """Return the groups of records of all packages, at most one record of each package in a group.

    Every two packages are compared, every pair of their encodings; a pair of records has the score of its best pair of
    encodings. The order of `packages` does not matter.

    Args:
        packages: at least two.
        threshold: least similarity, from 0 to 1.
        engine: what compares and groups.
        measure: similarity; that which the encodings are made for by default.
        threads: how many cores to use; all of them by default.
        on_progress: called with the pairs compared so far and in all.

    Raises:
        MismatchError: the packages must not be compared with each other.
        ComparisonError: an argument is out of its range.
    """
    check_compatible(packages)
    packages = sorted(packages, key=lambda package: (package.manifest.agency, package.manifest.category))
    parties = tuple(Party.of(package) for package in packages)
    couples = list(combinations(range(len(parties)), 2))
    sizes = [len(parties[left].encodings) * len(parties[right].encodings) for left, right in couples]
    comparisons = []
    for number, (left, right) in enumerate(couples):
        pairs = engine.candidate_pairs(
            parties[left].encodings,
            parties[right].encodings,
            threshold,
            measure=measure or packages[0].manifest.measure,
            threads=threads,
            on_progress=on_progress and _offset(on_progress, sum(sizes[:number]), sum(sizes)),
        )
        comparisons.append(PartyPairs(left, right, _of_records(pairs, parties[left], parties[right])))
    return Linkage(parties, tuple(comparisons), engine.solve_groups(comparisons), sum(sizes))


def _of_records(pairs: CandidatePairs, left: Party, right: Party) -> CandidatePairs:
    """Return pairs of records, each once with its best score, for pairs of rows."""
    if len(left.first_row) == len(left.record) and len(right.first_row) == len(right.record):
        return pairs
    couples = left.record[pairs.left] * len(right.first_row) + right.record[pairs.right]
    couple, first = np.unique(couples, return_index=True)  # the first of a couple has its best score
    first = first[np.lexsort((couple, -pairs.score[first]))]
    return CandidatePairs(left.record[pairs.left[first]], right.record[pairs.right[first]], pairs.score[first])


def _offset(on_progress: OnProgress, before: int, total: int) -> Callable[[int, int | None], None]:
    return lambda done, _: on_progress(before + done, total)
