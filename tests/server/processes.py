"""A host as processes of its own, which may be killed, and officers who reach it over HTTP."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from linkage.manifest import moment_text
from tests.server.house import House

QUOTAS = {"records_per_submission": 1_000_000, "submissions_per_day": 10_000, "runs_per_day": 10_000}
_CONFIG = """name = "host"
data = "host"
{more}
[listen]
port = {port}
[limits]
requests_per_minute = 60000
uploads_open = 1000
[jobs]
in_process = false
lease_seconds = 2
poll_seconds = 0.05
attempts = 1000
"""


def config(port: int, more: str = "") -> str:
    """Return host.toml for a host with a worker of its own, with `more` among the keys of the top."""
    return _CONFIG.format(port=port, more=more)


class Line:
    """What Flask's test client does, over HTTP; a broken line is status 0."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def open(self, path: str, *, method: str, headers: dict[str, str], data: bytes, **_: Any) -> Any:
        try:
            answer = self._http.request(method, path, headers=headers, content=data)
        except httpx.TransportError:
            time.sleep(0.1)
            return Answer(0, {"code": "broken"})
        return Answer(answer.status_code, answer.json() if answer.content else None)

    def close(self) -> None:
        self._http.close()


class Answer:
    """The part of an answer that officers look at."""

    def __init__(self, status_code: int, json: Any) -> None:
        self.status_code, self.json = status_code, json


class Processes:
    """One web server and one worker, which are killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        words = ["serve"] if name == "serve" else ["worker", "--name", "worker-0" if name == "worker" else name]
        command = [sys.executable, "-m", "linkage.command", *words, "--config", "host.toml"]
        with (self._folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=self._folder, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """Kill the process and its children, which are a group of their own."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


class Present:
    """The clock of an officer, at the present."""

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)


def registered(folder: Path, database: str | None = None, **settings: Any) -> House:
    """Return a host in `folder` that knows an agreement of today, with the system's clock; on SQLite by default."""
    house = House.at(folder, database=database, **settings)
    house.clock.now = datetime.now(UTC)
    period = {
        "valid_from": moment_text(house.clock.now - timedelta(days=1)),
        "valid_until": moment_text(house.clock.now + timedelta(days=300)),
    }
    answer = house.registers(quotas=QUOTAS, **period)
    assert answer.status_code == 201, answer.json
    return house
