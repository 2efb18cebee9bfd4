"""Standing operations: a submission starts a run of what is new, and groups keep their names."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from linkage.ledger import Kind
from linkage.ledger.audit import audit
from matcher import CandidatePairs, candidate_pairs
from server.audit.export import export
from server.database.tables import couples, runs
from server.expiry.schedule import expire
from server.hits.continuity import continued
from server.hits.groups import FoundGroup, Member
from server.jobs import Lease
from server.runs import couples as memory
from server.runs.couples import _Asked
from server.runs.work import do_run
from tests.linkage.agreements import document
from tests.server.house import OPERATION, House, Officer, package, people, tokens_of
from tests.server.test_faults import QUOTAS, broken
from tests.server.test_runs import claimed
from tests.server.test_submissions import entries, stored_files

STANDING = {"by": "on_submission", "threshold": 0.8}


class Standing:
    """A host with a standing operation, and what its agencies know of it."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.house = House.at(folder)
        answer = self.house.registers(runs=STANDING, **changes)
        assert answer.status_code == 201, answer.json
        self.officers = {name: self.house.joined(name) for name in ("atl", "bor", "cyr")}
        self.seed = 0

    def submits(self, agency: str, rows: Any, *, supplement: bool = False) -> tuple[str, list[str]]:
        """Return the id and the tokens of a new submission; its run waits."""
        self.seed += 1
        content = package(self.house.folder, agency, rows, seed=self.seed)
        answer = self.officers[agency].submits(content, supplement=supplement)
        assert answer.status_code == 201, answer.json
        return answer.json["submission"], tokens_of(self.house.folder, content)

    def runs(self) -> list[dict[str, Any]]:
        """All runs, oldest first."""
        with self.house.service.engine.connect() as connection:
            rows = connection.execute(sa.select(runs).order_by(runs.c.ordered, runs.c.finished, runs.c.id)).all()
        return [dict(row._mapping) for row in rows]

    def works(self) -> list[str]:
        """Do what is to do; return the runs that were published by it."""
        before = {run["id"] for run in self.runs() if run["state"] == "done"}
        self.house.works()
        self.house.clock.forward(seconds=1)
        return [run["id"] for run in self.runs() if run["state"] == "done" and run["id"] not in before]

    def groups(self, run: str) -> dict[str, set[str]]:
        """The agencies of each group of a run."""
        found: dict[str, set[str]] = {}
        for name, officer in self.officers.items():
            for hit in officer.hits(run):
                found.setdefault(hit["group"], set()).add(name)
        return found


@pytest.fixture
def standing(tmp_path: Path, database: object) -> Standing:
    return Standing(tmp_path)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """How many encodings each comparison of two files had on its sides."""
    sizes: list[tuple[int, int]] = []

    def counted(left: Any, right: Any, threshold: float, **options: Any) -> CandidatePairs:
        if left is not right:
            sizes.append((len(left), len(right)))
        return candidate_pairs(left, right, threshold, **options)

    monkeypatch.setattr(memory, "candidate_pairs", counted)
    return sizes


def three(shared: int = 2) -> tuple[Any, Any, Any]:
    """Encodings of atl, bor and cyr; records 0 and 1 of atl are at bor, record 0 at cyr too."""
    atl, bor, cyr = people(20, 1), people(21, 2), people(22, 3)
    bor[:shared], cyr[0] = atl[:shared], atl[0]
    return atl, bor, cyr


def test_a_submission_starts_a_run_of_what_is_new(standing: Standing, compared: list[tuple[int, int]]) -> None:
    atl, bor, cyr = three()
    standing.submits("atl", atl)
    assert standing.works() == []
    standing.submits("bor", bor)
    (first,) = standing.works()
    assert compared == [(20, 21)]
    assert sorted(map(len, standing.groups(first).values())) == [2, 2]
    standing.submits("cyr", cyr)
    (second,) = standing.works()
    assert compared == [(20, 21), (20, 22), (21, 22)]
    shown = standing.officers["cyr"].asks("GET", f"/runs/{second}").json
    assert (shown["pairs_total"], shown["pairs_done"]) == (20 * 22 + 21 * 22, 20 * 22 + 21 * 22)
    assert shown["ordered_by"] == "host"


