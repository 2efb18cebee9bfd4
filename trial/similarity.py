"""How alike the encodings of two agencies are: every pair counted, none kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings
from linkage.symbols import ALPHABET, unpacked

Symbols = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Pairs by the number of their equal symbols, from none to all.

    Attributes:
        matches: pairs of records of one person.
        others: all other pairs.
    """

    matches: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def symbols(self) -> int:
        """Symbols of an encoding."""
        return len(self.matches) - 1

    def reaching(self, threshold: float) -> tuple[int, int]:
        """Return how many matches and how many others have at least this share of equal symbols."""
        start = next(equal for equal in range(self.symbols + 2) if equal / self.symbols >= threshold)
        return sum(self.matches[start:]), sum(self.others[start:])

    def document(self) -> dict[str, Any]:
        """Return the counts as JSON-like data."""
        return {"symbols": self.symbols, "same_person": list(self.matches), "different_persons": list(self.others)}


def histogram(encodings: Sequence[Encodings], persons: Mapping[str, str]) -> Histogram:
    """Return the similarities of all pairs of records in different files.

    Args:
        encodings: one per agency, all of the same width.
        persons: token -> person.
    """
    numbers = {person: number for number, person in enumerate(sorted(set(persons.values())))}
    whose = [np.array([numbers[persons[token]] for token in one.token_texts()], dtype=np.int64) for one in encodings]
    codes = [unpacked(one.to_bytes()) for one in encodings]
    counts = np.zeros((2, codes[0].shape[1] + 1), dtype=np.int64)
    for left, right in combinations(range(len(codes)), 2):
        if not len(codes[right]):
            continue
        lookup = _Lookup(codes[right])
        for person, code in zip(whose[left].tolist(), codes[left], strict=True):
            equal = lookup.equal_symbols(code)
            same = whose[right] == person
            counts[0] += np.bincount(equal[same], minlength=counts.shape[1])
            counts[1] += np.bincount(equal[~same], minlength=counts.shape[1])
    return Histogram(tuple(counts[0].tolist()), tuple(counts[1].tolist()))


class _Lookup:
    """The rows of a file by place and symbol, so that only equal symbols are ever touched: one in 4,096 by chance."""

    def __init__(self, codes: Symbols) -> None:
        rows, places = codes.shape
        self._rows = np.ascontiguousarray(np.argsort(codes, axis=0, kind="stable").T).ravel()
        counts = np.zeros((places, ALPHABET), dtype=np.int32)
        np.add.at(counts, (np.arange(places), codes), 1)
        self._counts = counts
        self._firsts = np.cumsum(counts.ravel(), dtype=np.int32).reshape(counts.shape) - counts
        self._places, self._count = np.arange(places), rows

    def equal_symbols(self, code: Symbols) -> NDArray[np.int64]:
        """Return how many symbols each row has in common with `code`, int64 (rows,)."""
        counts, firsts = self._counts[self._places, code], self._firsts[self._places, code]
        ends = np.cumsum(counts)
        found = np.arange(ends[-1]) + np.repeat(firsts - ends + counts, counts)
        return np.bincount(self._rows[found], minlength=self._count)
