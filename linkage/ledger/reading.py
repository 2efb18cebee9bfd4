"""A pack as it is read entry by entry: what went before, and what the documents say that an entry names."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from linkage.agreement import SignedAgreement
from linkage.credential import Officer
from linkage.errors import CredentialError
from linkage.identity import PublicIdentity
from linkage.ledger.chronicle import Chronicle
from linkage.ledger.entry import Entry, Kind
from linkage.ledger.pack import Pack
from linkage.ledger.papers import LogsPaper, PlanPaper
from linkage.manifest import parse_moment


class Forgotten(NamedTuple):
    """Entries by their numbers, and the submissions and runs that they were about."""

    numbers: frozenset[int]
    subjects: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """What a check of an entry may look at.

    Attributes:
        pack: the whole of it.
        host: whose signature counts.
        now: up to when what is due is asked for.
        known: what the entries before the present one told.
    """

    pack: Pack
    host: PublicIdentity
    now: datetime
    known: Chronicle

    @cached_property
    def officers(self) -> dict[tuple[str, str], list[Officer]]:
        """The officers of the pack by agency and pseudonym; each credential is one that a root key has signed."""
        found: defaultdict[tuple[str, str], list[Officer]] = defaultdict(list)
        for officer in certified(self.pack):
            found[officer.issuer, officer.officer].append(officer)
        return found

    @cached_property
    def _plans(self) -> dict[str, PlanPaper]:
        """The plans of the pack by their digests."""
        named = {found.entry.digests["plan"] for found in self.pack.entries if "plan" in found.entry.digests}
        found = {}
        for digest in named & self.pack.document_of.keys():
            with suppress(ValueError):
                found[digest] = PlanPaper.read(self.pack.document_of[digest])
        return found

    @cached_property
    def forgotten(self) -> Forgotten:
        """What was in logs that have been deleted, as the host's certificates say."""
        numbers: set[int] = set()
        subjects: set[str] = set()
        for entry in (found.entry for found in self.pack.entries if found.entry.kind is Kind.LOGS_ERASED):
            with suppress(ValueError):
                paper = self.logs(entry)
                numbers.update(paper.entries)
                subjects.update(paper.subjects)
        return Forgotten(frozenset(numbers), frozenset(subjects))

    def logs(self, entry: Entry) -> LogsPaper:
        """Return the certificate of a deletion of logs.

        Raises:
            ValueError: it is not in the pack, not signed by the host, or another document.
        """
        content = self.pack.document_of.get(entry.digests["certificate"])
        if content is None:
            raise ValueError("the certificate of deletion is not in the pack")
        return LogsPaper.signed(content, self.host)

    def plan(self, entry: Entry) -> PlanPaper | None:
        """Return the plan that an order or a result names, or None if it is not in the pack or no plan."""
        return self._plans.get(entry.digests["plan"])

    def agreement(self, entry: Entry) -> SignedAgreement | str:
        """Return the agreement that an entry names, or why it cannot be relied on."""
        digest = entry.digests["agreement"]
        signed = self.pack.signed_agreements.get(digest)
        if signed is None:
            return "the agreement that it names is not in the pack"
        if digest not in self.known.registered:
            return "the agreement that it names was not registered before"
        if signed.agreement.operation != entry.operation:
            return "the agreement that it names is of another operation"
        return signed


def certified(pack: Pack) -> Iterator[Officer]:
    """Yield the officers whose credential in the pack a root key of their agency has signed, for whatever time."""
    for content in map(str.encode, pack.credentials):
        with suppress(CredentialError):
            claimed = Officer.claimed(content)
            if any(_signed(content, root) for root in _roots(pack, claimed.issuer)):
                yield claimed


def _signed(credential: bytes, root: PublicIdentity) -> bool:
    try:
        Officer.parse(credential, root)
    except CredentialError:
        return False
    return True


def _roots(pack: Pack, agency: str) -> set[PublicIdentity]:
    """Return the root keys that agreements name for an agency or the host."""
    found = set()
    for signed in pack.signed_agreements.values():
        party = signed.agreement.party(agency)
        if party is not None:
            found.add(party.root)
        elif agency == signed.agreement.host.name:
            found.add(signed.agreement.host.root)
    return found


def not_in_force(signed: SignedAgreement, entry: Entry) -> list[str]:
    """Return why the agreement was not in force when an entry was made."""
    return [f"the agreement was not in force: {why}" for why in signed.not_in_force(parse_moment(entry.time))]


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number and its noun, such as ``1 run`` or ``1,204 runs``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
