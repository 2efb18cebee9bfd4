"""The attack: from encodings and a register encoded with another key to guesses of who is who."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.graph.alignment import Pairing, first_rotations, grown, unit
from assessment.graph.spectrum import Matrix, Measure, similarities, spectrum

_DIMENSIONS = 250
_FIRST_DIMENSIONS = 6
_TRIES = 40
_KEPT_STARTS = 3
_ROUNDS = 8
_LEAST = 20


class Guesses(NamedTuple):
    """Rows of the register, int64 (n,), and how far each guess stands out, float64 (n,)."""

    rows: NDArray[np.int64]
    confidence: NDArray[np.float64]


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
    each file are used. The idea is that of Schäfer, Armknecht and Heng (ACSAC 2024); embedding and alignment are ours:
    spectral coordinates, closest points, growing dimensions, and at last profiles of similarity to the matched records.

    Args:
        encodings: packed bits, uint8 (n, bytes).
        register: packed bits of the same width, uint8 (m, bytes).
        measure: how two encodings of this kind are compared.
        random: draws the starts.
        known: pairs that the attacker knows, int64 (s, 2), row of the encodings and of the register; the alignment
            then begins with them.

    Raises:
        ValueError: a file has fewer than 20 records, or the widths differ.
    """
    if encodings.shape[1] != register.shape[1]:
        raise ValueError("encodings and register must have one width")
    if min(len(encodings), len(register)) < _LEAST:
        raise ValueError(f"graph matching needs at least {_LEAST} records on each side")
    left, right = similarities(encodings, measure), similarities(register, measure)
    if known is not None and len(known):
        best = np.zeros(len(left), np.int64)
        sure = np.zeros(len(left), np.bool_)
        best[known[:, 0]], sure[known[:, 0]] = known[:, 1], True
        return _settled(left, right, best, sure)
    dimensions = min(_DIMENSIONS, len(left) // 3, len(right) // 3)
    embedded, target = spectrum(left, dimensions), spectrum(right, dimensions)
    first = min(_FIRST_DIMENSIONS, dimensions)
    starts = first_rotations(
        embedded.coordinates(first), target.coordinates(first), tries=_TRIES, keep=_KEPT_STARTS, random=random
    )
    runs = []
    for turned in starts:
        pairing = grown(embedded, target, turned)
        runs.append(_settled(left, right, pairing.best, pairing.mutual))
    return max(runs, key=lambda guesses: float(np.median(guesses.confidence)))


def _settled(
    left: NDArray[np.float32], right: NDArray[np.float32], best: NDArray[np.int64], sure: NDArray[np.bool_]
) -> Guesses:
    """Return guesses by profiles of similarity to matched records, repeated until they stand still."""
    strength = np.zeros(len(left))
    for _ in range(_ROUNDS):
        anchors = np.flatnonzero(sure)
        if len(anchors) < 2:  # noqa: PLR2004 - a profile needs two
            break
        pairing = Pairing(_profiles(left[:, anchors]) @ _profiles(right[:, best[anchors]]).T)
        still = np.array_equal(pairing.best, best)
        best, sure, strength = pairing.best, pairing.mutual, pairing.strength
        if still:
            break
    return Guesses(best, strength)


def _profiles(to_anchors: NDArray[np.float32]) -> Matrix:
    """Return each record's similarities to the anchors, without what is common to an anchor or to the record."""
    scaled = to_anchors.astype(np.float64)
    scaled -= scaled.mean(axis=0)
    scaled /= np.maximum(scaled.std(axis=0), 1e-12)
    return unit(scaled - scaled.mean(axis=1, keepdims=True))
