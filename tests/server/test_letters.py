"""Letters, and whatever else is carried to a host: the rules, effects and entries are those of the API."""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from encoder.secret import OperationSecret
from linkage.credential import Role
from linkage.envelope import Envelope
from linkage.errors import CounterfoilError, FileError, RefusedError, SealedFileError
from linkage.ledger import Checkpoint, Entry, Kind, SignedCheckpoint
from linkage.manifest import moment_text
from linkage.sealing import unseal_bytes
from server.api.models import STANDING_TYPE
from server.audit.witnessing import forks, witnesses
from server.carried.arrival import take_in
from server.carried.status import export_status
from server.errors import AbsentError, ConflictError, LetterError, NotAllowedError, UnauthenticatedError
from server.letter import CancellationWish, FreezeWish, Letter, RunWish, Wish, WithdrawalWish
from tests.linkage.agreements import HOST, keys
from tests.server.ceremonies import confirmation, confirmed_by, made
from tests.server.house import OPERATION, House, Officer, package, people, tokens_of
from tests.server.test_story import three_submit
from tests.server.test_submissions import entries, stored_files


def brings(house: House, content: bytes, **options: Any) -> dict[str, Any]:
    """What the host has signed for a file that was brought."""
    path = house.folder / f"{secrets.token_hex(4)}.letter"
    path.write_bytes(content)
    envelope = Envelope.parse(take_in(house.service, path, **options))
    assert envelope.signed_by(keys(HOST).root.public)
    statement: dict[str, Any] = json.loads(envelope.payload)
    return statement


def letter(officer: Officer, wish: Wish, **changes: Any) -> Letter:
    stated: dict[str, Any] = {
        "host": officer.host_key_id,
        "operation": OPERATION,
        "days": 14,
        "number": secrets.token_hex(16),
    }
    return Letter.new(wish, now=officer.clock.now, **(stated | changes))


def writes(officer: Officer, wish: Wish, **changes: Any) -> bytes:
    return letter(officer, wish, **changes).signed(officer.key)


def plan_of(officer: Officer) -> str:
    digest: str = officer.asks("GET", f"/operations/{OPERATION}/plan").json["digest"]
    return digest


def order(officer: Officer) -> RunWish:
    return RunWish(plan=plan_of(officer), threshold=0.8, justification="investigation")


def own(officer: Officer) -> str:
    found: str = officer.asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"][0]["submission"]
    return found


def alike(one: Entry, other: Entry) -> bool:
    """Whether two entries say the same of two things of the same kind."""
    random: dict[str, Any] = {"subject": None, "digests": {}, "time": one.time, "salt": one.salt}
    return one.model_copy(update=random) == other.model_copy(update=random)


def test_a_run_that_a_letter_orders_is_one_that_a_request_orders(house: House) -> None:
    officers = three_submit(house)
    assert officers["bor"].orders().status_code == 201
    house.works()
    by_http = [entry for entry in entries(house) if entry.kind is Kind.RUN_ORDERED][-1]
    house.clock.forward(days=2)
    word = brings(house, writes(officers["bor"], order(officers["bor"])))
    assert (word["asked"], word["operation"]) == ("run", OPERATION)
    ordered = entries(house)[-1]
    assert ordered.subject == word["run"]
    assert alike(ordered, by_http)
    house.works()
    assert len(officers["atl"].hits(word["run"])) == 2


def test_a_letter_carries_the_checkpoint_that_its_agency_saw(house: House) -> None:
    bor = three_submit(house)["bor"]
    seen = SignedCheckpoint.parse(bor.asks("GET", "/ledger/checkpoint").json["checkpoint"].encode())
    wish = FreezeWish(justification="incident")
    brings(house, writes(bor, wish, checkpoint=seen.encode().decode()))
    with house.service.engine.connect() as connection:
        assert [(agency, signed) for agency, signed, _ in witnesses(connection)] == [("bor", seen)]
    another = SignedCheckpoint.signed(Checkpoint(HOST, seen.checkpoint.size, bytes(32)), keys(HOST).root)
    with pytest.raises(RefusedError, match="FORK"):
        brings(house, writes(bor, wish, checkpoint=another.encode().decode()))
    with house.service.engine.connect() as connection:
        assert forks(connection) == [("bor", another)]


