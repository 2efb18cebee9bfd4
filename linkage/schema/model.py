"""The linkage schema as a value: a superset of clkhash's linkage schema version 3.

The JSON keys are clkhash's, the attribute names ours. What clkhash allows and leaves without effect is refused here;
``clkhash_documents`` drops it when it reads a document of theirs.
"""

import base64
import binascii
import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from linkage.canonical import canonical_json, digest_of
from linkage.schema.hardening import Blip, Measure, Step, Unrelated, check_steps, measure_of, unrelated_of, widths
from linkage.schema.part import Part
from linkage.schema.salting import check_salts
from linkage.schema.strategy import Strategy

LARGEST_FILTER_BITS = 1 << 20
BYTE_BITS = 8
LARGEST_FIELD_COUNT = 1024
STANDARDISATION = 7
"""The version of the rules that standardise values; other rules give other bits, so it decides which files match."""

Standard = Literal[
    "name.folded",
    "name.skeleton",
    "name.phonetic",
    "name.class",
    "date.whole",
    "date.year",
    "date.near_years",
    "date.decade",
    "date.month",
    "date.day",
    "date.numbers",
    "sex",
    "country",
    "place",
    "place.spelling",
    "document",
]
"""What a standardised value becomes; docs/standardisation.md says how, :mod:`encoder.standardise` does it."""
BLAKE2B_KEY_BYTES = 64
HKDF_BLOCKS = 255
HASH_BYTES = {"SHA256": 32, "SHA512": 64}
_LARGEST_JSON_INTEGER = 2**53 - 1  # RFC 8785 writes no larger one

Description = Annotated[str | None, Key(default=None, max_length=10_000)]


class Kdf(Part):
    """How one key per field is derived from the secret: HKDF (RFC 5869)."""

    type: Literal["HKDF"] = "HKDF"
    hash: Literal["SHA256", "SHA512"] = "SHA256"
    salt: str | None = Key(default=None, max_length=4096, description="base64")
    info: str | None = Key(default=None, max_length=4096, description="base64")
    key_size: int = Key(default=64, alias="keySize", ge=1, le=HKDF_BLOCKS * 64, description="bytes per key")

    @model_validator(mode="after")
    def _decodable(self) -> Self:
        for name in ("salt", "info"):
            text = getattr(self, name)
            try:
                base64.b64decode(text or "", validate=True)
            except binascii.Error:
                raise ValueError(f"{name} must be base64") from None
        return self

    @property
    def salt_bytes(self) -> bytes | None:
        """The salt, or None for RFC 5869's string of zeros."""
        return base64.b64decode(self.salt) if self.salt else None

    @property
    def info_bytes(self) -> bytes:
        """The context string."""
        return base64.b64decode(self.info or "")


class ClkConfig(Part):
    """The filter: its length and the keys."""

    bits: int = Key(alias="l", ge=1, le=LARGEST_FILTER_BITS, description="bits of an encoding, after folding")
    kdf: Kdf
    xor_folds: int = Key(default=0, alias="xorFolds", ge=0, le=20, description="times the filter is folded in half")


class StringFormat(Part):
    """Text, optionally of a length and a case, or matching a pattern as a whole."""

    type: Literal["string"]
    encoding: Literal["ascii", "utf-8", "utf-16", "utf-32"] = "utf-8"
    case: Literal["upper", "lower", "mixed"] = "mixed"
    min_length: int | None = Key(default=None, alias="minLength", ge=0)
    max_length: int | None = Key(default=None, alias="maxLength", ge=1)
    pattern: str | None = Key(default=None, max_length=4096, description="regular expression, matched as a whole")
    description: Description

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.pattern is None:
            return self
        if self.case != "mixed" or self.min_length is not None or self.max_length is not None:
            raise ValueError("pattern cannot stand beside case, minLength or maxLength")
        try:
            re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError):
            raise ValueError("pattern is not a valid regular expression") from None
        return self


class IntegerFormat(Part):
    """A whole number, optionally in a range."""

    type: Literal["integer"]
    minimum: int | None = None
    maximum: int | None = None
    description: Description


class DateFormat(Part):
    """A date as `format` (strptime) writes it; it is hashed as %Y%m%d."""

    type: Literal["date"]
    format: str = Key(max_length=200)
    description: Description


class EnumFormat(Part):
    """One of a closed set of values."""

    type: Literal["enum"]
    values: tuple[str, ...] = Key(max_length=100_000, strict=False)
    description: Description


