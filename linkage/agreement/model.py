"""The agreement as a value: who may compare what with whom, why, how, and for how long.

The model says what form an agreement has. Whether it makes sense as a whole is told by
:mod:`linkage.agreement.findings`, for people; whether it binds anybody by :mod:`linkage.agreement.signed`.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from linkage.canonical import canonical_json, digest_of, parse_json
from linkage.category import Category
from linkage.errors import AgreementError
from linkage.identity import AGENCY_NAME, PublicIdentity
from linkage.manifest import Digest, Moment, SchemaReference, Text
from linkage.problems import first_problem
from linkage.sealing.keys import PublicSealingKey

ANY = "any"
"""Stands for every agency in a pairing; so no agency may be called that."""
LARGEST_AGREEMENT_BYTES = 8 << 20
LONGEST_RETENTION_DAYS = 36_500


def _root_key_text(text: str) -> str:
    PublicIdentity.from_text("", text)
    return text


def _sealing_key_text(text: str) -> str:
    PublicSealingKey.from_text("", text)
    return text


AgencyName = Annotated[str, Field(pattern=AGENCY_NAME)]
Prose = Annotated[Text, Field(min_length=1, max_length=10_000)]
Line = Annotated[Text, Field(min_length=1, max_length=500)]
Jurisdiction = Annotated[str, Field(pattern=r"^[A-Z]{2,3}$", description="ISO 3166-1, alpha-2 or alpha-3; or EU, UN")]
RootKey = Annotated[str, AfterValidator(_root_key_text), Field(description="Ed25519, base64")]
SealingKeyText = Annotated[str, AfterValidator(_sealing_key_text), Field(description="ML-KEM-768 + X25519, base64")]
Days = Annotated[int, Field(ge=1, le=LONGEST_RETENTION_DAYS)]
Categories = Annotated[tuple[Annotated[Category, Field(strict=False)], ...], Field(strict=False)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy made and checked anew, so that nothing stays that was computed from the former text."""
        return (
            type(self).model_validate({**self.model_dump(), **(update or {})})
            if update
            else super().model_copy(deep=deep)
        )


class _Organisation(_Part):
    jurisdiction: Jurisdiction
    regime: Literal["led", "gdpr", "un", "other"] = Field(
        description="Directive (EU) 2016/680, Regulation (EU) 2016/679, United Nations principles, or other law"
    )
    root_key: RootKey
    sealing_key: SealingKeyText
    data_protection_officer: Line = Field(description="how to reach that person")


class Party(_Organisation):
    """An agency: under which law it works, its keys, whom to reach, and which categories it may submit."""

    agency: AgencyName
    contact_point: Line = Field(description="shown to the other side of a hit")
    categories: Categories = Field(description="what it may submit")

    @cached_property
    def root(self) -> PublicIdentity:
        """The key that signs for the agency and certifies its officers."""
        return PublicIdentity.from_text(self.agency, self.root_key)

    @cached_property
    def sealing(self) -> PublicSealingKey:
        """The key that the operation secret is sealed to."""
        return PublicSealingKey.from_text(self.agency, self.sealing_key)


class Host(_Organisation):
    """The organisation that runs the matcher. It signs, and it never holds an operation secret."""

    name: AgencyName
    contact: Line

    @cached_property
    def root(self) -> PublicIdentity:
        """The key that signs for the host and certifies its operators."""
        return PublicIdentity.from_text(self.name, self.root_key)

    @cached_property
    def sealing(self) -> PublicSealingKey:
        """The key that packages on a USB stick are sealed to; never an operation secret."""
        return PublicSealingKey.from_text(self.name, self.sealing_key)


class HardeningStep(_Part):
    """One step that the schema must have, and the least that its numbers may be."""

    step: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    at_least: dict[str, int] = Field(default_factory=dict, max_length=10)


class AgreedSchema(SchemaReference):
    """The linkage schema, by its digest, and the hardening that it must have at least."""

    minimum_hardening: tuple[HardeningStep, ...] = Field(default=(), strict=False, max_length=20)


class Key(_Part):
    """Who shares a secret: all parties one, or each pair its own; and which secret it is, counted from 1."""

    scope: Literal["operation", "pair"]
    epoch: int = Field(ge=1, le=1_000_000)


