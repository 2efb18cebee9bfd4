"""Hash tables of the right rows under one key, and the look-up of the left rows in them, compiled by Numba."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.hits import Hits
from matcher.lanes import count_bits

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]

CANDIDATES = 1 << 12
"""Pairs gathered before they are compared, so that the processor fetches many of them from memory at once."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: multiplying by it spreads keys
_BLOCK_ROWS = 1 << 11  # their words stay in a second-level cache while the positions of a key pass by


class Rows(NamedTuple):
    """The rows of one side by rising popcount.

    Attributes:
        words: uint64, (n, words), in the order of the encodings, not of popcount.
        columns: uint64, (words, n): the same transposed, and by rising popcount.
        popcounts: int64, (n,), rising.
        numbers: uint32, (n,): index of each row in `words`.
    """

    words: Words
    columns: Words
    popcounts: Ints
    numbers: NDArray[np.uint32]


class Table(NamedTuple):
    """Right rows by bucket, and within it by rising popcount.

    Attributes:
        starts: int64, (buckets + 1,).
        entries: uint64: 32 more bits of the hash above, the row, counted by popcount, below.
        bucket_bits: the number of buckets is 2 to its power.
    """

    starts: Ints
    entries: Words
    bucket_bits: int


class Rules(NamedTuple):
    """Which pairs are looked for in a table, and which of them are hits.

    Attributes:
        first, last: int64, by left popcount: range of right rows that may pass and are looked for in this table.
        needed: int32, by sum of popcounts: least number of common bits that passes.
        masks: uint64, (tables, words): the positions of each key.
        table: number of this table.
    """

    first: Ints
    last: Ints
    needed: NDArray[np.int32]
    masks: Words
    table: int


@compiled
def hashes(columns: Words, positions: Ints, start: int) -> Words:
    """Return a hash of each row's bits at `positions`, from row `start` on: uint64 (n - start,).

    Equal hashes mean equal bits: at most 64 bits, multiplied by an odd number.

    Args:
        columns: of :class:`Rows`.
        positions: at most 64; 64 times the word and the bit within it.
        start: first row that is wanted.
    """
    rows = columns.shape[1] - start
    hashed = np.zeros(rows, dtype=np.uint64)
    for block in range(0, rows, _BLOCK_ROWS):
        part = hashed[block : block + _BLOCK_ROWS]
        for position in positions:
            column = columns[position >> 6, start + block : start + block + len(part)]
            bit = np.uint64(position & 63)
            for row in range(len(part)):
                part[row] = (part[row] << np.uint64(1)) | ((column[row] >> bit) & np.uint64(1))
        for row in range(len(part)):
            part[row] *= _SPREAD
    return hashed


@compiled
def table_of(hashed: Words, start: int, bucket_bits: int) -> Table:
    """Return the rows from `start` on by their hashes.

    Args:
        hashed: their hashes.
        start: number of the first of them.
        bucket_bits: at least 1 and at most 32.
    """
    shift = np.uint64(64 - bucket_bits)
    starts = np.zeros((1 << bucket_bits) + 1, dtype=np.int64)
    for row in range(len(hashed)):
        starts[np.int64(hashed[row] >> shift) + 1] += 1
    for place in range(1 << bucket_bits):
        starts[place + 1] += starts[place]
    entries = np.empty(len(hashed), dtype=np.uint64)
    for row in range(len(hashed)):
        bucket = np.int64(hashed[row] >> shift)
        entries[starts[bucket]] = _rest(hashed[row], bucket_bits) | np.uint64(start + row)
        starts[bucket] += 1
    for place in range(1 << bucket_bits, 0, -1):  # each start has moved on to the next bucket's
        starts[place] = starts[place - 1]
    starts[0] = 0
    return Table(starts, entries, bucket_bits)


@compiled
def look_up(  # noqa: PLR0917 - compiled code has no keywords
    table: Table,
    hashed: Words,
    start: int,
    left: Rows,
    right: Rows,
    rules: Rules,
    place: tuple[int, int],
    candidates: Ints,
    hits: Hits,
) -> tuple[int, int, int]:
    """Return the (row, entry of its bucket) to go on with, and the hits written.

    A pair is a hit of the first table in which its encodings agree, so that each pair is a hit once. Stops when the
    hits of the next candidates might not fit, so that the caller can empty `hits` and go on.

    Args:
        table: right rows.
        hashed: hashes of the left rows from `start` on.
        start: first left row to look up.
        left: one side.
        right: the other.
        rules: which pairs are hits.
        place: where to begin, (0, 0) or what the last call returned.
        candidates: int64 (CANDIDATES, 2), to use.
        hits: to write, at least CANDIDATES.
    """
    row, entry = place
    shift = np.uint64(64 - table.bucket_bits)
    waiting, found = 0, 0
    while row < len(hashed):
        bucket = np.int64(hashed[row] >> shift)
        rest = _rest(hashed[row], table.bucket_bits)
        popcount = left.popcounts[start + row]
        first, last = rules.first[popcount], rules.last[popcount]
        stop = table.starts[bucket + 1]
        entry += table.starts[bucket]
        while entry < stop:
            other = np.int64(table.entries[entry] & np.uint64(0xFFFFFFFF))
            if (table.entries[entry] ^ rest) >> np.uint64(32) == 0 and first <= other < last:
                if waiting == len(candidates):
                    found = _compare(candidates, waiting, left, right, rules, hits, found)
                    waiting = 0
                    if found + len(candidates) > len(hits.left):
                        return row, entry - table.starts[bucket], found
                candidates[waiting, 0], candidates[waiting, 1] = start + row, other
                waiting += 1
            entry += 1
        row, entry = row + 1, 0
    return row, 0, _compare(candidates, waiting, left, right, rules, hits, found)


@compiled
def _compare(  # noqa: PLR0917 - compiled code has no keywords
    candidates: Ints, count: int, left: Rows, right: Rows, rules: Rules, hits: Hits, found: int
) -> int:
    """Write the candidates that are hits of this table, after `found` others, and return how many there are then."""
    for candidate in range(count):
        row, other = candidates[candidate]
        one, two = left.words[left.numbers[row]], right.words[right.numbers[other]]
        common = 0
        for word in range(len(one)):
            common += count_bits(one[word] & two[word])
        together = left.popcounts[row] + right.popcounts[other]
        if common >= rules.needed[together] and _first_table(one, two, rules) == rules.table:
            hits.left[found], hits.right[found] = left.numbers[row], right.numbers[other]
            hits.common[found], hits.together[found] = common, together
            found += 1
    return found


@compiled
def _first_table(one: Words, two: Words, rules: Rules) -> int:
    """Return the number of the first table, up to this one, in which two encodings agree, or -1."""
    for table in range(rules.table + 1):
        word = 0
        while word < len(one) and (one[word] ^ two[word]) & rules.masks[table, word] == 0:
            word += 1
        if word == len(one):
            return table
    return -1


@compiled
def _rest(hashed: np.uint64, bucket_bits: int) -> np.uint64:
    """Return the 32 bits of a hash that follow those of its bucket, at the upper end."""
    return ((hashed << np.uint64(bucket_bits)) >> np.uint64(32)) << np.uint64(32)