class StandardFormat(Part):
    """A value as people write it, standardised before it is tokenised: none, one or several parts."""

    type: Literal["standard"]
    standard: Standard
    description: Description


Format = Annotated[StringFormat | IntegerFormat | DateFormat | EnumFormat | StandardFormat, Key(discriminator="type")]


class NgramComparison(Part):
    """Values are alike when they share n-grams."""

    type: Literal["ngram"]
    n: int = Key(ge=1, le=64)
    positional: bool = False


class ExactComparison(Part):
    """Values are alike when they are equal."""

    type: Literal["exact"]


class NumericComparison(Part):
    """Numbers are alike when they are near (Vatsalan & Christen, J. Biomed. Inform. 2016)."""

    type: Literal["numeric"]
    threshold_distance: int | float = Key(alias="thresholdDistance", gt=0, allow_inf_nan=False)
    resolution: int = Key(ge=1, le=10_000)
    fractional_precision: int = Key(default=0, ge=0, le=300)

    @model_validator(mode="after")
    def _has_interval(self) -> Self:
        try:
            if self.distance_interval == 0:
                raise ValueError("fractional_precision is too small to tell thresholdDistance from zero")
        except OverflowError:
            raise ValueError("thresholdDistance is too large for its fractional_precision") from None
        return self

    @property
    def distance_interval(self) -> int:
        """The distance between neighbouring tokens, in units of 10**-fractional_precision / (2 resolution)."""
        return int(round(self.threshold_distance * pow(10, self.fractional_precision)))  # noqa: RUF046


Comparison = Annotated[NgramComparison | ExactComparison | NumericComparison, Key(discriminator="type")]


class BlakeHash(Part):
    """Independent hash functions cut from keyed BLAKE2b."""

    type: Literal["blakeHash"] = "blakeHash"


class DoubleHash(Part):
    """Double hashing with HMAC-SHA1 and HMAC-MD5 (Schnell et al. 2011); weak, for existing users only."""

    type: Literal["doubleHash"]
    prevent_singularity: bool = False


Hash = Annotated[BlakeHash | DoubleHash, Key(discriminator="type")]


class MissingValue(Part):
    """The text that stands for "no value", and what is hashed in its place."""

    sentinel: str
    replace_with: str | None = Key(default=None, alias="replaceWith")


class Hashing(Part):
    """How a field's values become bits."""

    comparison: Comparison
    strategy: Strategy
    hash: Hash = BlakeHash()
    missing_value: MissingValue | None = Key(default=None, alias="missingValue")
    salt: str | None = Key(default=None, max_length=1000, description="identifier of the field that salts the tokens")

    @model_validator(mode="after")
    def _can_be_weighed(self) -> Self:
        if self.strategy.frequency_weights is not None and isinstance(self.comparison, NumericComparison):
            raise ValueError("strategy.frequencyWeights cannot stand beside a numeric comparison; leave them out")
        if self.strategy.frequency_weights is not None and self.salt is not None:
            raise ValueError(
                "strategy.frequencyWeights cannot stand beside salt, which makes other tokens; leave one out"
            )
        return self


class Field(Part):
    """What is hashed of one column. An ignored field has neither format nor hashing, but its place counts for the keys.

    Several fields may have the same source: what they hash are several representations of one value.
    """

    identifier: str = Key(max_length=1000)
    source: str | None = Key(default=None, max_length=1000, description="column of the table; the identifier if absent")
    description: Description
    ignored: bool = False
    format: Format | None = None
    hashing: Hashing | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.ignored and (self.format is not None or self.hashing is not None):
            raise ValueError("an ignored field has neither format nor hashing")
        if not self.ignored and (self.format is None or self.hashing is None):
            raise ValueError("needs format and hashing, or ignored: true")
        if self.standard is not None and self.hashing is not None:
            if self.hashing.missing_value is not None:
                raise ValueError("missingValue cannot stand beside a standard format, which knows missing values")
            if isinstance(self.hashing.comparison, NumericComparison):
                raise ValueError("a standard format cannot be compared as a number")
        return self

    @property
    def column(self) -> str:
        """Name of the column of the table that this field is made of."""
        return self.identifier if self.source is None else self.source

    @property
    def standard(self) -> Standard | None:
        """How the value is standardised, or None if it is hashed as it is written."""
        return self.format.standard if isinstance(self.format, StandardFormat) else None


class Aliases(Part):
    """A column with further names of the same person; each gives an encoding of its own, under the same token."""

    source: str = Key(max_length=1000, description="column of the table; it may be absent")
    of: str = Key(max_length=1000, description="the column whose value they may take the place of")


