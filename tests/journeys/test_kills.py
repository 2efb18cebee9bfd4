"""Processes are killed and PostgreSQL is stopped while agencies work: nothing is lost, nothing comes twice."""

import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from linkage import open_package
from linkage.ledger import Entry, Kind
from linkage.manifest import moment_text
from matcher import link
from matcher.engine import engine
from server.database.tables import comparisons, hits, jobs, runs, submissions
from server.ledger import Ledger
from server.service import Service
from tests.linkage.agreements import HOST, keys
from tests.ports import free_port
from tests.server.house import Officer, package, people
from tests.server.postgres import running_postgres
from tests.server.processes import Line, Present, Processes, config, registered

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
        self.looked: dict[str, set[frozenset[str]]] = {}
        self.packages: dict[str, Path] = {}

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
        content = package(self._folder, agency, rows, seed=seed, **stated)
        path = self._folder / f"{agency}-{seed}.cfp"
        path.write_bytes(content)
        self.packages[f"sha256:{hashlib.sha256(content).hexdigest()}"] = path
        try:
            answer = self._officers[agency].submits(content, part=4096)
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
        """Look at the hits of both agencies; nothing is replaced meanwhile, for this thread replaces it."""
        for _ in range(600):
            state = self._officers["bor"].asks("GET", f"/runs/{run}")
            if state.status_code == 200 and state.json["state"] in ("done", "failed"):
                break
            time.sleep(0.02)
        groups: dict[str, set[str]] = {}
        for agency in ("atl", "bor"):
            found = self._officers[agency].asks("GET", f"/runs/{run}/hits?justification=investigation&limit=1000")
            if found.status_code != 200:
                return
            for hit in found.json["hits"]:
                groups.setdefault(hit["group"], set()).add(hit["token"])
        self.looked[run] = {frozenset(tokens) for tokens in groups.values()}


class Scene:
    """A host as processes, and agencies at work, while something is done to it."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        port = free_port()
        (folder / "host.toml").write_text(config(port, f'database = "{database}"' if database else ""))
        self.house = registered(folder, database)
        self.processes = Processes(folder)
        self._line = Line(f"http://127.0.0.1:{port}")
        officers = {}
        for agency in ("atl", "bor"):
            officers[agency] = self.house.joined(agency)
            officers[agency].client = self._line  # type: ignore[assignment]  # the same calls, over HTTP
            officers[agency].clock = Present()  # type: ignore[assignment]
        self.work = Work(folder, officers)
        self._folder = folder

    def play(self, disturb: Callable[[], None]) -> None:
        """Let the agencies work while `disturb` runs, and until they have seen results after it."""
        work = self.work
        try:
            for name in ("serve", "worker"):
                self.processes.start(name)
            deadline = time.monotonic() + 120
            while not work.submit("bor", 2):
                assert time.monotonic() < deadline, (self._folder / "serve.log").read_text()
            work.start()
            disturb()
            before = len(work.looked)
            deadline = time.monotonic() + 120
            while len(work.looked) < before + 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            work.stop.set()
            work.join(60)
            assert len(work.looked) >= before + 2, "the service did not come back"
        finally:
            work.stop.set()
            for name in list(self.processes.running):
                self.processes.kill(name)
            if work.ident is not None:
                work.join(60)
            self._line.close()


@pytest.mark.parametrize("kills", [4, pytest.param(25, marks=pytest.mark.slow)])
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path, kills: int) -> None:
    scene = Scene(tmp_path)
    moments = random.Random(6)  # noqa: S311 - no secret

    def kill_and_start() -> None:
        for kill in range(kills):
            time.sleep(moments.uniform(0.5, 2.5))
            name = ("serve", "worker")[kill % 2]
            scene.processes.kill(name)
            scene.processes.start(name)

    scene.play(kill_and_start)
    _nothing_lost(scene.house.service, scene.work)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("stops", [4])
def test_immediate_stops_of_postgresql_lose_nothing_and_double_nothing(tmp_path: Path, stops: int) -> None:
    moments = random.Random(6)  # noqa: S311 - no secret
    with running_postgres() as postgres:
        scene = Scene(tmp_path, postgres.url)

        def stop_and_start() -> None:
            for _ in range(stops):
                time.sleep(moments.uniform(1.0, 3.0))
                postgres.stop_at_once()
                time.sleep(moments.uniform(0.0, 1.0))
                postgres.start()

        scene.play(stop_and_start)
        _nothing_lost(scene.house.service, scene.work)
        scene.house.service.engine.dispose()


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
    undisturbed = {run: _by_files(work, ran[run].plan) for run, groups in work.looked.items() if groups}
    assert len(undisturbed) > 1
    assert {run: work.looked[run] for run in undisturbed} == undisturbed
    assert max(counted.values()) == 2 * SHARED
    assert kept == 0
    assert waiting <= 1
    for row in rows.values():
        if row.state == "stored":
            key = service.keys.sealing_key(row.sealing_key, row.id)
            assert sum(map(len, service.store.content(f"submissions/{row.id}", key))) > 0


def _by_files(work: Work, plan: bytes) -> set[frozenset[str]]:
    """Return the groups that the packages of a plan make without a host."""
    packages = [open_package(work.packages[planned["package"]]) for planned in json.loads(plan)["submissions"]]
    linkage = link(packages, 0.8, engine=engine("native"))
    groups: dict[int, set[str]] = {}
    found = linkage.groups
    for group, party, index in zip(found.group.tolist(), found.party.tolist(), found.index.tolist(), strict=True):
        tokens = linkage.parties[party].encodings.token_texts()
        groups.setdefault(group, set()).add(tokens[index])
    return {frozenset(tokens) for tokens in groups.values()}
