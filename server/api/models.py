"""What travels through the API, as both sides read it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from linkage.manifest import Digest

ID = r"^[0-9a-f]{32}$"
Identifier = Annotated[str, Field(pattern=ID)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,62}$", description="a code, such as investigation")]
LARGEST_PAGE = 1000
PROBLEM_TYPE = "application/problem+json"
PART_TYPE = "application/octet-stream"
STANDING_TYPE = "application/vnd.counterfoil.standing+json"


class Model(BaseModel):
    """A document of the API: nothing in it that is not known, no type bent into another."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Problem(Model):
    """An error (RFC 9457). `code` is stable; no part of it repeats what was sent."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    hint: str | None = None
    request: str = Field(description="number of the request, as in the host's log")


class Status(Model):
    """That something is well."""

    status: Literal["ok"] = "ok"


class HostDocument(Model):
    """Who the host is."""

    name: str
    public_key: str
    key_id: str
    largest_part_bytes: int


class Envelope(Model):
    """A signed document (DSSE), such as an agreement or a credential, exactly as it was signed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    payload: str
    payloadType: str  # noqa: N815 - the name in the standard
    signatures: list["EnvelopeSignature"] = Field(min_length=1)


class EnvelopeSignature(Model):
    """One signature of an envelope."""

    keyid: str
    sig: str


class OfficerDocument(Model):
    """Whom a key belongs to."""

    agency: str
    officer: str
    role: str
    key_id: str


class RevocationDocument(Model):
    """The revocation list of an issuer that counts now."""

    issuer: str
    number: int
    revoked: int = Field(description="how many credentials it ends")


class OperationDocument(Model):
    """An operation, and the agreement behind it as all have signed it."""

    operation: str
    version: int
    agreement: Digest
    valid_until: str
    frozen: str | None = Field(default=None, description="since when nothing is submitted, compared or looked at")
    signed: Envelope


class OperationList(Model):
    """The caller's operations."""

    operations: list[str]


class PackOrder(Model):
    """What is added to a compliance pack: files of the key ceremony, schemas and assessments, as they stand."""

    ceremony: list[str] = Field(default=[], max_length=10_000)
    schemas: list[str] = Field(default=[], max_length=100)
    assessments: list[str] = Field(default=[], max_length=100)


class FreezeOrder(Model):
    """Why an operation is to stop."""

    justification: Word
    remarks: str | None = Field(default=None, max_length=1000, description="why, in words; kept apart from the ledger")


class FrozenDocument(Model):
    """Since when an operation is frozen."""

    operation: str
    frozen: str


class CeremonyDocument(Model):
    """A key ceremony: who shares the secret, and who has confirmed it."""

    ceremony: Identifier
    operation: str
    agreement: Digest
    epoch: int
    maker: str
    made: str
    sharers: list[str]
    agreeing: list[str] = Field(description="who confirms the secret of the maker")
    differing: list[str] = Field(description="who confirms another one")
    waiting: list[str] = Field(description="who has not confirmed")
    complete: bool


class SealedCeremonyDocument(CeremonyDocument):
    """A key ceremony with the sealed copies, as its maker has signed it; they are gone once all have confirmed."""

    signed: Envelope | None = None


class CeremonyList(Model):
    """The ceremonies that the caller's agency has a part in."""

    ceremonies: list[CeremonyDocument]


class UploadOrder(Model):
    """A package that is about to come."""

    size: int = Field(ge=1, le=1 << 40, description="bytes")
    digest: Digest


class UploadDocument(Model):
    """How much of how much has come."""

    upload: Identifier
    size: int
    received: int
    expires: str


class ReceiptDocument(Model):
    """A submission and the host's signed word for it."""

    submission: Identifier
    operation: str
    category: str
    counterpart: str | None = Field(description="for whom alone, where each pair of agencies has a secret of its own")
    records: int
    state: Literal["stored", "replaced", "withdrawn", "expired", "superseded"]
    package: Digest
    accepted: str
    expires: str
    receipt: Envelope


class SubmissionQuery(Model):
    """What becomes of the agency's earlier submissions of the same category."""

    supplement: bool = Field(
        default=False, strict=False, description="true: they stay, and this one comes beside them; false: they go"
    )


