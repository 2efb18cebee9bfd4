"""Candidate pairs that memory does not hold: sorted runs in temporary files, merged into one order.

A run is a Parquet file without a name: the system takes it away when it is closed, also when the process is killed
(on Windows it has a name until then). It holds row numbers and scores, no encodings and no tokens.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkage.files import unusable
from matcher.errors import ComparisonError
from matcher.hits import Collector, Hits, Order
from matcher.pair_order import in_order, score_ranks
from matcher.values import CandidatePairs

MERGED_AT_ONCE = 16
LEAST_BLOCK_ROWS = 1 << 12
MERGE_BYTES_PER_ROW = 128  # measured: blocks of all runs, one more as Arrow reads it, and the sort of what is ready
SORT_BYTES_PER_HIT = 80  # measured: the hits, their ranks and keys, and the pairs in order
_LARGEST_BLOCK_ROWS = 1 << 16
_LARGEST_RUN_ROWS = 1 << 22  # sorted within a second, so that an interrupt is heard
_COLUMNS: dict[str, pa.DataType] = {"left": pa.uint32(), "right": pa.uint32(), "score": pa.float64()}
_SCHEMA = pa.schema(_COLUMNS)


class Spilling(NamedTuple):
    """What may be held and where the rest goes.

    Attributes:
        limit_bytes: memory for hits.
        folder: where temporary files go; the system's folder for them if None.
        most_pairs: more pairs than this are an error, or None.
    """

    limit_bytes: int
    folder: Path | None
    most_pairs: int | None


class SpillingCollector(Collector):
    """Holds hits up to a limit of memory; writes them to sorted runs whenever it is reached.

    Runs are merged as soon as there are MERGED_AT_ONCE of one level, so that few files are open however many the hits.
    """

    def __init__(self, order: Order, limit: int | None, spilling: Spilling) -> None:
        self._order = order
        self._limit = limit
        self._spilling = spilling
        self._run_rows = min(_LARGEST_RUN_ROWS, max(1, spilling.limit_bytes // SORT_BYTES_PER_HIT))
        wanted = spilling.limit_bytes // (MERGED_AT_ONCE * MERGE_BYTES_PER_ROW)
        self._block_rows = min(_LARGEST_BLOCK_ROWS, max(LEAST_BLOCK_ROWS, wanted))
        self._parts: list[Hits] = []
        self._held = 0
        self._count = 0
        self._levels: list[list[Run]] = []

    @property
    def pair_count(self) -> int:
        """Pairs that come back in the end."""
        return self._count if self._limit is None else min(self._count, self._limit)

    def add(self, hits: Hits) -> None:
        """Take hits in.

        Raises:
            ComparisonError: there are more pairs than may be.
            FileError: a temporary file cannot be written.
        """
        self._count += len(hits.left)
        most = self._spilling.most_pairs
        if most is not None and self.pair_count > most:
            raise ComparisonError(
                f"the memory limit holds {most:,} candidate pairs and there are more",
                code="comparison.memory",
                hint="raise the threshold or the memory limit, keep only the best pairs, or take the pairs as a stream",
            )
        self._parts.append(hits)
        self._held += len(hits.left)
        if self._held >= self._run_rows:
            self._spill()

    def pieces(self) -> Iterator[CandidatePairs]:  # noqa: D102 - as promised by Collector
        if not self._levels:
            yield from _first(self._limit, self._sorted())
            return
        if self._held:
            self._spill()
        runs = [run for level in self._levels for run in level]
        self._levels = [runs]
        while len(runs) > MERGED_AT_ONCE:  # the shortest come first
            runs.append(self._merge_to_run(runs[:MERGED_AT_ONCE]))
            del runs[:MERGED_AT_ONCE]
        yield from _first(self._limit, merged(runs))

    def close(self) -> None:
        """Give back the temporary files."""
        for level in self._levels:
            for run in level:
                run.close()
        self._levels.clear()

    def _spill(self) -> None:
        """Write what is held to a run."""
        self._keep(Run.of(self._sorted(), self._block_rows, self._spilling.folder), 0)

    def _keep(self, run: "Run", level: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(run)
        if len(self._levels[level]) == MERGED_AT_ONCE:
            merged_run = self._merge_to_run(self._levels[level])
            self._levels[level] = []
            self._keep(merged_run, level + 1)

    def _merge_to_run(self, runs: "Sequence[Run]") -> "Run":
        one = Run.of(merged(runs), self._block_rows, self._spilling.folder)
        for run in runs:
            run.close()
        return one

    def _sorted(self) -> Iterator[CandidatePairs]:
        """Yield what is held, in order, block by block; it is held no more."""
        score, (rank, left, right) = self._order.of(self._parts, fields=2)
        self._parts.clear()
        self._held = 0
        for start in range(0, max(1, len(rank)), self._block_rows):  # one piece at least, be it empty
            part = slice(start, start + self._block_rows)
            yield CandidatePairs(left[part], right[part], score[rank[part]])


class Run:
    """Candidate pairs in order, in a temporary file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    @classmethod
    def of(cls, pieces: Iterator[CandidatePairs], block_rows: int, folder: Path | None) -> "Run":
        """Return a run of `pieces`, at most `block_rows` of which are read at once.

        Raises:
            FileError: the file cannot be written.
        """
        try:
            file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise unusable(folder or Path("the folder for temporary files"), "written", error) from error
        try:
            repeated: Any = ["score"]  # the stubs of pyarrow know only yes or no
            with pq.ParquetWriter(file, _SCHEMA, compression="none", use_dictionary=repeated) as writer:
                for left, right, score in pieces:
                    columns: dict[str, Any] = {
                        "left": left.astype(np.uint32),
                        "right": right.astype(np.uint32),
                        "score": score,
                    }
                    table = pa.table(columns, schema=_SCHEMA)
                    writer.write_table(table, row_group_size=block_rows)
        except OSError as error:
            file.close()
            raise unusable(folder or Path("a temporary file"), "written", error) from error
        except BaseException:
            file.close()
            raise
        return cls(file)

    def blocks(self) -> Iterator[CandidatePairs]:
        """Yield the pairs, a block at a time."""
        self._file.seek(0)
        file = pq.ParquetFile(self._file, pre_buffer=False)
        for number in range(file.num_row_groups):
            left, right, score = (
                column.to_numpy() for column in file.read_row_group(number, use_threads=False).columns
            )
            yield CandidatePairs(left, right, score)

    def close(self) -> None:
        """Take the file away."""
        self._file.close()


