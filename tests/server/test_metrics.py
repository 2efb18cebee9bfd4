"""Metrics of a host with several web processes: each answers for all of them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.processes import Processes, config, free_port


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a host with three web processes."""
    port = free_port()
    text = config(port).replace("[limits]", "processes = 3\n[limits]")
    (tmp_path / "host.toml").write_text(text)
    processes = Processes(tmp_path)
    processes.start("serve")
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while True:
            try:
                httpx.get(f"{address}/host", timeout=5)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, (tmp_path / "serve.log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        processes.kill("serve")


def counted(text: str) -> int:
    (found,) = re.findall(
        r'^counterfoil_requests_total{method="GET",route="/healthz",status="200"} ([0-9.]+)$', text, re.MULTILINE
    )
    return int(float(found))


def test_every_process_counts_for_all(url: str, tmp_path: Path) -> None:
    for _ in range(60):  # each on a connection of its own, so that all processes take some
        assert httpx.get(f"{url}/healthz").status_code == 200
    files = list((tmp_path / "host" / "metrics").glob("counter_*.db"))
    assert len(files) > 1, "one process took all requests"
    texts = [httpx.get(f"{url}/metrics").text for _ in range(12)]
    assert {counted(text) for text in texts} == {60}
    assert all("counterfoil_request_seconds_bucket{" in text for text in texts)
    assert all(text.count("# TYPE counterfoil_jobs gauge") == 1 for text in texts)
