"""Entries: what was done with personal data, by whom, when and why (Directive (EU) 2016/680, Art. 25).

An entry names no person the records are about. Where it must point at something personal it holds a *commitment*, the
SHA-256 of a random salt and a value; the opening (salt and value) is kept aside. Once that is deleted the commitment
means nothing to anyone, and the ledger verifies as before. The entry itself holds a salt, too: when it is deleted at
the end of its time, its hash stays in the tree, and nobody can try out what it may have said.
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from linkage.canonical import canonical_json, parse_json
from linkage.category import Category
from linkage.errors import LedgerError
from linkage.identity import AGENCY_NAME
from linkage.manifest import Digest, Moment
from linkage.problems import first_problem

LARGEST_ENTRY_BYTES = 1 << 23
MOST_COMPARISONS = 20_000  # of 150 agencies, each with each; an entry of that many has 4 MB
SALT_BYTES = 32
ENTRY_SALT_BYTES = 16
CONSOLE = "console"
"""What the ledger calls whoever works at the host's own machine, where no request is signed."""

BY_FILE = "by-file"
"""What it calls whoever carries a package to the host on a stick: the agency's root key has signed that, no officer."""
STANDING = "standing-operation"
"""What it calls the host itself, where a submission starts a run as the agreement says."""


class Verb(StrEnum):
    """The six operations that Art. 25 asks to log, and one for what touches no personal data."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    ADMINISTRATION = "administration"


class Kind(StrEnum):
    """What happened."""

    AGREEMENT_REGISTERED = "agreement-registered"
    OPERATION_FROZEN = "operation-frozen"
    CREDENTIAL_REGISTERED = "credential-registered"
    REVOCATIONS_REGISTERED = "revocations-registered"
    CREDENTIAL_REVOKED = "credential-revoked"
    CEREMONY_HELD = "ceremony-held"
    CEREMONY_CONFIRMED = "ceremony-confirmed"
    LEDGER_READ = "ledger-read"
    FORK_SHOWN = "fork-shown"
    SUBMISSION_ACCEPTED = "submission-accepted"
    RUN_ORDERED = "run-ordered"
    RUN_PUBLISHED = "run-published"
    RUN_ENDED = "run-ended"
    RUN_REPEATED = "run-repeated"
    HITS_VIEWED = "hits-viewed"
    HIT_DECIDED = "hit-decided"
    HITS_DISCLOSED = "hits-disclosed"
    RECORDS_WITHDRAWN = "records-withdrawn"
    SUBMISSION_ERASED = "submission-erased"
    HITS_ERASED = "hits-erased"
    LOGS_ERASED = "logs-erased"


class Rule(NamedTuple):
    """The verb of a kind of entry, and what it must state beside time, agency and kind."""

    verb: Verb
    required: frozenset[str]


def _rule(verb: Verb, *required: str) -> Rule:
    return Rule(verb, frozenset(required))


RULES = {
    Kind.AGREEMENT_REGISTERED: _rule(Verb.ADMINISTRATION, "operation", "digests.agreement"),
    Kind.OPERATION_FROZEN: _rule(Verb.ADMINISTRATION, "operation", "officer", "justification"),
    Kind.CREDENTIAL_REGISTERED: _rule(Verb.ADMINISTRATION, "officer", "digests.credential"),
    Kind.REVOCATIONS_REGISTERED: _rule(Verb.ADMINISTRATION, "digests.revocations", "count"),
    Kind.CREDENTIAL_REVOKED: _rule(Verb.ADMINISTRATION, "digests.credential"),
    Kind.CEREMONY_HELD: _rule(Verb.ADMINISTRATION, "operation", "subject", "digests.ceremony"),
    Kind.CEREMONY_CONFIRMED: _rule(Verb.ADMINISTRATION, "operation", "subject", "digests.confirmation"),
    Kind.LEDGER_READ: _rule(Verb.ADMINISTRATION, "officer"),
    Kind.FORK_SHOWN: _rule(Verb.ADMINISTRATION, "officer", "digests.checkpoint"),
    Kind.SUBMISSION_ACCEPTED: _rule(
        Verb.COLLECTION,
        *("operation", "subject", "category", "count", "due"),
        *("digests.agreement", "digests.package", "digests.manifest"),
    ),
    Kind.RUN_ORDERED: _rule(
        Verb.COMBINATION,
        *("operation", "subject", "officer", "justification", "comparisons", "digests.agreement", "digests.plan"),
    ),
    Kind.RUN_PUBLISHED: _rule(
        Verb.COMBINATION, "operation", "subject", "count", "comparisons", "digests.plan", "digests.result"
    ),
    Kind.RUN_REPEATED: _rule(
        Verb.COMBINATION,
        *("operation", "subject", "officer", "justification", "reason", "count", "digests.plan", "digests.result"),
    ),
    Kind.RUN_ENDED: _rule(Verb.ADMINISTRATION, "operation", "subject", "reason"),
    Kind.HITS_VIEWED: _rule(Verb.CONSULTATION, "operation", "subject", "officer", "justification", "count"),
    Kind.HIT_DECIDED: _rule(Verb.ALTERATION, "operation", "subject", "officer", "justification"),
    Kind.HITS_DISCLOSED: _rule(
        Verb.DISCLOSURE, "operation", "subject", "officer", "justification", "recipient", "count"
    ),
    Kind.RECORDS_WITHDRAWN: _rule(Verb.ERASURE, "operation", "subject", "reason", "count", "digests.certificate"),
    Kind.SUBMISSION_ERASED: _rule(Verb.ERASURE, "operation", "subject", "reason", "count", "digests.certificate"),
    Kind.HITS_ERASED: _rule(Verb.ERASURE, "operation", "subject", "reason", "count"),
    Kind.LOGS_ERASED: _rule(Verb.ERASURE, "operation", "reason", "count", "digests.certificate"),
}

KEPT = frozenset({Kind.AGREEMENT_REGISTERED, Kind.CEREMONY_HELD, Kind.CEREMONY_CONFIRMED, Kind.LOGS_ERASED})
"""What stays of an operation when its logs are deleted: what was agreed, who was given the secret, what was deleted."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A salt and the value that a commitment of some name stands for; keep it apart from the ledger."""

    name: str
    value: str
    salt: bytes

    @classmethod
    def new(cls, name: str, value: str) -> Self:
        """Return an opening with a fresh salt."""
        return cls(name, value, secrets.token_bytes(SALT_BYTES))

    @property
    def commitment(self) -> str:
        """``sha256:`` and the hexadecimal SHA-256 of salt and value; the salt always has 32 bytes."""
        return f"sha256:{hashlib.sha256(self.salt + self.value.encode()).hexdigest()}"

    def opens(self, entry: "Entry") -> bool:
        """Return whether the entry commits to this value."""
        return len(self.salt) == SALT_BYTES and entry.commitments.get(self.name) == self.commitment


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Name = Annotated[str, Field(pattern=AGENCY_NAME)]
Identifier = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,62}$")]