class Schema(Part):
    """A linkage schema. The order of the fields is that of the columns, and their keys depend on it."""

    version: Literal["counterfoil/1"] = "counterfoil/1"
    name: str = Key(default="", max_length=200)
    standardisation: Literal[7] | None = Key(
        default=None, description="version of the rules of standard formats; present where one is used"
    )
    clk: ClkConfig = Key(alias="clkConfig")
    aliases: Aliases | None = None
    hardening: tuple[Step, ...] = Key(default=(), max_length=8, strict=False, description="what is done to the filter")
    fields: tuple[Field, ...] = Key(alias="features", min_length=1, max_length=LARGEST_FIELD_COUNT, strict=False)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        kdf = self.clk.kdf
        if self.filter_bits > LARGEST_FILTER_BITS:
            raise ValueError(f"the filter before folding has more than {LARGEST_FILTER_BITS:,} bits")
        if 2 * len(self.fields) * kdf.key_size > HKDF_BLOCKS * HASH_BYTES[kdf.hash]:
            most = HKDF_BLOCKS * HASH_BYTES[kdf.hash] // (2 * kdf.key_size)
            raise ValueError(
                f"HKDF with {kdf.hash} and keySize {kdf.key_size} gives keys for at most {most} fields, ignored ones "
                f"included, and the schema has {len(self.fields)}; use SHA512 or a smaller keySize"
            )
        if (self.standardisation is None) != all(field.standard is None for field in self.used_fields):
            raise ValueError("standardisation must be given if a field has a standard format, and only then")
        if self.aliases is not None and self.aliases.of not in self.columns:
            raise ValueError("aliases.of must name a column that a field is made of")
        if self.aliases is not None and self.aliases.source in self.columns:
            raise ValueError("aliases.source must not be a column that a field is made of")
        for field in self.used_fields:
            if field.hashing is None or not isinstance(field.hashing.hash, BlakeHash):
                continue
            if self.filter_bits & (self.filter_bits - 1):
                raise ValueError(f"field '{field.identifier}': blakeHash needs a filter length that is a power of two")
            if kdf.key_size > BLAKE2B_KEY_BYTES:
                raise ValueError(f"field '{field.identifier}': blakeHash needs a keySize of at most 64")
        return self

    @model_validator(mode="after")
    def _can_be_hardened(self) -> Self:
        check_steps(self.clk.bits, self.clk.xor_folds, self.hardening, [field.identifier for field in self.used_fields])
        check_salts([(field.identifier, field.hashing.salt if field.hashing else None) for field in self.used_fields])
        return self

    @property
    def filter_bits(self) -> int:
        """Length of the filter before folding, in bits."""
        return self.clk.bits << self.clk.xor_folds

    @property
    def encoded_bits(self) -> int:
        """Length of an encoding in bits, after folding and hardening."""
        return widths(self.clk.bits, self.hardening)[-1]

    @property
    def encoding_bytes(self) -> int:
        """Length of an encoding in bytes; the last byte is padded with zero bits on the right."""
        return -(-self.encoded_bits // BYTE_BITS)

    @property
    def measure(self) -> Measure:
        """The similarity that the encodings are compared by."""
        return measure_of(self.hardening)

    @property
    def unrelated(self) -> Unrelated | None:
        """How many bits are equal in two records that have nothing in common, where a law says so."""
        return unrelated_of(self.hardening)

    @property
    def noisy(self) -> bool:
        """Whether bits are flipped by noise that the counterfoil must remember."""
        return any(isinstance(step, Blip) for step in self.hardening)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Names of all fields, in order, ignored ones included."""
        return tuple(field.identifier for field in self.fields)

    @property
    def used_fields(self) -> tuple[Field, ...]:
        """The fields that are hashed."""
        return tuple(field for field in self.fields if not field.ignored)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the hashed fields are made of, each once, in the order of the fields."""
        return tuple(dict.fromkeys(field.column for field in self.used_fields))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that decides the bits (RFC 8785 form), so not of name and descriptions.

        Of frequency weights it is also of their source.

        A clkhash document and our own with the same effect have the same digest.
        """
        return digest_of(canonical_json(_without(self.document(), {"name", "description"})))

    def document(self) -> dict[str, Any]:
        """Return the schema as JSON-like data of our own format, every default written out."""
        document = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        if not self.hardening:
            del document["hardening"]  # no steps, no mention: digests of plain schemas stay what they were
        return document


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, names) for key, item in value.items() if key not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) > _LARGEST_JSON_INTEGER:
        return str(value)
    return value
