"""The attack: from encodings and a register in plain to guesses of who is who."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.coding import Code, Similarities
from assessment.graph.coupling import Soft, crossed, refine, soft_by_shape
from assessment.graph.prediction import Matches, settled
from assessment.graph.shape import shapes, whitening
from assessment.graph.spectrum import Spectrum, similarities, spectrum

_DIMENSIONS = (120, 200)  # in which an assignment is refined at last
_FIRST_DIMENSIONS = (60, 40)  # in which it begins; one start each
_FIRST_ROUNDS = 60
_ROUNDS = 20
_PRESSURE = 1.05
_SHAPE_SHARPNESS = 0.25
_SHAPE_WEIGHT = 0.3
_FIRST_LIFT = 1.5
_FIRST_BELIEF = 0.1  # in a match that was learnt from shapes
_BELIEVED = 0.95  # mean belief at which no further start is tried
_SETTLING_ROUNDS = 40
_LEAST = 20


class Guesses(NamedTuple):
    """Rows of the register, int64 (n,), and the belief in each guess, float32 (n,)."""

    rows: NDArray[np.int64]
    belief: NDArray[np.float32]


def graph_matching(
    code: Code,
    register: Similarities,
    rehearsal: Code,
    *,
    random: np.random.Generator,
    known: NDArray[np.int64] | None = None,
) -> Guesses:
    """Return for every encoding the row of the register that it is taken for.

    The attacker knows the schema and owns a register, so knows how far any two of its rows agree under whatever key;
    only similarities inside each file are used. The idea is that of Schaefer, Armknecht and Heng (ACSAC 2024);
    embedding and alignment are ours: spectral coordinates, canonical correlations learnt by expectation-maximisation,
    and at last prediction of encodings from matches. Of several starts the one counts whose guesses are believed most;
    no truth is used for that.

    Args:
        code: the encodings.
        register: how far two rows are expected to agree, float32 (m, m), as :func:`~assessment.law.expected_agreement`.
        rehearsal: the register's rows encoded under a key of the attacker's own: from them he learns how far
            encodings distort the shape of a neighbourhood. Used where no pair is known.
        random: draws the starts.
        known: pairs that the attacker knows, int64 (k, 2), row of the encodings and of the register.

    Raises:
        ValueError: a file has fewer than 20 records.
    """
    if min(len(code.encodings), len(register)) < _LEAST:
        raise ValueError(f"graph matching needs at least {_LEAST} records on each side")
    inside = similarities(code)
    if known is None:
        known = np.empty((0, 2), dtype=np.int64)
    starts = iter([_of_known(known)]) if len(known) else _from_shapes(inside, register, rehearsal, random)
    found = Guesses(np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.float32))
    for start in starts:
        run = settled(inside, register, code.coins, start, known, rounds=_SETTLING_ROUNDS)
        found = max(found, Guesses(run.partners, run.belief), key=lambda guesses: float(guesses.belief.mean()))
        if found.belief.mean() > _BELIEVED:
            break
    return found


def _from_shapes(
    inside: Similarities, register: Similarities, rehearsal: Code, random: np.random.Generator
) -> Iterator[Matches]:
    """Yield matches from each first number of dimensions, learnt without any known couple."""
    chosen = random.permutation(len(register))[: len(inside)]
    most = min(_DIMENSIONS[-1] + 1, len(chosen) // 3)
    practice = similarities(replace(rehearsal, encodings=rehearsal.encodings[chosen]))
    left, right, practised = (spectrum(found, most, random) for found in (inside, register, practice))
    figures = shapes(right)
    white = whitening(shapes(practised), figures[chosen])
    begun, alike = soft_by_shape(shapes(left) @ white, figures @ white, _SHAPE_SHARPNESS)
    for first in _FIRST_DIMENSIONS:
        soft = _refined(left, right, begun, alike, first, rounds=_FIRST_ROUNDS, lift=_FIRST_LIFT)
        for dimensions in _DIMENSIONS:
            soft = _refined(left, right, soft, alike, dimensions, rounds=_ROUNDS, lift=1)
        best = soft.argmax(axis=1)
        rows = np.flatnonzero(soft.argmax(axis=0)[best] == np.arange(len(best)))
        yield Matches(rows, best[rows], np.full(len(rows), _FIRST_BELIEF, np.float32))


def _refined(
    left: Spectrum, right: Spectrum, soft: Soft, alike: Soft, dimensions: int, *, rounds: int, lift: float
) -> Soft:
    points, others = left.vectors[:, :dimensions], right.vectors[:, :dimensions]
    cross = lift * crossed(points, others, soft)
    return refine(points, others, cross, rounds=rounds, pressure=_PRESSURE, alike=alike, weight=_SHAPE_WEIGHT)


def _of_known(known: NDArray[np.int64]) -> Matches:
    return Matches(known[:, 0], known[:, 1], np.full(len(known), 1, np.float32))
