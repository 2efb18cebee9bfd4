"""What a linkage schema does to a typical record: how full the filter gets, and where the parameters are poor."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from linkage.errors import SchemaError
from linkage.schema.hardening import Measure, MinHash, Saul
from linkage.schema.model import (
    LARGEST_FILTER_BITS,
    DoubleHash,
    Format,
    Hashing,
    Schema,
)
from linkage.schema.typical import TypicalValue, expected_distinct, reachable_bits, typical_value
from linkage.schema.wording import (
    comparison_words,
    format_words,
    hash_words,
    missing_words,
    step_words,
    strategy_words,
)

FULL = 0.5
SPARSE = 0.05
SHORT_BITS = 512


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """One hashed field in words, and what a typical value of it does: see :mod:`linkage.schema.typical`."""

    identifier: str
    format: str
    comparison: str
    strategy: str
    hash: str
    missing: str
    length: float
    tokens: float
    bits_set: float


@dataclass(frozen=True, slots=True)
class SchemaWarning:
    """A poor choice: a stable code, the field (or the empty string) and a sentence."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class SchemaSummary:
    """What a schema does.

    `filter_fill` is the expected share of bits set before folding, `fill` after it, both before hardening; where votes
    or draws take the place of the filter (saul, minhash), every bit is as likely set as not.
    """

    name: str
    digest: str
    bits: int
    filter_bits: int
    xor_folds: int
    encoded_bits: int
    measure: Measure
    hardening: tuple[str, ...]
    fields: tuple[FieldSummary, ...]
    ignored: tuple[str, ...]
    filter_fill: float
    fill: float
    warnings: tuple[SchemaWarning, ...]


@dataclass(frozen=True, slots=True)
class _Used:
    """A hashed field and its typical value."""

    identifier: str
    format: Format
    hashing: Hashing
    value: TypicalValue


def summarise(schema: Schema, lengths: Mapping[str, float] | None = None) -> SchemaSummary:
    """Return what `schema` does to a typical record.

    Args:
        schema: a checked schema.
        lengths: identifier -> length of a typical value in characters, in place of the assumed one.

    Raises:
        SchemaError: a length for a field that is not hashed, or one that is not a length.
    """
    fields = _used_fields(schema, lengths or {})
    no_filter = schema.hardening and isinstance(schema.hardening[0], Saul | MinHash)
    filter_fill, fill = (FULL, FULL) if no_filter else _expected_fill(schema, fields)
    return SchemaSummary(
        name=schema.name,
        digest=schema.digest,
        bits=schema.clk.bits,
        filter_bits=schema.filter_bits,
        xor_folds=schema.clk.xor_folds,
        encoded_bits=schema.encoded_bits,
        measure=schema.measure,
        hardening=tuple(map(step_words, schema.hardening)),
        fields=tuple(_field_summary(schema, field) for field in fields),
        ignored=tuple(field.identifier for field in schema.fields if field.ignored),
        filter_fill=filter_fill,
        fill=fill,
        warnings=(
            *_filter_warnings(schema, fields, filter_fill),
            *(warning for field in fields for warning in _field_warnings(field)),
        ),
    )


def _used_fields(schema: Schema, lengths: Mapping[str, float]) -> list[_Used]:
    used = []
    for field in schema.used_fields:
        assert field.format is not None
        assert field.hashing is not None
        value = typical_value(field.format, field.hashing, lengths.get(field.identifier))
        used.append(_Used(field.identifier, field.format, field.hashing, value))
    for identifier, length in lengths.items():
        if identifier not in {field.identifier for field in used}:
            raise SchemaError(f"no hashed field is called '{identifier}'", code="schema.length")
        if not 0 <= length <= LARGEST_FILTER_BITS:
            raise SchemaError(f"field '{identifier}': a length is a number of at least 0", code="schema.length")
    return used


