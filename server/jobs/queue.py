"""The queue: who holds which job, and until when."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import sqlalchemy as sa

from linkage.manifest import moment_text
from server.database import writing
from server.database.tables import jobs
from server.errors import LeaseLostError
from server.service import Service, new_id

Kind = Literal["run"]
Ending = Literal["done", "failed"]


class Job(NamedTuple):
    """A piece of work that one worker holds: what, which, and the lease it holds it by."""

    id: str
    kind: str
    subject: str
    attempt: int
    lease: str


def enqueue(connection: sa.Connection, kind: Kind, subject: str, now: datetime) -> None:
    """Put work into the queue, in the caller's transaction; its payload is an id only."""
    identifier = new_id()
    connection.execute(
        jobs.insert().values(
            id=identifier,
            kind=kind,
            subject=subject,
            state="waiting",
            attempt=0,
            enqueued=f"{moment_text(now)} {identifier[:16]}",
        )
    )


def claim(service: Service, worker: str) -> Job | None:
    """Return the oldest job that nobody works on, now held by `worker`, or None."""
    now = service.now()
    silent = sa.and_(jobs.c.state == "held", jobs.c.lease_until < moment_text(now))
    with writing(service.engine) as connection:
        oldest = sa.select(jobs).where(sa.or_(jobs.c.state == "waiting", silent)).order_by(jobs.c.enqueued).limit(1)
        found = connection.execute(oldest).one_or_none()
        if found is None:
            return None
        job = Job(found.id, found.kind, found.subject, found.attempt + 1, new_id())
        connection.execute(
            jobs.update()
            .where(jobs.c.id == job.id)
            .values(
                state="held",
                attempt=job.attempt,
                lease=job.lease,
                worker=worker,
                lease_until=_until(now, service.settings.jobs.lease_seconds),
            )
        )
    return job


def finish(connection: sa.Connection, job: Job, ending: Ending) -> None:
    """End the job, in the transaction that holds its result.

    Raises:
        LeaseLostError: another worker has it; the transaction must not commit.
    """
    held(connection, job)
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(state=ending, lease=None, lease_until=None))


def held(connection: sa.Connection, job: Job) -> None:
    """Raise LeaseLostError unless the lease is still this worker's: the fence before every write of a job."""
    mine = sa.select(jobs.c.id).where(jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.state == "held")
    if connection.execute(mine).one_or_none() is None:
        raise LeaseLostError("another worker has taken the job over")


class Lease:
    """A lease that a thread renews, for as long as the block of :func:`renewed` runs."""

    def __init__(self, service: Service, job: Job) -> None:
        self.job = job
        self._service = service
        self._ended = threading.Event()
        self._lost = threading.Event()

    def check(self) -> None:
        """Raise LeaseLostError if the lease could not be renewed."""
        if self._lost.is_set():
            raise LeaseLostError("the lease could not be renewed")

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Renew the lease twice in its length until the block ends: who is silent for two heartbeats has lost it."""
        thread = threading.Thread(target=self._renew, name=f"lease {self.job.id[:8]}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _renew(self) -> None:
        seconds = self._service.settings.jobs.lease_seconds
        while not self._ended.wait(seconds / 2):
            until = _until(self._service.now(), seconds)
            mine = sa.and_(jobs.c.id == self.job.id, jobs.c.lease == self.job.lease)
            try:
                with writing(self._service.engine) as connection:
                    renewed = connection.execute(jobs.update().where(mine).values(lease_until=until)).rowcount
            except sa.exc.OperationalError:
                continue  # the database is away for a moment; the lease runs on, and every write is fenced
            if not renewed:
                self._lost.set()
                return


def _until(now: datetime, seconds: int) -> str:
    return moment_text(now + timedelta(seconds=seconds + 1))  # whole seconds are cut off
