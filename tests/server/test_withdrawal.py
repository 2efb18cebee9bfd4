"""Records that their owner takes back or puts right, and the hits that follow."""

import json
import threading
from typing import Any, NamedTuple

import numpy as np
import pytest
import sqlalchemy as sa

from linkage.encodings import Encodings
from linkage.envelope import Envelope
from linkage.ledger import Kind
from server.database.tables import hits, submissions
from server.errors import ConflictError
from server.ledger import Ledger
from server.submissions import withdrawal
from server.submissions.keeping import opened
from server.submissions.reduced import read_reduced, reduced_content, without
from tests.linkage.agreements import HOST, keys
from tests.server.house import OPERATION, House, Officer, package, people, tokens_of
from tests.server.test_submissions import entries, kinds, stored_files


class Shared(NamedTuple):
    """Three agencies; record i of atl is also at bor for i < 3, and at cyr for i == 0."""

    house: House
    officers: dict[str, Officer]
    submissions: dict[str, str]
    tokens: dict[str, list[str]]

    def withdraws(self, agency: str, *numbers: int, **changes: Any) -> Any:
        tokens = [self.tokens[agency][number] for number in numbers]
        document = {"tokens": tokens, "reason": "rectification"} | changes
        return self.officers[agency].asks("POST", f"/submissions/{self.submissions[agency]}/withdrawals", document)

    def runs(self) -> str:
        run: str = self.officers["atl"].orders().json["run"]
        self.house.works()
        return run

    def hits_of(self, run: str) -> dict[str, int]:
        return {name: len(officer.hits(run)) for name, officer in self.officers.items()}


@pytest.fixture
def shared(house: House) -> Shared:
    atl, bor, cyr = people(30, 1), people(30, 2), people(30, 3)
    bor[:3], cyr[0] = atl[:3], atl[0]
    found = Shared(house, {}, {}, {})
    for seed, (name, rows) in enumerate({"atl": atl, "bor": bor, "cyr": cyr}.items()):
        content = package(house.folder, name, rows, seed=seed)
        found.officers[name] = house.joined(name)
        found.submissions[name] = found.officers[name].submits(content).json["submission"]
        found.tokens[name] = tokens_of(house.folder, content)
    return found


def statement(answer: Any) -> dict[str, Any]:
    """What the host has signed in an answer with a certificate."""
    assert answer.status_code in (200, 201), answer.json
    envelope = Envelope.parse(json.dumps(answer.json["certificate"], separators=(",", ":"), sort_keys=True).encode())
    assert envelope.signed_by(keys(HOST).root.public)
    found: dict[str, Any] = json.loads(envelope.payload)
    return found


def test_hits_and_later_runs_follow_a_withdrawn_record(shared: Shared) -> None:
    run = shared.runs()
    assert shared.hits_of(run) == {"atl": 3, "bor": 3, "cyr": 1}
    stated = statement(shared.withdraws("atl", 1))
    assert (stated["reason"], stated["encodings_before"], stated["encodings_after"]) == ("records-withdrawn", 30, 29)
    assert (stated["hits_before"], stated["hits_after"]) == (3, 2)
    assert shared.hits_of(run) == {"atl": 2, "bor": 2, "cyr": 1}
    assert shared.hits_of(shared.runs()) == {"atl": 2, "bor": 2, "cyr": 1}
    own = shared.officers["atl"].asks("GET", f"/submissions/{shared.submissions['atl']}").json
    assert (own["records"], own["state"]) == (29, "stored")


def test_a_group_of_three_goes_on_without_the_one_that_was_withdrawn(shared: Shared) -> None:
    run = shared.runs()
    assert statement(shared.withdraws("bor", 0))["hits_after"] == 2
    assert shared.hits_of(run) == {"atl": 3, "bor": 2, "cyr": 1}
    assert [found["agency"] for found in shared.officers["cyr"].hits(run)[0]["counterparts"]] == ["atl"]
    assert statement(shared.withdraws("cyr", 0))["hits_before"] == 1
    assert shared.hits_of(run) == {"atl": 2, "bor": 2, "cyr": 0}


def test_the_rest_is_sealed_under_another_key_and_the_former_file_is_gone(shared: Shared) -> None:
    engine, submission = shared.house.service.engine, shared.submissions["atl"]
    which = sa.select(submissions).where(submissions.c.id == submission)
    with engine.connect() as connection:
        before = connection.execute(which).one()
    whole = opened(shared.house.service, before).encodings
    assert shared.withdraws("atl", 4, 9).status_code == 201
    with engine.connect() as connection:
        after = connection.execute(which).one()
    assert after.sealing_key != before.sealing_key
    assert stored_files(shared.house) == sorted([after.file, shared.submissions["bor"], shared.submissions["cyr"]])
    left = opened(shared.house.service, after).encodings
    kept = np.delete(np.arange(30), [4, 9])
    assert (left.tokens == whole.tokens[kept]).all()
    assert (left.words == whole.words[kept]).all()
    assert (left.popcounts == whole.popcounts[kept]).all()
    assert shared.withdraws("atl", 0).status_code == 201  # and once more, from what is left
    assert shared.hits_of(shared.runs()) == {"atl": 2, "bor": 3, "cyr": 1}


def test_the_ledger_records_the_erasure_and_no_token(shared: Shared) -> None:
    assert shared.withdraws("atl", 1, 2).status_code == 201
    entry = entries(shared.house)[-1]
    assert (entry.kind, entry.agency, entry.subject) == (Kind.RECORDS_WITHDRAWN, "atl", shared.submissions["atl"])
    assert (entry.count, entry.reason, entry.officer) == (2, "rectification", "atl-agency.officer")
    assert shared.tokens["atl"][1].encode() not in entry.encode()
    certificates = shared.officers["atl"].asks("GET", f"/operations/{OPERATION}/certificates").json["certificates"]
    assert len(certificates) == 1
    assert shared.tokens["atl"][1] not in json.dumps(certificates)


