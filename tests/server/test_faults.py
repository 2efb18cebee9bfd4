"""Disk full, and errors of disk and database at every step: refused with 503 or done, never half of it."""

import errno
import hashlib
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linkage.ledger import Kind
from server.database.tables import runs, submissions
from server.expiry.schedule import expire
from server.hosting import worker
from server.jobs.worker import Worker
from server.ledger import Ledger
from server.store import Store
from tests.linkage.agreements import HOST, keys
from tests.server.house import House, Officer, package, people
from tests.server.test_submissions import kinds, stored_files

QUOTAS = {"records_per_submission": 1000, "submissions_per_day": 1000, "runs_per_day": 1000}


@contextmanager
def broken(engine: sa.Engine, at: int) -> Iterator[list[int]]:
    """Let the statement or commit number `at` fail as a disk does; the list holds those that were tried."""
    tried: list[int] = []

    def fail(*_: Any) -> None:
        tried.append(len(tried))
        if len(tried) == at + 1:
            raise sa.exc.OperationalError("statement", {}, Exception("disk I/O error"))

    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(engine, event, fail)
    try:
        yield tried
    finally:
        for event in ("before_cursor_execute", "commit"):
            sa.event.remove(engine, event, fail)


def live(house: House) -> list[str]:
    with house.service.engine.connect() as connection:
        stored = sa.select(submissions.c.id).where(submissions.c.state == "stored")
        return sorted(connection.execute(stored).scalars())


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def ready(officer: Officer, content: bytes) -> str:
    """Upload `content` in whole and return where to make it a submission."""
    order = {"size": len(content), "digest": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    path = f"/uploads/{officer.asks('POST', '/operations/lantern/uploads', order).json['upload']}"
    assert officer.sends_part(path, content, 0, len(content)).status_code == 200
    return f"{path}/submission"


def test_a_submission_survives_a_fault_at_every_statement(house: House) -> None:
    officer = house.joined("atl")
    assert officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
    path = ready(officer, package(house.folder, "atl", people(6, 2), seed=2))
    for at in itertools.count():
        before, entries = live(house), len(kinds(house))
        with broken(house.service.engine, at) as tried:
            answer = officer.asks("POST", path)
        if len(tried) <= at:
            break
        assert answer.status_code == 503, answer.json
        if live(house) != before:  # taken in, and the answer was lost on its way
            assert kinds(house)[entries:] == [Kind.SUBMISSION_ACCEPTED, Kind.SUBMISSION_ERASED]
            break
        assert len(kinds(house)) == entries
        assert stored_files(house) == before
    assert at > 10
    assert len(live(house)) == 1
    assert stored_files(house) == live(house)


@pytest.mark.parametrize("where", ["server.store._sealed", "linkage.files.os.fsync"])
def test_a_full_disk_refuses_and_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    officer = house.joined("atl")
    content = package(house.folder, "atl", people(5, 1), seed=1)
    path = ready(officer, content)
    before = kinds(house)
    monkeypatch.setattr(where, full)
    if where.endswith("fsync"):
        begun = officer.asks("POST", "/operations/lantern/uploads", {"size": 9, "digest": "sha256:" + "00" * 32})
        answer = officer.sends_part(f"/uploads/{begun.json['upload']}", b"123456789", 0, 9)
    else:
        answer = officer.asks("POST", path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    monkeypatch.undo()
    assert kinds(house) == before
    assert stored_files(house) == live(house) == []
    assert officer.asks("POST", path).status_code == 201


def test_a_store_that_deletes_nothing_costs_no_submission(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = house.joined("atl")
    old = officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).json["submission"]
    monkeypatch.setattr(Store, "delete", full)
    answer = officer.submits(package(house.folder, "atl", people(6, 2), seed=2))
    assert answer.status_code == 201, answer.json
    new = answer.json["submission"]
    assert stored_files(house) == sorted([old, new])
    monkeypatch.undo()
    house.clock.now = datetime.now(UTC)
    expire(house.service)
    assert old in stored_files(house)
    house.clock.now = datetime.now(UTC) + timedelta(hours=2)
    expire(house.service)
    assert stored_files(house) == live(house) == [new]


def test_sealed_files_that_a_crash_left_behind_are_swept_up(house: House) -> None:
    house.service.store.seal("submissions/" + "0" * 32, [b"x"], bytes(32))
    house.service.store.seal("comparisons/" + "1" * 32 + "/" + "2" * 64, [b"x"], bytes(32))
    (house.folder / "host" / "store" / "submissions" / ".half.part").write_bytes(b"x")
    house.clock.now = datetime.now(UTC) + timedelta(hours=2)
    expire(house.service)
    assert stored_files(house) == []


def test_sweeping_finds_files_below_a_folder_named_like_the_stores_own(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "submissions" / "store"))
    store.seal("submissions/" + "0" * 32, [b"x"], bytes(32))
    soon = datetime.now(UTC) + timedelta(hours=1)
    assert store.strays("submissions", set(), soon) == ["submissions/" + "0" * 32]


def test_a_run_whose_store_does_not_answer_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: object
) -> None:
    house = House.at(tmp_path)
    assert house.registers().status_code == 201
    officers = {name: house.joined(name) for name in ("atl", "bor")}
    for seed, (name, officer) in enumerate(officers.items()):
        assert officer.submits(package(tmp_path, name, people(4, 1), seed=seed)).status_code == 201
    run = officers["atl"].orders().json["run"]
    monkeypatch.setattr(Store, "opened", full)
    with pytest.raises(OSError, match="No space left"):
        worker(house.service, "worker-0").work_once()
    monkeypatch.undo()
    house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
    house.works()
    assert len(officers["bor"].hits(run)) == 4


def test_a_run_survives_a_fault_at_every_statement(tmp_path: Path, database: object) -> None:
    house = House.at(tmp_path)
    assert house.registers(quotas=QUOTAS).status_code == 201
    shared = people(4, 1)
    officers = {name: house.joined(name) for name in ("atl", "bor")}
    for seed, (name, officer) in enumerate(officers.items()):
        assert officer.submits(package(tmp_path, name, shared, seed=seed)).status_code == 201
    results = set()
    for at in itertools.count():
        run = officers["atl"].orders().json["run"]
        with broken(house.service.engine, at) as tried, suppress(sa.exc.OperationalError):
            worker(house.service, "worker-0").work_once()
        house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
        house.works()
        with house.service.engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run)).one()
        assert (row.state, row.problem) == ("done", None)
        results.add(row.result_digest)
        assert len(officers["bor"].hits(run)) == 4
        if len(tried) <= at:
            break
    assert at > 10
    assert len(results) == 1
    assert kinds(house).count(Kind.RUN_PUBLISHED) == at + 1
    ledger = Ledger(keys(HOST).root)
    with house.service.engine.connect() as connection:
        assert ledger.size(connection) == len(kinds(house))


def test_a_worker_goes_on_after_a_fault_of_the_schedule(house: House) -> None:
    stop, done = threading.Event(), []

    class Two(Worker):
        def work_once(self) -> bool:
            done.append(1)
            if len(done) == 2:
                stop.set()
            return False

    settings = house.service.settings.model_copy(
        update={"jobs": house.service.settings.jobs.model_copy(update={"poll_seconds": 0.01})}
    )
    Two(replace(house.service, settings=settings), "worker-0", {}, full).run(stop)
    assert len(done) == 2
