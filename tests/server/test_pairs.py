"""A secret for each pair of agencies: submissions are for a pair, and are compared inside it only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from encoder.secret import OperationSecret
from linkage.credential import Role
from matcher import candidate_pairs
from server.database.tables import submissions
from server.runs import kept
from tests.linkage.agreements import HOST
from tests.server.ceremonies import confirmation, confirmed_by, confirms, relayed
from tests.server.house import OPERATION, House, Officer, package, people
from tests.server.test_standing import STANDING

PAIRS = (("atl", "bor"), ("atl", "cyr"), ("bor", "cyr"))
PAIRED: dict[str, Any] = {"key": {"scope": "pair", "epoch": 1}}


class Paired:
    """Three agencies, of which every two share a secret; each holds ten people, the first of whom all hold."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.house = House.at(folder)
        answer = self.house.registers(**PAIRED, **changes)
        assert answer.status_code == 201, answer.json
        self.officers = {name: self.house.joined(name) for name in ("atl", "bor", "cyr")}
        self.secrets = {frozenset(pair): OperationSecret.new() for pair in PAIRS}
        self.rows = {name: people(10, seed) for seed, name in enumerate(self.officers)}
        for rows in self.rows.values():
            rows[0] = 7

    def held(self) -> None:
        """Let the first of every pair share its secret with the other."""
        for one, other in PAIRS:
            answer = relayed(self.house, self.officers[one], self.secrets[frozenset((one, other))], other)
            assert answer.status_code == 201, answer.json

    def encoded(self, agency: str, other: str, *, seed: int = 0) -> bytes:
        """The package of an agency for another: each pair has other bits for the same people."""
        pair = frozenset((agency, other))
        mask = np.random.default_rng(1 + [frozenset(one) for one in PAIRS].index(pair)).integers(0, 256, 32)
        rows = np.roll(self.rows[agency], seed, axis=0) ^ mask.astype(np.uint8)
        number = 100 * seed + 10 * sorted(self.officers).index(agency) + sorted(self.officers).index(other)
        stated = {"key_confirmation": confirmed_by(self.secrets[pair])}
        return package(self.house.folder, agency, rows, seed=number, **stated)

    def submits(self, agency: str, other: str, *, seed: int = 0) -> Any:
        return self.officers[agency].submits(self.encoded(agency, other, seed=seed))

    def all_submit(self) -> None:
        for one, other in PAIRS:
            for agency, with_whom in ((one, other), (other, one)):
                answer = self.submits(agency, with_whom)
                assert answer.status_code == 201, answer.json


@pytest.fixture
def paired(tmp_path: Path, database: object) -> Paired:
    made = Paired(tmp_path)
    made.held()
    return made


def live(house: House) -> set[tuple[str, str]]:
    with house.service.engine.connect() as connection:
        found = sa.select(submissions.c.agency, submissions.c.counterpart).where(submissions.c.state == "stored")
        return {(row.agency, row.counterpart) for row in connection.execute(found)}


def test_a_package_is_for_the_pair_whose_secret_it_was_made_with(paired: Paired) -> None:
    paired.all_submit()
    assert live(paired.house) == {*PAIRS, *((other, one) for one, other in PAIRS)}
    shown = paired.officers["atl"].asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"]
    assert sorted(found["counterpart"] for found in shown) == ["bor", "cyr"]


def test_without_a_ceremony_nobody_knows_for_whom_a_package_is(tmp_path: Path, database: object) -> None:
    paired = Paired(tmp_path)
    answer = paired.submits("atl", "bor")
    assert (answer.status_code, answer.json["code"]) == (403, "submission.pair")
    assert live(paired.house) == set()


def test_an_agency_sees_its_own_part_of_a_plan_and_of_a_run(paired: Paired) -> None:
    paired.all_submit()
    paired.rows["bor"] = people(777, 9)
    assert paired.submits("bor", "cyr", seed=1).status_code == 201
    operator, dpo = paired.house.joined(HOST, Role.HOST_OPERATOR), paired.house.joined("atl", Role.AGENCY_DPO)
    run = paired.officers["atl"].orders().json["run"]
    paired.house.works()
    path = f"/operations/{OPERATION}/plan"
    whole = operator.asks("GET", path).json
    assert (whole["pairs"], whole["others"], len(whole["submissions"])) == (200 + 7770, 0, 6)
    for caller in (dpo, paired.officers["atl"]):
        plan = caller.asks("GET", path)
        assert (plan.json["pairs"], plan.json["others"], plan.json["digest"]) == (200, 1, whole["digest"])
        assert {frozenset((one["agency"], one["counterpart"])) for one in plan.json["submissions"]} == {
            frozenset(("atl", "bor")),
            frozenset(("atl", "cyr")),
        }
        seen = [
            caller.asks("GET", f"/runs/{run}").json,
            *caller.asks("GET", f"/operations/{OPERATION}/runs").json["runs"],
        ]
        assert [(one["pairs_done"], one["pairs_total"]) for one in seen] == [(200, 200)] * 2
        assert not {777, 7770, 7970} & set(numbers_in(plan.json))


def numbers_in(document: Any) -> Iterator[int]:
    """Every number of a JSON document; digests and names are no numbers."""
    if isinstance(document, int):
        yield document
    elif isinstance(document, dict | list):
        for part in document.values() if isinstance(document, dict) else document:
            yield from numbers_in(part)


