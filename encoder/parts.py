"""From the texts of cells to the parts that are tokenised: one text per value, or as many as its standard form has."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from encoder.grams import Tokens, tokens_of
from encoder.standardise import Facts, standardiser
from encoder.values import ValueReader
from linkage.schema import Field


class ReadParts(NamedTuple):
    """The texts that some values are tokenised as.

    Attributes:
        texts: of one value after the other.
        counts: int64, shape (values,): how many texts each value has.
        faults: index of a value that does not fit -> rule.
    """

    texts: list[str]
    counts: NDArray[np.int64]
    faults: dict[int, str]


class ReadTokens(NamedTuple):
    """The tokens of some values, and what is wrong with values that have none for that reason: index -> rule."""

    tokens: Tokens
    faults: dict[int, str]


class Reader(Protocol):
    """Reads the values of a field into tokens."""

    def read(self, values: Sequence[str]) -> ReadTokens:
        """Return the tokens of `values`, in the order of the values."""
        ...  # pragma: no cover


class TokenReader:
    """Reads the values of one used field into tokens.

    With validate=False only what cannot be read at all is a fault. A value that its standard form finds nothing in has
    no tokens; that is no fault.
    """

    def __init__(self, field: Field, *, validate: bool, facts: Facts) -> None:
        if field.hashing is None:
            raise ValueError("an ignored field has no values to read")
        self._comparison = field.hashing.comparison
        self._parts = None if field.standard is None else standardiser(field.standard, facts)
        self._values = ValueReader(field, validate=validate) if field.standard is None else None

    def split(self, values: Sequence[str]) -> ReadParts:
        """Return what is tokenised of `values`: the parts of a standard form, else the one text of each."""
        if self._values is not None:
            texts, faults = self._values.read(values)
            return ReadParts(texts, np.ones(len(texts), dtype=np.int64), faults)
        assert self._parts is not None
        parts = [self._parts(value) for value in values]
        counts = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        return ReadParts(list(chain.from_iterable(parts)), counts, {})

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """Return the tokens of texts that :meth:`split` gave."""
        return tokens_of(texts, self._comparison)

    def read(self, values: Sequence[str]) -> ReadTokens:
        """Return the tokens of `values`, in the order of the values."""
        parts = self.split(values)
        tokens = self.tokens(parts.texts)
        if self._parts is None:
            return ReadTokens(tokens, parts.faults | tokens.faults)
        return ReadTokens(tokens._replace(counts=summed_runs(tokens.counts, parts.counts)), {})


def summed_runs(counts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of successive runs of `counts`, of the given lengths."""
    ends = np.cumsum(lengths, dtype=np.int64)
    totals = np.concatenate([[0], np.cumsum(counts)])
    sums: NDArray[np.int64] = totals[ends] - totals[ends - lengths]
    return sums
