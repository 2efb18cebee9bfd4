"""The second opinion: the same encodings, made by clkhash itself.

clkhash comes with the ``reference`` extra. It runs in this process (``max_workers=1``): its process pool never returns
when a row is invalid.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoder.clk import ClkEncoder, EncodedBatch
from encoder.hardening import Seeds
from linkage.schema import Schema
from linkage.schema.clkhash_documents import to_clkhash


class ClkhashEngine:
    """Encodes with clkhash; what is wrong with a cell is found by our own reading, whose words name no value."""

    def __init__(self, schema: Schema, secret: bytes | str, *, validate: bool = True) -> None:
        from clkhash.clk import generate_clks
        from clkhash.schema import from_json_dict

        self.description = f"clkhash {version('clkhash')}"
        self._native = ClkEncoder(schema, secret, validate=validate)
        self._validate = validate
        self._width = schema.encoding_bytes
        self._schema: Any = from_json_dict(to_clkhash(schema.document()))
        self._secret = secret
        self._generate = generate_clks

    def encode(self, columns: Sequence[Sequence[str]], seeds: Seeds | None = None) -> EncodedBatch:  # noqa: ARG002 - clkhash flips no bits
        """Return the encodings of a batch; see :meth:`encoder.clk.ClkEncoder.encode`."""
        rows = list(zip(*columns, strict=True))
        native = self._native.encode(columns)
        faults = native.faults
        faulty = {fault.row for fault in faults}
        sound = [index for index in range(len(rows)) if index not in faulty]
        encodings: NDArray[np.uint8] = np.zeros((len(rows), self._width), dtype=np.uint8)
        if sound:
            filters = self._generate(
                [rows[index] for index in sound], self._schema, self._secret, validate=self._validate, max_workers=1
            )
            encodings[sound] = np.frombuffer(b"".join(bits.tobytes() for bits in filters), dtype=np.uint8).reshape(
                len(sound), self._width
            )
        return native._replace(encodings=encodings)
