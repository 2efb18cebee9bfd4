"""What the entries of a pack tell, by what they are about: agreements, submissions, runs, looks, deletions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from linkage.ledger.entry import Entry, Kind
from linkage.ledger.pack import Numbered, Pack
from linkage.manifest import parse_moment

LOOKS = frozenset({Kind.HITS_VIEWED, Kind.HITS_DISCLOSED, Kind.HIT_DECIDED})


@dataclass(slots=True)
class Chronicle:
    """The entries read so far, each where it belongs; whoever reads them in order knows at each what went before."""

    agreements: list[Numbered] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    submissions: dict[str, Numbered] = field(default_factory=dict)
    erased: dict[str, Numbered] = field(default_factory=dict)
    withdrawn: dict[str, list[Numbered]] = field(default_factory=lambda: defaultdict(list))
    orders: dict[str, Numbered] = field(default_factory=dict)
    published: dict[str, Numbered] = field(default_factory=dict)
    ended: dict[str, Numbered] = field(default_factory=dict)
    repeated: list[Numbered] = field(default_factory=list)
    looks: list[Numbered] = field(default_factory=list)
    hits_erased: dict[str, list[Numbered]] = field(default_factory=lambda: defaultdict(list))
    logs_erased: list[Numbered] = field(default_factory=list)
    freezes: list[Numbered] = field(default_factory=list)
    frozen: Numbered | None = None

    @classmethod
    def of(cls, entries: Iterable[Numbered]) -> "Chronicle":
        """Return the chronicle of some entries in their order."""
        found = cls()
        for numbered in entries:
            found.learn(numbered)
        return found

    def learn(self, numbered: Numbered) -> None:
        """Put the next entry where it belongs."""
        entry = numbered.entry
        subject = entry.subject or ""
        by_subject = {
            Kind.SUBMISSION_ACCEPTED: self.submissions,
            Kind.SUBMISSION_ERASED: self.erased,
            Kind.RUN_ORDERED: self.orders,
            Kind.RUN_PUBLISHED: self.published,
            Kind.RUN_ENDED: self.ended,
        }
        if entry.kind in by_subject:
            by_subject[entry.kind][subject] = numbered
        match entry.kind:
            case Kind.AGREEMENT_REGISTERED:
                self.agreements.append(numbered)
                self.frozen = None  # a version that all have signed anew is how a frozen operation goes on
            case Kind.CREDENTIAL_REVOKED:
                self.revoked.add(entry.digests["credential"])
            case Kind.RECORDS_WITHDRAWN:
                self.withdrawn[subject].append(numbered)
            case Kind.RUN_REPEATED:
                self.repeated.append(numbered)
            case Kind.HITS_ERASED:
                self.hits_erased[subject].append(numbered)
            case Kind.LOGS_ERASED:
                self.logs_erased.append(numbered)
            case Kind.OPERATION_FROZEN:
                self.freezes.append(numbered)
                self.frozen = numbered
            case kind if kind in LOOKS:
                self.looks.append(numbered)

    @property
    def registered(self) -> set[str]:
        """Digests of the agreements that were registered."""
        return {found.entry.digests["agreement"] for found in self.agreements}

    @property
    def deletions(self) -> list[Numbered]:
        """The deletions of submissions and of records of them, each with a certificate, in their order."""
        of_records = (found for each in self.withdrawn.values() for found in each)
        return sorted((*self.erased.values(), *of_records), key=lambda found: found.number)

    @property
    def records_withdrawn(self) -> int:
        """How many records were taken out of submissions."""
        return sum(found.entry.count or 0 for each in self.withdrawn.values() for found in each)

    def records(self, submission: str) -> int:
        """Return how many records of a submission were not withdrawn, whether it is still there or not."""
        gone = sum(found.entry.count or 0 for found in self.withdrawn.get(submission, ()))
        return (self.submissions[submission].entry.count or 0) - gone

    def hits_left(self, run: str) -> int:
        """Return how many hits of a published run were not erased yet."""
        gone = sum(found.entry.count or 0 for found in self.hits_erased.get(run, ()))
        return (self.published[run].entry.count or 0) - gone


def due(submission: Entry) -> datetime:
    """Return when a submission has to be deleted."""
    return parse_moment(submission.due or submission.time)


def hits_due(pack: Pack, published: Entry, orders: dict[str, Numbered]) -> datetime | None:
    """Return when the hits of a run have to be deleted, or None where the agreement is not in the pack."""
    ordered = orders.get(published.subject or "")
    digest = published.digests.get("agreement") or (ordered.entry.digests["agreement"] if ordered else "")
    signed = pack.signed_agreements.get(digest)
    if signed is None:
        return None
    return parse_moment(published.time) + timedelta(days=signed.agreement.retention.hits_days)
