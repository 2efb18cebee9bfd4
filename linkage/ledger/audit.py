"""The verification of a pack, without network, server or database: what it shows, and what was not checked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from linkage.errors import SchemaError
from linkage.identity import PublicIdentity
from linkage.ledger.checkpoint import SignedCheckpoint
from linkage.ledger.chronicle import Chronicle
from linkage.ledger.entry import CONSOLE
from linkage.ledger.history import Finding, Findings, check_history, check_openings, check_times
from linkage.ledger.pack import Pack
from linkage.ledger.processing import check_processing
from linkage.ledger.reading import Reading, certified, counted
from linkage.ledger.secrecy import check_secret, unchecked_secret
from linkage.ledger.seen import check_held, check_seen
from linkage.manifest import parse_moment
from linkage.software import code_digest

_MOST_RANGES = 12
_NEVER_CHECKED = (
    "whether the host did anything that it did not log",
    "whether copies of what was deleted exist elsewhere; the certificates are the host's word",
)


class Audit(NamedTuple):
    """What the checks found, and what they did not look at."""

    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no check found a problem."""
        return all(found.passed for found in self.findings)

    def document(self) -> dict[str, Any]:
        """Return the audit as JSON-like data."""
        return {
            "passed": self.passed,
            "findings": [found._asdict() for found in self.findings],
            "not_checked": list(self.unchecked),
        }


def audit(
    pack: Pack, now: datetime, *, host: PublicIdentity | None = None, held: SignedCheckpoint | None = None
) -> Audit:
    """Return what `pack` shows.

    Args:
        pack: the pack of one operation.
        now: when it is verified; aware. Deletions are looked at up to the moment at which the pack was made.
        host: the host's key, as the verifier knows it; without it, that of the pack is believed, and said so.
        held: the checkpoint that the verifier kept; without it, a rewritten history cannot be told from a true one.
    """
    key = host or pack.host.identity
    latest = pack.signed_checkpoints[-1].checkpoint
    known = Chronicle.of(pack.entries)
    findings = (
        *check_history(pack, key, held, latest),
        *check_seen(pack, key),
        *check_held(pack, key),
        *check_times(pack, _witnesses(pack)),
        *check_openings(pack),
        *check_processing(pack, key, min(now, parse_moment(pack.made))),
        *check_secret(pack, known),
        *_check_schemas(pack),
    )
    reading = Reading(pack, key, now, known)
    return Audit(findings, (*_not_checked(reading, host, held), *_left_open(pack, known), *_NEVER_CHECKED))


def _witnesses(pack: Pack) -> tuple[PublicIdentity, ...]:
    """Return whose cosignatures count: the root keys of all parties to the agreements, and their officers' keys."""
    roots = {party.root for signed in pack.signed_agreements.values() for party in signed.agreement.parties}
    return (*roots, *{found.key for found in certified(pack) if found.issuer in {root.agency for root in roots}})


def _check_schemas(pack: Pack) -> Iterator[Finding]:
    """Yield whether the schemas that were added are those of the agreements."""
    agreed = {signed.agreement.linkage_schema.digest for signed in pack.signed_agreements.values()}
    found = Findings("schema")
    for number, text in enumerate(pack.attached.schemas, start=1):
        try:
            digest = pack.schema_of(text).digest
        except SchemaError as error:
            found.problem(f"schema {number} in the pack cannot be read: {error.message}")
        else:
            if digest not in agreed:
                found.problem(f"schema {number} in the pack is not the agreed one")
    if pack.attached.schemas:
        yield from found.or_else("the linkage schema in the pack is the one that the parties agreed on")


def _forgotten(reading: Reading) -> Iterator[str]:
    numbers = sorted(reading.forgotten.numbers)
    if numbers:
        yield (
            f"what {counted(len(numbers), 'entry', 'entries')} said ({_ranges(numbers)}): logs that were deleted as "
            "was agreed, and with them who submitted, compared and saw what in that time; an older pack shows them"
        )


def _ranges(numbers: list[int]) -> str:
    """Return numbers in words: the first and last of each run of them, if these are few."""
    starts = [number for at, number in enumerate(numbers) if at == 0 or numbers[at - 1] != number - 1]
    ends = [number for at, number in enumerate(numbers) if at + 1 == len(numbers) or numbers[at + 1] != number + 1]
    if len(starts) > _MOST_RANGES:
        return f"numbers {numbers[0]} to {numbers[-1]}, with gaps"
    told = [f"{start}" if start == end else f"{start} to {end}" for start, end in zip(starts, ends, strict=True)]
    return f"number{'s' if len(numbers) > 1 else ''} {', '.join(told)}"


def _not_checked(reading: Reading, host: PublicIdentity | None, held: SignedCheckpoint | None) -> Iterator[str]:
    pack = reading.pack
    yield f"what happened after {pack.made}, when the pack was made"
    if held is None:
        yield (
            "whether the ledger was rewritten, cut or rolled back before this pack was made: give the checkpoint that "
            "you hold (--checkpoint)"
        )
    if host is None:
        yield (
            f"whether {pack.host.public_key} is the host's key: it is taken from the pack; compare it with the "
            "agreement, or give it (--host)"
        )
    witnesses = _witnesses(pack)
    cosigned = any(signed.seen_by(witness) for signed in pack.signed_checkpoints for witness in witnesses)
    if not cosigned and not any(check_seen(pack, host or pack.host.identity)):
        yield "whether the agencies saw the same ledger: no checkpoint in the pack is cosigned by one of them"
    yield from _forgotten(reading)
    others = len(pack.leaf_hashes) - len(pack.entries) - len(reading.forgotten.numbers)
    if others > 0:
        yield f"what the other {counted(others, 'entry', 'entries')} of the ledger say: the pack has their hashes only"
    closed = sum(len(found.entry.commitments) for found in pack.entries) - len(pack.openings)
    if closed > 0:
        yield f"{counted(closed, 'value')} that the ledger only commits to: they were erased, or are not in the pack"


def _left_open(pack: Pack, known: Chronicle) -> Iterator[str]:
    yield from unchecked_secret(pack, known)
    again = {found.entry.subject for found in known.repeated}
    alone = [run for run in known.published if run not in again]
    if alone:
        yield (
            f"whether the results are right: of {counted(len(known.published), 'run')}, {len(alone):,} were not "
            "repeated from the sealed encodings ('counterfoil audit repeat', at the host)"
        )
    if again:
        yield "whether the host repeated runs as it says: be present, or have somebody present whom you trust"
    at_console = sum((found.entry.agency, found.entry.officer) == (pack.host.name, CONSOLE) for found in pack.entries)
    if at_console:
        yield f"who worked at the host's own machine ({counted(at_console, 'entry', 'entries')}): nobody signs there"
    if pack.signed_agreements and not pack.attached.schemas:
        yield "what the schema does to the data: it is not in the pack (--schema)"
    if not any(used.digest == code_digest() for used in pack.software if used.name == "counterfoil"):
        yield "whether the host ran the program that it says: its code is not that of the program that checks"
