"""Two files in pieces of some rows, and how large pieces and the rest may be within a limit of memory."""

from collections.abc import Iterator
from typing import NamedTuple

from linkage import Encodings
from linkage.symbols import SYMBOL_BITS
from matcher.crew import PARTS_HELD_PER_THREAD
from matcher.errors import ComparisonError
from matcher.few_symbols import are_few, few_bytes
from matcher.form import Form
from matcher.hits import Hits
from matcher.letters import scratch_bytes
from matcher.sides import side_bytes
from matcher.similarity import Measure
from matcher.spill import LEAST_BLOCK_ROWS, MERGE_BYTES_PER_ROW, MERGED_AT_ONCE
from matcher.symbols import tile_within, working_bytes
from matcher.tiles import TileSize, hit_capacity

_PAIR_BYTES = 24
_HIT_BYTES = 4 * len(Hits._fields)
_LEAST_PIECE_ROWS = 1 << 12
_FIXED_BYTES = 4 << 20  # tables, the choice of a sketch, the small things


class Cell(NamedTuple):
    """The rows of one piece on each side."""

    left: range
    right: range


class Shares(NamedTuple):
    """What a limit of memory leaves to each part of the work.

    Attributes:
        left_rows: rows of a piece on the left.
        right_rows: rows of a piece on the right.
        hit_bytes: for hits that are gathered and sorted.
        pairs: how many can be given back as arrays, when the comparison is over.
        tile: size of a unit of work, where that takes memory.
    """

    left_rows: int
    right_rows: int
    hit_bytes: int
    pairs: int
    tile: TileSize | None = None

    @classmethod
    def of(  # noqa: PLR0917 - all of them decide
        cls, limit_bytes: int, left: Encodings, right: Encodings, measure: Measure, form: Form, threads: int
    ) -> "Shares":
        """Return the shares for a comparison of two files.

        Raises:
            ComparisonError: the limit cannot hold the smallest pieces.
        """
        merging = MERGED_AT_ONCE * LEAST_BLOCK_ROWS * MERGE_BYTES_PER_ROW
        held = hit_capacity(len(left), len(right), form) * _HIT_BYTES
        fixed = _FIXED_BYTES + threads * (PARTS_HELD_PER_THREAD + 1) * held
        pairs = (limit_bytes - _FIXED_BYTES - merging) // _PAIR_BYTES
        half = (limit_bytes - fixed) // 2
        if measure == "symbols":  # which are compared where they are
            places = left.bits // SYMBOL_BITS
            if are_few(len(left), len(right)):
                _check_limit(limit_bytes, fixed + 2 * max(few_bytes(len(left), len(right), places), merging))
                return cls(len(left), len(right), half, pairs)
            tile = tile_within(half, (len(left), len(right)), places, threads)
            _check_limit(limit_bytes, fixed + 2 * max(working_bytes(tile, places, threads), merging))
            return cls(len(left), len(right), half, pairs, tile)
        words = left.words.shape[1]
        fixed += threads * scratch_bytes(len(left), words, form)
        half = (limit_bytes - fixed) // 2
        rows = min(_LEAST_PIECE_ROWS, len(left)), min(_LEAST_PIECE_ROWS, len(right))
        one_left, one_right = side_bytes(words)
        _check_limit(limit_bytes, fixed + 2 * max(rows[0] * one_left + rows[1] * one_right, merging))
        left_rows = min(len(left), max(rows[0], half // 2 // one_left))
        right_rows = min(len(right), (half - left_rows * one_left) // one_right)
        left_rows = min(len(left), (half - right_rows * one_right) // one_left)
        return cls(_even(len(left), left_rows), _even(len(right), right_rows), half, pairs)


def _check_limit(limit_bytes: int, least: int) -> None:
    if limit_bytes < least:
        raise ComparisonError(
            f"a memory limit of {limit_bytes:,} bytes is too small for these files and threads: "
            f"at least {least:,} bytes are needed",
            code="comparison.memory",
            hint="give more memory or fewer threads",
        )


def cells(left_rows: int, right_rows: int, left_piece: int, right_piece: int) -> Iterator[Cell]:
    """Yield all combinations of a piece on the left with one on the right."""
    for left in range(0, left_rows, left_piece):
        for right in range(0, right_rows, right_piece):
            yield Cell(
                range(left, min(left + left_piece, left_rows)), range(right, min(right + right_piece, right_rows))
            )


def _even(rows: int, most: int) -> int:
    """Return the rows of a piece such that pieces of at most `most` rows are of about one size."""
    return -(-rows // -(-rows // most))
