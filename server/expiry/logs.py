"""The end of logs: what the entries of an operation said is deleted when the agreement says; their hashes stay.

Logs are the entries of the ledger about an operation, but for those about what was agreed, and the rows and documents
that go with them: who ordered which run, manifests and receipts of submissions that are gone, certificates. They go in
their order. An entry that accounts for something which is still there, a submission, hits or a freeze, stays until that
is gone, and what came after it, too, so that what is left can be read as a whole.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import sqlalchemy as sa

from linkage.agreement import Agreement
from linkage.canonical import canonical_json, digest_of
from linkage.envelope import Envelope
from linkage.ledger import Entry, Kind
from linkage.ledger.entry import KEPT
from linkage.ledger.pack import Numbered
from linkage.manifest import moment_text, parse_moment
from server import journal
from server.audit import evidence
from server.database import writing
from server.database.tables import certificates, hits, jobs, operations, runs, submissions
from server.database.tables import evidence as evidence_table
from server.ledger import Ledger, tables
from server.operations.registry import agreement_of
from server.runs.standing import ACTIVE
from server.service import Service, new_id

PAYLOAD_TYPE: Final = "application/vnd.counterfoil.logs-deletion+json"
_AT_ONCE: Final = 1000
_TOGETHER: Final = timedelta(hours=12)  # what becomes due in that time goes together, with one certificate


def erase_logs(service: Service) -> None:
    """Delete the logs of all operations that are due."""
    with service.engine.connect() as connection:
        names = connection.execute(sa.select(operations.c.id).order_by(operations.c.id)).scalars().all()
    for operation in names:
        with service.engine.connect() as connection:
            agreement = agreement_of(connection, operation)
            waiting = next(_due(connection, operation, _before(service, agreement) - _TOGETHER), None)
        while waiting is not None and _erase_some(service, operation):
            pass


def _before(service: Service, agreement: Agreement) -> datetime:
    return service.now() - timedelta(days=agreement.retention.logs_days)


def _erase_some(service: Service, operation: str) -> bool:
    """Delete the oldest logs of an operation that are due, with one certificate; return whether there may be more."""
    with writing(service.engine) as connection:
        agreement = agreement_of(connection, operation)
        before = _before(service, agreement)
        due = [*_due(connection, operation, before)]
        if not due:
            return False
        Ledger(service.keys.identity).erase(connection, [found.number for found in due])
        _forget(connection, operation, [found.entry for found in due], moment_text(before))
        content = _certificate(service, operation, due, moment_text(before))
        evidence.keep(connection, "document", operation, digest_of(content), content)
        word = {"operation": operation, "envelope": content, "issued": service.now_text()}
        owners = [word | {"id": new_id(), "agency": party.agency} for party in agreement.parties]
        connection.execute(certificates.insert(), owners)
        journal.record(
            connection,
            service,
            None,
            Kind.LOGS_ERASED,
            operation=operation,
            reason="expired",
            count=len(due),
            digests={"certificate": digest_of(content)},
        )
    return len(due) == _AT_ONCE


def _due(connection: sa.Connection, operation: str, before: datetime) -> Iterator[Numbered]:
    """Yield the oldest logs of an operation that are due, in their order."""
    there = _there(connection, operation)
    frozen = connection.execute(sa.select(operations.c.frozen).where(operations.c.id == operation)).scalar_one()
    for numbered in islice(_logs(connection, operation), _AT_ONCE):
        entry = numbered.entry
        stays = entry.subject in there or (entry.kind is Kind.OPERATION_FROZEN and entry.time == frozen)
        if stays or parse_moment(entry.time) > before:
            return
        yield numbered


def _logs(connection: sa.Connection, operation: str) -> Iterator[Numbered]:
    """Yield the entries of an operation that are logs, read as far as they are wanted."""
    after, table = -1, tables.entries
    while rows := connection.execute(
        sa.select(table)
        .where(table.c.operation == operation, table.c.number > after)
        .order_by(table.c.number)
        .limit(_AT_ONCE)
    ).all():
        for row in rows:
            entry = Entry.parse(row.content)
            if entry.kind not in KEPT:
                yield Numbered(number=row.number, entry=entry)
        after = rows[-1].number


def _there(connection: sa.Connection, operation: str) -> set[str]:
    """Return the submissions that are here, the runs that are under way, and those that have hits left."""
    stored = sa.select(submissions.c.id).where(submissions.c.operation == operation, submissions.c.state == "stored")
    active = sa.select(runs.c.id).where(runs.c.operation == operation, runs.c.state.in_(ACTIVE))
    with_hits = sa.select(hits.c.run).join(runs, runs.c.id == hits.c.run).where(runs.c.operation == operation)
    return {found for query in (stored, active, with_hits.distinct()) for found in connection.execute(query).scalars()}


def _forget(connection: sa.Connection, operation: str, due: Sequence[Entry], before: str) -> None:
    """Delete the rows and documents that the host has beside the entries, about what has ended."""
    ended = {entry.subject for entry in due if entry.kind in (Kind.RUN_PUBLISHED, Kind.RUN_ENDED)}
    gone = {entry.subject for entry in due if entry.kind is Kind.SUBMISSION_ERASED}
    how = {entry.digests["parameters"] for entry in due if "parameters" in entry.digests}
    connection.execute(jobs.delete().where(jobs.c.subject.in_(ended)))
    connection.execute(runs.delete().where(runs.c.id.in_(ended)))
    connection.execute(submissions.delete().where(submissions.c.id.in_(gone)))
    connection.execute(evidence_table.delete().where(evidence_table.c.digest.in_(how)))
    named = {entry.digests["certificate"] for entry in due if "certificate" in entry.digests}
    old = sa.and_(certificates.c.operation == operation, certificates.c.issued <= before)
    rows = connection.execute(sa.select(certificates.c.id, certificates.c.envelope).where(old)).all()
    words = [row.id for row in rows if digest_of(row.envelope) in named]
    connection.execute(certificates.delete().where(certificates.c.id.in_(words)))


def _certificate(service: Service, operation: str, due: Sequence[Numbered], before: str) -> bytes:
    """Return the host's signed word for which entries are gone, and which submissions and runs they were about."""
    statement = {
        "format": "counterfoil-logs-deletion/1",
        "operation": operation,
        "reason": "expired",
        "deleted": service.now_text(),
        "before": before,
        "entries": [found.number for found in due],
        "subjects": sorted({found.entry.subject for found in due if found.entry.subject is not None}),
    }
    return Envelope.signed(PAYLOAD_TYPE, canonical_json(statement), service.keys.identity).encode()