def test_a_letter_is_followed_once_and_on_the_day_it_comes(house: House) -> None:
    officers = three_submit(house)
    content = writes(officers["bor"], order(officers["bor"]))
    house.clock.forward(days=13)
    brings(house, content)
    house.works()
    for days in (0, 0.5):
        house.clock.forward(days=days)
        with pytest.raises(LetterError, match="followed before"):
            brings(house, content)
    house.clock.forward(days=1)
    with pytest.raises(LetterError, match="not valid now"):
        brings(house, content)
    assert [entry.kind for entry in entries(house)].count(Kind.RUN_ORDERED) == 1


def test_a_letter_that_could_not_be_followed_may_be_brought_again(house: House) -> None:
    officers = three_submit(house)
    assert officers["atl"].orders().status_code == 201
    content = writes(officers["bor"], order(officers["bor"]))
    with pytest.raises(ConflictError, match="under way"):
        brings(house, content)
    house.works()
    assert brings(house, content)["run"]


def test_letters_withdraw_as_requests_do(house: House) -> None:
    content = package(house.folder, "atl", people(5, 1), seed=1)
    officer = house.joined("atl")
    submission = officer.submits(content).json["submission"]
    tokens = tokens_of(house.folder, content)
    some = brings(house, writes(officer, WithdrawalWish(submission=submission, tokens=tokens[:2], reason="error")))
    assert (some["reason"], some["encodings_after"]) == ("records-withdrawn", 3)
    assert (entries(house)[-1].kind, entries(house)[-1].reason) == (Kind.RECORDS_WITHDRAWN, "error")
    rest = brings(house, writes(officer, WithdrawalWish(submission=submission)))
    assert (rest["submission"], rest["reason"]) == (submission, "withdrawn")
    assert entries(house)[-1].officer == "atl-agency.officer"
    assert stored_files(house) == []


def test_letters_call_runs_off_and_freeze(house: House) -> None:
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    assert brings(house, writes(officers["bor"], CancellationWish(run=run)))["run"] == run
    assert officers["bor"].asks("GET", f"/runs/{run}").json["state"] == "cancelled"
    dpo = house.joined("cyr", Role.AGENCY_DPO)
    assert brings(house, writes(dpo, FreezeWish(justification="incident")))["frozen"] == house.service.now_text()
    assert officers["bor"].asks("GET", f"/operations/{OPERATION}/plan").json["code"] == "operation.frozen"


@pytest.mark.parametrize(
    ("agency", "role", "wish", "error"),
    [
        ("atl", Role.AGENCY_OFFICER, "withdrawal", AbsentError),  # bor's
        ("atl", Role.AGENCY_OFFICER, "cancellation", AbsentError),
        ("atl", Role.AGENCY_OFFICER, "absent", AbsentError),
        ("bor", Role.AGENCY_DPO, "withdrawal", NotAllowedError),
        ("bor", Role.AGENCY_DPO, "run", NotAllowedError),
        (HOST, Role.HOST_OPERATOR, "withdrawal", NotAllowedError),
        (HOST, Role.HOST_OPERATOR, "run", NotAllowedError),
    ],
)
def test_the_rules_of_the_api_hold_for_letters(
    house: House, agency: str, role: Role, wish: str, error: type[CounterfoilError]
) -> None:
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    wishes: dict[str, Wish] = {
        "withdrawal": WithdrawalWish(submission=own(officers["bor"])),
        "absent": WithdrawalWish(submission="0" * 32),
        "cancellation": CancellationWish(run=run),
        "run": order(officers["bor"]),
    }
    asking, before = house.joined(agency, role), entries(house)
    with pytest.raises(error) as caught:
        brings(house, writes(asking, wishes[wish]))
    assert caught.value.message in {"there is no such thing for this caller", "this role may not do that"}
    assert entries(house)[: len(before)] == before
    assert len(entries(house)) == len(before)