def test_submissions_are_compared_inside_their_pair_only(paired: Paired, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def counted(left: Any, right: Any, threshold: float, **options: Any) -> Any:
        compared.append((left.tokens[0].tobytes(), right.tokens[0].tobytes()))
        return candidate_pairs(left, right, threshold, **options)

    monkeypatch.setattr(kept, "candidate_pairs", counted)
    paired.all_submit()
    plan = paired.house.joined(HOST, Role.HOST_OPERATOR).asks("GET", f"/operations/{OPERATION}/plan").json
    assert (len(plan["submissions"]), len(plan["comparisons"]), plan["pairs"]) == (6, 3, 300)
    names = {found["submission"]: (found["agency"], found["counterpart"]) for found in plan["submissions"]}
    for one in plan["comparisons"]:
        left, right = names[one["left"]], names[one["right"]]
        assert left == tuple(reversed(right))
    run = paired.officers["bor"].orders().json["run"]
    paired.house.works()
    shown = paired.officers["bor"].asks("GET", f"/runs/{run}").json
    assert (shown["state"], shown["pairs_done"], shown["threshold"]) == ("done", 200, "0.8")
    assert len(compared) == 3
    assert len({token for couple in compared for token in couple}) == 6
    for name, officer in paired.officers.items():
        hits = officer.hits(run)
        assert sorted(found["agency"] for hit in hits for found in hit["counterparts"]) == sorted(
            {"atl", "bor", "cyr"} - {name}
        )
        assert len({hit["token"] for hit in hits}) == 2


def test_a_newer_package_replaces_that_of_its_pair_only(paired: Paired) -> None:
    paired.all_submit()
    assert paired.submits("atl", "bor", seed=1).status_code == 201
    listed = paired.officers["atl"].asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"]
    assert sorted((found["counterpart"], found["state"]) for found in listed) == [
        ("bor", "replaced"),
        ("bor", "stored"),
        ("cyr", "stored"),
    ]


def test_what_two_agencies_share_is_absent_for_the_third(paired: Paired) -> None:
    house, officers = paired.house, paired.officers
    mine = officers["cyr"].asks("GET", f"/operations/{OPERATION}/ceremonies").json["ceremonies"]
    assert [found["sharers"] for found in mine] == [["atl", "cyr"], ["bor", "cyr"]]
    theirs = officers["bor"].asks("GET", f"/operations/{OPERATION}/ceremonies").json["ceremonies"]
    (foreign,) = [found["ceremony"] for found in theirs if found["sharers"] == ["atl", "bor"]]
    absent = officers["cyr"].asks("GET", "/ceremonies/" + "0" * 32).json
    answer = officers["cyr"].asks("GET", f"/ceremonies/{foreign}")
    assert answer.status_code == 404
    assert answer.json | {"request": ""} == absent | {"request": ""}
    secret = paired.secrets[frozenset(("atl", "cyr"))]
    own = confirmation(house, "cyr", secret, "atl")
    assert confirms(officers["cyr"], foreign, own).status_code == 404
    (right,) = [found["ceremony"] for found in mine if found["sharers"] == ["atl", "cyr"]]
    assert confirms(officers["cyr"], right, own).json["agreeing"] == ["cyr"]


def test_two_pairs_may_not_have_one_secret(tmp_path: Path, database: object) -> None:
    paired = Paired(tmp_path)
    secret = OperationSecret.new()
    assert relayed(paired.house, paired.officers["atl"], secret, "bor").status_code == 201
    answer = relayed(paired.house, paired.officers["atl"], secret, "cyr")
    assert (answer.status_code, answer.json["code"]) == (403, "ceremony.shared")


def test_an_automatic_threshold_is_found_for_each_pair(tmp_path: Path, database: object) -> None:
    paired = Paired(tmp_path)
    paired.held()
    shared = people(60, 7)
    paired.rows = {name: np.concatenate((shared, people(150 + 40 * i, 20 + i))) for i, name in enumerate(paired.rows)}
    paired.all_submit()
    run = paired.officers["atl"].orders("auto").json["run"]
    paired.house.works()
    shown = paired.officers["atl"].asks("GET", f"/runs/{run}").json
    assert shown["state"] == "done"
    assert len(shown["threshold"].split(" to ")) in (1, 2)
    assert [len(officer.hits(run)) for officer in paired.officers.values()] == [120, 120, 120]


def test_a_standing_operation_of_pairs_compares_what_is_new_in_each(tmp_path: Path, database: object) -> None:
    paired = Paired(tmp_path, runs=STANDING)
    paired.held()
    paired.all_submit()
    paired.house.works()
    paired.house.clock.forward(seconds=1)
    assert paired.submits("atl", "bor", seed=1).status_code == 201
    plan = paired.house.joined(HOST, Role.HOST_OPERATOR).asks("GET", f"/operations/{OPERATION}/plan").json
    assert (len(plan["comparisons"]), len(plan["known"])) == (1, 2)
    paired.house.works()
    newest = paired.officers["cyr"].asks("GET", f"/operations/{OPERATION}/runs").json["runs"][0]["run"]
    counted = {name: len(officer.hits(newest)) for name, officer in paired.officers.items()}
    assert counted == {"atl": 1, "bor": 1, "cyr": 0}


def test_officers_of_a_pair_see_it_in_their_plan(paired: Paired) -> None:
    officer: Officer = paired.officers["cyr"]
    assert paired.submits("cyr", "atl").status_code == 201
    assert officer.asks("GET", f"/operations/{OPERATION}/plan").json["comparisons"] == []
    assert paired.submits("atl", "bor").status_code == 201
    assert officer.asks("GET", f"/operations/{OPERATION}/plan").json["comparisons"] == []
    assert paired.submits("atl", "cyr").status_code == 201
    assert len(officer.asks("GET", f"/operations/{OPERATION}/plan").json["comparisons"]) == 1
