"""A host that is served in a process of its own, as an operator would start it, and stopped in the end."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trial.errors import StepError
from trial.program import Transcript

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
LOG, METRICS = "serve.log", "metrics.prom"


@dataclass(frozen=True, slots=True)
class Host:
    """Where the host is: its folder, and its address on this machine."""

    folder: Path
    url: str

    def keep_metrics(self) -> None:
        """Fetch the metrics, as a monitor would, into the host's folder."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as answer:  # noqa: S310 - loopback
            (self.folder / METRICS).write_bytes(answer.read())


@contextmanager
def served_host(transcript: Transcript, party: str) -> Iterator[Host]:
    """Yield a host that serves from the folder `party`, on a port that was free.

    Raises:
        StepError: it did not start.
    """
    folder, port = transcript.folder / party, _free_port()
    folder.mkdir(mode=0o700)
    host = Host(folder, f"http://127.0.0.1:{port}")
    with (folder / LOG).open("wb") as log:
        process = transcript.start(party, "serve", "--data", party, "--port", str(port), output=log)
        try:
            _wait_until_ready(host, process)
            yield host
        finally:
            _stop(process)


def _wait_until_ready(host: Host, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{host.url}/readyz", timeout=5):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    reason = (host.folder / LOG).read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
    raise StepError(f"'counterfoil serve' did not start: {reason}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