class RecordWithdrawal(Model):
    """Records of a submission that are to go, and why."""

    tokens: list[Identifier] = Field(min_length=1, max_length=LARGEST_PAGE)
    reason: Word


class SubmissionList(Model):
    """The caller's submissions in an operation."""

    submissions: list[ReceiptDocument]


class CertificateDocument(Model):
    """The host's signed word that something is gone."""

    certificate: Envelope


class CertificateList(Model):
    """The certificates of the caller's agency in an operation."""

    certificates: list[Envelope]


class PlanSubmission(Model):
    """A submission that takes part in a run."""

    submission: Identifier
    agency: str
    category: str
    counterpart: str | None
    records: int


class PlanComparison(Model):
    """Two submissions that may be compared, and why."""

    left: Identifier
    right: Identifier
    ground: str
    pairs: int


class PlanDocument(Model):
    """What a run ordered now would compare; an order names it by its digest."""

    operation: str
    agreement: Digest
    digest: Digest
    pairs: int = Field(description="of encodings, in the comparisons shown")
    others: int = Field(description="comparisons of other agencies, which the run makes too")
    submissions: list[PlanSubmission]
    comparisons: list[PlanComparison]
    known: list[PlanComparison] = Field(description="compared by earlier runs of a standing operation")


class RunOrder(Model):
    """An order to compare what a plan says."""

    plan: Digest
    threshold: Literal["auto"] | Annotated[float, Field(ge=0, le=1, strict=False)] = "auto"
    justification: Word
    remarks: str | None = Field(default=None, max_length=1000, description="why, in words; kept apart from the ledger")


class RunDocument(Model):
    """How far a run is."""

    run: Identifier
    operation: str
    ordered_by: str
    ordered: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    plan: Digest
    pairs_done: int = Field(description="of pairs_total, in proportion")
    pairs_total: int = Field(description="of encodings, in the comparisons that the caller sees")
    threshold: str
    finished: str | None = None
    result: Digest | None = None
    problem: str | None = None


class RunList(Model):
    """The runs of an operation, newest first."""

    runs: list[RunDocument]


class HitQuery(Model):
    """Which hits are looked at, and why."""

    justification: Word
    after: str = Field(default="", pattern=r"^([0-9a-f]{32})?$", description="token after which to begin")
    limit: int = Field(default=100, ge=1, le=LARGEST_PAGE, strict=False)


class CounterpartDocument(Model):
    """Another agency with a record in the group; nothing of the record itself."""

    agency: str
    jurisdiction: str
    contact: str


class HitDocument(Model):
    """A record of the caller's own agency that has a counterpart elsewhere."""

    token: str
    group: Identifier
    band: Literal["likely", "possible"]
    category: str
    counterparts: list[CounterpartDocument]


class HitList(Model):
    """A page of the caller's own hits, and the head of the ledger after this look."""

    hits: list[HitDocument]
    next: str | None = Field(default=None, description="give it as `after` for the next page")
    checkpoint: str


class ConsistencyQuery(Model):
    """From which size of the ledger to which."""

    old: int = Field(ge=0, le=1 << 53, strict=False)
    new: int = Field(ge=0, le=1 << 53, strict=False)


class ConsistencyDocument(Model):
    """The proof that the larger ledger continues the smaller one (RFC 9162, 2.1.4), base64."""

    proof: list[str]


class CheckpointDocument(Model):
    """The signed head of the ledger (C2SP signed note)."""

    checkpoint: str


class CosignedDocument(Model):
    """A checkpoint with the caller's cosignature (C2SP tlog-cosignature)."""

    checkpoint: str = Field(max_length=1 << 16)


class StandingDocument(Model):
    """What an agency would be told of an operation, as it is carried to it on a stick, signed by the host."""

    format: Literal["counterfoil-standing/1"] = "counterfoil-standing/1"
    operation: str
    agency: str
    written: str
    plan: PlanDocument | None = Field(description="none while the operation is frozen or not in force")
    runs: list[RunDocument]
    submissions: list[ReceiptDocument]
    ceremonies: list[CeremonyDocument]
    checkpoint: str


Document = dict[str, Any]
