"""The engines that can encode: our own, and clkhash as a second opinion."""

from collections.abc import Sequence
from typing import Protocol

from encoder.clk import ClkEncoder, EncodedBatch
from linkage.errors import InputError
from linkage.schema import Schema

ENGINES = ("native", "clkhash")


class Engine(Protocol):
    """Encodes batches of columns; `description` goes into the manifest."""

    description: str

    def encode(self, columns: Sequence[Sequence[str]]) -> EncodedBatch:
        """Return the encodings of a batch; see :meth:`encoder.clk.ClkEncoder.encode`."""
        ...  # pragma: no cover


def make_engine(name: str, schema: Schema, secret: bytes | str) -> Engine:
    """Return the engine called `name`.

    Raises:
        InputError: there is no such engine, or clkhash is not installed.
    """
    if name == "native":
        return ClkEncoder(schema, secret)
    if name != "clkhash":
        raise InputError(f"engine must be one of {', '.join(ENGINES)}", code="engine.unknown")
    from encoder.clkhash_engine import ClkhashEngine

    try:
        return ClkhashEngine(schema, secret)
    except ModuleNotFoundError as error:
        raise InputError(
            "the engine clkhash is not installed",
            code="engine.missing",
            hint="it comes with the extra 'reference', which needs uv: uv sync --extra reference",
        ) from error
