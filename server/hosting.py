"""Running a host: its web processes by gunicorn, its workers, and what it prints when it starts."""

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from gunicorn.app.base import BaseApplication

from server.api.app import create_app
from server.api.observation import MULTIPROCESS
from server.expiry.schedule import expire
from server.jobs.worker import Kind, Worker
from server.runs.machines import UNREACHABLE
from server.runs.work import do_run, run_failed
from server.service import Service
from server.settings import Settings

KINDS: Final[Mapping[str, Kind]] = {"run": Kind(do_run, run_failed, again_after=frozenset({UNREACHABLE}))}


def worker(service: Service, name: str) -> Worker:
    """Return a worker of the host that can do all kinds of jobs."""
    return Worker(service, name, KINDS, expire)


class WebProcesses(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn for a host; with `jobs.in_process`, the one web process works on jobs too.

    gunicorn also serves the embedded default: Werkzeug's own server says itself that it is not for production, and so
    the same parser of requests stands in every setting.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn how to serve."""
        listen = self._settings.listen
        chosen = {
            "bind": f"{listen.address}:{listen.port}",
            "workers": listen.processes,
            "threads": listen.threads,
            "worker_class": "gthread",
            "graceful_timeout": 10,
            "control_socket_disable": True,
            "loglevel": "warning",
            "post_worker_init": self._begin_jobs,
            "worker_exit": self._end_jobs,
            "child_exit": _count_no_more,
        }
        for key, value in chosen.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Return the WSGI app; each process opens the database for itself."""
        self._service = Service.opened(self._settings)
        return create_app(self._service)

    def _begin_jobs(self, _process: Any) -> None:
        if self._settings.jobs.in_process:
            work = worker(self._service, "embedded")
            self._thread = threading.Thread(target=work.run, args=(self._stop,), name="jobs", daemon=True)
            self._thread.start()
        structlog.get_logger().info("serving", address=self._settings.listen.address, port=self._settings.listen.port)

    def _end_jobs(self, _server: Any, _process: Any) -> None:
        self._stop.set()


def _count_no_more(_server: Any, process: Any) -> None:
    """Let what a process counted stand when it has ended."""
    if MULTIPROCESS in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark: Callable[[int], None] = mark_process_dead  # not typed
        mark(process.pid)
