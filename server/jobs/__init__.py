"""Durable work: a queue in the database, so that a job is enqueued in the transaction that decided on it.

A worker holds a job by a lease that it renews; when it falls silent the next worker takes the job over, with a new
lease, and what the old one still tries to write is refused. Why this and not DBOS: docs/architecture.md.
"""

from server.jobs.queue import Job, Lease, claim, enqueue, finish
from server.jobs.worker import Worker

__all__ = ["Job", "Lease", "Worker", "claim", "enqueue", "finish"]
