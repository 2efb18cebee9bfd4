"""The promises of the queue: orders are whole, rows hold ids only, and a dead worker's job is taken over at once."""

import itertools
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from linkage.ledger import Kind
from linkage.manifest import moment_text, parse_moment
from server.database.tables import comparisons, jobs, runs
from tests.ports import free_port
from tests.server.house import OPERATION, House, package, people
from tests.server.processes import Line, Present, Processes, config, registered
from tests.server.test_faults import broken
from tests.server.test_story import three_submit
from tests.server.test_submissions import kinds

LEASE_SECONDS = 2
HANGS = """
import sys, time
from pathlib import Path
from server.hosting import worker
from server.runs import work
from server.service import Service
from server.settings import Settings

work.link = lambda *_, **__: time.sleep(600)
worker(Service.opened(Settings.read(Path("host.toml"))), "worker-0").work_once()
"""


def counted(house: House, table: sa.Table) -> int:
    with house.service.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_an_order_is_a_run_a_job_and_an_entry_or_nothing(house: House) -> None:
    officer = three_submit(house)["bor"]
    plan = officer.asks("GET", f"/operations/{OPERATION}/plan").json["digest"]
    order = {"plan": plan, "threshold": 0.8, "justification": "investigation"}
    for at in itertools.count():
        with broken(house.service.engine, at) as tried:
            answer = officer.asks("POST", f"/operations/{OPERATION}/runs", order)
        found = counted(house, runs)
        assert counted(house, jobs) == kinds(house).count(Kind.RUN_ORDERED) == found
        if found:
            break
        assert answer.status_code == 503
        assert len(tried) == at + 1
    assert at > 5
    assert house.works() == 1


def test_the_queue_and_its_results_hold_ids_digests_and_counts(house: House) -> None:
    officer = three_submit(house)["bor"]
    officer.orders()
    with house.service.engine.connect() as connection:
        (row,) = connection.execute(sa.select(jobs)).mappings()
    assert re.fullmatch(r"[0-9a-f]{32}", row["subject"])
    assert {name for name, value in row.items() if value is not None} == {
        "id",
        "kind",
        "subject",
        "state",
        "attempt",
        "enqueued",
    }
    assert {column.name for column in comparisons.columns} == {"run", "comparison", "pairs"}


def test_the_job_of_a_worker_that_is_killed_for_good_goes_to_the_next(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "host.toml").write_text(config(port), encoding="utf-8")
    house, processes, line = registered(tmp_path), Processes(tmp_path), Line(f"http://127.0.0.1:{port}")
    now = datetime.now(UTC)
    stated = {"created": moment_text(now - timedelta(days=1)), "expires": moment_text(now + timedelta(days=9))}

    def row() -> Any:
        with house.service.engine.connect() as connection:
            return connection.execute(sa.select(jobs)).one()

    def until(state: str, worker: str) -> None:
        deadline = time.monotonic() + 120
        while (row().state, row().worker) != (state, worker):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    for seed, agency in enumerate(("atl", "bor")):
        officer = house.joined(agency)
        assert officer.submits(package(tmp_path, agency, people(20, 1), seed=seed, **stated)).status_code == 201
    officer.orders()
    hanging = subprocess.Popen([sys.executable, "-c", HANGS], cwd=tmp_path)
    try:
        until("held", "worker-0")
        processes.start("serve")  # which works on nothing, and
        processes.start("worker-1")  # which waits as long as the other one renews its lease
        officer.client, officer.clock = line, Present()  # type: ignore[assignment]  # the same calls, over HTTP
        while officer.asks("GET", "/operations").status_code != 200:
            time.sleep(0.05)
        time.sleep(2 * LEASE_SECONDS)
        assert (row().state, row().worker) == ("held", "worker-0")
        hanging.send_signal(signal.SIGKILL)
        hanging.wait()
        left = parse_moment(row().lease_until) - datetime.now(UTC)
        assert left <= timedelta(seconds=LEASE_SECONDS + 1)  # two heartbeats, and what rounding to seconds costs
        until("done", "worker-1")
        assert row().attempt == 2
        run = officer.asks("GET", f"/operations/{OPERATION}/runs").json["runs"][0]
        assert (run["state"], len(officer.hits(run["run"]))) == ("done", 20)
    finally:
        hanging.kill()
        hanging.wait()
        for name in list(processes.running):
            processes.kill(name)
        line.close()