def test_a_run_publishes_what_it_adds_and_groups_keep_their_names(standing: Standing) -> None:
    atl, bor, cyr = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    (first,) = standing.works()
    standing.submits("cyr", cyr)
    (second,) = standing.works()
    before, after = standing.groups(first), standing.groups(second)
    assert list(after.values()) == [{"atl", "bor", "cyr"}]  # the group of atl and bor alone is no news
    assert set(after) < set(before)
    assert len(before) == 2


def test_the_groups_are_those_of_one_run_over_everything(standing: Standing, tmp_path_factory: Any) -> None:
    ordered = House.at(tmp_path_factory.mktemp("ordered"))
    assert ordered.registers().status_code == 201
    found: dict[frozenset[str], set[str]] = {}
    officers: dict[str, Officer] = {}
    for name, rows in zip(("atl", "bor", "cyr"), three(shared=9), strict=True):
        content = package(standing.house.folder, name, rows, seed=len(officers))
        officers[name] = ordered.joined(name)
        for officer in (officers[name], standing.officers[name]):
            assert officer.submits(content).status_code == 201
        for run in standing.works():
            for name_of, tokens in members(standing.officers, run).items():
                found[frozenset([name_of])] = tokens
    run = officers["atl"].orders().json["run"]
    ordered.works()
    assert sorted(map(sorted, found.values())) == sorted(map(sorted, members(officers, run).values()))


def members(officers: dict[str, Officer], run: str) -> dict[str, set[str]]:
    """The tokens of each group."""
    found: dict[str, set[str]] = {}
    for officer in officers.values():
        for hit in officer.hits(run):
            found.setdefault(hit["group"], set()).add(hit["token"])
    return found


def test_a_supplement_alone_is_compared(standing: Standing, compared: list[tuple[int, int]]) -> None:
    atl, bor, _ = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.works()
    more = people(3, 7)
    more[0] = atl[5]
    submission, tokens = standing.submits("bor", more, supplement=True)
    (run,) = standing.works()
    assert compared == [(20, 21), (20, 3)]
    own = standing.officers["bor"].hits(run)
    assert len(own) == 1
    assert own[0]["token"] in tokens
    assert standing.groups(run) == {own[0]["group"]: {"atl", "bor"}}
    assert submission


def test_what_comes_while_a_run_is_under_way_is_next(standing: Standing) -> None:
    atl, bor, cyr = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.submits("cyr", cyr)
    assert [run["state"] for run in standing.runs()] == ["queued"]
    assert len(standing.works()) == 2
    assert standing.works() == []


def test_a_replacement_ends_the_run_and_starts_the_next(standing: Standing) -> None:
    atl, bor, _ = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.submits("bor", np.roll(bor, 1, axis=0))
    assert sorted(run["state"] for run in standing.runs()) == ["failed", "queued"]
    (run,) = standing.works()
    assert len(standing.groups(run)) == 2


def test_a_withdrawn_record_leaves_the_groups_and_nothing_is_published_again(standing: Standing) -> None:
    atl, bor, cyr = three()
    first, tokens = standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.works()
    path = f"/submissions/{first}/withdrawals"
    answer = standing.officers["atl"].asks("POST", path, {"tokens": [tokens[0]], "reason": "rectification"})
    assert answer.status_code == 201, answer.json
    assert standing.works() == []
    assert len(stored_files(standing.house)) == 2  # their pairs are gone, too
    standing.submits("cyr", cyr)
    (run,) = standing.works()
    assert list(standing.groups(run).values()) == [{"bor", "cyr"}]


