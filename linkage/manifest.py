"""The manifest of a package: what is in it, who made it, how, and for how long it may be kept."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from linkage.canonical import canonical_json, parse_json
from linkage.category import Category
from linkage.errors import ManifestError
from linkage.identity import AGENCY_NAME, PublicIdentity
from linkage.problems import first_problem
from linkage.schema.model import LARGEST_FILTER_BITS

PAYLOAD_TYPE = "application/vnd.counterfoil.manifest+json"
MANIFEST_LIMIT_BYTES = 8 << 20  # of the signed manifest, in its envelope
LARGEST_RECORD_COUNT = 1 << 32
DIGEST = r"^sha256:[0-9a-f]{64}$"
_WHOLE_SECONDS = "%Y-%m-%dT%H:%M:%SZ"


def _canonical_moment(text: str) -> str:
    parse_moment(text)
    return text


def _unicode_text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("is not Unicode text") from None
    return text


Text = Annotated[str, AfterValidator(_unicode_text)]
Moment = Annotated[str, AfterValidator(_canonical_moment)]
Digest = Annotated[str, Field(pattern=DIGEST)]
Count = Annotated[int, Field(ge=0, le=LARGEST_RECORD_COUNT)]


def moment_text(moment: datetime) -> str:
    """Return an aware datetime as UTC text in whole seconds, ``2026-11-23T19:13:48Z``."""
    return moment.astimezone(UTC).strftime(_WHOLE_SECONDS)


def parse_moment(text: str) -> datetime:
    """Return the aware datetime that `text` writes in the one accepted form.

    Raises:
        ValueError: any other form.
    """
    try:
        moment = datetime.strptime(text, _WHOLE_SECONDS).replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None or moment_text(moment) != text:
        raise ValueError("must be a UTC time like 2026-11-23T19:13:48Z")
    return moment


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FieldQuality(_Part):
    """How well one field is filled. Counts only, never values."""

    field: Text = Field(max_length=1000)
    missing: Count


class Quality(_Part):
    """What the receiver needs to judge the data (LED Art. 7(2)): rows read, set aside and, per field, missing."""

    rows_read: Count
    rows_set_aside: Count
    fields: tuple[FieldQuality, ...] = Field(strict=False)
    mean_fill: float = Field(ge=0, le=1, description="mean share of bits set")


class Software(_Part):
    """What made the encodings."""

    counterfoil: Text = Field(max_length=100)
    engine: Text = Field(max_length=100, description="native, or the reference engine and its version")


class SchemaReference(_Part):
    """Which linkage schema was used."""

    name: Text = Field(max_length=200)
    digest: Digest


class Draft(_Part):
    """What the maker of a package states; writing it adds who signs and what was counted, and makes the Manifest."""

    category: Category = Field(strict=False)
    created: Moment
    expires: Moment
    linkage_schema: SchemaReference
    key_confirmation: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="equal for two packages made with one secret and one schema"
    )
    bits: int = Field(ge=8, le=LARGEST_FILTER_BITS, multiple_of=8, description="width of one encoding as stored")
    measure: Literal["dice", "jaccard", "hamming", "symbols"] = Field(
        description="the similarity these encodings are made for"
    )
    unrelated: Literal["binomial"] | None = Field(
        default=None,
        description=(
            "binomial: of two records with nothing in common each bit is equal with a chance of one half, or, where "
            "the measure counts symbols, each byte with one in 256"
        ),
    )
    fields_used: tuple[Text, ...] = Field(strict=False)
    fields_dropped: tuple[Text, ...] = Field(strict=False, description="columns of the table that were not used")
    quality: Quality
    software: Software
    checkpoint: Text | None = Field(
        default=None, max_length=10_000, description="last ledger checkpoint the agency saw"
    )

    @model_validator(mode="after")
    def _keeps_for_a_while(self) -> Self:
        if parse_moment(self.expires) <= parse_moment(self.created):
            raise ValueError("expires must be later than created")
        return self

    @property
    def width(self) -> int:
        """Bytes of one encoding."""
        return self.bits // 8


class Manifest(Draft):
    """The signed statement that travels with encodings."""

    format: Literal["counterfoil-package/1"] = "counterfoil-package/1"
    agency: str = Field(pattern=AGENCY_NAME)
    public_key: str = Field(pattern=r"^[A-Za-z0-9+/]{43}=$", description="Ed25519, base64")
    records: Count = Field(description="distinct tokens")
    encodings: Count = Field(description="rows of encodings.parquet; more than records where records have aliases")
    encodings_digest: Digest = Field(description="of the bytes of encodings.parquet")

    @field_validator("public_key")
    @classmethod
    def _is_a_key(cls, text: str) -> str:
        PublicIdentity.from_text("any", text)
        return text

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if self.encodings < self.records:
            raise ValueError("encodings must be at least as many as records")
        return self

    @property
    def signer(self) -> PublicIdentity:
        """The agency and the key that the manifest names; the signature must be this key's."""
        return PublicIdentity.from_text(self.agency, self.public_key)

    def expired(self, now: datetime) -> bool:
        """Return whether the package may no longer be used at `now`, an aware datetime."""
        return now >= parse_moment(self.expires)

    def document(self) -> dict[str, Any]:
        """Return the manifest as JSON-like data; what is not known is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def encode(self) -> bytes:
        """Return the manifest in its one spelling (RFC 8785)."""
        return canonical_json(self.document())

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the manifest in `content`; ``Manifest.parse(content).encode() == content``.

        Raises:
            ManifestError: not a manifest, or another spelling of one.
        """
        try:
            manifest = cls.model_validate(parse_json(content))
        except ValidationError as error:
            raise ManifestError(f"manifest: {first_problem(error)}") from None
        except ValueError as error:
            raise ManifestError(f"manifest: {error}") from None
        if manifest.encode() != content:
            raise ManifestError("manifest: not in canonical form (RFC 8785)")
        return manifest
