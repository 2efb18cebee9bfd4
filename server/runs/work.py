"""The work of a run: the permitted comparisons, and what is published of them."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa

from linkage.canonical import digest_of
from linkage.command import OnProgress
from linkage.ledger import Kind
from linkage.manifest import moment_text
from matcher import Linkage, link
from matcher.comparison import Options
from matcher.engine import Engine
from matcher.grouping import MERGE_THRESHOLD
from matcher.party import Party
from server import journal
from server.audit import evidence
from server.database import writing
from server.database.tables import comparisons, couples, hits, runs, submissions
from server.errors import CancelledError
from server.hits.groups import FoundGroup, found_groups, hits_digest
from server.jobs.queue import Lease, finish, held
from server.operations.registry import agreement_of
from server.runs.couples import KnownCouples
from server.runs.files import AgencyFile
from server.runs.kept import KEEP_FROM_PAIRS, KeptComparisons
from server.runs.machines import comparison_options
from server.runs.plan import Plan, PlannedSubmission
from server.runs.results import former_names, parameters, published_hits
from server.runs.standing import ACTIVE, AUTOMATIC, follow
from server.service import Service
from server.submissions.keeping import discard, opened

_NOTE_SECONDS: Final = 1.0


class _Found(NamedTuple):
    """What a run has found, in all circles that share a secret."""

    groups: list[FoundGroup]
    thresholds: list[float]

    @property
    def threshold(self) -> str:
        """The threshold, or from which to which they go where circles have different ones."""
        least, most = min(self.thresholds), max(self.thresholds)
        return repr(least) if least == most else f"{least:.4f} to {most:.4f}"


def do_run(service: Service, lease: Lease, *, keep_from: int = KEEP_FROM_PAIRS) -> None:
    """Compare what the plan of the run says and publish the hits, once.

    Raises:
        LeaseLostError: another worker has the run.
        CounterfoilError: it cannot be done; nothing is published.
    """
    identifier = lease.job.subject
    try:
        row = _begun(service, lease)
        plan = Plan.parse(row.plan)
        key = service.keys.sealing_key(row.sealing_key, row.id)
        found, progress = _Found([], []), _Progress(service, lease, plan)
        for planned in circles(plan):
            files = files_of(service, planned)
            memory = (
                KnownCouples(service, lease, files)
                if plan.standing
                else KeptComparisons(service, lease, key, keep_from=keep_from)
            )
            linkage = linked(
                plan,
                files,
                AUTOMATIC if row.threshold == AUTOMATIC else float(row.threshold),  # type: ignore[arg-type]  # a literal
                engine=memory.engine(),
                options=comparison_options(service.settings),
                on_progress=progress,
            )
            progress.before += linkage.pairs_compared
            found.groups.extend(found_groups(linkage, files))
            found.thresholds.append(linkage.threshold)
        _publish(service, lease, row, plan, found)
    except CancelledError:
        with writing(service.engine) as connection:
            finish(connection, lease.job, "done")
    discard(service, f"comparisons/{identifier}")


def run_failed(connection: sa.Connection, service: Service, run: str, code: str) -> None:
    """Note that a run failed, in the transaction that ends its job."""
    active = sa.and_(runs.c.id == run, runs.c.state.in_(ACTIVE))
    values = {"state": "failed", "problem": code, "finished": service.now_text(), "sealing_key": None}
    changed = connection.execute(runs.update().where(active).values(values)).rowcount
    if changed:
        row = connection.execute(sa.select(runs).where(runs.c.id == run)).one()
        connection.execute(comparisons.delete().where(comparisons.c.run == run))
        journal.record(connection, service, None, Kind.RUN_ENDED, operation=row.operation, subject=run, reason=code)


def _begun(service: Service, lease: Lease) -> sa.Row[Any]:
    with writing(service.engine) as connection:
        held(connection, lease.job)
        begun = sa.and_(runs.c.id == lease.job.subject, runs.c.state.in_(ACTIVE))
        if not connection.execute(runs.update().where(begun).values(state="running")).rowcount:
            raise CancelledError("the run was cancelled")
        return connection.execute(sa.select(runs).where(runs.c.id == lease.job.subject)).one()


def circles(plan: Plan) -> Iterator[list[PlannedSubmission]]:
    """Yield the submissions of each circle that shares a secret and has something to compare."""
    new = {name for one in plan.comparisons for name in (one.left, one.right)}
    for _, of_circle in groupby(sorted(plan.submissions, key=_circle), key=_circle):
        planned = list(of_circle)
        if any(found.submission in new for found in planned):
            yield planned


def _circle(planned: PlannedSubmission) -> list[str]:
    return sorted(planned.circle)


def files_of(service: Service, planned: list[PlannedSubmission]) -> list[AgencyFile]:
    """Return the files of a circle, opened.

    Raises:
        ConflictError: a submission is gone.
    """
    with service.engine.connect() as connection:
        named = submissions.c.id.in_([found.submission for found in planned])
        rows = {row.id: row for row in connection.execute(sa.select(submissions).where(named))}
    return [
        AgencyFile.of(opened(service, rows[found.submission]) for found in of_file)
        for _, of_file in groupby(planned, key=lambda found: (found.agency, found.category))
    ]


def linked(
    plan: Plan,
    files: list[AgencyFile],
    threshold: float | Literal["auto"],
    *,
    engine: Engine,
    options: Options,
    merge_threshold: float = MERGE_THRESHOLD,
    on_progress: OnProgress | None = None,
) -> Linkage:
    """Return what the comparisons of a plan, and no others, find in the files of one circle."""
    names = {planned.submission: (planned.agency, planned.category) for planned in plan.submissions}
    couples_ = {frozenset((names[planned.left], names[planned.right])) for planned in plan.combined}

    def permitted(left: Party, right: Party) -> bool:
        return frozenset(((left.agency, left.category), (right.agency, right.category))) in couples_

    return link(
        [file.package for file in files],
        threshold,
        engine=engine,
        options=options,
        merge_threshold=merge_threshold,
        permitted=permitted,
        on_progress=on_progress,
    )


class _Progress:
    """Notes progress once a second, and ends the work when it is no longer wanted."""

    def __init__(self, service: Service, lease: Lease, plan: Plan) -> None:
        self.before = 0
        self._service, self._lease = service, lease
        self._pairs, self._whole = plan.pairs, sum(one.pairs for one in plan.combined)
        self._noted = 0.0

    def __call__(self, done: int, _total: int | None) -> None:
        self._lease.check()
        if time.monotonic() - self._noted < _NOTE_SECONDS:
            return
        self._noted = time.monotonic()
        share = min(self._pairs, (self.before + done) * self._pairs // self._whole)
        running = sa.and_(runs.c.id == self._lease.job.subject, runs.c.state == "running")
        with writing(self._service.engine) as connection:
            held(connection, self._lease.job)
            if not connection.execute(runs.update().where(running).values(pairs_done=share)).rowcount:
                raise CancelledError("the run was cancelled")


def _publish(service: Service, lease: Lease, row: sa.Row[Any], plan: Plan, found: _Found) -> None:
    """Write the hits, the end of the run and of its job, and the ledger entry, all or nothing."""
    now = service.now()
    with writing(service.engine) as connection:
        former = former_names(connection, plan)
        published = published_hits(plan, row.id, found.groups, former)
        digest = hits_digest(published)
        how = parameters(connection, row, plan, found.thresholds, former)
        _note_couples(connection, row, plan)
        running = sa.and_(runs.c.id == row.id, runs.c.state == "running")
        ended = connection.execute(
            runs.update()
            .where(running)
            .values(
                state="done",
                pairs_done=row.pairs_total,
                threshold=found.threshold,
                result_digest=digest,
                finished=moment_text(now),
                sealing_key=None,
            )
        )
        if not ended.rowcount:
            raise CancelledError("the run was cancelled")
        agreement = agreement_of(connection, row.operation)
        expires = moment_text(now + timedelta(days=agreement.retention.hits_days))
        if published:
            values = [hit._asdict() | {"run": row.id, "expires": expires} for hit in published]
            connection.execute(hits.insert(), values)
        connection.execute(comparisons.delete().where(comparisons.c.run == row.id))
        evidence.keep(connection, "document", row.operation, digest_of(how), how)
        number = journal.record(
            connection,
            service,
            None,
            Kind.RUN_PUBLISHED,
            operation=row.operation,
            subject=row.id,
            count=len(published),
            comparisons=plan.compared(),
            digests={
                "agreement": agreement.digest,
                "plan": row.plan_digest,
                "result": digest,
                "parameters": digest_of(how),
            },
        )
        connection.execute(runs.update().where(runs.c.id == row.id).values(entry=number))
        finish(connection, lease.job, "done")
        follow(connection, service, agreement)


def _note_couples(connection: sa.Connection, row: sa.Row[Any], plan: Plan) -> None:
    """Note in a standing operation what has been compared and published, so that no later run compares it again."""
    for one in plan.comparisons if plan.standing else ():
        couple = sa.and_(couples.c.left_submission == one.left, couples.c.right_submission == one.right)
        if not connection.execute(couples.update().where(couple).values(published=row.id)).rowcount:
            raise AssertionError("a comparison of the plan was not remembered")
