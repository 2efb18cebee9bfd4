"""What the host's operators see: metrics, and a log that holds nothing but what is on a list."""

import os
import sys
from typing import Any, Final

import sqlalchemy as sa
import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from server.database.tables import jobs, runs, submissions
from server.service import Service

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where several web processes count together; prometheus-client reads it from the environment when it is imported."""
ALLOWED_KEYS: Final = frozenset(
    {"event", "level", "timestamp", "request_id", "route", "method", "status", "code", "milliseconds"}
    | {"agency", "officer", "worker", "job", "kind", "subject", "attempt", "outcome", "fault", "address", "port"}
)


class Metrics:
    """Counts of requests, and of jobs, runs and submissions by state; never of one person's data."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "counterfoil_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "counterfoil_request_seconds", "Time to answer", ["route", "method"], registry=self.registry
        )
        self._states = _States(service)

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        method = method if method in {"GET", "HEAD", "POST", "PATCH", "DELETE"} else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)

    def text(self) -> bytes:
        """Return all metrics, of all web processes of this machine, in the text format of Prometheus."""
        shown = CollectorRegistry()
        if MULTIPROCESS in os.environ:
            new_collector: Any = MultiProcessCollector  # not typed
            new_collector(shown)
            requests = generate_latest(shown)
        else:
            requests = generate_latest(self.registry)
        states = CollectorRegistry()
        states.register(self._states)
        return requests + generate_latest(states)


class _States(Collector):
    """How many jobs, runs and submissions are in which state, counted when asked."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: what is counted is known when it is counted."""
        return []

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the counts."""
        found = []
        with self._service.engine.connect() as connection:
            for table in (jobs, runs, submissions):
                family = GaugeMetricFamily(f"counterfoil_{table.name}", f"{table.name} by state", labels=["state"])
                counted = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
                for state, count in connection.execute(counted):
                    family.add_metric([state], count)
                found.append(family)
        return found


def configure_log(kind: str) -> None:
    """Make the log one line per event on standard error, JSON or text, with the keys of the list only."""
    last = structlog.processors.JSONRenderer() if kind == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def only_allowed(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Return the event without the keys that are not on the list, and without what is not known."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS and value is not None}
