"""A pack as it is read entry by entry: what went before, and what the documents say that an entry names."""

from dataclasses import dataclass
from datetime import datetime

from linkage.agreement import SignedAgreement
from linkage.identity import PublicIdentity
from linkage.ledger.chronicle import Chronicle
from linkage.ledger.entry import Entry
from linkage.ledger.pack import Pack
from linkage.manifest import parse_moment


@dataclass(frozen=True, slots=True)
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


def not_in_force(signed: SignedAgreement, entry: Entry) -> list[str]:
    """Return why the agreement was not in force when an entry was made."""
    return [f"the agreement was not in force: {why}" for why in signed.not_in_force(parse_moment(entry.time))]


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number and its noun, such as ``1 run`` or ``1,204 runs``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
