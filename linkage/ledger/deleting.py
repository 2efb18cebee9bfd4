"""What is wrong with deletions: late, without a certificate, or not done."""

from collections.abc import Iterator
from datetime import timedelta

from linkage.ledger.chronicle import due, hits_due
from linkage.ledger.entry import Entry, Kind
from linkage.ledger.papers import CertificatePaper
from linkage.ledger.reading import Reading
from linkage.manifest import moment_text, parse_moment

_SOME = "records-withdrawn"
LATEST = timedelta(days=1)  # the host looks for what is due at least daily


def of_deletion(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield what is wrong with the deletion of a submission, or of records of it, and its certificate."""
    numbered = reading.known.submissions.get(entry.subject or "")
    if numbered is None:
        if entry.subject not in reading.forgotten.subjects:
            yield "no such submission had been accepted"
    elif parse_moment(entry.time) > due(numbered.entry) + LATEST:
        yield f"it was due at {numbered.entry.due} and deleted at {entry.time}"
    if entry.subject in reading.known.erased:
        yield "the submission had been deleted before"
    content = reading.pack.document_of.get(entry.digests["certificate"])
    if content is None:
        yield "the certificate of deletion is not in the pack"
        return
    try:
        certificate = CertificatePaper.signed(content, reading.host)
    except ValueError:
        yield "the certificate of deletion is not one that the host has signed"
        return
    some = entry.kind is Kind.RECORDS_WITHDRAWN
    if certificate.submission != entry.subject or (certificate.reason == _SOME) != some:
        yield "the certificate of deletion is about something else"
    elif some and certificate.encodings_after >= certificate.encodings_before:
        yield "the certificate of deletion does not say that records are gone"
    elif not some and (certificate.encodings_after or certificate.hits_after):
        yield "the certificate of deletion does not say that this submission and its hits are gone"


def of_hits(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield that more hits went than a run had."""
    run = entry.subject or ""
    if run in reading.forgotten.subjects and run not in reading.known.published:
        return
    if run not in reading.known.published:
        yield "there was no published run whose hits it could delete"
    elif (entry.count or 0) > reading.known.hits_left(run):
        yield "more hits were deleted than the run had"


def not_done(reading: Reading) -> Iterator[str]:
    """Yield what was due and is still there when the pack was made; `reading.known` is the whole of it."""
    known = reading.known
    for identifier, numbered in known.submissions.items():
        if identifier not in known.erased and due(numbered.entry) + LATEST < reading.now:
            yield f"submission {identifier} was due for deletion at {numbered.entry.due} and was not deleted"
    for run, numbered in known.published.items():
        until = hits_due(reading.pack, numbered.entry, known.orders)
        left = known.hits_left(run)
        if left > 0 and until is not None and until + LATEST < reading.now:
            yield f"{left:,} hits of run {run} were due for deletion at {moment_text(until)} and were not deleted"
