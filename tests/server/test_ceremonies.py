"""The key ceremony by relay: sealed copies pass through the host, which is no recipient and learns of equality only."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from encoder.ceremony import open_copy
from encoder.secret import OperationSecret
from linkage.agreement import Agreement
from linkage.agreement.signed import PAYLOAD_TYPE
from linkage.canonical import base64_text, canonical_json
from linkage.ceremony import Ceremony, SealedCopy, context
from linkage.credential import Role
from linkage.envelope import Envelope
from linkage.errors import CeremonyError
from linkage.ledger import Kind
from server.database.tables import ceremonies
from server.ledger import Ledger
from tests.linkage.agreements import HOST, agreement, keys
from tests.server.ceremonies import agreed, confirmation, confirmed_by, confirms, made, relayed, sends
from tests.server.house import OPERATION, House, Officer, package, people
from tests.server.test_submissions import entries, kinds, stored_files

AGENCIES = ("atl", "bor", "cyr")


@pytest.fixture
def officers(house: House) -> dict[str, Officer]:
    return {name: house.joined(name) for name in AGENCIES}


def fetched(officer: Officer, which: str) -> bytes:
    """The ceremony file as the host hands it on."""
    return canonical_json(officer.asks("GET", f"/ceremonies/{which}").json["signed"])


def test_every_agency_gets_the_secret_and_the_host_only_sees_that_they_agree(
    house: House, officers: dict[str, Officer]
) -> None:
    secret = OperationSecret.new()
    shown = relayed(house, officers["atl"], secret).json
    assert (shown["sharers"], shown["maker"], shown["waiting"]) == ([*AGENCIES], "atl", [*AGENCIES])
    for name in ("bor", "cyr"):
        content = fetched(officers[name], shown["ceremony"])
        own = open_copy(content, agreed(house), keys(name).sealing, now=house.clock.now)
        assert own.value == secret.value
    for name in AGENCIES:
        assert not shown["complete"]
        shown = confirms(officers[name], shown["ceremony"], confirmation(house, name, secret)).json
    assert (shown["agreeing"], shown["complete"]) == ([*AGENCIES], True)
    listed = officers["cyr"].asks("GET", f"/operations/{OPERATION}/ceremonies").json["ceremonies"]
    assert listed == [shown]
    for path in (house.folder / "host").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for form in (secret.value, secret.value.hex().encode(), base64_text(secret.value).encode()):
                assert form not in content, path


def test_the_host_opens_nothing_with_any_key_that_it_has(house: House, officers: dict[str, Officer]) -> None:
    secret = OperationSecret.new()
    content = fetched(officers["bor"], relayed(house, officers["atl"], secret).json["ceremony"])
    with pytest.raises(CeremonyError, match="no copy for this sealing key"):
        open_copy(content, agreed(house), keys(HOST).sealing, now=house.clock.now)
    ceremony = Ceremony.claimed(content)
    for copy in ceremony.copies:
        for recipient in (*AGENCIES, HOST):
            assert keys(HOST).sealing.unseal(copy.sealed_bytes, context(ceremony, recipient)) is None


def with_copy_for_the_host(house: House, found: Ceremony, value: bytes) -> Ceremony:
    sealing = keys(HOST).sealing.public
    sealed = base64_text(sealing.seal(value, context(found, HOST)))
    return found.model_copy(
        update={"copies": (*found.copies, SealedCopy(agency=HOST, key_id=sealing.key_id, sealed=sealed))}
    )


def in_place_of_another(house: House, found: Ceremony, value: bytes) -> Ceremony:
    more = with_copy_for_the_host(house, found, value)
    return more.model_copy(update={"copies": (more.copies[0], more.copies[2])})


def under_the_name_of_another(house: House, found: Ceremony, value: bytes) -> Ceremony:
    own = with_copy_for_the_host(house, found, value).copies[-1]
    return found.model_copy(update={"copies": (found.copies[0], own.model_copy(update={"agency": "cyr"}))})


def as_a_sharer(house: House, found: Ceremony, value: bytes) -> Ceremony:
    return with_copy_for_the_host(house, found, value).model_copy(update={"sharers": (*AGENCIES, HOST)})


@pytest.mark.parametrize("harm", [with_copy_for_the_host, in_place_of_another, under_the_name_of_another, as_a_sharer])
def test_a_ceremony_with_the_host_as_a_recipient_is_refused(
    house: House, officers: dict[str, Officer], harm: Any
) -> None:
    secret, before = OperationSecret.new(), kinds(house)
    found = Ceremony.claimed(made(house, "atl", secret))
    answer = sends(officers["atl"], harm(house, found, secret.value).signed(keys("atl").root))
    assert (answer.status_code, answer.json["code"]) == (422, "ceremony.recipients")
    assert kinds(house) == before
    assert officers["atl"].asks("GET", f"/operations/{OPERATION}/ceremonies").json == {"ceremonies": []}


@pytest.mark.parametrize("key", ["root_key", "sealing_key"])
def test_an_agreement_by_which_the_host_would_be_a_recipient_is_not_taken(
    tmp_path: Path, key: str, database: object
) -> None:
    house = House.at(tmp_path)
    document = agreement().document()
    document["parties"][2][key] = document["host"][key]
    operator = house.joined(HOST, Role.HOST_OPERATOR)
    text = Agreement.model_validate(document)
    envelope = Envelope.signed(PAYLOAD_TYPE, text.encode(), keys("atl").root).encode()
    answer = operator.asks("POST", "/operations", json.loads(envelope))
    assert (answer.status_code, answer.json["code"]) == (403, "agreement.not-in-force")
    assert "the host" in answer.json["detail"]


def test_the_copies_are_deleted_when_all_have_confirmed(house: House, officers: dict[str, Officer]) -> None:
    secret = OperationSecret.new()
    which = relayed(house, officers["atl"], secret).json["ceremony"]
    for name in AGENCIES:
        assert officers["cyr"].asks("GET", f"/ceremonies/{which}").json["signed"] is not None
        confirms(officers[name], which, confirmation(house, name, secret))
    assert officers["cyr"].asks("GET", f"/ceremonies/{which}").json["signed"] is None
    with house.service.engine.connect() as connection:
        assert connection.execute(sa.select(ceremonies.c.content)).scalar_one() is None


def test_who_confirms_another_secret_is_told_and_may_confirm_again(house: House, officers: dict[str, Officer]) -> None:
    secret = OperationSecret.new()
    which = relayed(house, officers["atl"], secret).json["ceremony"]
    shown = confirms(officers["bor"], which, confirmation(house, "bor", OperationSecret.new())).json
    assert (shown["differing"], shown["complete"]) == (["bor"], False)
    shown = confirms(officers["bor"], which, confirmation(house, "bor", secret)).json
    assert (shown["agreeing"], shown["differing"]) == (["bor"], [])


def test_a_ceremony_is_its_makers_until_all_have_confirmed(house: House, officers: dict[str, Officer]) -> None:
    first, second = OperationSecret.new(), OperationSecret.new()
    content = made(house, "atl", first)
    which = sends(officers["atl"], content).json["ceremony"]
    assert sends(officers["bor"], content).json["ceremony"] == which  # whoever carries it
    answer = relayed(house, officers["bor"], second)
    assert (answer.status_code, answer.json["code"]) == (409, "ceremony.held")
    confirms(officers["bor"], which, confirmation(house, "bor", first))
    again = relayed(house, officers["atl"], second).json
    assert again["waiting"] == [*AGENCIES]
    assert officers["bor"].asks("GET", f"/ceremonies/{which}").status_code == 404
    for name in AGENCIES:
        confirms(officers[name], again["ceremony"], confirmation(house, name, second))
    answer = relayed(house, officers["atl"], first)
    assert (answer.status_code, answer.json["code"]) == (409, "ceremony.held")


def test_the_host_may_bring_files_and_nobody_may_bring_those_of_others(
    house: House, officers: dict[str, Officer]
) -> None:
    secret, operator = OperationSecret.new(), house.joined(HOST, Role.HOST_OPERATOR)
    which = sends(operator, made(house, "atl", secret)).json["ceremony"]
    answer = confirms(officers["bor"], which, confirmation(house, "cyr", secret))
    assert (answer.status_code, answer.json["code"]) == (403, "ceremony.stranger")
    shown = confirms(operator, which, confirmation(house, "cyr", secret)).json
    assert shown["agreeing"] == ["cyr"]
    forged = Ceremony.claimed(made(house, "atl", secret)).signed(keys("bor").root)
    assert sends(officers["bor"], forged).json["code"] == "ceremony.signature"


def test_every_step_is_in_the_ledger_or_not_done(
    house: House, officers: dict[str, Officer], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = OperationSecret.new()
    content = made(house, "atl", secret)

    def fails(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", fails)
        assert sends(officers["atl"], content).status_code == 503
    which = sends(officers["atl"], content).json["ceremony"]
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", fails)
        assert confirms(officers["bor"], which, confirmation(house, "bor", secret)).status_code == 503
    assert officers["bor"].asks("GET", f"/operations/{OPERATION}/ceremonies").json["ceremonies"][0]["agreeing"] == []
    confirms(officers["bor"], which, confirmation(house, "bor", secret))
    written = entries(house)[-2:]
    assert [entry.kind for entry in written] == [Kind.CEREMONY_HELD, Kind.CEREMONY_CONFIRMED]
    assert [entry.agency for entry in written] == ["atl", "bor"]


def test_packages_must_be_made_with_the_secret_of_the_ceremony(house: House, officers: dict[str, Officer]) -> None:
    secret = OperationSecret.new()
    relayed(house, officers["atl"], secret)
    answer = officers["bor"].submits(package(house.folder, "bor", people(5, 1), seed=1))
    assert (answer.status_code, answer.json["code"]) == (403, "submission.secret")
    right = package(house.folder, "bor", people(5, 1), seed=1, key_confirmation=confirmed_by(secret))
    assert officers["bor"].submits(right).status_code == 201
    answer = relayed(house, officers["atl"], OperationSecret.new())
    assert (answer.status_code, answer.json["code"]) == (409, "ceremony.submissions")


def test_a_new_epoch_ends_the_ceremony_and_what_was_made_with_its_secret(
    house: House, officers: dict[str, Officer]
) -> None:
    old, new = OperationSecret.new(), OperationSecret.new()
    which = relayed(house, officers["atl"], old).json["ceremony"]
    stale = confirmation(house, "bor", old)
    content = package(house.folder, "atl", people(5, 1), seed=1, key_confirmation=confirmed_by(old))
    assert officers["atl"].submits(content).status_code == 201
    answer = house.registers(version=2, predecessor=agreement().digest, key={"scope": "operation", "epoch": 2})
    assert answer.status_code == 201, answer.json
    assert stored_files(house) == []
    assert officers["atl"].asks("GET", f"/ceremonies/{which}").status_code == 404
    which = relayed(house, officers["bor"], new).json["ceremony"]
    answer = confirms(officers["bor"], which, stale)
    assert (answer.status_code, answer.json["code"]) == (422, "ceremony.agreement")
    answer = officers["atl"].submits(
        package(house.folder, "atl", people(5, 1), seed=2, key_confirmation=confirmed_by(old))
    )
    assert answer.json["code"] == "submission.secret"
    shown = confirms(officers["bor"], which, confirmation(house, "bor", new)).json
    assert (shown["epoch"], shown["agreeing"]) == (2, ["bor"])


def test_a_later_version_of_the_same_epoch_may_confirm_the_same_secret_anew(
    house: House, officers: dict[str, Officer]
) -> None:
    secret = OperationSecret.new()
    relayed(house, officers["atl"], secret)
    content = package(house.folder, "atl", people(5, 1), seed=1, key_confirmation=confirmed_by(secret))
    assert officers["atl"].submits(content).status_code == 201
    assert house.registers(version=2, predecessor=agreement().digest, title="Amended").status_code == 201
    again = relayed(house, officers["bor"], secret)
    assert (again.status_code, again.json["maker"]) == (201, "bor")
    assert len(officers["cyr"].asks("GET", f"/operations/{OPERATION}/ceremonies").json["ceremonies"]) == 1
    assert len(stored_files(house)) == 1
