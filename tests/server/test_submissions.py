"""Packages on their way in and out."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from linkage.category import Category
from linkage.envelope import Envelope
from linkage.ledger import Entry, Kind
from linkage.manifest import SchemaReference
from server.database.tables import submissions
from server.expiry.schedule import expire
from server.ledger import Ledger
from server.submissions.uploads import path_of
from tests.linkage.agreements import HOST, keys
from tests.server.house import OPERATION, House, package, people


def entries(house: House) -> list[Entry]:
    ledger = Ledger(keys(HOST).root)
    with house.service.engine.connect() as connection:
        return [Entry.parse(found) for found in ledger.entries(connection, 0, ledger.size(connection))]


def kinds(house: House) -> list[Kind]:
    return [entry.kind for entry in entries(house)]


def stored_files(house: House) -> list[str]:
    return sorted(path.name for path in (house.folder / "host" / "store").rglob("*") if path.is_file())


def test_an_upload_goes_on_where_it_stands(house: House) -> None:
    officer, content = house.joined("atl"), package(house.folder, "atl", people(20, 1), seed=1)
    order = {"size": len(content), "digest": "sha256:" + "00" * 32}
    path = f"/uploads/{officer.asks('POST', f'/operations/{OPERATION}/uploads', order).json['upload']}"
    assert officer.sends_part(path, content[:100], 0, len(content)).json["received"] == 100
    again = officer.sends_part(path, content[:100], 0, len(content))
    assert (again.status_code, again.json["code"]) == (409, "upload.offset")
    assert officer.asks("GET", path).json["received"] == 100
    early = officer.asks("POST", f"{path}/submission")
    assert (early.status_code, early.json["code"]) == (409, "upload.incomplete")
    assert officer.sends_part(path, content[100:], 100, len(content)).json["received"] == len(content)
    wrong = officer.asks("POST", f"{path}/submission")
    assert (wrong.status_code, wrong.json["code"]) == (409, "upload.digest")
    assert officer.asks("DELETE", path).status_code == 204
    assert officer.asks("GET", path).status_code == 404
    assert list(house.service.settings.uploads.iterdir()) == []


def test_an_accepted_package_is_sealed_and_its_receipt_signed(house: House) -> None:
    content = package(house.folder, "atl", people(20, 1), seed=1)
    receipt = house.joined("atl").submits(content, part=500).json
    envelope = Envelope.parse(json.dumps(receipt["receipt"], separators=(",", ":"), sort_keys=True).encode())
    assert envelope.signed_by(keys(HOST).root.public)
    assert json.loads(envelope.payload)["submission"] == receipt["submission"]
    assert json.loads(envelope.payload)["checkpoint"].startswith(f"{HOST}\n")
    assert stored_files(house) == [receipt["submission"]]
    sealed = (house.folder / "host" / "store" / "submissions" / receipt["submission"]).read_bytes()
    assert content[1000:1100] not in sealed
    assert kinds(house)[-1] is Kind.SUBMISSION_ACCEPTED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": Category.WITNESS}, "submission.category"),
        ({"linkage_schema": SchemaReference(name="other", digest="sha256:" + "00" * 32)}, "submission.schema"),
        ({"expires": "2030-01-01T00:00:00Z"}, "submission.expiry"),
        ({"key_confirmation": "3c" * 32}, "submission.secret"),
        ({"expires": "2026-11-24T11:00:00Z"}, "package.expired"),
    ],
)
def test_what_the_agreement_does_not_allow_is_refused(house: House, changes: dict[str, Any], code: str) -> None:
    assert house.joined("bor").submits(package(house.folder, "bor", people(5, 2), seed=2)).status_code == 201
    before = kinds(house)
    officer = house.joined("atl")
    answer = officer.submits(package(house.folder, "atl", people(5, 1), seed=1, **changes))
    assert (answer.status_code, answer.json["code"]) == (403, code)
    assert kinds(house)[len(before) :] == [Kind.CREDENTIAL_REGISTERED]
    assert len(stored_files(house)) == 1


def test_a_package_of_another_agency_is_refused_without_naming_paths_of_the_host(house: House) -> None:
    answer = house.joined("atl").submits(package(house.folder, "bor", people(5, 2), seed=2))
    assert (answer.status_code, answer.json["code"]) == (422, "package.signer")
    assert str(house.folder) not in json.dumps(answer.json)


def test_what_is_no_package_is_refused(house: House) -> None:
    answer = house.joined("atl").submits(b"canary" * 100)
    assert answer.status_code == 422
    assert answer.json["code"].startswith("package")
    assert "canary" not in json.dumps(answer.json)


def test_more_records_than_agreed_are_refused(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    small = House.at(tmp_path_factory.mktemp("small"))
    quotas = {"records_per_submission": 4, "submissions_per_day": 1, "runs_per_day": 1}
    assert small.registers(quotas=quotas).status_code == 201
    officer = small.joined("atl")
    answer = officer.submits(package(small.folder, "atl", people(5, 1), seed=1))
    assert (answer.status_code, answer.json["code"]) == (403, "submission.quota")
    assert officer.submits(package(small.folder, "atl", people(4, 1), seed=1)).status_code == 201
    second = officer.submits(package(small.folder, "atl", people(3, 1), seed=3))
    assert (second.status_code, second.json["code"]) == (403, "submission.quota")
    small.clock.forward(days=1, seconds=1)
    assert officer.submits(package(small.folder, "atl", people(3, 1), seed=3)).status_code == 201


def test_a_newer_package_takes_the_place_of_the_older_one(house: House) -> None:
    officer = house.joined("atl")
    older = officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).json["submission"]
    newer = officer.submits(package(house.folder, "atl", people(6, 1), seed=2)).json["submission"]
    listed = officer.asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"]
    assert {found["submission"]: found["state"] for found in listed} == {older: "replaced", newer: "stored"}
    assert stored_files(house) == [newer]
    assert kinds(house)[-2:] == [Kind.SUBMISSION_ACCEPTED, Kind.SUBMISSION_ERASED]


def test_the_same_package_twice_is_told_apart_from_a_newer_one(house: House) -> None:
    officer, content = house.joined("atl"), package(house.folder, "atl", people(5, 1), seed=1)
    assert officer.submits(content).status_code == 201
    again = officer.submits(content)
    assert (again.status_code, again.json["code"]) == (409, "submission.repeated")


def test_a_withdrawn_submission_is_gone_with_its_key_and_certified(house: House) -> None:
    officer = house.joined("atl")
    submission = officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).json["submission"]
    answer = officer.asks("DELETE", f"/submissions/{submission}")
    envelope = Envelope.parse(json.dumps(answer.json["certificate"], separators=(",", ":"), sort_keys=True).encode())
    assert envelope.signed_by(keys(HOST).root.public)
    stated = json.loads(envelope.payload)
    assert (stated["submission"], stated["reason"], stated["encodings_before"]) == (submission, "withdrawn", 5)
    assert stored_files(house) == []
    with house.service.engine.connect() as connection:
        assert connection.execute(sa.select(submissions.c.sealing_key)).scalar_one() is None
    again = officer.asks("DELETE", f"/submissions/{submission}")
    assert (again.status_code, again.json["code"]) == (409, "submission.gone")
    certificates = officer.asks("GET", f"/operations/{OPERATION}/certificates").json["certificates"]
    assert certificates == [answer.json["certificate"]]


def test_what_expires_is_thrown_away_by_itself(house: House) -> None:
    officer = house.joined("atl")
    assert officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
    order = {"size": 9, "digest": "sha256:" + "00" * 32}
    upload = officer.asks("POST", f"/operations/{OPERATION}/uploads", order).json["upload"]
    expire(house.service)
    assert len(stored_files(house)) == 1
    house.clock.forward(days=90)
    expire(house.service)
    assert stored_files(house) == []
    assert not path_of(house.service, upload).exists()
    assert kinds(house)[-1] is Kind.SUBMISSION_ERASED
    assert entries(house)[-1].agency == HOST
    expire(house.service)
    assert kinds(house).count(Kind.SUBMISSION_ERASED) == 1


def test_files_that_a_crash_left_behind_are_swept_up(house: House) -> None:
    left = house.service.settings.uploads / "left.part"
    left.write_bytes(b"left")
    house.clock.forward(days=-1)
    expire(house.service)
    assert left.exists()
    house.clock.forward(days=30_000)
    expire(house.service)
    assert not left.exists()


def test_without_its_ledger_entry_nothing_is_taken_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = house.joined("atl")

    def fails(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("disk I/O error"))

    monkeypatch.setattr(Ledger, "append", fails)
    answer = officer.submits(package(house.folder, "atl", people(5, 1), seed=1))
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    monkeypatch.undo()
    assert stored_files(house) == []
    assert officer.asks("GET", f"/operations/{OPERATION}/submissions").json == {"submissions": []}
    assert officer.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
