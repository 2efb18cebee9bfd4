"""What a request says of the ledger that its agency saw: believed if it is of this ledger, evidence if it is not."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import structlog

from linkage.canonical import base64_text
from linkage.credential import Role
from linkage.errors import LedgerError, RefusedError
from linkage.identity import Identity
from linkage.ledger import Checkpoint, Kind, SignedCheckpoint
from linkage.ledger.header import HEADER, LONGEST_HEADER, checkpoint_header, parse_checkpoint_header
from server.audit.witnessing import forks, witnesses
from server.carried.packages import import_package
from server.carried.standing import standing_of
from server.client import Desk, RemoteHost
from server.client.exchange import Exchange
from server.database import writing
from server.database.tables import metadata
from server.diagnosis import diagnose
from server.errors import NotAllowedError
from server.ledger import Ledger, tables
from server.rules import gate_kinds
from tests.linkage.agreements import HOST, NOW, keys
from tests.linkage.agreements import signed as signed_agreement
from tests.server.house import OPERATION, House, Officer, package, people
from tests.server.test_audit import pack_for, red, verified
from tests.server.test_submissions import entries

PLAN = f"/operations/{OPERATION}/plan"


def shown_by(officer: Officer) -> SignedCheckpoint:
    """The checkpoint that the host gives an officer now."""
    text = officer.asks("GET", "/ledger/checkpoint").json["checkpoint"]
    return SignedCheckpoint.parse(text.encode())


def carrying(officer: Officer, signed: SignedCheckpoint, path: str = PLAN) -> Any:
    value = f":{base64_text(signed.encode())}:"
    return officer.asks("GET", path, counterfoil_checkpoint=value)


def signed_by_host(size: int, head: bytes, name: str = HOST) -> SignedCheckpoint:
    return SignedCheckpoint.signed(Checkpoint(name, size, head), keys(HOST).root)


def rolled_back(house: House, steps: Any) -> None:
    """Put the whole database back to what it was before `steps`, as an operator with an old backup can."""
    with house.service.engine.connect() as connection:
        before = {table: [*connection.execute(sa.select(table)).mappings()] for table in metadata.sorted_tables}
    steps()
    with writing(house.service.engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for table, rows in before.items():
            if rows:
                connection.execute(table.insert(), [dict(row) for row in rows])


def test_checkpoint_of_this_ledger_is_taken_and_remembered_for_each_agency(house: House) -> None:
    atl, bor = house.joined("atl"), house.joined("bor")
    old, new = shown_by(atl), None
    assert atl.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
    new = shown_by(atl)
    for officer, signed in ((atl, new), (bor, old), (atl, old)):
        assert carrying(officer, signed).status_code == 200
    with house.service.engine.connect() as connection:
        assert [(agency, signed) for agency, signed, _ in witnesses(connection)] == [("atl", new), ("bor", old)]
        assert forks(connection) == []
    found = verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))
    assert red(found) == []
    told = next(each.sentence for each in found.findings if each.check == "held")
    assert f"atl of its first {new.checkpoint.size} entries" in told
    assert f"bor of its first {old.checkpoint.size} entries" in told


def test_request_after_the_database_was_rolled_back_finds_it_and_leaves_evidence(house: House) -> None:
    atl = house.joined("atl")
    held: list[SignedCheckpoint] = []

    def steps() -> None:
        assert atl.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
        held.append(shown_by(atl))

    rolled_back(house, steps)
    assert atl.asks("GET", PLAN).status_code == 200, "without a checkpoint nothing is noticed"
    with structlog.testing.capture_logs() as logged:
        answer = carrying(atl, held[0])
    assert (answer.status_code, answer.json["code"]) == (403, "ledger.rolled-back")
    assert "tell your data protection officer" in answer.json["hint"]
    (line,) = (each for each in logged if each["event"] == "fork")
    assert (line["code"], line["agency"], line["officer"]) == ("ledger.rolled-back", "atl", "atl-agency.officer")
    last = entries(house)[-1]
    assert (last.kind, last.agency) == (Kind.FORK_SHOWN, "atl")
    assert {last.kind} == gate_kinds()
    assert carrying(atl, held[0]).status_code == 403
    assert [each.kind for each in entries(house)].count(Kind.FORK_SHOWN) == 1, "once, however often it is shown"
    with house.service.engine.connect() as connection:
        assert forks(connection) == [("atl", held[0])]
    assert standing_of(house.service)["forks"][0]["entries"] == held[0].checkpoint.size
    (finding,) = (each for each in diagnose(house.service.settings) if each.part == "ledger")
    assert not finding.well
    told = red(verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO))))
    assert len(told) == 1
    assert told[0].startswith(f"FORK: atl saw another ledger of {held[0].checkpoint.size} entries, signed by host")


def test_program_of_an_agency_finds_the_roll_back_with_whatever_it_asks_next(house: House, tmp_path: Path) -> None:
    officer = house.joined("atl")
    desk = Desk.set_up(tmp_path / "atl.desk", "http://host", officer.key, signed_agreement())
    path = tmp_path / "atl.cfp"
    path.write_bytes(package(house.folder, "atl", people(5, 1), seed=1))
    transport = httpx.WSGITransport(app=house.client.application)
    with httpx.Client(base_url="http://host", transport=transport) as client:
        seen = desk.checkpoint_header
        host = RemoteHost(desk, Exchange(client, desk.key, desk.host.key_id, seen=seen, clock=house.clock))
        assert desk.checkpoint_header() is None, "at first contact it knows none"
        host.watch()
        rolled_back(house, lambda: host.submit(path))
        believed = desk.watcher().believed
        assert believed is not None
        with pytest.raises(NotAllowedError, match="has lost entries, or was rolled back") as caught:
            host.submissions()
        assert caught.value.code == "host.ledger.rolled-back"
        assert "keep your checkpoint" in caught.value.hint
        with house.service.engine.connect() as connection:
            assert forks(connection) == [("atl", believed)]
        (desk.folder / "checkpoint.txt").rename(desk.folder / "evidence.txt")
        assert host.submissions() == [], "when the parties have agreed to go on"
        host.watch()
        assert host.submit(path).submission


def test_request_finds_a_ledger_that_grew_again_after_it_was_rolled_back(house: House) -> None:
    atl, bor = house.joined("atl"), house.joined("bor")
    held: list[SignedCheckpoint] = []

    def steps() -> None:
        assert atl.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
        held.append(shown_by(atl))

    rolled_back(house, steps)
    for seed in (2, 3, 4):
        assert bor.submits(package(house.folder, "bor", people(5, seed), seed=seed)).status_code == 201
    answer = carrying(atl, held[0])
    assert (answer.status_code, answer.json["code"]) == (403, "ledger.fork")


def test_entry_that_was_rewritten_is_found_by_the_next_request(house: House) -> None:
    atl = house.joined("atl")
    signed = shown_by(atl)
    with writing(house.service.engine) as connection:
        first = sa.and_(tables.hashes.c.level == 0, tables.hashes.c.number == 0)
        connection.execute(tables.hashes.update().where(first).values(hash=b"\x00" * 32))
    assert carrying(atl, signed).json["code"] == "ledger.fork"


def test_first_contact_carries_a_checkpoint_too_and_it_is_looked_at(house: House) -> None:
    future = signed_by_host(999, b"\x01" * 32)
    officer = house.officer("atl")
    document = json.loads(officer.credential)
    answer = officer.asks("POST", "/credentials", document, counterfoil_checkpoint=f":{base64_text(future.encode())}:")
    assert answer.json["code"] == "ledger.rolled-back"


def test_checkpoint_of_another_host_or_key_is_refused_and_is_no_evidence(house: House) -> None:
    atl = house.joined("atl")
    size, head = shown_by(atl).checkpoint[1:]
    foreign = SignedCheckpoint.signed(Checkpoint(HOST, size, head), Identity.new(HOST))
    for signed in (foreign, signed_by_host(size, head, "other-ledger")):
        answer = carrying(atl, signed)
        assert (answer.status_code, answer.json["code"]) == (403, "ledger.signature")
    with house.service.engine.connect() as connection:
        assert forks(connection) == []


@pytest.mark.parametrize(
    "changed",
    [
        lambda value: value[:-1],
        lambda value: value.replace(":", "", 1),
        lambda value: f":{value[1:-1]}AAAA:",
        lambda value: ":" + "A" * LONGEST_HEADER + ":",
        lambda _: "::",
        lambda value: f"{value}, {value}",
    ],
)
def test_header_in_another_form_is_refused(house: House, changed: Any) -> None:
    atl = house.joined("atl")
    value = changed(checkpoint_header(shown_by(atl), keys(HOST).root.public))
    answer = atl.asks("GET", PLAN, counterfoil_checkpoint=value)
    assert (answer.status_code, answer.json["code"]) == (422, "ledger.checkpoint")
    with pytest.raises(LedgerError):
        parse_checkpoint_header(value)


def test_header_that_was_changed_added_or_taken_away_on_the_way_is_refused(house: House) -> None:
    atl = house.joined("atl")
    signed = shown_by(atl)
    value = checkpoint_header(signed, keys(HOST).root.public)
    assert atl.submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
    other = checkpoint_header(shown_by(atl), keys(HOST).root.public)
    found = []
    for given, sent in ((value, other), (value, None), (None, value)):
        atl.asks("GET", PLAN, **_header(given))
        method, path, headers, body = atl.sent[-1]
        changed = {name: text for name, text in headers.items() if name != HEADER} | ({HEADER: sent} if sent else {})
        atl.sent.append((method, path, changed, body))
        found.append(atl.again().json["code"])
    assert found == ["request-signature.false", "request-signature.coverage", "request-signature.coverage"]


def _header(given: str | None) -> Any:
    return {} if given is None else {"counterfoil_checkpoint": given}


def test_header_carries_the_signature_of_the_host_only_and_fits_for_the_longest_name() -> None:
    host = Identity.new("a" * 63)
    signed = SignedCheckpoint.signed(Checkpoint(host.public.agency, 10**15, b"\xff" * 32), host)
    seen = signed.cosigned(Identity.new("atl"), NOW)
    value = checkpoint_header(seen, host.public)
    assert len(value) <= LONGEST_HEADER
    assert parse_checkpoint_header(value) == signed


def test_package_that_carries_a_checkpoint_of_another_history_is_refused_by_line_and_by_stick(
    house: House, tmp_path: Path
) -> None:
    atl = house.joined("atl")
    mine = shown_by(atl).encode().decode()
    lost = signed_by_host(500, b"\x02" * 32).encode().decode()
    assert atl.submits(package(house.folder, "atl", people(5, 1), seed=1, checkpoint=mine)).status_code == 201
    answer = atl.submits(package(house.folder, "atl", people(5, 2), seed=2, checkpoint=lost))
    assert (answer.status_code, answer.json["code"]) == (403, "ledger.rolled-back")
    stick = tmp_path / "bor.cfp"
    forked = signed_by_host(1, b"\x03" * 32).encode().decode()
    stick.write_bytes(package(house.folder, "bor", people(5, 3), seed=3, checkpoint=forked))
    with pytest.raises(RefusedError) as caught:
        import_package(house.service, stick)
    assert caught.value.code == "ledger.fork"
    assert [each.officer for each in entries(house) if each.kind is Kind.FORK_SHOWN] == [
        "atl-agency.officer",
        "by-file",
    ]
    told = red(verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO))))
    assert [each.partition(" saw")[0] for each in told] == ["FORK: atl", "FORK: bor"]


def test_every_answered_checkpoint_is_of_the_ledger_that_the_next_request_meets(house: House) -> None:
    ledger = Ledger(keys(HOST).root)
    atl = house.joined("atl")
    for seed in range(3):
        assert atl.submits(package(house.folder, "atl", people(5, seed), seed=seed)).status_code == 201
        with house.service.engine.connect() as connection:
            assert ledger.holds(connection, shown_by(atl).checkpoint)
            assert not ledger.holds(connection, Checkpoint("other", 0, b""))
