"""Documents of the host that entries name by digest, as much of them as somebody who verifies or reports needs."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from linkage.canonical import parse_json
from linkage.envelope import Envelope
from linkage.identity import PublicIdentity
from linkage.manifest import PAYLOAD_TYPE, Digest, Manifest, Moment


class _Paper(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Return the paper in `content`.

        Raises:
            ValueError: it is another one.
        """
        try:
            return cls.model_validate(parse_json(content))
        except ValidationError:
            raise ValueError("a document of another form") from None


class PlannedSubmission(_Paper):
    """A submission as a plan names it."""

    submission: str
    agency: str
    category: str
    package: Digest


class PlannedComparison(_Paper):
    """Two submissions that are compared, and the legal ground as the host stated it."""

    left: str
    right: str
    ground: str


class PlanPaper(_Paper):
    """The plan of a run: what it compares, and in a standing operation what it knows from earlier runs."""

    operation: str
    agreement: Digest
    standing: bool = False
    submissions: list[PlannedSubmission]
    comparisons: list[PlannedComparison]
    known: list[PlannedComparison] = []


class Predecessor(_Paper):
    """The run of a standing operation that was published before another, and the digest of its result."""

    run: str
    result: Digest


class ParametersPaper(_Paper):
    """How a run was done: the threshold of each circle that shares a secret, whether it was given, and by what.

    The merge threshold is that of :func:`matcher.solve_groups` in circles whose files are all compared; in others it is
    1, as it was in all with earlier programs, which did not say it.
    A run of a standing operation says also after which run it came, and the digest of the names of that one's groups
    and of those before, which it took over; earlier programs did not.
    """

    run: str
    thresholds: list[float]
    given: bool
    engine: str
    software: str
    merge_threshold: float = 1.0
    predecessor: Predecessor | None = None
    names: Digest | None = None


class _Certificate(_Paper):
    @classmethod
    def signed(cls, content: bytes, host: PublicIdentity) -> Self:
        """Return the certificate in an envelope that the host has signed.

        Raises:
            ValueError: it has not, or it is another document.
        """
        envelope = Envelope.parse(content)
        if not envelope.signed_by(host):
            raise ValueError("not signed by the host")
        return cls.read(envelope.payload)


class CertificatePaper(_Certificate):
    """A certificate of deletion."""

    format: Literal["counterfoil-deletion/1"]
    submission: str
    package: Digest
    reason: str
    deleted: Moment
    due: Moment
    encodings_before: int
    encodings_after: int
    hits_before: int
    hits_after: int


class LogsPaper(_Certificate):
    """A certificate that logs were deleted: entries of the ledger from before some time, and what they were about."""

    format: Literal["counterfoil-logs-deletion/1"]
    operation: str
    deleted: Moment
    before: Moment
    entries: list[int]
    subjects: list[str]


def stated_manifest(content: bytes) -> tuple[Manifest, Envelope]:
    """Return the manifest in an envelope, and the envelope, which says whether an agency has signed it.

    Raises:
        ValueError, ManifestError: it is another document.
    """
    envelope = Envelope.parse(content)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ValueError("not a manifest")
    return Manifest.parse(envelope.payload), envelope
