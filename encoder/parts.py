"""From the texts of cells to the parts that are tokenised: one text per value, or as many as its standard form has."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.grams import Tokens, tokens_of
from encoder.standardise import Facts, standardiser
from encoder.values import ValueReader
from linkage.schema import Field


class ReadTokens(NamedTuple):
    """The tokens of some values, and what is wrong with values that have none for that reason: index -> rule."""

    tokens: Tokens
    faults: dict[int, str]


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

    def read(self, values: Sequence[str]) -> ReadTokens:
        """Return the tokens of `values`, in the order of the values."""
        if self._values is not None:
            texts, faults = self._values.read(values)
            tokens = tokens_of(texts, self._comparison)
            return ReadTokens(tokens, faults | tokens.faults)
        assert self._parts is not None
        parts = [self._parts(value) for value in values]
        tokens = tokens_of(list(chain.from_iterable(parts)), self._comparison)
        return ReadTokens(tokens._replace(counts=_summed(tokens.counts, [len(some) for some in parts])), {})


def _summed(counts: NDArray[np.int64], lengths: Sequence[int]) -> NDArray[np.int64]:
    """Return the sums of successive runs of `counts`, of the given lengths."""
    ends = np.cumsum(lengths, dtype=np.int64)
    totals = np.concatenate([[0], np.cumsum(counts)])
    sums: NDArray[np.int64] = totals[ends] - totals[ends - np.asarray(lengths, dtype=np.int64)]
    return sums
