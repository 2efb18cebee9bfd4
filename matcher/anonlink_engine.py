"""The second opinion: pairs and groups by the original anonlink (Data61, 0.15.3), with our contracts.

Two things are done for it, so that its answer is the one that it documents:

* Given encodings whose width is not a multiple of 8 bytes, and 10,000 or more on the right, its compiled code computes
  wrong similarities. It is given whole words; bits beyond the width are zero and change no similarity.
* Its popcount filter cuts a bound that was computed in floating point, and so drops pairs exactly at the threshold, for
  .65, .75 and .95 among others; for thresholds near 0 the bound overflows and it drops nearly all. It is asked for a
  threshold lower by a billionth, or for all pairs, and what is below the real one is dropped by its own scores.

It knows the Dice coefficient only, and one thread, and holds Python objects for all candidate pairs. The share of equal
bits is the Dice coefficient of encodings that are followed by their complements: equal bits are counted once as ones or
once as zeros, and each such encoding has as many bits set as the other. The share of equal symbols is that of encodings
with a bit for each place and each symbol that occurs there, so that it is for hundreds of records at most.
"""

import importlib
import sys
import warnings
from array import array
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from linkage.command import OnProgress
from linkage.symbols import unpacked
from matcher.errors import EngineError
from matcher.grouping import check_merge_threshold, laid_out
from matcher.ordered_pairs import OrderedPairs
from matcher.similarity import Measure, check_comparable, checked
from matcher.values import CandidatePairs, Groups, PartyPairs

_LAST_PYTHON = (3, 11)
_SLIGHTLY_LOWER = 1 - 1e-9
_NEAR_ZERO = 1e-3


def candidate_pairs(
    left: Encodings,
    right: Encodings,
    threshold: float,
    *,
    measure: str = "dice",
    threads: int | None = None,  # noqa: ARG001 - part of the contract; anonlink's comparison has one
    on_progress: OnProgress | None = None,
) -> CandidatePairs:
    """Return what :func:`matcher.candidate_pairs` returns, by anonlink; it shows progress only at the end.

    Raises:
        ComparisonError: the widths differ, or an argument is out of its range.
        EngineError: the measure is Jaccard's, or anonlink cannot run here.
    """
    measure, threshold = checked(measure, threshold)
    check_comparable(left, right, measure)
    if measure == "jaccard":
        raise EngineError("the engine anonlink knows the measures dice, hamming and symbols", code="engine.measure")
    found, _, rows = _anonlink("candidate_generation").find_candidate_pairs(
        _texts(left, right, measure),
        _anonlink("similarities").dice_coefficient,
        threshold * _SLIGHTLY_LOWER if threshold > _NEAR_ZERO else 0.0,
    )
    score = np.array(found)
    kept = score >= threshold
    if on_progress:
        on_progress(len(left) * len(right), len(left) * len(right))
    left_rows, right_rows = (np.array(side, dtype=np.int64)[kept] for side in rows)
    return CandidatePairs(left_rows, right_rows, score[kept])


def _texts(left: Encodings, right: Encodings, measure: Measure) -> list[list[bytes]]:
    """Return encodings of both files in whole words whose Dice coefficients are the similarities wanted."""
    sides = left, right
    if measure == "symbols":
        return _indicators([unpacked(side.to_bytes()) for side in sides])
    words = [side.words for side in sides]
    if measure == "hamming":
        for place, side in enumerate(sides):
            other = np.zeros_like(side.words)
            other.view(np.uint8)[:, : side.bits // 8] = ~side.to_bytes()
            words[place] = np.hstack([side.words, other])
    return [[row.tobytes() for row in side] for side in words]


def _indicators(sides: Sequence[NDArray[np.uint16]]) -> list[list[bytes]]:
    """Return for each row of symbols which it has of all that occur at each place, in as many bits for each place."""
    rows = np.concatenate(sides)
    numbers = np.stack([np.unique(column, return_inverse=True)[1] for column in rows.T], axis=1)
    symbols = -(-(int(numbers.max(initial=0)) + 1) // 64) * 64
    texts = [np.packbits(row[:, None] == np.arange(symbols)).tobytes() for row in numbers]
    return [texts[: len(sides[0])], texts[len(sides[0]) :]]


def solve_groups(
    comparisons: Sequence[PartyPairs],
    *,
    merge_threshold: float = 1.0,
    one_per_party: bool = True,
    repeating: Collection[int] = (),
) -> Groups:
    """Return what :func:`matcher.solve_groups` returns, the partition by anonlink.

    Raises:
        GroupingError: an argument is out of its range, or two parties or a pair come twice.
        EngineError: anonlink cannot run here, or some parties are exempt: it knows all or none.
    """
    check_merge_threshold(merge_threshold)
    if one_per_party and repeating:
        raise EngineError(
            "the engine anonlink allows duplicates in all files or in none, not in some", code="engine.repeating"
        )
    pairs = OrderedPairs.of(comparisons)
    found = _anonlink("solving").probabilistic_greedy_solve(
        (
            array("d", pairs.distinct[pairs.rank]),
            tuple(_unsigned(pairs.party[records]) for records in (pairs.one, pairs.other)),
            tuple(_unsigned(records - pairs.starts[pairs.party[records]]) for records in (pairs.one, pairs.other)),
        ),
        merge_threshold=merge_threshold,
        deduplicated=one_per_party,
    )
    group = np.arange(len(pairs.party))
    for members in found:
        records = [int(pairs.starts[party]) + row for party, row in members]
        group[records] = records[0]
    return laid_out(pairs, group)


def check_available() -> None:
    """Raise EngineError if anonlink cannot run here."""
    _anonlink("solving")


def _anonlink(module: str) -> Any:
    """Return a module of anonlink."""
    if sys.version_info[:2] > _LAST_PYTHON:
        raise EngineError(
            "the engine anonlink needs Python 3.11: anonlink has no releases for later ones", code="engine.python"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # anonlink imports pkg_resources, which says that it is old
            warnings.simplefilter("ignore", DeprecationWarning)
            return importlib.import_module(f"anonlink.{module}")
    except ModuleNotFoundError as error:
        raise EngineError(
            f"the engine anonlink needs the library {error.name}",
            code="engine.missing",
            hint="pip install 'counterfoil[reference]'",
        ) from None


def _unsigned(numbers: NDArray[np.int64]) -> "array[int]":
    return array("I", numbers.tolist())
