"""The attack: from encodings and a register encoded with another key to guesses of who is who."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.graph.coupling import Soft, crossed, refine, soft_by_shape
from assessment.graph.profiles import Pairing, paired, settled
from assessment.graph.shape import shapes
from assessment.graph.spectrum import Spectrum, similarities, spectrum
from assessment.likeness import Measure

_DIMENSIONS = (60, 120, 200)  # in which an assignment is refined at last
_FIRST_DIMENSIONS = (40, 25)  # in which it begins; one start each
_FIRST_ROUNDS = 60
_ROUNDS = 10
_PRESSURE = 1.05
_SHAPE_SHARPNESS = 4.0
_SHAPE_WEIGHT = 0.3
_FIRST_LIFT = 1.5
_SETTLING_ROUNDS = 40
_LEAST = 20


class Guesses(NamedTuple):
    """Rows of the register, int64 (n,), and how far each guess stands out, float32 (n,)."""

    rows: NDArray[np.int64]
    confidence: NDArray[np.float32]


def graph_matching(
    encodings: NDArray[np.uint8],
    register: NDArray[np.uint8],
    *,
    measure: Measure,
    random: np.random.Generator,
    known: NDArray[np.int64] | None = None,
) -> Guesses:
    """Return for every encoding the row of the register that it is taken for.

    The attacker knows the schema and owns a register, which is encoded with a key of its own; only similarities inside
    each file are used. The idea is that of Schaefer, Armknecht and Heng (ACSAC 2024); embedding and alignment are ours:
    spectral coordinates, canonical correlations learnt by expectation-maximisation, and at last profiles of similarity
    to the matched records. Of several starts the one counts whose guesses stand out most; no truth is used for that.

    Args:
        encodings: packed bits, uint8 (n, bytes).
        register: packed bits of the same width, uint8 (m, bytes).
        measure: how two encodings of this kind are compared.
        random: draws the starts.
        known: pairs that the attacker knows, int64 (k, 2), row of the encodings and of the register.

    Raises:
        ValueError: a file has fewer than 20 records, or the widths differ.
    """
    if encodings.shape[1] != register.shape[1]:
        raise ValueError("encodings and register must have one width")
    if min(len(encodings), len(register)) < _LEAST:
        raise ValueError(f"graph matching needs at least {_LEAST} records on each side")
    inside = similarities(encodings, measure), similarities(register, measure)
    most = min(_DIMENSIONS[-1] + 1, len(encodings) // 3, len(register) // 3)
    files = spectrum(inside[0], most, random), spectrum(inside[1], most, random)
    starts = [_of_known(len(encodings), known)] if known is not None and len(known) else _from_shapes(*files)
    runs = [settled(*inside, start, rounds=_SETTLING_ROUNDS, known=known) for start in starts]
    surest = max(runs, key=lambda run: float(np.median(run.strength)))
    return Guesses(surest.best, surest.strength)


def _from_shapes(left: Spectrum, right: Spectrum) -> list[Pairing]:
    """Return a pairing from each first number of dimensions, learnt without any known couple."""
    begun, alike = soft_by_shape(shapes(left), shapes(right), _SHAPE_SHARPNESS)
    found = []
    for first in _FIRST_DIMENSIONS:
        soft = _refined(left, right, begun, alike, first, rounds=_FIRST_ROUNDS, lift=_FIRST_LIFT)
        for dimensions in _DIMENSIONS:
            soft = _refined(left, right, soft, alike, dimensions, rounds=_ROUNDS, lift=1)
        found.append(paired(np.log(soft + np.float32(1e-20))))
    return found


def _refined(
    left: Spectrum, right: Spectrum, soft: Soft, alike: Soft, dimensions: int, *, rounds: int, lift: float
) -> Soft:
    points, others = left.vectors[:, :dimensions], right.vectors[:, :dimensions]
    cross = lift * crossed(points, others, soft)
    return refine(points, others, cross, rounds=rounds, pressure=_PRESSURE, alike=alike, weight=_SHAPE_WEIGHT)


def _of_known(records: int, known: NDArray[np.int64]) -> Pairing:
    """Return a pairing that holds the known couples and no other."""
    best, mutual = np.zeros(records, np.int64), np.zeros(records, np.bool_)
    best[known[:, 0]], mutual[known[:, 0]] = known[:, 1], True
    return Pairing(best, mutual, np.zeros(records, np.float32))