def merged(runs: Sequence[Run]) -> Iterator[CandidatePairs]:
    """Yield the pairs of all runs in one order.

    From the blocks at hand, everything up to the least of their last pairs is ready, whatever the runs still hold.
    """
    waiting = [run.blocks() for run in runs]
    heads = [(block, source) for source in waiting if (block := next(source, None)) is not None]
    while heads:
        bound = min(_key(block, -1) for block, _ in heads)
        ready: list[CandidatePairs] = []
        left_over = []
        for block, source in heads:
            count = _count_up_to(block, bound)
            ready.append(_some(block, slice(count)))
            rest: CandidatePairs | None = _some(block, slice(count, None))
            if count == len(block.score):
                rest = next(source, None)
            if rest is not None:
                left_over.append((rest, source))
        heads = left_over
        yield _in_one_order(ready)


def _key(block: CandidatePairs, place: int) -> tuple[float, int, int]:
    return -float(block.score[place]), int(block.left[place]), int(block.right[place])


def _count_up_to(block: CandidatePairs, bound: tuple[float, int, int]) -> int:
    """Return how many pairs of a block come before a pair, or are it."""
    start, stop = 0, len(block.score)
    for column, value in zip((-block.score, block.left, block.right), bound, strict=True):
        part = column[start:stop]
        start, stop = start + int(np.searchsorted(part, value)), start + int(np.searchsorted(part, value, side="right"))
    return stop


def _in_one_order(parts: Sequence[CandidatePairs]) -> CandidatePairs:
    ranks, distinct = score_ranks([part.score for part in parts])
    largest = [max(int(part[field].max(initial=0)) for part in parts) for field in range(2)]
    fields = [(rank, part.left, part.right) for rank, part in zip(ranks, parts, strict=True)]
    rank, left, right = in_order(fields, [len(distinct), *largest])
    return CandidatePairs(left, right, distinct[rank])


def _some(pairs: CandidatePairs, part: slice) -> CandidatePairs:
    return CandidatePairs(pairs.left[part], pairs.right[part], pairs.score[part])


def _first(limit: int | None, pieces: Iterator[CandidatePairs]) -> Iterator[CandidatePairs]:
    """Yield the first so many pairs."""
    for piece in pieces:
        yield piece if limit is None else _some(piece, slice(limit))
        if limit is not None:
            limit -= len(piece.score)
            if limit <= 0:
                return