FALSE: dict[str, tuple[Callable[[House, Officer, Wish], bytes], type[CounterfoilError], str]] = {
    "host": (lambda _, officer, wish: writes(officer, wish, host="0" * 32), LetterError, "another host"),
    "long": (lambda _, officer, wish: writes(officer, wish, days=32), LetterError, "not valid now"),
    "future": (
        lambda house, officer, wish: (
            letter(officer, wish)
            .model_copy(update={"written": moment_text(house.clock.now + timedelta(days=2))})
            .signed(officer.key)
        ),
        LetterError,
        "not valid now",
    ),
    "key": (lambda house, _, wish: writes(house.officer("bor"), wish), UnauthenticatedError, "not that of an officer"),
    "name": (
        lambda _, officer, wish: writes(officer, wish).replace(
            officer.key.public.key_id.encode(), keys("bor").root.public.key_id.encode()
        ),
        UnauthenticatedError,
        "not that of an officer",
    ),
}


@pytest.mark.parametrize("how", FALSE)
def test_a_letter_that_is_not_what_it_must_be_is_refused(house: House, how: str) -> None:
    officer = three_submit(house)["bor"]
    make, error, message = FALSE[how]
    before = entries(house)
    with pytest.raises(error, match=message):
        brings(house, make(house, officer, order(officer)))
    assert entries(house) == before


def test_a_changed_letter_is_refused(house: House) -> None:
    officer = three_submit(house)["bor"]
    written = letter(officer, WithdrawalWish(submission=own(officer)))
    other = written.model_copy(update={"wish": FreezeWish(justification="incident")})
    signed = Envelope.parse(written.signed(officer.key))
    forged = Envelope(signed.payload_type, other.encode(), signed.signatures)
    with pytest.raises(LetterError, match="not signed by the key"):
        brings(house, forged.encode())


def test_officers_and_ceremonies_come_by_file(house: House) -> None:
    officer, secret = house.officer("atl"), OperationSecret.new()
    word = brings(house, officer.credential)
    assert (word["agency"], word["role"]) == ("atl", "agency.officer")
    assert officer.asks("GET", "/operations").status_code == 200
    held = brings(house, made(house, "atl", secret))["ceremony"]
    for agency in ("atl", "bor", "cyr"):
        word = brings(house, confirmation(house, agency, secret))
        assert (word["ceremony"], word["confirmed"]) == (held, agency)
    (shown,) = officer.asks("GET", f"/operations/{OPERATION}/ceremonies").json["ceremonies"]
    assert (shown["complete"], shown["agreeing"]) == (True, ["atl", "bor", "cyr"])
    content = package(house.folder, "atl", people(5, 1), seed=1, key_confirmation=confirmed_by(secret))
    for seed, supplement in enumerate((False, True)):
        other = content if not seed else package(
            house.folder, "atl", people(6, 2), seed=2, key_confirmation=confirmed_by(secret)
        )  # fmt: skip
        brings(house, other, supplement=supplement)
    assert len(stored_files(house)) == 2


@pytest.mark.parametrize("content", [b"{}", b'{"payload":"","payloadType":"x","signatures":[]}', b"{"])
def test_what_nobody_carries_to_a_host_is_refused(house: House, content: bytes) -> None:
    with pytest.raises(FileError, match="none of what is carried"):
        brings(house, content)


def test_an_agency_is_told_on_a_stick_what_it_would_be_told_over_http(house: House, tmp_path: Path) -> None:
    officers = three_submit(house)
    officers["bor"].orders()
    house.works()
    path = export_status(house.service, OPERATION, "cyr", tmp_path)
    with pytest.raises(SealedFileError):
        unseal_bytes(path.read_bytes(), keys(HOST).sealing)
    envelope = Envelope.parse(unseal_bytes(path.read_bytes(), keys("cyr").sealing))
    assert envelope.payload_type == STANDING_TYPE
    assert envelope.signed_by(keys(HOST).root.public)
    told = json.loads(envelope.payload)
    asked = {
        name: officers["cyr"].asks("GET", f"/operations/{OPERATION}/{name}").json
        for name in ("plan", "runs", "submissions", "ceremonies")
    }
    assert told["plan"] == asked.pop("plan")
    assert {name: told[name] for name in asked} == {name: found[name] for name, found in asked.items()}
    with pytest.raises(AbsentError):
        export_status(house.service, OPERATION, "dor", tmp_path)
    assert brings(house, writes(officers["cyr"], FreezeWish(justification="incident")))
    path.unlink()
    frozen = export_status(house.service, OPERATION, "cyr", tmp_path)
    assert json.loads(Envelope.parse(unseal_bytes(frozen.read_bytes(), keys("cyr").sealing)).payload)["plan"] is None
