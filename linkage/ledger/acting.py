"""What is wrong with who acted: looks at hits, officers without a credential, acts in a frozen operation."""

from collections.abc import Iterator
from datetime import timedelta

from linkage.ledger.chronicle import LOOKS, hits_due
from linkage.ledger.entry import BY_FILE, CONSOLE, STANDING, Entry, Kind
from linkage.ledger.pack import Pack
from linkage.ledger.reading import Reading
from linkage.manifest import parse_moment

_STOPPED = LOOKS | {Kind.SUBMISSION_ACCEPTED, Kind.RUN_ORDERED, Kind.RUN_PUBLISHED, Kind.RUN_REPEATED}
_DAY = timedelta(days=1)


def of_look(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield what is wrong with a look at hits or a decision about one."""
    numbered = reading.known.published.get(entry.subject or "")
    if numbered is None:
        if entry.kind is not Kind.HIT_DECIDED and entry.subject not in reading.forgotten.subjects:
            yield "there was no published run that it could be a look at"
    else:
        plan = reading.plan(numbered.entry)
        who = entry.recipient or entry.agency
        planned = {found.agency for found in plan.submissions} if plan is not None else set()
        if entry.count and who not in numbered.entry.agencies | planned:  # who asks in vain has seen nothing
            yield "the agency had no part in the run"
        until = hits_due(reading.pack, numbered.entry, reading.known.orders)
        if until is not None and parse_moment(entry.time) > until + _DAY:
            yield "the hits should have been deleted by then"
    if not entry.officer or not entry.justification:
        yield "it has no officer or no justification"


def of_officer(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield that an officer acted without a valid credential."""
    who = officer_named(reading.pack, entry)
    if who is None:
        return
    for officer in reading.officers.get(who, ()):
        if officer.valid_from <= entry.time < officer.valid_until and officer.digest not in reading.known.revoked:
            return
    yield f"officer {entry.officer} had no credential of {entry.agency} that was valid then"


def of_freeze(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield that something was done while the operation was frozen."""
    frozen = reading.known.frozen
    if frozen is not None and entry.kind in _STOPPED:
        yield f"it happened although the operation was frozen since {frozen.entry.time} (entry {frozen.number})"


def is_host_itself(pack: Pack, entry: Entry) -> bool:
    """Return whether the host acted of itself: at its own machine, where no officer signs, or as was agreed."""
    return entry.agency == pack.host.name and entry.officer in (CONSOLE, STANDING)


def officer_named(pack: Pack, entry: Entry) -> tuple[str, str] | None:
    """Return the agency and pseudonym of the officer who acted, or None where no officer's key was needed."""
    if entry.officer is None or is_host_itself(pack, entry) or entry.kind is Kind.FORK_SHOWN:
        return None  # whoever shows a fork: it proves itself, by the signature of the host
    if entry.officer == BY_FILE and entry.kind is Kind.SUBMISSION_ACCEPTED:
        return None  # the package itself is signed by the root key of the agency
    return entry.agency, entry.officer
