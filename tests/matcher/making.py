"""Strategies for encodings and candidate pairs, and a kernel that is stopped."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations_with_replacement
from threading import Event
from typing import Any

import numpy as np
from hypothesis import strategies as st

from linkage import Encodings
from linkage.symbols import ALPHABET, PAIR_BYTES, packed
from matcher import CandidatePairs, PartyPairs
from matcher.form import LEFT_ROWS
from matcher.hits import Hits
from matcher.similarity import Measure, counts
from matcher.tiles import Tiling

THRESHOLDS = st.one_of(
    st.sampled_from([0.0, 1.0, 0.5, 0.25, 0.75, 0.65, 0.95, 0.8, 2 / 3, 1 / 3, 0.1, float(np.nextafter(0.5, 1))]),
    st.floats(0, 1),
)
BIT_MEASURES = st.sampled_from(["dice", "jaccard", "hamming"])
MEASURES: st.SearchStrategy[Measure] = st.sampled_from(["dice", "jaccard", "hamming", "symbols"])


@st.composite
def two_files(draw: st.DrawFn, most_bytes: int = 130, most_rows: int = 70) -> tuple[Encodings, Encodings]:
    """Two files of one width, each with rows of several fills, rows of the other file and near misses of them."""
    width = draw(st.integers(1, most_bytes))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    fills = draw(st.lists(st.sampled_from([0.0, 0.02, 0.3, 0.5, 0.9, 1.0]), min_size=1, max_size=3))
    sides = []
    for _ in range(2):
        count = draw(st.integers(0, most_rows))
        fill = random.choice(fills, (count, 1))
        sides.append(np.packbits(random.random((count, width * 8)) < fill, axis=1))
    left, right = sides
    copies = min(len(left), len(right), draw(st.integers(0, 20)))
    noise = np.packbits(random.random((copies, width * 8)) < 0.05, axis=1)
    right[:copies] = left[:copies] ^ (noise * random.integers(0, 2, (copies, 1), dtype=np.uint8))
    return Encodings.from_bytes(left), Encodings.from_bytes(right[random.permutation(len(right))])


@st.composite
def files_and_measure(
    draw: st.DrawFn,
    most_bytes: int = 130,
    most_rows: int = 70,
    measures: st.SearchStrategy[Measure] = MEASURES,
) -> tuple[tuple[Encodings, Encodings], Measure]:
    """Two files and how they are compared; codes of symbols share some, many or nearly none."""
    measure = draw(measures)
    if measure != "symbols":
        return draw(two_files(most_bytes, most_rows)), measure
    places = 2 * draw(st.integers(1, most_bytes // PAIR_BYTES))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    alphabet = draw(st.sampled_from([1, 2, 30, ALPHABET]))
    first = random.integers(ALPHABET + 1 - alphabet)
    rows = [
        random.integers(first, first + alphabet, (draw(st.integers(0, most_rows)), places), dtype=np.uint16)
        for _ in range(2)
    ]
    copies = min(*map(len, rows), draw(st.integers(0, 20)))
    kept = random.random((copies, places)) < random.random((copies, 1))
    rows[1][:copies][kept] = rows[0][:copies][kept]
    left, right = (Encodings.from_bytes(packed(side)) for side in rows)
    return (left, right), measure


@st.composite
def comparisons(draw: st.DrawFn, *, with_itself: bool = False) -> list[PartyPairs]:
    """Candidate pairs of a few parties, with many ties, each two parties at most once."""
    parties = draw(st.integers(1 if with_itself else 2, 5))
    rows = draw(st.integers(1, 7))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels = draw(st.sampled_from([1, 2, 5, 1000]))
    found = []
    for left, right in combinations_with_replacement(range(parties), 2):
        if left == right and not with_itself:
            continue
        key = random.choice(rows * rows, size=random.integers(0, rows * rows + 1), replace=False)
        if left == right:
            key = key[key // rows < key % rows]
        score = random.integers(1, levels + 1, len(key)) / levels
        order = np.lexsort((key, -score))
        key = key[order]
        found.append(PartyPairs(left, right, CandidatePairs(key // rows, key % rows, score[order])))
    return found


def random_encodings(count: int, width: int, fill: float, seed: int) -> Encodings:
    """Encodings of `width` bytes whose bits are set independently."""
    random = np.random.default_rng(seed)
    return Encodings.from_bytes(np.packbits(random.random((count, width * 8)) < fill, axis=1))


def same(one: CandidatePairs, other: CandidatePairs) -> bool:
    """Whether two results are equal, down to the types."""
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other, strict=True))


def joined(pieces: Iterable[CandidatePairs]) -> CandidatePairs:
    """Pieces as one."""
    left, right, score = zip(*pieces, strict=True)
    return CandidatePairs(np.concatenate(left), np.concatenate(right), np.concatenate(score))


def hits_of(  # noqa: PLR0917 - all of them vary
    left: Encodings,
    right: Encodings,
    pairs: CandidatePairs,
    random: np.random.Generator,
    measure: Measure = "dice",
    at_once: int = 7,
) -> Iterator[Hits]:
    """The pairs as the kernel would find them, in random order, a few at once."""
    order = random.permutation(len(pairs.score))
    for start in range(0, len(order), at_once):
        i, j = pairs.left[order[start : start + at_once]], pairs.right[order[start : start + at_once]]
        yield Hits(*(field.astype(np.uint32) for field in (i, j, *counts(measure, left, right, (i, j)))))


class StoppedInTheSecond:
    """A kernel during whose second call the work is told to stop.

    Attributes:
        rows_compared: left rows of each call.
    """

    def __init__(self, compare_tile: Callable[..., tuple[int, int, int]]) -> None:
        self._compare_tile, self._stop = compare_tile, Event()
        self.rows_compared: list[int] = []

    def __call__(self, *arguments: Any) -> tuple[int, int, int]:
        """Compare a tile."""
        block, block_stop, *_ = arguments[4]
        self.rows_compared.append((block_stop - block) * LEFT_ROWS)
        if len(self.rows_compared) == 2:
            self._stop.set()
        return self._compare_tile(*arguments)

    def run(self, tiling: Tiling) -> None:
        """Compare all tiles, as one thread does."""
        comparer = tiling.comparer(lambda needed: needed, lambda _: None, self._stop, (0, 0))
        for tile in tiling.tiles():
            comparer.compare(tile)
