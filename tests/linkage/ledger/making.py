"""A ledger of an operation that went as agreed, its host and agencies, and packs made of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from linkage.canonical import base64_text, canonical_json, digest_of
from linkage.category import Category
from linkage.credential import Role, issue
from linkage.envelope import Envelope
from linkage.identity import Identity
from linkage.ledger import Checkpoint, Compared, Entry, Kind, Opening, Side, SignedCheckpoint
from linkage.ledger.pack import HostKey, Numbered, OpeningDocument, Pack, SoftwareUsed, leaves_text
from linkage.ledger.tree import head_of, leaf_hash
from linkage.manifest import PAYLOAD_TYPE, Manifest, moment_text
from tests.linkage import agreements
from tests.linkage.making import draft

START = datetime(2026, 11, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPERATION = "lantern"
HOST: Identity = agreements.keys(agreements.HOST).root
AGREEMENT = agreements.signed()
OPENING = Opening("justification", "seen at the border in case 5", b"s" * 32)
PACKAGE = "sha256:" + "4d" * 32
GROUND = AGREEMENT.agreement.pairings[0].legal_ground


def agency(name: str) -> Identity:
    """The key of an agency."""
    return agreements.keys(name).root


def certificate(name: str, *, signer: Identity = HOST, **changes: Any) -> bytes:
    """The host's word that the submission of an agency is gone."""
    stated = {
        "format": "counterfoil-deletion/1",
        "operation": OPERATION,
        "agency": name,
        "submission": f"s-{name}",
        "package": PACKAGE,
        "reason": "expired",
        "deleted": moment(13),
        "due": moment(12),
        "encodings_before": 40,
        "encodings_after": 0,
        "hits_before": 0,
        "hits_after": 0,
    }
    return Envelope.signed(
        "application/vnd.counterfoil.deletion+json", canonical_json(stated | changes), signer
    ).encode()


@cache
def credential(name: str, officer: str, *, signer: str = "", days: int = 365) -> bytes:
    """The credential of an officer of an agency."""
    return issue(
        officer,
        Role.AGENCY_OFFICER,
        Identity.new(name).public,
        agency(signer or name),
        valid_from=START - timedelta(days=1),
        valid_until=START + timedelta(days=days),
    )


def plan(ground: str = GROUND, package: str = PACKAGE) -> bytes:
    """The plan of the run."""
    return canonical_json(
        {
            "format": "counterfoil-plan/1",
            "operation": OPERATION,
            "agreement": AGREEMENT.digest,
            "submissions": [
                {"submission": f"s-{name}", "agency": name, "category": "suspect", "package": package}
                for name in ("atl", "bor", "cyr")
            ],
            "comparisons": [
                {"left": "s-atl", "right": f"s-{name}", "ground": ground, "pairs": 1600} for name in ("bor", "cyr")
            ],
        }
    )


def moment(number: int) -> str:
    """The time of entry `number`: one every ten minutes."""
    return moment_text(START + timedelta(minutes=10 * number))


@cache
def manifest(
    name: str,
    category: Category = Category.SUSPECT,
    *,
    signer: Identity | None = None,
    confirmation: str = "2b" * 32,
    checkpoint: str | None = None,
) -> bytes:
    """The signed manifest of a submission."""
    key = signer or agency(name)
    statement = Manifest.model_validate(
        draft().model_dump()
        | {
            "category": category,
            "agency": name,
            "public_key": key.public.key_text,
            "key_confirmation": confirmation,
            "checkpoint": checkpoint,
            "records": 40,
            "encodings": 40,
            "encodings_digest": "sha256:" + "3c" * 32,
        }
    )
    return Envelope.signed(PAYLOAD_TYPE, statement.encode(), key).encode()


def registered(number: int = 0, **changes: Any) -> Entry:
    """The entry of the agreement."""
    stated = {"kind": Kind.AGREEMENT_REGISTERED, "agency": "host", "digests": {"agreement": AGREEMENT.digest}}
    return entry(number, **stated | changes)


def accepted(number: int, name: str, category: Category = Category.SUSPECT, **changes: Any) -> Entry:
    """The entry of a submission, whose id is ``s-`` and the name of the agency."""
    digests = {
        "agreement": AGREEMENT.digest,
        "package": PACKAGE,
        "manifest": digest_of(manifest(name, category)),
    }
    stated = {
        "kind": Kind.SUBMISSION_ACCEPTED,
        "agency": name,
        "subject": f"s-{name}",
        "category": category,
        "count": 40,
        "due": moment_text(START + timedelta(days=60)),
        "digests": digests,
    }
    return entry(number, **stated | changes)


def side(name: str, category: Category = Category.SUSPECT) -> Side:
    """A side of a comparison: the submission of an agency."""
    return Side(submission=f"s-{name}", agency=name, category=category)


PLAN = plan()
CREDENTIALS = (credential("atl", "o-17"), credential("bor", "o-4"))
COMPARED = (Compared(left=side("atl"), right=side("bor")), Compared(left=side("atl"), right=side("cyr")))


def ordered(number: int, run: str = "run-1", **changes: Any) -> Entry:
    """The entry of an order to compare atl with bor and with cyr."""
    stated = {
        "kind": Kind.RUN_ORDERED,
        "agency": "atl",
        "subject": run,
        "officer": "o-17",
        "justification": "investigation",
        "comparisons": COMPARED,
        "digests": {"agreement": AGREEMENT.digest, "plan": digest_of(PLAN)},
    }
    return entry(number, **stated | changes)