def test_a_run_under_way_ends_when_a_record_goes(shared: Shared) -> None:
    run = shared.officers["atl"].orders().json["run"]
    assert shared.withdraws("cyr", 20).status_code == 201
    shared.house.works()
    found = shared.officers["atl"].asks("GET", f"/runs/{run}").json
    assert (found["state"], found["problem"]) == ("failed", "run.submission-gone")


def test_all_records_together_are_the_submission(shared: Shared) -> None:
    stated = statement(shared.withdraws("cyr", *range(30)))
    assert (stated["reason"], stated["encodings_after"]) == ("withdrawn", 0)
    again = shared.withdraws("cyr", 0)
    assert (again.status_code, again.json["code"]) == (409, "submission.gone")


@pytest.mark.parametrize("strange", ["0" * 32, "bor"])
def test_tokens_that_are_not_in_the_submission_change_nothing(shared: Shared, strange: str) -> None:
    before = kinds(shared.house)
    token = shared.tokens["bor"][0] if strange == "bor" else strange
    answer = shared.withdraws("atl", tokens=[shared.tokens["atl"][0], token])
    assert (answer.status_code, answer.json["code"]) == (409, "submission.token")
    assert token not in json.dumps(answer.json)
    assert kinds(shared.house) == before
    assert shared.hits_of(shared.runs())["atl"] == 3


def test_without_its_ledger_entry_no_record_goes(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("disk I/O error"))

    run = shared.runs()
    monkeypatch.setattr(Ledger, "append", fails)
    assert shared.withdraws("atl", 0).status_code == 503
    monkeypatch.undo()
    assert shared.hits_of(run) == {"atl": 3, "bor": 3, "cyr": 1}
    assert shared.hits_of(shared.runs()) == {"atl": 3, "bor": 3, "cyr": 1}


def test_of_two_withdrawals_at_the_same_moment_none_is_lost(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    service, real = shared.house.service, without
    both, caller = threading.Barrier(2, timeout=20), service.console()

    def at_once(*arguments: Any) -> Any:
        both.wait()
        return real(*arguments)

    monkeypatch.setattr("server.submissions.withdrawal.without", at_once)
    outcomes: list[str] = []

    def withdraw(number: int) -> None:
        token = shared.tokens["atl"][number]
        try:
            withdrawal.withdraw_records(service, caller, shared.submissions["atl"], [token], reason="rectification")
            outcomes.append("done")
        except ConflictError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=withdraw, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "submission.changed"]
    with service.engine.connect() as connection:
        row = connection.execute(sa.select(submissions).where(submissions.c.id == shared.submissions["atl"])).one()
    assert (row.records, len(opened(service, row).encodings)) == (29, 29)


def test_a_record_is_corrected_by_a_supplement(shared: Shared) -> None:
    assert shared.hits_of(shared.runs()) == {"atl": 3, "bor": 3, "cyr": 1}
    assert shared.withdraws("cyr", 0).status_code == 201
    right = people(30, 2)[20:21]  # it is the person of record 20 of bor
    answer = shared.officers["cyr"].submits(package(shared.house.folder, "cyr", right, seed=9), supplement=True)
    assert answer.status_code == 201, answer.json
    run = shared.runs()
    assert shared.hits_of(run) == {"atl": 3, "bor": 4, "cyr": 1}
    assert [found["agency"] for found in shared.officers["cyr"].hits(run)[0]["counterparts"]] == ["bor"]
    with shared.house.service.engine.connect() as connection:
        mine = sa.select(hits.c.submission).where(hits.c.run == run, hits.c.agency == "cyr")
        assert connection.execute(mine).scalars().all() == [answer.json["submission"]]


def test_a_submission_and_its_supplements_are_one_file_in_which_a_person_is_once(shared: Shared) -> None:
    twice = people(30, 1)[:1]  # the person of record 0 of atl, once more at cyr
    answer = shared.officers["cyr"].submits(package(shared.house.folder, "cyr", twice, seed=9), supplement=True)
    assert shared.hits_of(shared.runs()) == {"atl": 3, "bor": 3, "cyr": 1}
    replaced = shared.officers["cyr"].submits(package(shared.house.folder, "cyr", people(5, 8), seed=10))
    listed = shared.officers["cyr"].asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"]
    states = {found["submission"]: found["state"] for found in listed}
    assert states == {
        shared.submissions["cyr"]: "replaced",
        answer.json["submission"]: "replaced",
        replaced.json["submission"]: "stored",
    }


def test_a_supplement_made_with_another_secret_is_refused(house: House) -> None:
    officer = house.joined("atl")
    assert officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
    other = package(house.folder, "atl", people(5, 2), seed=2, key_confirmation="3c" * 32)
    answer = officer.submits(other, supplement=True)
    assert (answer.status_code, answer.json["code"]) == (403, "submission.secret")


@pytest.mark.parametrize("count", [1, 7, 10_001])
def test_what_is_left_is_read_as_it_was_written(count: int) -> None:
    whole = Encodings.from_bytes(people(count, 1))
    read = read_reduced(reduced_content(whole), count, whole.bits // 8)
    assert (read.words == whole.words).all()
    assert (read.tokens == whole.tokens).all()
    left, gone = without(whole, [whole.token_texts()[0], "f" * 32])
    assert (len(left), gone) == (count - 1, 1)