class Side(_Part):
    """One submission in a comparison: its id, whose it is and what kind of people it is about."""

    submission: Identifier
    agency: Name
    category: Category = Field(strict=False)


class Compared(_Part):
    """Two submissions that are compared with each other."""

    left: Side
    right: Side

    @property
    def left_side(self) -> tuple[str, Category]:
        """Agency and category of the left submission."""
        return self.left.agency, self.left.category

    @property
    def right_side(self) -> tuple[str, Category]:
        """Agency and category of the right submission."""
        return self.right.agency, self.right.category


class Entry(_Part):
    """One entry; what `kind` does not need may be missing, and what is missing is not written."""

    format: Literal["counterfoil-ledger-entry/1"] = "counterfoil-ledger-entry/1"
    time: Moment
    kind: Kind = Field(strict=False)
    verb: Verb = Field(strict=False, default_factory=lambda stated: RULES[stated["kind"]].verb)
    agency: Name = Field(description="who did it; the host's name where the host did")
    officer: Identifier | None = Field(default=None, description="pseudonymous id, in the agency's own list")
    justification: Word | None = Field(default=None, description="a code; words to it are committed to only")
    recipient: Name | None = None
    operation: Name | None = None
    subject: Identifier | None = Field(default=None, description="id of the submission, run or hit")
    category: Category | None = Field(default=None, strict=False)
    count: int | None = Field(default=None, ge=0, le=1 << 53, description="records, or hits returned")
    due: Moment | None = Field(default=None, description="when it has to be deleted")
    reason: Word | None = Field(default=None, description="why it ended or went; of a repetition, by which engine")
    comparisons: tuple[Compared, ...] | None = Field(default=None, strict=False, max_length=MOST_COMPARISONS)
    digests: dict[Word, Digest] = Field(default={}, max_length=16)
    commitments: dict[Word, Digest] = Field(default={}, max_length=16)
    salt: str | None = Field(default=None, pattern=r"^[A-Za-z0-9+/]{22}==$", description="random; base64")

    @model_validator(mode="after")
    def _states_what_its_kind_needs(self) -> Self:
        rule = RULES[self.kind]
        if self.verb != rule.verb:
            raise ValueError(f"verb of {self.kind} is {rule.verb}")
        stated = {name for name, value in self if value is not None} | {f"digests.{name}" for name in self.digests}
        missing = sorted(rule.required - stated)
        if missing:
            raise ValueError(f"{self.kind} needs {', '.join(missing)}")
        return self

    @property
    def agencies(self) -> frozenset[str]:
        """Whose submissions were compared."""
        sides = (side for found in self.comparisons or () for side in (found.left, found.right))
        return frozenset(side.agency for side in sides)

    def document(self) -> dict[str, Any]:
        """Return the entry as JSON-like data; what is not stated is left out."""
        found = self.model_dump(mode="json", exclude_none=True)
        return {name: value for name, value in found.items() if value != {}}

    def encode(self) -> bytes:
        """Return the entry in its one spelling (RFC 8785): what a leaf of the tree is made of."""
        return canonical_json(self.document())

    @classmethod
    def parse(cls, content: bytes, name: str = "entry") -> Self:
        """Return the entry in `content`; ``Entry.parse(content).encode() == content``.

        Raises:
            LedgerError: not an entry, or another spelling of one; the message calls it `name`.
        """
        try:
            if len(content) > LARGEST_ENTRY_BYTES:
                raise ValueError(f"larger than {LARGEST_ENTRY_BYTES:,} bytes")
            entry = cls.model_validate(parse_json(content))
        except ValidationError as error:
            raise LedgerError(f"{name}: {first_problem(error)}", code="ledger.entry") from None
        except ValueError as error:
            raise LedgerError(f"{name}: {error}", code="ledger.entry") from None
        if entry.encode() != content:
            raise LedgerError(f"{name}: not in canonical form (RFC 8785)", code="ledger.entry")
        return entry
