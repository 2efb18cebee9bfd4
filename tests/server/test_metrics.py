"""Metrics of a host with several web processes: each answers for all of them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.server.processes import Processes, config


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a host with three web processes."""
    port = free_port()
    text = config(port).replace("[limits]", "processes = 3\n[limits]")
    (tmp_path / "host.toml").write_text(text)
    processes = Processes(tmp_path)
    processes.start("serve")
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
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
    asked, folder = 0, tmp_path / "host" / "metrics"
    with httpx.Client(headers={"Connection": "close"}) as client:  # each on one of its own, which any process may take
        while asked < 60 or (len(list(folder.glob("counter_*.db"))) < 2 and asked < 3000):
            assert client.get(f"{url}/healthz").status_code == 200
            asked += 1
        texts = [client.get(f"{url}/metrics").text for _ in range(12)]
    assert len(list(folder.glob("counter_*.db"))) > 1, "one process took all requests"
    assert {counted(text) for text in texts} == {asked}
    assert all("counterfoil_request_seconds_bucket{" in text for text in texts)
    assert all(text.count("# TYPE counterfoil_jobs gauge") == 1 for text in texts)
