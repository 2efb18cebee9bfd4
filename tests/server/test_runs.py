"""Runs: what is compared, what is published, and what happens when workers die."""

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from linkage.category import Category
from linkage.credential import Role
from linkage.ledger import Entry, Kind
from matcher import candidate_pairs
from server.database import writing
from server.database.tables import comparisons, hits, jobs, runs, submissions
from server.errors import LeaseLostError
from server.expiry.schedule import expire
from server.hosting import worker
from server.jobs import Job, Lease, claim
from server.ledger import Ledger
from server.runs import kept
from server.runs.work import do_run
from tests.linkage.agreements import HOST, keys
from tests.server.house import OPERATION, House, Officer, package, people


@pytest.fixture
def officers(house: House) -> dict[str, Officer]:
    """Three agencies that have submitted; two people are at atl and bor, one of them at cyr too."""
    atl, bor, cyr = people(30, 1), people(30, 2), people(30, 3)
    bor[:2] = atl[:2]
    cyr[0] = atl[0]
    made = {name: house.joined(name) for name in ("atl", "bor", "cyr")}
    for seed, (name, rows) in enumerate({"atl": atl, "bor": bor, "cyr": cyr}.items()):
        assert made[name].submits(package(house.folder, name, rows, seed=seed)).status_code == 201
    return made


def entries(house: House) -> list[Entry]:
    ledger = Ledger(keys(HOST).root)
    with house.service.engine.connect() as connection:
        return [Entry.parse(found) for found in ledger.entries(connection, 0, ledger.size(connection))]


def state(officer: Officer, run: str) -> dict[str, Any]:
    found: dict[str, Any] = officer.asks("GET", f"/runs/{run}").json
    return found


def claimed(house: House, name: str) -> Job:
    job = claim(house.service, name)
    assert job is not None
    return job


def test_nothing_outside_the_permitted_pairings_is_compared(house: House) -> None:
    same = people(10, 1)
    for seed, (agency, category) in enumerate(
        [("atl", Category.SUSPECT), ("atl", Category.VICTIM), ("bor", Category.SUSPECT), ("cyr", Category.VICTIM)]
    ):
        officer = house.joined(agency)
        rows = np.roll(same, seed, axis=0)
        assert officer.submits(package(house.folder, agency, rows, seed=seed, category=category)).status_code == 201
    plan = house.joined(HOST, Role.HOST_OPERATOR).asks("GET", f"/operations/{OPERATION}/plan").json
    names = {found["submission"]: (found["agency"], found["category"]) for found in plan["submissions"]}
    planned = {frozenset((names[one["left"]], names[one["right"]])) for one in plan["comparisons"]}
    assert frozenset((("atl", "suspect"), ("bor", "suspect"))) in planned
    assert frozenset((("atl", "victim"), ("cyr", "victim"))) in planned
    assert frozenset((("bor", "suspect"), ("cyr", "victim"))) not in planned
    assert all(one["ground"] for one in plan["comparisons"])
    run = officer.orders().json["run"]
    house.works()
    for hit in officer.hits(run):
        assert {found["agency"] for found in hit["counterparts"]} <= {"atl"}


def test_an_order_is_for_the_plan_that_was_seen(house: House, officers: dict[str, Officer]) -> None:
    order = {"plan": "sha256:" + "00" * 32, "threshold": 0.8, "justification": "investigation"}
    answer = officers["atl"].asks("POST", f"/operations/{OPERATION}/runs", order)
    assert (answer.status_code, answer.json["code"]) == (409, "run.plan")


def test_one_run_at_a_time(officers: dict[str, Officer]) -> None:
    assert officers["atl"].orders().status_code == 201
    again = officers["bor"].orders()
    assert (again.status_code, again.json["code"]) == (409, "run.active")


def test_nothing_to_compare_is_told(house: House) -> None:
    answer = house.joined("atl").orders()
    assert (answer.status_code, answer.json["code"]) == (403, "run.nothing")


