"""The attacks: each guesses, for every encoding, a row of the register, or -1 where it dares no guess."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.case import Case
from assessment.coding import Code, Similarities
from assessment.counts import by_counts
from assessment.few_records import RELATED_RECORDS, alike_records, by_relations
from assessment.graph import graph_matching
from assessment.patterns import by_patterns
from assessment.success import Tally

Guesses = NDArray[np.int64]


class Attack(NamedTuple):
    """One way to learn who is behind encodings.

    Attributes:
        name: in options and documents.
        needs: what the attacker must have, in words.
        guess: does it.
        with_key: whether it needs the secret; such an attack is expected to succeed and decides nothing.
        uses_known: whether it is told who some records are; those do not count.
        records: it is tried on so many records that are alike, and a register of just these; None for all there are.
    """

    name: str
    needs: str
    guess: Callable[[Case, np.random.Generator], Guesses]
    with_key: bool = False
    uses_known: bool = False
    records: int | None = None

    def tried(self, case: Case, random: np.random.Generator) -> Tally:
        """Return what it comes to on a case."""
        on = case if self.records is None else alike_records(case, self.records, random)
        return judged(self.guess(on, random), on, self)


def graph(case: Case, random: np.random.Generator) -> Guesses:
    """Align the similarity graphs of both files, with no record known."""
    return graph_matching(*_files(case), random=random).rows


def graph_with_known(case: Case, random: np.random.Generator) -> Guesses:
    """Align the similarity graphs of both files, beginning with the known records (Huellen 2024)."""
    known = np.stack([case.known, case.truth[case.known]], axis=1)
    return graph_matching(*_files(case), random=random, known=known).rows


def _files(case: Case) -> tuple[Code, Similarities, Code]:
    """Return what graph matching takes."""
    return case.code, case.agreement, Code.of(case.register, case.schema)


def popcount(case: Case, random: np.random.Generator) -> Guesses:
    """Guess a row of the register whose encoding has as many bits set: long names set more bits."""
    counts = [np.bitwise_count(side).sum(axis=1, dtype=np.int64) for side in (case.encodings, case.register)]
    order = random.permutation(len(counts[1]))  # among equals any
    order = order[np.argsort(counts[1][order], kind="stable")]
    ordered = counts[1][order]
    first, last = np.searchsorted(ordered, counts[0], "left"), np.searchsorted(ordered, counts[0], "right")
    place = np.minimum(first + random.integers(np.maximum(last - first, 1)), len(order) - 1)
    return np.asarray(order[place], dtype=np.int64)


def repeated(case: Case, random: np.random.Generator) -> Guesses:
    """Align encodings that occur several times with rows that do, by how often (frequency alignment)."""
    guesses = np.full(len(case.encodings), -1, dtype=np.int64)
    classes = []
    for side in (case.encodings, case.register):
        _, number, times = np.unique(side, axis=0, return_inverse=True, return_counts=True)
        classes.append((number.ravel(), times))
    (held, held_times), (rows, row_times) = classes
    for times in np.unique(held_times[held_times > 1]).tolist():
        mine, theirs = np.flatnonzero(held_times == times), np.flatnonzero(row_times == times)
        theirs = random.permutation(theirs)
        for ours, other in zip(mine.tolist(), theirs.tolist(), strict=False):
            guesses[held == ours] = random.permutation(np.flatnonzero(rows == other))
    return guesses


def dictionary(case: Case, random: np.random.Generator) -> Guesses:  # noqa: ARG001 - as of every attack
    """Encode the register with the secret of the operation and look them up, the nearest where bits are flipped."""
    if case.schema.noisy:
        return nearest(case.encodings, case.dictionary)
    places = {row.tobytes(): place for place, row in enumerate(case.dictionary)}
    return np.array([places.get(row.tobytes(), -1) for row in case.encodings], dtype=np.int64)


def nearest(encodings: NDArray[np.uint8], others: NDArray[np.uint8]) -> Guesses:
    """Return for each of the encodings the place of the other that most of its bits agree with."""
    apart = (np.bitwise_count(row ^ others).sum(axis=1, dtype=np.int64).argmin() for row in encodings)
    return np.fromiter(apart, dtype=np.int64, count=len(encodings))


ATTACKS = (
    Attack("graph-matching", "a register", graph),
    Attack("graph-matching-known", "a register, and the identity of some records", graph_with_known, uses_known=True),
    Attack("agreement-counts", "a register, and the identity of some records", by_counts, uses_known=True),
    Attack("popcount", "a register", popcount),
    Attack("repeated-encodings", "a register", repeated),
    Attack("patterns", "a register", by_patterns),
    Attack(
        "relations",
        f"{RELATED_RECORDS} records that are alike, and a register of just these",
        by_relations,
        records=RELATED_RECORDS,
    ),
    Attack("dictionary", "a register and the secret of the operation", dictionary, with_key=True),
)


def judged(guesses: Guesses, case: Case, attack: Attack) -> Tally:
    """Return how many shared records were told rightly; those that the attack knew beforehand do not count."""
    counted = case.truth >= 0
    if attack.uses_known:
        counted[case.known] = False
    right = int((guesses[counted] == case.truth[counted]).sum())
    return Tally(right, int(counted.sum()), 1 / len(case.register))