def test_with_a_submission_goes_what_was_found_with_it(standing: Standing) -> None:
    atl, bor, _ = three()
    first, _ = standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.works()
    assert len(stored_files(standing.house)) == 3
    assert standing.officers["atl"].asks("DELETE", f"/submissions/{first}").status_code == 200
    assert len(stored_files(standing.house)) == 1
    with standing.house.service.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(couples)).scalar_one() == 0


def test_the_schedule_leaves_what_is_remembered_and_sweeps_what_is_not(standing: Standing) -> None:
    atl, bor, _ = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.works()
    before = stored_files(standing.house)
    standing.house.service.store.seal("couples/" + "0" * 32, [b"x"], bytes(32))
    standing.house.clock.forward(days=40)  # files have the time of this machine
    expire(standing.house.service)
    assert stored_files(standing.house) == before


def test_a_run_that_failed_is_ordered_anew_after_longer_and_longer(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, clock = standing.house.service, standing.house.clock

    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    def ordered_within(minutes: float) -> bool:
        before = len(standing.runs())
        clock.forward(minutes=minutes)
        expire(service)
        standing.house.works()
        return len(standing.runs()) > before

    atl, bor, _ = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    with monkeypatch.context() as patch:
        patch.setattr("server.runs.work.link", fails)
        standing.house.works()
        assert [run["problem"] for run in standing.runs()] == ["program.fault"]
        for pause in (5, 10, 20):
            assert not ordered_within(pause - 1)
            assert ordered_within(1)
        for _ in range(10):
            clock.forward(days=1)
            expire(service)
            standing.house.works()
        assert len(standing.runs()) == 14  # a day is the longest pause
    assert ordered_within(24 * 60)
    assert standing.runs()[-1]["state"] == "done"
    assert len(standing.groups(standing.runs()[-1]["id"])) == 2
    assert not ordered_within(24 * 60)


def test_a_run_whose_submission_went_is_not_ordered_anew(standing: Standing) -> None:
    atl, bor, _ = three()
    first, _ = standing.submits("atl", atl)
    standing.submits("bor", bor)
    assert standing.officers["atl"].asks("DELETE", f"/submissions/{first}").status_code == 200
    (run,) = standing.runs()
    assert run["problem"] == "run.submission-gone"
    standing.house.clock.forward(days=2)
    expire(standing.house.service)
    assert len(standing.runs()) == 1


def test_nobody_orders_a_run_of_a_standing_operation(standing: Standing) -> None:
    atl, bor, _ = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.works()
    answer = standing.officers["atl"].orders()
    assert (answer.status_code, answer.json["code"]) == (403, "run.order")
    plan = standing.officers["atl"].asks("GET", f"/operations/{OPERATION}/plan").json
    assert (len(plan["comparisons"]), len(plan["known"])) == (0, 1)


def test_the_ledger_says_what_each_run_compares(standing: Standing) -> None:
    for name, rows in zip(("atl", "bor", "cyr"), three(), strict=True):
        standing.submits(name, rows)
        standing.works()
    written = [entry for entry in entries(standing.house) if entry.kind in (Kind.RUN_ORDERED, Kind.RUN_PUBLISHED)]
    assert [len(entry.comparisons or ()) for entry in written] == [1, 1, 2, 2]
    assert {(entry.agency, entry.officer, entry.justification) for entry in written[::2]} == {
        ("host", "standing-operation", "standing-operation")
    }


def test_a_data_protection_officer_finds_all_of_it_as_agreed(standing: Standing) -> None:
    atl, bor, cyr = three()
    first, tokens = standing.submits("atl", atl)
    for name, rows in (("bor", bor), ("cyr", cyr)):
        standing.submits(name, rows)
        for run in standing.works():
            assert standing.officers["bor"].hits(run)
    answer = standing.officers["atl"].asks(
        "POST", f"/submissions/{first}/withdrawals", {"tokens": tokens[:1], "reason": "rectification"}
    )
    assert answer.status_code == 201
    standing.submits("bor", people(5, 9))
    standing.works()
    service, now = standing.house.service, standing.house.clock.now
    found = audit(export(service, service.console(), OPERATION), now, host=service.keys.identity.public)
    assert [each.sentence for each in found.findings if not each.passed] == []
    told = "\n".join(each.sentence for each in found.findings)
    assert "3 runs: each was ordered by the host, because a submission starts a run as was agreed" in told


def test_a_submission_whose_run_cannot_be_written_down_is_not_taken_in(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing.submits("atl", three()[0])

    def fails(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("disk I/O error"))

    monkeypatch.setattr("server.runs.standing.journal.record", fails)
    content = package(standing.house.folder, "bor", three()[1], seed=5)
    assert standing.officers["bor"].submits(content).status_code == 503
    monkeypatch.undo()
    assert standing.runs() == []
    assert len(stored_files(standing.house)) == 1


@contextmanager
def dies_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[None]:
    """Let the worker die in a comparison."""
    done: list[int] = []

    def counted(left: Any, right: Any, threshold: float, **options: Any) -> CandidatePairs:
        done.append(1)
        if len(done) == number:
            raise KeyboardInterrupt
        return candidate_pairs(left, right, threshold, **options)

    with monkeypatch.context() as patch:
        patch.setattr(memory, "candidate_pairs", counted)
        yield


def test_a_run_that_is_taken_over_compares_nothing_twice(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    atl, bor, cyr = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    standing.works()
    standing.submits("cyr", cyr)
    house = standing.house
    with dies_at(monkeypatch, 2), pytest.raises(KeyboardInterrupt):
        do_run(house.service, Lease(house.service, claimed(house, "worker-0")))
    house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
    sizes: list[int] = []

    def counted(left: Any, right: Any, threshold: float, **options: Any) -> CandidatePairs:
        sizes.append(len(left) * len(right))
        return candidate_pairs(left, right, threshold, **options)

    monkeypatch.setattr(memory, "candidate_pairs", counted)
    (run,) = standing.works()
    assert sizes == [21 * 22]
    assert list(standing.groups(run).values()) == [{"atl", "bor", "cyr"}]


def test_a_standing_run_survives_a_fault_at_every_statement(tmp_path: Path, database: object) -> None:
    standing = Standing(tmp_path, quotas=QUOTAS)
    atl, bor, _ = three()
    standing.submits("atl", atl)
    for at in itertools.count():
        standing.submits("bor", np.roll(bor, at, axis=0))
        with broken(standing.house.service.engine, at) as tried, suppress(sa.exc.OperationalError):
            standing.house.works()
        standing.house.clock.forward(seconds=standing.house.service.settings.jobs.lease_seconds + 2)
        standing.works()
        last = standing.runs()[-1]
        assert (last["state"], last["problem"]) == ("done", None)
        assert sorted(map(len, standing.groups(last["id"]).values())) == [2, 2]
        if len(tried) <= at:
            break
    assert at > 10
    written = [entry.subject for entry in entries(standing.house) if entry.kind is Kind.RUN_PUBLISHED]
    assert len(written) == len(set(written)) == at + 1
    standing.house.clock.now = datetime.now(UTC) + timedelta(hours=2)
    expire(standing.house.service)  # what a fault left behind says nothing, and is swept up
    assert len(stored_files(standing.house)) == 3


def test_an_automatic_threshold_needs_no_old_comparison_again(
    tmp_path: Path, database: object, compared: list[tuple[int, int]]
) -> None:
    house = House.at(tmp_path)
    assert house.registers(runs={"by": "on_submission"}).status_code == 201
    shared = people(60, 7)
    for seed, agency in enumerate(("atl", "bor", "cyr")):
        rows = np.concatenate((shared, people(200 + seed, 10 + seed)))
        assert house.joined(agency).submits(package(house.folder, agency, rows, seed=seed)).status_code == 201
        house.works()
    assert compared.count((260, 261)) == 1
    assert len(compared) == 3


def test_an_amendment_that_permits_more_starts_a_run_of_it(standing: Standing) -> None:
    pairing = {
        "left": {"agency": "atl", "category": "suspect"},
        "right": {"agency": "bor", "category": "suspect"},
        "legal_ground": "law",
        "review": "one_reviewer",
    }
    folder = standing.house.folder / "narrow"
    folder.mkdir()
    narrow = Standing(folder, pairings=[pairing], categories=["suspect"], parties=suspects_only())
    atl, bor, cyr = three()
    cyr[0] = atl[7]  # in no group with a record of bor, which would keep it
    for name, rows in (("atl", atl), ("bor", bor), ("cyr", cyr)):
        narrow.submits(name, rows)
        narrow.works()
    assert len(narrow.runs()) == 1
    wide = pairing | {"right": {"agency": "cyr", "category": "suspect"}}
    with narrow.house.service.engine.connect() as connection:
        former = connection.execute(sa.text("SELECT digest FROM operations")).scalar_one()
    answer = narrow.house.registers(
        runs=STANDING,
        version=2,
        predecessor=former,
        pairings=[pairing, wide],
        categories=["suspect"],
        parties=suspects_only(),
    )
    assert answer.status_code == 201, answer.json
    (run,) = narrow.works()
    assert list(narrow.groups(run).values()) == [{"atl", "cyr"}]


def suspects_only() -> list[dict[str, Any]]:
    """The parties, who submit suspects only."""
    return [party | {"categories": ["suspect"]} for party in document()["parties"]]


def group(*tokens: str) -> FoundGroup:
    return FoundGroup(tuple(Member(token[0], token, f"s-{token[0]}") for token in tokens), "likely")


def test_a_group_keeps_its_name_as_members_come_and_go() -> None:
    former = {"a1": "one", "b1": "one", "a2": "two", "b2": "two", "c2": "two"}
    names = continued([group("a1", "b1", "c1"), group("a2", "b2"), group("a3", "c3")], former, "r")
    assert names[:2] == ["one", "two"]
    assert names[2] not in ("one", "two")
    assert continued([group("a1", "b2"), group("b1", "c2", "a2")], former, "r")[1] == "two"
    split = continued([group("a2", "c9"), group("b2", "c2")], former, "r")
    assert split[1] == "two"  # most of it
    assert split[0] != "two"


@given(
    st.lists(st.sets(st.integers(0, 15), min_size=2, max_size=4), max_size=5),
    st.dictionaries(st.integers(0, 15), st.sampled_from(["one", "two", "three"])),
)
def test_no_two_groups_have_one_name(drawn: list[set[int]], former: dict[int, str]) -> None:
    taken: set[int] = set()
    groups = []
    for tokens in drawn:
        if len(own := sorted(tokens - taken)) > 1:
            groups.append(group(*(f"a{number}" for number in own)))
            taken |= tokens
    names = continued(groups, {f"a{number}": name for number, name in former.items()}, "r")
    assert len(set(names)) == len(groups)


@pytest.mark.parametrize(
    ("floor", "most", "kept_floor", "kept_most", "expected"),
    [
        (0.8, None, 0.7, None, True),
        (0.7, None, 0.8, None, False),
        (0.85, None, 0.1, 3, False),  # cut off at .9: some between .85 and .9 may be lost
        (0.95, None, 0.1, 3, True),
        (0.1, 2, 0.1, 3, True),
        (0.1, 4, 0.1, 3, False),
        (0.5, 4, 0.4, 4, True),
    ],
)
def test_what_is_remembered_is_used_only_if_it_holds_all_that_is_asked(
    floor: float, most: int | None, kept_floor: float, kept_most: int | None, *, expected: bool
) -> None:
    found = CandidatePairs(np.arange(3), np.arange(3), np.array([1.0, 0.95, 0.9]))
    assert _Asked(floor, most, {}).fulfilled_by(found, kept_floor, kept_most) is expected
