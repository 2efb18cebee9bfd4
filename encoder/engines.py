"""The engines that can encode: our own, and clkhash as a second opinion."""

from collections.abc import Sequence
from typing import Protocol

from encoder.clk import ClkEncoder, ColumnFacts, EncodedBatch
from encoder.hardening import Seeds
from encoder.salting import salt_places
from linkage.errors import InputError
from linkage.schema import Schema

ENGINES = ("native", "clkhash")


class Engine(Protocol):
    """Encodes batches of columns; `description` goes into the manifest."""

    description: str

    def encode(self, columns: Sequence[Sequence[str]], seeds: Seeds | None = None) -> EncodedBatch:
        """Return the encodings of a batch; see :meth:`encoder.clk.ClkEncoder.encode`."""
        ...  # pragma: no cover


def make_engine(name: str, schema: Schema, secret: bytes | str, facts: ColumnFacts | None = None) -> Engine:
    """Return the engine called `name`; `facts` say, by column, how its values are written.

    Raises:
        InputError: there is no such engine, clkhash is not installed, or it cannot do what the schema asks for.
    """
    if name == "native":
        return ClkEncoder(schema, secret, facts=facts)
    if name != "clkhash":
        raise InputError(f"engine must be one of {', '.join(ENGINES)}", code="engine.unknown")
    if schema.standardisation is not None:
        raise InputError(
            "the engine clkhash cannot encode with a schema that standardises values",
            code="engine.schema",
            hint="use the native engine, or a schema without standard formats",
        )
    if schema.hardening or any(place is not None for place in salt_places(schema)):
        raise InputError(
            "the engine clkhash cannot harden or salt encodings",
            code="engine.schema",
            hint="use the native engine, or a schema without hardening and salts",
        )
    if any(field.hashing and field.hashing.strategy.frequency_weights for field in schema.fields):
        raise InputError(
            "the engine clkhash cannot weigh tokens by their frequency",
            code="engine.schema",
            hint="use the native engine, or a schema without frequencyWeights",
        )
    from encoder.clkhash_engine import ClkhashEngine

    try:
        return ClkhashEngine(schema, secret)
    except ModuleNotFoundError as error:
        raise InputError(
            "the engine clkhash is not installed",
            code="engine.missing",
            hint="it comes with the extra 'reference', which needs uv: uv sync --extra reference",
        ) from error