def test_a_cancelled_run_publishes_nothing(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    assert officers["atl"].asks("POST", f"/runs/{run}/cancellation").json["state"] == "cancelled"
    house.works()
    assert state(officers["bor"], run)["state"] == "cancelled"
    assert officers["bor"].hits(run) == []
    again = officers["atl"].asks("POST", f"/runs/{run}/cancellation")
    assert (again.status_code, again.json["code"]) == (409, "run.ended")
    assert [entry.kind for entry in entries(house)].count(Kind.RUN_ENDED) == 1


def test_an_automatic_threshold_is_told_when_the_run_has_ended(house: House) -> None:
    shared = people(60, 7)
    for seed, agency in enumerate(("atl", "bor")):
        rows = np.concatenate((shared, people(200, 10 + seed)))
        officer = house.joined(agency)
        assert officer.submits(package(house.folder, agency, rows, seed=seed)).status_code == 201
    run = officer.orders("auto").json["run"]
    house.works()
    found = state(officer, run)
    assert (found["state"], found["problem"]) == ("done", None)
    assert 0 < float(found["threshold"]) <= 1
    assert len(officer.hits(run)) == 60


def test_a_dead_worker_loses_its_run_to_the_next_and_can_write_no_more(
    house: House, officers: dict[str, Officer]
) -> None:
    run = officers["atl"].orders().json["run"]
    dead = claimed(house, "worker-0")
    assert claim(house.service, "worker-1") is None
    house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
    assert house.works() == 1
    result = state(officers["atl"], run)
    assert result["state"] == "done"
    with pytest.raises(LeaseLostError):
        do_run(house.service, Lease(house.service, dead))
    assert state(officers["atl"], run) == result
    assert [entry.kind for entry in entries(house)].count(Kind.RUN_PUBLISHED) == 1


@pytest.mark.parametrize("lost", [0, 1], ids=["nothing lost", "a kept comparison lost"])
def test_a_run_that_is_taken_over_compares_nothing_twice(
    house: House, officers: dict[str, Officer], monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    compared: list[int] = []
    real = candidate_pairs

    def counted(left: Any, right: Any, threshold: float, **options: Any) -> Any:
        compared.append(len(left) * len(right))
        if len(compared) == 3:
            raise KeyboardInterrupt
        return real(left, right, threshold, **options)

    monkeypatch.setattr(kept, "candidate_pairs", counted)
    run = officers["atl"].orders().json["run"]
    with pytest.raises(KeyboardInterrupt):
        do_run(house.service, Lease(house.service, claimed(house, "worker-0")), keep_from=0)
    with house.service.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(comparisons)).scalar_one() == 2
    for file in sorted((house.folder / "host" / "store" / "comparisons" / run).iterdir())[:lost]:
        file.write_bytes(b"x")
    house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
    do_run(house.service, Lease(house.service, claimed(house, "worker-1")), keep_from=0)
    assert len(compared) == 4 + lost
    assert len(officers["atl"].hits(run)) == 2
    with house.service.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(comparisons)).scalar_one() == 0
    assert not (house.folder / "host" / "store" / "comparisons" / run).exists()


def test_the_result_is_the_same_when_it_is_found_again(house: House, officers: dict[str, Officer]) -> None:
    digests = []
    for _ in range(2):
        run = officers["atl"].orders().json["run"]
        house.works()
        digests.append(state(officers["atl"], run)["result"])
    assert digests[0] == digests[1]


def test_a_run_that_kills_its_workers_is_given_up(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    for attempt in range(house.service.settings.jobs.attempts):
        assert claimed(house, f"worker-{attempt}").attempt == attempt + 1
        house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
    assert house.works() == 1
    found = state(officers["atl"], run)
    assert (found["state"], found["problem"]) == ("failed", "job.attempts")
    assert claim(house.service, "worker-9") is None


def test_a_fault_fails_the_run_and_says_so(
    house: House, officers: dict[str, Officer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("server.runs.work.link", fails)
    run = officers["atl"].orders().json["run"]
    house.works()
    found = state(officers["atl"], run)
    assert (found["state"], found["problem"]) == ("failed", "program.fault")
    assert entries(house)[-1].kind is Kind.RUN_ENDED


def test_a_withdrawal_ends_the_run_that_needs_it(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    own = officers["cyr"].asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"][0]["submission"]
    assert officers["cyr"].asks("DELETE", f"/submissions/{own}").status_code == 200
    house.works()
    found = state(officers["atl"], run)
    assert (found["state"], found["problem"]) == ("failed", "run.submission-gone")


def test_every_look_at_hits_is_in_the_ledger_with_who_and_why(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    house.works()
    before = len(entries(house))
    assert len(officers["bor"].hits(run)) == 2
    look = entries(house)[before]
    assert (look.kind, look.agency, look.justification, look.count) == (Kind.HITS_VIEWED, "bor", "investigation", 2)
    refused = officers["bor"].asks("GET", f"/runs/{run}/hits")
    assert refused.status_code == 422


def test_hits_come_in_pages(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    house.works()
    path = f"/runs/{run}/hits?justification=investigation&limit=1"
    first = officers["atl"].asks("GET", path).json
    second = officers["atl"].asks("GET", f"{path}&after={first['next']}").json
    assert [len(page["hits"]) for page in (first, second)] == [1, 1]
    assert second["next"] is None
    assert first["hits"][0]["token"] == first["next"] < second["hits"][0]["token"]


def test_hits_go_when_they_are_due(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    house.works()
    house.clock.forward(days=200)
    assert officers["atl"].hits(run) == []
    with writing(house.service.engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(hits)).scalar_one() == 5
        connection.execute(submissions.update().values(expires="2099-01-01T00:00:00Z"))  # so that hits go by themselves
    expire(house.service)
    with house.service.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(hits)).scalar_one() == 0
    erased = [(entry.subject, entry.count) for entry in entries(house) if entry.kind is Kind.HITS_ERASED]
    assert erased == [(run, 5)]


def test_a_worker_that_was_told_to_stop_ends(house: House) -> None:
    import threading

    stop = threading.Event()
    thread = threading.Thread(target=worker(house.service, "worker-0").run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_jobs_hold_ids_only(house: House, officers: dict[str, Officer]) -> None:
    run = officers["atl"].orders().json["run"]
    with house.service.engine.connect() as connection:
        row = connection.execute(sa.select(jobs)).one()
        assert connection.execute(sa.select(runs.c.id)).scalar_one() == run
    assert (row.kind, row.subject, row.state) == ("run", run, "waiting")
