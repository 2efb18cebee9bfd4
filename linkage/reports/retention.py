"""The retention report: what was kept until when, what is gone, and the certificates that say so."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from linkage.ledger.chronicle import due, hits_due
from linkage.ledger.papers import CertificatePaper
from linkage.ledger.reading import counted
from linkage.manifest import moment_text, parse_moment
from linkage.reports.dossier import Dossier
from linkage.reports.report import Report, Section, Table
from linkage.reports.wording import day, short

_SOON = timedelta(days=30)
_REASONS = {
    "expired": "its time was over",
    "replaced": "its agency sent a newer one",
    "withdrawn": "its agency withdrew it",
    "superseded": "the secret was changed",
}


def retention_report(dossier: Dossier) -> Report:
    """Return what was kept for how long, with the certificates, and what is due soon."""
    agreement, known = dossier.agreement, dossier.known
    now = parse_moment(dossier.pack.made)
    checks = ("deletions", "logs")
    late = [found.sentence for found in dossier.audit.findings if found.check in checks and not found.passed]
    kept = agreement.retention
    return Report(
        "retention",
        f"Retention report, operation {agreement.operation}",
        (
            f"On {day(dossier.pack.made)}, {len(known.erased):,} of {len(known.submissions):,} submissions to "
            f"operation {agreement.operation} had been deleted, and {counted(known.records_withdrawn, 'record')} of "
            "others. "
            + (f"{len(late):,} deletions were late, missing or without proof." if late else "Nothing was overdue.")
        ),
        dossier.standing,
        [
            Section(
                "What was agreed",
                "Art. 5 LED; Art. 5(1)(e) GDPR",
                [
                    (
                        f"Encodings: at most {kept.encodings_days:,} days after they were accepted, and no longer than "
                        "the agency allowed in the package."
                        f" Hits: {kept.hits_days:,} days after the run. Logs: {kept.logs_days:,} days."
                    )
                ],
                late,
            ),
            Section(
                "Submissions",
                tables=[
                    Table(
                        "Encodings of persons, by submission",
                        ("submission", "agency", "kind of person", "records", "accepted", "due", "deleted", "why"),
                        list(_submissions(dossier)),
                    )
                ],
            ),
            Section(
                "Certificates of deletion",
                "How many encodings and hits there were before and after, and which entry of the ledger says so",
                tables=[
                    Table(
                        "Certificates",
                        (
                            "submission",
                            "deleted",
                            "encodings",
                            "after",
                            "hits",
                            "hits after",
                            "signed by the host",
                            "entry",
                        ),
                        list(_certificates(dossier)),
                    )
                ],
            ),
            Section(
                "Hits",
                tables=[
                    Table(
                        "Hits, by run",
                        ("run", "published", "due", "hits", "deleted", "left"),
                        list(_hits(dossier)),
                    )
                ],
            ),
            Section(
                "Logs",
                "What entries of the ledger said; their hashes stay, so that nothing can be put in their place",
                tables=[
                    Table(
                        "Logs that were deleted",
                        ("deleted", "entries", "written before", "entry that says so"),
                        [
                            (day(paper.deleted), f"{len(paper.entries):,}", day(paper.before), f"{found.number}")
                            for found, paper in dossier.logs_erased
                        ],
                    )
                ],
            ),
            Section(
                "Due in the next 30 days",
                tables=[Table("To be deleted", ("what", "due"), list(_soon(dossier, now)), "nothing")],
            ),
        ],
    )


def _submissions(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    for identifier, found in dossier.known.submissions.items():
        entry, erased = found.entry, dossier.known.erased.get(identifier)
        yield (
            short(identifier),
            entry.agency,
            entry.category or "",
            f"{dossier.known.records(identifier):,}",
            day(entry.time),
            day(entry.due or entry.time),
            "kept" if erased is None else day(erased.entry.time),
            "" if erased is None else _REASONS.get(erased.entry.reason or "", erased.entry.reason or ""),
        )


def _certificates(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    for found in dossier.known.deletions:
        identifier = found.entry.subject or ""
        content = dossier.pack.document_of.get(found.entry.digests["certificate"])
        try:
            paper = None if content is None else CertificatePaper.signed(content, dossier.pack.host.identity)
        except ValueError:
            paper = None
        if paper is None:
            yield short(identifier), day(found.entry.time), "", "", "", "", "NO", f"{found.number}"
        else:
            counts = (paper.encodings_before, paper.encodings_after, paper.hits_before, paper.hits_after)
            numbers = (f"{count:,}" for count in counts)
            yield short(identifier), day(paper.deleted), *numbers, "yes", f"{found.number}"


def _hits(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    known = dossier.known
    for run, found in known.published.items():
        until = hits_due(dossier.pack, found.entry, known.orders)
        count, left = found.entry.count or 0, known.hits_left(run)
        yield (
            short(run),
            day(found.entry.time),
            "" if until is None else day(moment_text(until)),
            f"{count:,}",
            f"{count - left:,}",
            f"{left:,}",
        )


def _soon(dossier: Dossier, now: datetime) -> Iterator[tuple[str, str]]:
    known = dossier.known
    for identifier, found in known.submissions.items():
        if identifier not in known.erased and due(found.entry) <= now + _SOON:
            yield f"submission {short(identifier)} of {found.entry.agency}", day(moment_text(due(found.entry)))
    for run, found in known.published.items():
        until = hits_due(dossier.pack, found.entry, known.orders)
        if until is not None and until <= now + _SOON and known.hits_left(run) > 0:
            yield f"{known.hits_left(run):,} hits of run {short(run)}", day(moment_text(until))
