"""kill -9 of web and worker processes while submissions and runs go on: nothing acknowledged is lost, nothing twice."""

import random
import socket
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from linkage.ledger import Entry, Kind
from linkage.manifest import moment_text
from server.database.tables import comparisons, hits, jobs, runs, submissions
from server.ledger import Ledger
from server.service import Service
from tests.linkage.agreements import HOST, keys
from tests.server.house import Officer, package, people
from tests.server.processes import CONFIG, Line, Present, Processes, registered

SHARED = 20


class Work(threading.Thread):
    """Submits, orders, and looks, again and again, and remembers what the host has acknowledged."""

    def __init__(self, folder: Path, officers: dict[str, Officer]) -> None:
        super().__init__()
        self._folder, self._officers = folder, officers
        self._now = datetime.now(UTC)
        self.stop = threading.Event()
        self.submitted: list[str] = []
        self.ordered: list[str] = []
        self.looked: list[int] = []

    def run(self) -> None:
        for seed in range(10, 10_000):
            if self.stop.is_set():
                return
            self.submit("atl", seed)
            run = self.order()
            if run is not None:
                self.look(run)

    def submit(self, agency: str, seed: int) -> bool:
        rows = np.concatenate((people(SHARED, 1), people(200, seed)))
        stated = {
            "created": moment_text(self._now - timedelta(days=1)),
            "expires": moment_text(self._now + timedelta(days=9)),
        }
        try:
            answer = self._officers[agency].submits(package(self._folder, agency, rows, seed=seed, **stated), part=4096)
        except AssertionError:  # a part was not taken
            return False
        if answer.status_code == 201:
            self.submitted.append(answer.json["submission"])
        return bool(answer.status_code == 201)

    def order(self) -> str | None:
        try:
            answer = self._officers["bor"].orders(0.8)
        except KeyError:  # the plan did not come
            return None
        if answer.status_code == 201:
            self.ordered.append(answer.json["run"])
        return answer.json["run"] if answer.status_code == 201 else None

    def look(self, run: str) -> None:
        for _ in range(600):
            state = self._officers["bor"].asks("GET", f"/runs/{run}")
            if state.status_code == 200 and state.json["state"] in ("done", "failed"):
                break
            time.sleep(0.02)
        found = self._officers["bor"].asks("GET", f"/runs/{run}/hits?justification=investigation&limit=1000")
        if found.status_code == 200:
            self.looked.append(len(found.json["hits"]))


@pytest.mark.parametrize("kills", [4, pytest.param(25, marks=pytest.mark.slow)])
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path, kills: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "host.toml").write_text(CONFIG.format(port=port))
    house = registered(tmp_path)
    line = Line(f"http://127.0.0.1:{port}")
    officers = {}
    for agency in ("atl", "bor"):
        officers[agency] = house.joined(agency)
        officers[agency].client = line  # type: ignore[assignment]  # the same calls, over HTTP
        officers[agency].clock = Present()  # type: ignore[assignment]
    moments = random.Random(6)  # noqa: S311 - no secret
    processes, work = Processes(tmp_path), Work(tmp_path, officers)
    try:
        for name in ("serve", "worker"):
            processes.start(name)
        deadline = time.monotonic() + 60
        while not work.submit("bor", 2):
            assert time.monotonic() < deadline, (tmp_path / "serve.log").read_text()
        work.start()
        for kill in range(kills):
            time.sleep(moments.uniform(0.5, 2.5))
            name = ("serve", "worker")[kill % 2]
            processes.kill(name)
            processes.start(name)
        before = len(work.looked)
        deadline = time.monotonic() + 60
        while len(work.looked) < before + 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        work.stop.set()
        work.join(60)
        assert len(work.looked) >= before + 2, "the service did not come back"
    finally:
        work.stop.set()
        for name in list(processes.running):
            processes.kill(name)
        if work.ident is not None:
            work.join(60)
        line.close()
    _nothing_lost(house.service, work)


def _nothing_lost(service: Service, work: Work) -> None:
    ledger = Ledger(keys(HOST).root)
    with service.engine.connect() as connection:
        rows = {row.id: row for row in connection.execute(sa.select(submissions))}
        ran = {row.id: row for row in connection.execute(sa.select(runs))}
        counted = Counter(connection.execute(sa.select(hits.c.run)).scalars())
        kept = connection.execute(sa.select(sa.func.count()).select_from(comparisons)).scalar_one()
        waiting = connection.execute(sa.select(sa.func.count()).where(jobs.c.state == "waiting")).scalar_one()
        written = [Entry.parse(found) for found in ledger.entries(connection, 0, ledger.size(connection))]
        assert ledger.checkpoint(connection).signed_by(keys(HOST).root.public)
    assert set(work.submitted) <= set(rows)
    assert set(work.ordered) <= set(ran)
    accepted = [str(entry.subject) for entry in written if entry.kind is Kind.SUBMISSION_ACCEPTED]
    assert sorted(accepted) == sorted(rows)
    ended = [entry.subject for entry in written if entry.kind in (Kind.RUN_PUBLISHED, Kind.RUN_ENDED)]
    assert len(ended) == len(set(ended))
    done = [run for run, row in ran.items() if row.state == "done"]
    assert {entry.subject for entry in written if entry.kind is Kind.RUN_PUBLISHED} == set(done)
    assert {row.problem for row in ran.values() if row.state == "failed"} <= {"run.submission-gone"}
    assert done
    assert set(work.looked) <= {SHARED, 0}  # 0: the submission was replaced before the look
    assert SHARED in work.looked
    assert max(counted.values()) == 2 * SHARED
    assert kept == 0
    assert waiting <= 1
    for row in rows.values():
        if row.state == "stored":
            key = service.keys.sealing_key(row.sealing_key, row.id)
            assert sum(map(len, service.store.opened(f"submissions/{row.id}", key))) > 0
