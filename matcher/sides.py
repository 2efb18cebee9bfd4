"""The two sides of a comparison, laid out for the kernel."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from matcher.form import RIGHT_VECTORS, Form
from matcher.similarity import Requirement
from matcher.sketch import Population, Reach, best_sketch_bits, fold

_CACHE_LINE_BYTES = 64
_LARGEST_BYTE_LIMIT = 254
_LARGEST_WIDE_LIMIT = 65_534


class Side(NamedTuple):
    """The rows of one side by rising popcount.

    Attributes:
        digits: uint8, sketches, filled up with zeros; on the left the form's left layout, on the right of shape
            (groups, digits, lanes).
        words: uint64, (n, words).
        popcounts: int64, (n,), rising.
        numbers: uint32, (n,): index of each row in the encodings it comes from.
    """

    digits: NDArray[np.uint8]
    words: NDArray[np.uint64]
    popcounts: NDArray[np.int64]
    numbers: NDArray[np.uint32]


class Constants(NamedTuple):
    """Tables that the kernel looks things up in.

    Attributes:
        operands: of the form.
        needed: int32 by sum of popcounts, least number of common bits that passes.
        distance: int32 by sum of popcounts, largest sketch distance that may pass, -1 for none.
    """

    operands: NDArray[np.uint8]
    needed: NDArray[np.int32]
    distance: NDArray[np.int32]


class Plan(NamedTuple):
    """All that the kernel needs to compare any part of two files.

    Attributes:
        left: the rows of one file.
        right: the rows of the other.
        form: how the kernel computes.
        wide: whether distances may exceed what a byte holds.
        exact: whether sketches are the whole encodings.
        constants: tables.
        reach: by popcount on the left, the range of right rows that may pass.
    """

    left: Side
    right: Side
    form: Form
    wide: bool
    exact: bool
    constants: Constants
    reach: Reach


def plan(left: Encodings, right: Encodings, requirement: Requirement, form: Form) -> Plan:
    """Return both files, neither empty, laid out for comparison."""
    left_order, right_order = (np.argsort(side.popcounts, kind="stable") for side in (left, right))
    left_words, right_words = left.words[left_order], right.words[right_order]
    left_counts = left.popcounts[left_order].astype(np.int64)
    right_counts = right.popcounts[right_order].astype(np.int64)
    reach = _reach(left_counts, right_counts, requirement, left.bits)
    population = Population(left_words, right_words, left_counts, right_counts, reach)
    bits = best_sketch_bits(population, requirement, form)
    largest = min(int(requirement.distance[left_counts[-1] + right_counts[-1]]), bits)
    wide = largest > _LARGEST_BYTE_LIMIT
    distance = np.minimum(requirement.distance, _LARGEST_WIDE_LIMIT if wide else _LARGEST_BYTE_LIMIT)
    return Plan(
        Side(
            form.left_layout(form.digits(fold(left_words, bits))), left_words, left_counts, left_order.astype(np.uint32)
        ),
        Side(_in_lanes(fold(right_words, bits), form), right_words, right_counts, right_order.astype(np.uint32)),
        form,
        wide,
        bits == left.words.shape[1] * 64,
        Constants(form.operands(), requirement.common, distance.astype(np.int32)),
        reach,
    )


def _reach(
    left_counts: NDArray[np.int64], right_counts: NDArray[np.int64], requirement: Requirement, bits: int
) -> Reach:
    """Return, by popcount on the left, the range of right rows whose popcounts allow them to pass."""
    first, last = np.zeros(bits + 1, dtype=np.int64), np.zeros(bits + 1, dtype=np.int64)
    for popcount in np.unique(left_counts):
        least, most = requirement.partners(int(popcount))
        first[popcount] = np.searchsorted(right_counts, least, side="left")
        last[popcount] = np.searchsorted(right_counts, most, side="right") if least <= most else first[popcount]
    return Reach(first, last)


def _in_lanes(sketch: NDArray[np.uint8], form: Form) -> NDArray[np.uint8]:
    """Return right sketches with the rows of a group side by side: uint8 (groups, digits, lanes), cache-aligned."""
    stripe = form.lanes * RIGHT_VECTORS
    count, width = len(sketch), form.digit_count(sketch.shape[1])
    groups = -(-count // stripe) * RIGHT_VECTORS
    memory = np.zeros(groups * width * form.lanes + _CACHE_LINE_BYTES, dtype=np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE_BYTES
    lanes = memory[start : start + groups * width * form.lanes].reshape(groups, width, form.lanes)
    for first in range(0, count, stripe):  # a stripe at a time, to hold no second copy
        rows = form.digits(sketch[first : first + stripe])
        for group in range(-(-len(rows) // form.lanes)):
            part = rows[group * form.lanes : (group + 1) * form.lanes]
            lanes[first // form.lanes + group, :, : len(part)] = part.T
    return lanes