class Side(_Part):
    """One side of a pairing: the submissions of an agency, or of any, in a category."""

    agency: AgencyName = Field(description="an agency, or 'any'")
    category: Category = Field(strict=False)


def sides_in_order(one: Side, other: Side) -> tuple[Side, Side]:
    """Return both sides in one order, whichever way round they are given."""
    return (one, other) if (one.agency, one.category) <= (other.agency, other.category) else (other, one)


class Pairing(_Part):
    """One permitted comparison between two agencies, its legal ground, and who must look at its hits."""

    left: Side
    right: Side
    legal_ground: Prose
    review: Literal["one_reviewer", "two_reviewers", "protection_officer_first"]

    @property
    def key(self) -> tuple[Side, Side]:
        """Both sides, in one order whichever way round the pairing is written."""
        return sides_in_order(self.left, self.right)


class Retention(_Part):
    """For how long what is kept."""

    encodings_days: Days
    hits_days: Days
    logs_days: Days


class Quotas(_Part):
    """How much a party may submit and order."""

    records_per_submission: int = Field(ge=1, le=1_000_000_000)
    submissions_per_day: int = Field(ge=1, le=100_000)
    runs_per_day: int = Field(ge=1, le=100_000)


class Ordering(_Part):
    """Who may order a run: any party, the named ones, or nobody, because every submission starts one."""

    by: Literal["any_party", "named", "on_submission"]
    agencies: tuple[AgencyName, ...] = Field(default=(), strict=False, max_length=1000)
    threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="least similarity in runs that a submission starts; none: the one that the encodings suggest",
    )


class Agreement(_Part):
    """What the parties sign. Without a pairing, and so without a legal ground, nothing is compared."""

    format: Literal["counterfoil-agreement/1"] = "counterfoil-agreement/1"
    operation: AgencyName = Field(description="name of the operation; the same in all versions")
    title: Line
    version: int = Field(ge=1, le=1_000_000)
    predecessor: Digest | None = Field(default=None, description="digest of the version before; none of the first")
    purpose: Prose
    legal_basis: Prose
    parties: tuple[Party, ...] = Field(strict=False, max_length=1000)
    host: Host
    linkage_schema: AgreedSchema
    key: Key
    categories: Categories
    pairings: tuple[Pairing, ...] = Field(strict=False, max_length=10_000)
    retention: Retention
    hit_shows: Literal["band", "score"] = "band"
    quotas: Quotas
    runs: Ordering
    valid_from: Moment
    valid_until: Moment

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and the SHA-256 of the canonical form: what names this version."""
        return digest_of(self.encode())

    def party(self, agency: str) -> Party | None:
        """Return the party called `agency`, or None."""
        return self._by_name.get(agency)

    @cached_property
    def _by_name(self) -> dict[str, Party]:
        return {party.agency: party for party in self.parties}

    @cached_property
    def grounds(self) -> dict[tuple[Side, Side], Pairing]:
        """The pairings by their sides in :meth:`Pairing.key`'s order; of two with the same sides the first."""
        return {pairing.key: pairing for pairing in reversed(self.pairings)}

    def document(self) -> dict[str, Any]:
        """Return the agreement as JSON-like data; what is not known is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def encode(self) -> bytes:
        """Return the agreement in its one spelling (RFC 8785)."""
        return canonical_json(self.document())

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the agreement in `content`; ``Agreement.parse(content).encode() == content``.

        Raises:
            AgreementError: not an agreement, or another spelling of one.
        """
        agreement = cls.read_loosely(content)
        if agreement.encode() != content:
            raise AgreementError("the agreement is not in canonical form (RFC 8785)")
        return agreement

    @classmethod
    def read_loosely(cls, content: bytes) -> Self:
        """Return the agreement in `content`, in any spelling: what a person may have edited.

        Raises:
            AgreementError: not an agreement.
        """
        if len(content) > LARGEST_AGREEMENT_BYTES:
            raise AgreementError(f"larger than the {LARGEST_AGREEMENT_BYTES:,} bytes that an agreement may have")
        try:
            return cls.model_validate(parse_json(content))
        except ValidationError as error:
            raise AgreementError(first_problem(error)) from None
        except ValueError as error:
            raise AgreementError(str(error)) from None
