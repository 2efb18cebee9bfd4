"""What is wrong with who acted: looks at hits, officers without a credential, acts in a frozen operation."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import cache

from linkage.credential import Officer, officer_of
from linkage.errors import CredentialError
from linkage.identity import PublicIdentity
from linkage.ledger.chronicle import LOOKS, hits_due
from linkage.ledger.entry import CONSOLE, Entry, Kind
from linkage.ledger.pack import Pack
from linkage.ledger.reading import Reading
from linkage.manifest import parse_moment

_STOPPED = LOOKS | {Kind.SUBMISSION_ACCEPTED, Kind.RUN_ORDERED, Kind.RUN_PUBLISHED, Kind.RUN_REPEATED}
_DAY = timedelta(days=1)


def of_look(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield what is wrong with a look at hits or a decision about one."""
    numbered = reading.known.published.get(entry.subject or "")
    if numbered is None:
        if entry.kind is not Kind.HIT_DECIDED:
            yield "there was no published run that it could be a look at"
    else:
        if entry.agency not in numbered.entry.agencies:
            yield "the agency had no part in the run"
        until = hits_due(reading.pack, numbered.entry, reading.known.orders)
        if until is not None and parse_moment(entry.time) > until + _DAY:
            yield "the hits should have been deleted by then"
    if not entry.officer or not entry.justification:
        yield "it has no officer or no justification"


def of_officer(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield that an officer acted without a valid credential."""
    if entry.officer is None or is_console(reading.pack, entry):
        return
    revoked = {
        found.entry.digests["credential"]
        for found in reading.known.credentials
        if found.entry.kind is Kind.CREDENTIAL_REVOKED
    }
    moment = parse_moment(entry.time)
    for content, officer in credentials(reading.pack):
        if (officer.issuer, officer.officer) != (entry.agency, entry.officer) or officer.digest in revoked:
            continue
        for root in _roots(reading.pack, entry.agency):
            try:
                officer_of(content, root, now=moment)
            except CredentialError:
                continue
            return
    yield f"officer {entry.officer} had no credential of {entry.agency} that was valid then"


def of_freeze(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield that something was done while the operation was frozen."""
    frozen = reading.known.frozen
    if frozen is not None and entry.kind in _STOPPED:
        yield f"it happened although the operation was frozen since {frozen.entry.time} (entry {frozen.number})"


def is_console(pack: Pack, entry: Entry) -> bool:
    """Return whether the host's own machine acted, where no officer signs."""
    return (entry.agency, entry.officer) == (pack.host.name, CONSOLE)


def credentials(pack: Pack) -> tuple[tuple[bytes, Officer], ...]:
    """Return the credentials of a pack and what they claim; what is none is left out."""
    return _parsed(pack.credentials)


def certified_keys(pack: Pack) -> set[PublicIdentity]:
    """Return the keys of officers that a root key of their agency has certified, for whatever time."""
    found = set()
    for content, officer in credentials(pack):
        for root in _roots(pack, officer.issuer):
            with suppress(CredentialError):
                found.add(Officer.parse(content, root).key)
    return found


@cache
def _parsed(texts: tuple[str, ...]) -> tuple[tuple[bytes, Officer], ...]:
    found = []
    for content in map(str.encode, texts):
        try:
            found.append((content, Officer.claimed(content)))
        except CredentialError:
            continue
    return tuple(found)


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
