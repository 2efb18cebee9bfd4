"""From the texts of cells to the parts that are tokenised: one text per value, or as many as its standard form has."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from encoder.grams import Tokens, tokens_of
from encoder.numbering import gathered
from encoder.standardise import Facts, column_standardiser
from encoder.texts import numbered_texts
from encoder.values import ValueReader
from linkage.schema import Field


class ReadParts(NamedTuple):
    """The texts that some values are tokenised as.

    Attributes:
        vocabulary: the texts.
        ids: int64, shape (all texts,): index into the vocabulary, value by value.
        counts: int64, shape (values,): how many texts each value has.
        faults: index of a value that does not fit -> rule.
    """

    vocabulary: list[str]
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    faults: dict[int, str]


class ReadTokens(NamedTuple):
    """The tokens of values, each once in the vocabulary, and what is wrong with some values: index -> rule."""

    tokens: Tokens
    faults: dict[int, str]


class ReadTexts(NamedTuple):
    """The texts that some values are tokenised as, and their tokens.

    Attributes:
        tokens: of the texts.
        ids: int64, shape (all texts,): which text, value by value.
        counts: int64, shape (values,): how many texts each value has.
        faults: index of a value that does not fit -> rule.
    """

    tokens: Tokens
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    faults: dict[int, str]

    @classmethod
    def of_values(cls, read: ReadTokens) -> "ReadTexts":
        """Return values each of which is one text."""
        values = len(read.tokens.counts)
        return cls(read.tokens, np.arange(values), np.ones(values, dtype=np.int64), read.faults)


class Reader(Protocol):
    """Reads the values of a field into tokens."""

    def read_texts(self, values: Sequence[str]) -> ReadTexts:
        """Return the tokens of the texts of `values`."""
        ...  # pragma: no cover

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
        self._parts = None if field.standard is None else column_standardiser(field.standard, facts)
        self._values = ValueReader(field, validate=validate) if field.standard is None else None

    def split(self, values: Sequence[str]) -> ReadParts:
        """Return what is tokenised of `values`: the parts of a standard form, else the one text of each."""
        if self._parts is not None:
            return ReadParts(*self._parts(values), faults={})
        assert self._values is not None
        texts, faults = self._values.read(values)
        return ReadParts(texts, np.arange(len(texts)), np.ones(len(texts), dtype=np.int64), faults)

    def read_texts(self, values: Sequence[str]) -> ReadTexts:
        """Return the tokens of the texts of `values`."""
        parts = self.split(values)
        tokens = tokens_of(parts.vocabulary, self._comparison)
        faults = parts.faults | tokens.faults if self._parts is None else {}
        return ReadTexts(tokens, parts.ids, parts.counts, faults)

    def read(self, values: Sequence[str]) -> ReadTokens:
        """Return the tokens of `values`, in the order of the values."""
        tokens, texts, text_counts, faults = self.read_texts(values)
        numbers, vocabulary = numbered_texts(tokens.vocabulary)
        ids = numbers[gathered(tokens.ids, tokens.counts, texts)]
        counts = summed_runs(tokens.counts[texts], text_counts)
        return ReadTokens(Tokens(vocabulary, ids, counts, {}), faults)


def summed_runs(counts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of successive runs of `counts`, of the given lengths."""
    ends = np.cumsum(lengths, dtype=np.int64)
    totals = np.concatenate([[0], np.cumsum(counts)])
    sums: NDArray[np.int64] = totals[ends] - totals[ends - lengths]
    return sums
