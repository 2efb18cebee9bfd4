"""Sketches: shorter bit rows whose Hamming distance never exceeds that of the encodings they stand for.

A sketch bit is the exclusive or of some bits of the encoding, and no bit is used twice. Two sketches can differ only in
bits that stand for a differing bit, so sketch distance <= distance, and a pair whose sketches are already too far apart
can be left out without looking at the rest. Folding also makes sparse encodings denser, so that a short sketch tells
much: 1,024 bits of which 30 % are set, folded to 300, are half set, and two unrelated ones differ in about 147 bits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.form import Form
from matcher.similarity import Requirement

_PIECE_BITS = 16
_LARGEST_SKETCH_BITS = 1 << 15  # distances are summed in 16 bits
_SAMPLE_PAIRS = 1024
_CHOICES = 64
# What things take, in units of one vector and digit, measured on AVX2; only the proportions matter, and those little.
_DIGIT_COST = 1.0
_EXACT_COST = 8.0
_VERIFY_COST = 20.0
_WORD_COST = 3.0


def fold(words: NDArray[np.uint64], sketch_bits: int) -> NDArray[np.uint8]:
    """Return the sketches of encodings, uint8 (n, sketch_bits / 8).

    Args:
        words: uint64 (n, words).
        sketch_bits: a multiple of 16, at most 64 per word.
    """
    pieces = words.view(np.uint16)
    kept = sketch_bits // _PIECE_BITS
    sketch = pieces[:, :kept].copy()
    for start in range(kept, pieces.shape[1], kept):
        more = pieces[:, start : start + kept]
        sketch[:, : more.shape[1]] ^= more
    return sketch.view(np.uint8)


class Reach(NamedTuple):
    """For each popcount on the left, the range of right rows whose popcounts allow them to pass: int64 each."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]


class Population(NamedTuple):
    """The rows of both sides by rising popcount, and which of them may pass with each other.

    Attributes:
        left: uint64 (n, words).
        right: uint64 (m, words).
        left_counts: int64 (n,), popcounts.
        right_counts: int64 (m,), popcounts.
        reach: which of them popcounts leave.
    """

    left: NDArray[np.uint64]
    right: NDArray[np.uint64]
    left_counts: NDArray[np.int64]
    right_counts: NDArray[np.int64]
    reach: Reach


def best_sketch_bits(population: Population, requirement: Requirement, form: Form) -> int:
    """Return the sketch width that promises the least work, judged on a sample of pairs that popcounts leave.

    The choice changes the speed and never the result.

    Args:
        population: what is compared.
        requirement: what the threshold asks.
        form: how the kernel computes.
    """
    left, right, left_counts, right_counts, reach = population
    words: int = left.shape[1]
    full = words * 64
    step: int = max(_PIECE_BITS, full // _CHOICES // _PIECE_BITS * _PIECE_BITS)
    largest = min(full, _LARGEST_SKETCH_BITS)
    choices = [*range(step, largest, step), largest]
    random = np.random.default_rng(0)
    rows = random.integers(len(left), size=_SAMPLE_PAIRS)
    first, last = reach.first[left_counts[rows]], reach.last[left_counts[rows]]
    rows, first, last = (array[last > first] for array in (rows, first, last))
    if not len(rows):
        return step
    others = random.integers(first, last)
    limits = requirement.distance[left_counts[rows] + right_counts[others]]
    different = left[rows] ^ right[others]  # folding is linear: the fold of a difference is the difference of folds
    costs: list[float] = []
    for bits in choices:
        near = np.bitwise_count(fold(different, bits).view(np.uint16)).sum(axis=1) <= limits
        verify = _EXACT_COST if bits == full else _VERIFY_COST + _WORD_COST * words
        costs.append(form.digit_count(bits // 8) / form.lanes * _DIGIT_COST + float(np.mean(near)) * verify)
    _, bits = min(zip(costs, choices, strict=True))
    return int(bits)
