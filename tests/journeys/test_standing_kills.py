"""kill -9 of web and worker processes of a standing operation: what was taken in is compared, and published once."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from linkage.ledger import Entry, Kind
from linkage.manifest import moment_text
from server.database.tables import couples, hits, jobs, runs, submissions
from server.ledger import Ledger
from tests.linkage.agreements import HOST, keys
from tests.ports import free_port
from tests.server.house import House, Officer, package, people
from tests.server.processes import QUOTAS, Line, Present, Processes, config

SHARED = 20


class Submitter(threading.Thread):
    """Submits for atl again and again, every other time as a supplement, and remembers what the host acknowledged."""

    def __init__(self, folder: Path, officers: dict[str, Officer]) -> None:
        super().__init__()
        self._folder, self._officers = folder, officers
        self.stop = threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        for seed in range(10, 10_000):
            if self.stop.is_set():
                return
            self.submit("atl", seed, supplement=seed % 2 == 1)
            time.sleep(0.1)

    def submit(self, agency: str, seed: int, *, supplement: bool = False) -> bool:
        """Submit people of whom bor has a part, the same for a submission and its supplement."""
        now = datetime.now(UTC)
        own = people(2 * SHARED, 1)
        rows = own if agency == "bor" else own[SHARED:] if supplement else own[:SHARED]
        period = {"created": moment_text(now - timedelta(days=1)), "expires": moment_text(now + timedelta(days=9))}
        content = package(self._folder, agency, np.concatenate((rows, people(100, seed))), seed=seed, **period)
        try:
            answer = self._officers[agency].submits(content, supplement=supplement)
        except AssertionError:  # a part was not taken
            return False
        if answer.status_code == 201:
            self.acknowledged.append(answer.json["submission"])
        return bool(answer.status_code == 201)


def settled(house: House) -> bool:
    """Whether nothing is to do."""
    with house.service.engine.connect() as connection:
        busy = sa.select(jobs.c.id).where(jobs.c.state.in_(["waiting", "held"]))
        return connection.execute(busy).first() is None


@pytest.mark.parametrize("kills", [4, pytest.param(25, marks=pytest.mark.slow)])
def test_kills_lose_no_comparison_and_publish_none_twice(tmp_path: Path, kills: int) -> None:
    port = free_port()
    (tmp_path / "host.toml").write_text(config(port))
    house = House.at(tmp_path, database=None)  # SQLite in the folder, where the processes look
    house.clock.now = datetime.now(UTC)
    period = {
        "valid_from": moment_text(house.clock.now - timedelta(days=1)),
        "valid_until": moment_text(house.clock.now + timedelta(days=300)),
    }
    standing = {"by": "on_submission", "threshold": 0.8}
    assert house.registers(quotas=QUOTAS, runs=standing, **period).status_code == 201
    line, officers = Line(f"http://127.0.0.1:{port}"), {}
    for agency in ("atl", "bor"):
        officers[agency] = house.joined(agency)
        officers[agency].client = line  # type: ignore[assignment]  # the same calls, over HTTP
        officers[agency].clock = Present()  # type: ignore[assignment]
    moments = random.Random(6)  # noqa: S311 - no secret
    processes, work = Processes(tmp_path), Submitter(tmp_path, officers)
    try:
        for name in ("serve", "worker"):
            processes.start(name)
        deadline = time.monotonic() + 120
        while not work.submit("bor", 2):
            assert time.monotonic() < deadline, (tmp_path / "serve.log").read_text()
        work.start()
        for kill in range(kills):
            time.sleep(moments.uniform(0.5, 2.5))
            name = ("serve", "worker")[kill % 2]
            processes.kill(name)
            processes.start(name)
        work.stop.set()
        work.join(60)
        deadline = time.monotonic() + 120
        while not (work.submit("atl", 20_000) or time.monotonic() > deadline):
            pass
        assert work.submit("atl", 20_001, supplement=True)
        while not (settled(house) or time.monotonic() > deadline):
            time.sleep(0.1)
        assert settled(house)
    finally:
        work.stop.set()
        for name in list(processes.running):
            processes.kill(name)
        if work.ident is not None:
            work.join(60)
        line.close()
    _all_compared_and_published_once(house, work)


def _all_compared_and_published_once(house: House, work: Submitter) -> None:
    ledger = Ledger(keys(HOST).root)
    with house.service.engine.connect() as connection:
        states: dict[str, Any] = {row.id: row for row in connection.execute(sa.select(submissions))}
        ran = {row.id: row for row in connection.execute(sa.select(runs))}
        remembered = connection.execute(sa.select(couples)).all()
        found = connection.execute(sa.select(hits)).all()
        written = [Entry.parse(content) for content in ledger.entries(connection, 0, ledger.size(connection))]
    assert set(work.acknowledged) <= set(states)
    live = {name: row.agency for name, row in states.items() if row.state == "stored"}
    assert sorted(live.values()) == ["atl", "atl", "bor"]
    assert {row.left_submission for row in remembered} == {name for name, agency in live.items() if agency == "atl"}
    assert all(row.published and row.file for row in remembered)
    done = {run for run, row in ran.items() if row.state == "done"}
    published = [entry.subject for entry in written if entry.kind is Kind.RUN_PUBLISHED]
    assert sorted(map(str, published)) == sorted(done)
    assert {row.problem for row in ran.values() if row.state != "done"} <= {"run.submission-gone"}
    assert len(done) > 1
    tokens = [row.token for row in found if row.agency == "atl"]
    assert len(tokens) == len(set(tokens)) == 2 * SHARED  # each is told once, whatever was killed
    assert len({row.hit_group for row in found}) == 2 * SHARED
