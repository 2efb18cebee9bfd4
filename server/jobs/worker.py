"""A worker: takes jobs from the queue, one after the other, and throws away in time what has expired."""

import threading
import time
from collections.abc import Callable, Mapping

import sqlalchemy as sa
import structlog

from linkage.errors import CounterfoilError
from server.database import writing
from server.errors import LeaseLostError
from server.jobs.queue import Job, Lease, claim, finish
from server.service import Service

Task = Callable[[Service, Lease], None]
"""Does a job and finishes it, in the transaction of its result."""
Failure = Callable[[sa.Connection, Service, str, str], None]
"""Notes that the work on a subject failed, and with what code, in the transaction that ends the job."""

_EXPIRY_SECONDS = 60.0


class Kind:
    """How jobs of one kind are done, what happens when one fails for good, and after which errors it has not yet."""

    def __init__(self, task: Task, failed: Failure, again_after: frozenset[str] = frozenset()) -> None:
        self.task = task
        self.failed = failed
        self.again_after = again_after


class Worker:
    """Does the jobs of a host under a stable name."""

    def __init__(
        self, service: Service, name: str, kinds: Mapping[str, Kind], expire: Callable[[Service], None]
    ) -> None:
        self._service = service
        self._name = name
        self._kinds = kinds
        self._expire = expire
        self._log = structlog.get_logger().bind(worker=name)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        expired = -_EXPIRY_SECONDS
        while not stop.is_set():
            try:
                if time.monotonic() - expired >= _EXPIRY_SECONDS:
                    expired = time.monotonic()  # before, so that a fault of it does not keep jobs from being done
                    self._expire(self._service)
                if self.work_once():
                    continue
            except Exception as error:  # noqa: BLE001 - a worker goes on; a lease that runs out gives the job back
                self._log.error("job.broken", outcome=type(error).__name__)
            stop.wait(self._service.settings.jobs.poll_seconds)

    def work_once(self) -> bool:
        """Do the oldest job, if there is one; return whether there was."""
        job = claim(self._service, self._name)
        if job is None:
            return False
        log = self._log.bind(job=job.id, kind=job.kind, subject=job.subject, attempt=job.attempt)
        log.info("job.begin")
        kind = self._kinds[job.kind]
        lease = Lease(self._service, job)
        try:
            if job.attempt > self._service.settings.jobs.attempts:
                self._fail(job, "job.attempts")
                log.error("job.end", outcome="attempts")
                return True
            with lease.renewed():
                kind.task(self._service, lease)
        except LeaseLostError:
            log.warning("job.end", outcome="lease")
        except CounterfoilError as error:
            if error.code in kind.again_after:
                raise
            self._fail(job, error.code)
            log.warning("job.end", outcome=error.code)
        except (sa.exc.DBAPIError, OSError):
            raise  # database or disk are away; another attempt may do
        except Exception as error:  # noqa: BLE001 - the last guard of a thread that must go on
            self._fail(job, "program.fault")
            log.error("job.end", outcome="program.fault", fault=type(error).__name__)  # noqa: TRY400 - a trace holds values
        else:
            log.info("job.end", outcome="done")
        return True

    def _fail(self, job: Job, code: str) -> None:
        try:
            with writing(self._service.engine) as connection:
                finish(connection, job, "failed")
                self._kinds[job.kind].failed(connection, self._service, job.subject, code)
        except LeaseLostError:
            self._log.warning("job.end", outcome="lease")