def _expected_fill(schema: Schema, fields: list[_Used]) -> tuple[float, float]:
    """Return the expected share of bits set before and after folding.

    A bit stays unset with the product of the fields' chances to miss it, (1 - 1/reach)^insertions each; the xor of
    bits that are set with chances p_i is set with chance (1 - product of (1 - 2 p_i)) / 2.
    """
    unset = np.ones(schema.filter_bits)
    for field in fields:
        reach = reachable_bits(schema.filter_bits, field.hashing)
        unset[:reach] *= (1 - 1 / reach) ** field.value.insertions
    folded = (1 - np.prod(2 * unset.reshape(-1, schema.clk.bits) - 1, axis=0)) / 2
    return float(1 - unset.mean()), float(folded.mean())


def _filter_warnings(schema: Schema, fields: list[_Used], fill: float) -> Iterator[SchemaWarning]:
    if not schema.hardening:
        yield SchemaWarning(
            "hardening.none",
            "",
            "nothing hardens the encodings: a host with a register finds out who many of the records are "
            "('counterfoil assess' measures it, docs/privacy.md)",
        )
    if fill > FULL:
        yield SchemaWarning(
            "fill.high",
            "",
            f"a typical record sets {fill:.0%} of the filter's bits, so that unlike records look alike; "
            "use a longer filter or fewer bits per token",
        )
    if fill < SPARSE:
        yield SchemaWarning(
            "fill.low",
            "",
            f"a typical record sets only {fill:.1%} of the filter's bits; a shorter filter would do, and single bits "
            "tell more about a value",
        )
    if schema.encoded_bits < SHORT_BITS:
        yield SchemaWarning(
            "filter.short", "", f"an encoding has fewer than {SHORT_BITS} bits: chance decides many comparisons"
        )
    reach = min((reachable_bits(schema.filter_bits, field.hashing) for field in fields), default=schema.filter_bits)
    if reach < schema.filter_bits:
        yield SchemaWarning(
            "filter.unreachable",
            "",
            f"blakeHash reaches only the first {reach:,} of the filter's {schema.filter_bits:,} bits before folding",
        )
    for identifier, count in Counter(schema.identifiers).items():
        if count > 1:
            yield SchemaWarning("field.duplicate", identifier, f"{count} fields have this identifier")


def _field_warnings(field: _Used) -> Iterator[SchemaWarning]:
    hashing, name = field.hashing, field.identifier
    if isinstance(hashing.hash, DoubleHash):
        yield SchemaWarning(
            "hash.double",
            name,
            "double hashing is weak: its bits follow patterns that known attacks use; use blakeHash",
        )
        if not hashing.hash.prevent_singularity:
            yield SchemaWarning(
                "hash.singularity", name, "some tokens set a single bit only; set prevent_singularity to true"
            )
    if hashing.salt is not None:
        yield SchemaWarning(
            "salt.costly",
            name,
            f"an error in '{hashing.salt}', which salts it, destroys all similarity of this field, and a record "
            f"without '{hashing.salt}' has none of it hashed; salt only by what is checked",
        )
    if (hashing.strategy.bits_per_feature or field.value.tokens) < field.value.tokens:
        yield SchemaWarning(
            "strategy.sparse",
            name,
            f"a typical value has {field.value.tokens:.0f} tokens and bitsPerFeature is "
            f"{hashing.strategy.bits_per_feature}: the last tokens set no bit",
        )
    missing = hashing.missing_value
    if missing is not None and missing.replace_with is None and missing.sentinel:
        yield SchemaWarning(
            "missing.sentinel",
            name,
            "the sentinel itself is hashed, so that two records without a value look alike; "
            'add "replaceWith": "" to hash nothing',
        )
    if missing is not None and missing.replace_with:
        yield SchemaWarning(
            "missing.replacement",
            name,
            "what replaces a missing value is hashed, so that two records without a value look alike; "
            'use "replaceWith": "" to hash nothing',
        )


def _field_summary(schema: Schema, field: _Used) -> FieldSummary:
    return FieldSummary(
        identifier=field.identifier,
        format=format_words(field.format),
        comparison=comparison_words(field.hashing),
        strategy=strategy_words(field.hashing),
        hash=hash_words(field.hashing),
        missing=missing_words(field.hashing),
        length=field.value.length,
        tokens=field.value.tokens,
        bits_set=expected_distinct(reachable_bits(schema.filter_bits, field.hashing), field.value.insertions),
    )
