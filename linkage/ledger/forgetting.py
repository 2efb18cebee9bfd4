"""What is wrong with deletions of logs: too early, too late, or of something else than the certificate says.

Logs are the entries of an operation, but for what was agreed. They go in their order, each when the agreement says,
unless what it accounts for is still there: then it stays, and what came after it, too.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from linkage.ledger.deleting import LATEST
from linkage.ledger.entry import KEPT, Entry
from linkage.ledger.pack import Numbered
from linkage.ledger.reading import Reading
from linkage.manifest import moment_text, parse_moment


def of_logs(reading: Reading, numbered: Numbered) -> Iterator[str]:
    """Yield what is wrong with a deletion of logs and its certificate."""
    entry, shown = numbered.entry, {found.number: found.entry for found in reading.pack.entries}
    try:
        paper = reading.logs(entry)
    except ValueError as error:
        yield str(error)
        return
    if paper.operation != entry.operation or len(paper.entries) != entry.count:
        yield "the certificate is about another operation or number of entries"
    if any(number in shown for number in paper.entries):
        yield "the certificate says that entries are gone which are there"
    last = max(paper.entries, default=-1)
    if last >= numbered.number or any(
        parse_moment(found.time) > parse_moment(paper.before) for number, found in shown.items() if number < last
    ):
        yield f"entries later than {paper.before} were deleted, which the certificate gives as their last time"
    kept = _kept(reading)
    if kept is not None and parse_moment(paper.before) > parse_moment(entry.time) - kept:
        yield f"logs were deleted that the agreement lets the host delete {kept.days:,} days after they were written"


def not_forgotten(reading: Reading) -> Iterator[str]:
    """Yield that logs were due and are still there when the pack was made; `reading.known` is the whole of it."""
    kept = _kept(reading)
    late = [*_due(reading, reading.now - kept - LATEST)] if kept is not None else []
    if late:
        yield (
            f"{len(late):,} entries of the log, from number {late[0].number} on, were due for deletion from "
            f"{moment_text(parse_moment(late[0].entry.time) + (kept or LATEST))} on and were not deleted"
        )


def _due(reading: Reading, before: datetime) -> Iterator[Numbered]:
    """Yield the entries from before some moment, up to the first that accounts for something still there."""
    for numbered in reading.pack.entries:
        entry = numbered.entry
        if entry.operation is None or entry.kind in KEPT:
            continue
        if parse_moment(entry.time) > before or _accounts(reading, entry):
            return
        yield numbered


def _accounts(reading: Reading, entry: Entry) -> bool:
    """Return whether what an entry is about is still there: a submission, hits of a run, or a freeze."""
    known, subject = reading.known, entry.subject or ""
    there = subject in known.submissions and subject not in known.erased
    under_way = subject in known.orders and subject not in known.published and subject not in known.ended
    with_hits = subject in known.published and known.hits_left(subject) > 0
    return there or under_way or with_hits or (known.frozen is not None and known.frozen.entry == entry)


def _kept(reading: Reading) -> timedelta | None:
    """Return for how long logs are kept, by the version of the agreement registered last."""
    for numbered in reversed(reading.known.agreements):
        signed = reading.pack.signed_agreements.get(numbered.entry.digests["agreement"])
        if signed is not None:
            return timedelta(days=signed.agreement.retention.logs_days)
    return None
