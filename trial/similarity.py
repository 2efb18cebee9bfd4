"""How alike the encodings of two agencies are: every pair counted, none kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings

Bytes = NDArray[np.uint8]
_SYMBOLS = 256


@dataclass(frozen=True, slots=True)
class Histogram:
    """Pairs by the number of their equal bytes, from none to all.

    Attributes:
        matches: pairs of records of one person.
        others: all other pairs.
    """

    matches: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Bytes of an encoding."""
        return len(self.matches) - 1

    def reaching(self, threshold: float) -> tuple[int, int]:
        """Return how many matches and how many others have at least this share of equal bytes."""
        start = next(equal for equal in range(self.bytes + 2) if equal / self.bytes >= threshold)
        return sum(self.matches[start:]), sum(self.others[start:])

    def document(self) -> dict[str, Any]:
        """Return the counts as JSON-like data."""
        return {"bytes": self.bytes, "same_person": list(self.matches), "different_persons": list(self.others)}


def histogram(encodings: Sequence[Encodings], persons: Mapping[str, str]) -> Histogram:
    """Return the similarities of all pairs of records in different files.

    Args:
        encodings: one per agency, all of the same width.
        persons: token -> person.
    """
    numbers = {person: number for number, person in enumerate(sorted(set(persons.values())))}
    whose = [np.array([numbers[persons[token]] for token in one.token_texts()], dtype=np.int64) for one in encodings]
    codes = [one.to_bytes() for one in encodings]
    counts = np.zeros((2, codes[0].shape[1] + 1), dtype=np.int64)
    for left, right in combinations(range(len(codes)), 2):
        if not len(codes[right]):
            continue
        lookup = _Lookup(codes[right])
        for person, code in zip(whose[left].tolist(), codes[left], strict=True):
            equal = lookup.equal_bytes(code)
            same = whose[right] == person
            counts[0] += np.bincount(equal[same], minlength=counts.shape[1])
            counts[1] += np.bincount(equal[~same], minlength=counts.shape[1])
    return Histogram(tuple(counts[0].tolist()), tuple(counts[1].tolist()))


class _Lookup:
    """The rows of a file by place and byte, so that only equal bytes are ever touched: one in 256 by chance."""

    def __init__(self, codes: Bytes) -> None:
        rows, places = codes.shape
        self._rows = np.ascontiguousarray(np.argsort(codes, axis=0, kind="stable").T).ravel()
        counts = np.zeros((places, _SYMBOLS), dtype=np.int64)
        np.add.at(counts, (np.arange(places), codes), 1)
        self._counts = counts
        self._firsts = np.cumsum(counts, axis=1) - counts + rows * np.arange(places)[:, None]
        self._places, self._count = np.arange(places), rows

    def equal_bytes(self, code: Bytes) -> NDArray[np.int64]:
        """Return how many bytes each row has in common with `code`, int64 (rows,)."""
        counts, firsts = self._counts[self._places, code], self._firsts[self._places, code]
        ends = np.cumsum(counts)
        found = np.arange(ends[-1]) + np.repeat(firsts - ends + counts, counts)
        return np.bincount(self._rows[found], minlength=self._count)
