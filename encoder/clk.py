"""Bloom-filter encodings of whole records (stub: interface only)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.command import OnProgress
from linkage.schema import Schema


class Fault(NamedTuple):
    """What is wrong with one cell: index of the row in its batch (from 0), field identifier, rule."""

    row: int
    field: str
    rule: str


class EncodedBatch(NamedTuple):
    """Encodings of a batch, uint8 (m, schema.encoding_bytes), and its faults by (row, column).

    The encoding of a row with a fault means nothing and must not be used.
    """

    encodings: NDArray[np.uint8]
    faults: list[Fault]


class ClkEncoder:
    """Encodes batches of columns under one schema and secret."""

    def __init__(self, schema: Schema, secret: bytes | str) -> None:
        self.schema = schema

    def encode(self, columns: Sequence[Sequence[str]], *, validate: bool = True) -> EncodedBatch:
        """Return the encodings of a batch: one sequence of texts per field of the schema (ignored fields included)."""
        raise NotImplementedError


def encode_clks(
    rows: Iterable[Sequence[str]],
    schema: Schema | Mapping[str, Any] | str | Path,
    secret: bytes | str,
    *,
    validate: bool = True,
    on_progress: OnProgress | None = None,
) -> NDArray[np.uint8]:
    """Return the encodings of `rows`, uint8 (n, bits / 8)."""
    raise NotImplementedError
