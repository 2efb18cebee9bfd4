"""The attacks: each guesses, for every encoding, a row of the register, or -1 where it dares no guess."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.case import Case
from assessment.likeness import likeness
from assessment.patterns import by_patterns
from assessment.success import Tally

Guesses = NDArray[np.int64]
_ROUNDS = 4
_MOST_ANCHORS = 600


class Attack(NamedTuple):
    """One way to learn who is behind encodings.

    Attributes:
        name: in options and documents.
        needs: what the attacker must have, in words.
        guess: does it.
        with_key: whether it needs the secret; such an attack is expected to succeed and decides nothing.
    """

    name: str
    needs: str
    guess: Callable[[Case, np.random.Generator], Guesses]
    with_key: bool = False


def known_records(case: Case, random: np.random.Generator) -> Guesses:  # noqa: ARG001 - as of every attack
    """Align by likeness to records that are known on both sides; the surest guesses become known in the next round.

    The seeded form of aligning two similarity graphs (Narayanan & Shmatikov, "De-anonymizing social networks", 2009;
    for encodings Huellen 2024 after Schaefer, Armknecht & Heng, ACSAC 2024), without embeddings: the profile of a
    record is its similarities to the known ones, each standardised, and profiles are compared by correlation.
    """
    held, rows = case.known, case.truth[case.known]
    measure = case.schema.measure
    agree = np.zeros((len(case.encodings), len(case.register)), dtype=np.float32)
    for turn in range(1, _ROUNDS + 1):
        profiles = [
            _standardised(likeness(side, side[anchors], measure))
            for side, anchors in ((case.encodings, held), (case.register, rows))
        ]
        agree = profiles[0] @ profiles[1].T
        if turn < _ROUNDS:
            held, rows = _surest(agree, case, turn)
    return _mutual(agree)


def _standardised(profiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return columns of mean 0 and deviation 1, then rows of length 1."""
    columns = (profiles - profiles.mean(axis=0)) / np.maximum(profiles.std(axis=0), 1e-9)
    columns = np.clip(columns - columns.mean(axis=1)[:, None], -6, 6)  # a record's likeness to itself outweighs nothing
    return np.asarray(columns / np.maximum(np.linalg.norm(columns, axis=1)[:, None], 1e-9), dtype=np.float32)


def _surest(agree: NDArray[np.float32], case: Case, turn: int) -> tuple[Guesses, Guesses]:
    """Return the known records and the best guesses beside them, more in each turn."""
    guesses = _mutual(agree)
    guesses[case.known] = -1
    found = np.flatnonzero(guesses >= 0)
    found = found[~np.isin(guesses[found], case.truth[case.known])]
    best = np.partition(agree[found], -2, axis=1)[:, -2:]
    lead = best.max(axis=1) - best.min(axis=1)
    chosen = found[np.argsort(-lead, kind="stable")[: _MOST_ANCHORS * turn // _ROUNDS]]
    return np.concatenate([case.known, chosen]), np.concatenate([case.truth[case.known], guesses[chosen]])


def _mutual(agree: NDArray[np.float32]) -> Guesses:
    """Return for each row its best column where that column's best row is this one, else -1."""
    best, back = agree.argmax(axis=1), agree.argmax(axis=0)
    return np.where(back[best] == np.arange(len(best)), best, -1).astype(np.int64)


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
    """Encode the register with the secret of the operation and look encodings up."""
    places = {row.tobytes(): place for place, row in enumerate(case.dictionary)}
    return np.array([places.get(row.tobytes(), -1) for row in case.encodings], dtype=np.int64)


ATTACKS = (
    Attack("known-records", "a register, and the identity of some records beforehand", known_records),
    Attack("popcount", "a register", popcount),
    Attack("repeated-encodings", "a register", repeated),
    Attack("patterns", "a register", by_patterns),
    Attack("dictionary", "a register and the secret of the operation", dictionary, with_key=True),
)


def judged(guesses: Guesses, case: Case, *, uses_known: bool) -> Tally:
    """Return how many shared records were told rightly; those that were known beforehand do not count."""
    counted = case.truth >= 0
    if uses_known:
        counted[case.known] = False
    right = int((guesses[counted] == case.truth[counted]).sum())
    return Tally(right, int(counted.sum()), 1 / len(case.register))
