"""What became of the values of a column, whatever encoded them."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray


class Added(NamedTuple):
    """What became of the values of a column.

    Attributes:
        faults: rows (int64 indices) and the rule they break, together; a faulty value sets no bits.
        empty: bool (rows,), whether the value set no bits.
    """

    faults: list[tuple[NDArray[np.int64], str]]
    empty: NDArray[np.bool_]

    @classmethod
    def of(cls, codes: NDArray[np.int64], faults: Mapping[int, str], empty: NDArray[np.bool_]) -> Self:
        """Return what became of rows whose values, by `codes`, have these faults, or set no bits: bool (values,)."""
        return cls([(np.flatnonzero(codes == value), rule) for value, rule in sorted(faults.items())], empty[codes])