def published(number: int, run: str = "run-1", **changes: Any) -> Entry:
    """The entry of its result."""
    stated = {
        "kind": Kind.RUN_PUBLISHED,
        "agency": "host",
        "subject": run,
        "count": 6,
        "comparisons": COMPARED,
        "digests": {"plan": digest_of(PLAN), "result": "sha256:" + "5e" * 32},
    }
    return entry(number, **stated | changes)


def ended(number: int, **changes: Any) -> Entry:
    """The entry of a run that was called off."""
    stated = {"kind": Kind.RUN_ENDED, "agency": "host", "subject": "run-1", "reason": "cancelled"}
    return entry(number, **stated | changes)


def repeated(number: int, *, result: str = "sha256:" + "5e" * 32, **changes: Any) -> Entry:
    """The entry of a run that was done once more."""
    stated = {
        "kind": Kind.RUN_REPEATED,
        "agency": "host",
        "officer": "console",
        "justification": "audit",
        "subject": "run-1",
        "reason": "anonlink",
        "count": 6,
        "digests": {"plan": digest_of(PLAN), "result": result},
    }
    return entry(number, **stated | changes)


def frozen(number: int, **changes: Any) -> Entry:
    """The entry of a freeze."""
    stated = {"kind": Kind.OPERATION_FROZEN, "agency": "atl", "officer": "o-17", "justification": "incident"}
    return entry(number, **stated | changes)


def hits_erased(number: int, **changes: Any) -> Entry:
    """The entry of the deletion of hits."""
    stated = {"kind": Kind.HITS_ERASED, "agency": "host", "subject": "run-1", "reason": "expired", "count": 6}
    return entry(number, **stated | changes)


def viewed(number: int, **changes: Any) -> Entry:
    """The entry of a look at hits."""
    stated = {
        "kind": Kind.HITS_VIEWED,
        "agency": "bor",
        "subject": "run-1",
        "officer": "o-4",
        "justification": "investigation",
        "count": 3,
    }
    return entry(number, **stated | changes)


def erased(number: int, name: str, **changes: Any) -> Entry:
    """The entry of the deletion of a submission."""
    stated = {
        "kind": Kind.SUBMISSION_ERASED,
        "agency": "host",
        "subject": f"s-{name}",
        "reason": "expired",
        "count": 40,
        "digests": {"certificate": digest_of(certificate(name))},
    }
    return entry(number, **stated | changes)


def entry(number: int, **stated: Any) -> Entry:
    """An entry of the operation at the time of its number."""
    return Entry(**{"time": moment(number), "operation": OPERATION} | stated)


def story(size: int = 12) -> list[Entry]:
    """The entries of an operation: three submissions, a run, looks at its hits, and a deletion in time."""
    entries = [
        registered(0),
        accepted(1, "atl"),
        accepted(2, "bor"),
        accepted(3, "cyr", due=moment_text(START + timedelta(hours=2))),
        ordered(4),
        published(5),
    ]
    entries += [viewed(number, commitments={"justification": OPENING.commitment}) for number in range(6, size - 1)]
    entries.append(erased(size - 1, "cyr", time=moment(13)))
    return sorted(entries, key=lambda found: found.time)


def signed(entries: Sequence[Entry], host: Identity = HOST) -> SignedCheckpoint:
    """The checkpoint of a ledger of these entries."""
    return of_leaves(leaves(entries), host)


def of_leaves(hashes: Sequence[bytes], host: Identity = HOST) -> SignedCheckpoint:
    """The checkpoint of a ledger of entries with these hashes."""
    return SignedCheckpoint.signed(Checkpoint("host", len(hashes), head_of(hashes)), host)


def leaves(entries: Sequence[Entry]) -> tuple[bytes, ...]:
    """The hashes of entries."""
    return tuple(leaf_hash(found.encode()) for found in entries)


def pack(entries: Sequence[Entry], /, signer: Identity = HOST, **changes: Any) -> Pack:
    """The pack of a ledger of these entries, all of the operation."""
    hashes = leaves(entries)
    manifests = {manifest(name, category) for name in agreements.AGENCIES for category in (Category.SUSPECT,)}
    stated: dict[str, Any] = {
        "made": moment_text(NOW),
        "operation": OPERATION,
        "host": HostKey(name="host", public_key=HOST.public.key_text),
        "leaves": leaves_text(hashes),
        "entries": tuple(Numbered(number=number, entry=found) for number, found in enumerate(entries)),
        "checkpoints": (of_leaves(hashes).encode().decode(),),
        "agreements": (AGREEMENT.encode().decode(),),
        "documents": tuple(content.decode() for content in sorted({PLAN, certificate("cyr"), *manifests})),
        "credentials": tuple(content.decode() for content in CREDENTIALS),
        "openings": (),
        "software": (SoftwareUsed(name="counterfoil", version="0.1.0"),),
        "signature": "",
    }
    return Pack(**stated | changes).signed(signer)


def disclosed(number: int) -> OpeningDocument:
    """The opening of the justification of an entry."""
    return OpeningDocument(number=number, name=OPENING.name, salt=base64_text(OPENING.salt), value=OPENING.value)
