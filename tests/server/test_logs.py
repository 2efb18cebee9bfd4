"""Logs go when the agreement says; the tree stays, and a data protection officer is told what is gone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linkage.credential import Role
from linkage.ledger import Entry, Kind, SignedCheckpoint
from linkage.ledger.audit import audit
from linkage.ledger.entry import KEPT
from linkage.ledger.pack import Pack
from linkage.ledger.papers import LogsPaper
from linkage.ledger.tree import leaf_hash
from linkage.reports.dossier import Dossier
from linkage.reports.retention import retention_report
from server.audit.export import export
from server.client.receipts import read_words
from server.database import writing
from server.database.tables import certificates, evidence, jobs, operations, runs, submissions
from server.expiry import logs
from server.expiry.schedule import expire
from server.ledger import tables
from server.operations.freezing import freeze
from server.soundness import look_through
from tests.linkage.agreements import AGENCIES, HOST, agreement, keys
from tests.server.house import OPERATION, House, Officer, package, people
from tests.server.test_audit import ran, red

RETENTION = {"encodings_days": 10, "hits_days": 20, "logs_days": 40}


@pytest.fixture
def house(tmp_path: Path, database: object) -> House:
    """A host whose agreement keeps logs for forty days."""
    made = House.at(tmp_path)
    assert made.registers(retention=RETENTION).status_code == 201
    return made


def days_pass(house: House, days: int) -> None:
    for _ in range(days):
        house.clock.forward(days=1)
        expire(house.service)


def shown(house: House) -> Pack:
    return export(house.service, house.service.console(), OPERATION)


def problems(house: House, pack: Pack, held: SignedCheckpoint | None = None) -> list[str]:
    return red(audit(pack, house.clock.now, host=keys(HOST).root.public, held=held))


def kept_entries(house: House) -> list[Entry]:
    with house.service.engine.connect() as connection:
        rows = connection.execute(sa.select(tables.entries.c.content).order_by(tables.entries.c.number)).scalars()
        return [Entry.parse(content) for content in rows]


def count(house: House, table: sa.Table) -> int:
    with house.service.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def worked(house: House) -> tuple[dict[str, Officer], Pack]:
    """An operation that did what it is for, with words behind a commitment; and the pack of that time."""
    officers, _ = ran(house)
    plan = officers["atl"].asks("GET", f"/operations/{OPERATION}/plan").json["digest"]
    order = {"plan": plan, "threshold": 0.8, "justification": "investigation", "remarks": "case 5"}
    assert officers["atl"].asks("POST", f"/operations/{OPERATION}/runs", order).status_code == 201
    house.works()
    return officers, shown(house)


def test_logs_go_after_their_days_and_everything_else_holds(house: House) -> None:
    _, before = worked(house)
    held = before.signed_checkpoints[-1]
    days_pass(house, 39)
    assert problems(house, shown(house), held) == []
    days_pass(house, 30)
    pack = shown(house)
    found = audit(pack, house.clock.now, host=keys(HOST).root.public, held=held)
    assert red(found) == []
    told = {each.check: each.sentence for each in found.findings}
    assert "logs were deleted when their time was over, and not before" in told["logs"]
    assert "unchanged" in told["never-rewritten"]
    (open_,) = (each for each in found.unchecked if "logs that were deleted as was agreed" in each)
    assert open_.startswith("what ")
    content = pack.encode().decode()
    assert not pack.openings
    for gone in ("case 5", '"kind":"hits-viewed"', '"kind":"submission-accepted"'):
        assert gone in before.encode().decode()
        assert gone not in content
    of_operation = [each.entry for each in pack.entries if each.entry.operation]
    assert {each.officer for each in of_operation} <= {None, "console", "host-host.operator"}
    assert {each.kind for each in of_operation} <= KEPT | {Kind.LEDGER_READ, Kind.HITS_ERASED, Kind.SUBMISSION_ERASED}
    report = retention_report(Dossier.of(pack, house.clock.now, host=keys(HOST).root.public))
    (logs_table,) = (each.tables[0] for each in report.sections if each.heading == "Logs")
    assert sum(int(row[1]) for row in logs_table.rows) == len(pack.leaf_hashes) - len(pack.entries)
    assert "what they said is not in here" in report.standing.sentence
    for numbered in before.entries:
        assert leaf_hash(numbered.entry.encode()) == pack.leaf_hashes[numbered.number], "who kept them can prove them"


def test_the_rows_and_documents_beside_the_ledger_go_along(house: House) -> None:
    worked(house)
    assert (count(house, runs), count(house, submissions), count(house, jobs)) == (2, 3, 2)
    days_pass(house, 75)
    assert (count(house, runs), count(house, submissions), count(house, jobs)) == (0, 0, 0)
    assert count(house, tables.openings) == 0
    with house.service.engine.connect() as connection:
        left = connection.execute(sa.select(certificates.c.envelope).distinct()).scalars().all()
        papers = [LogsPaper.signed(content, keys(HOST).root.public) for content in left]
        documents = connection.execute(sa.select(evidence.c.content).where(evidence.c.kind == "document")).scalars()
        assert set(documents) == set(left), "what is left are the certificates that logs are gone"
    assert all(paper.deleted[:10] >= "2026" for paper in papers)
    assert look_through(house.service).ledger_whole


def test_each_party_has_the_certificate_and_the_ledger_names_it(house: House) -> None:
    worked(house)
    days_pass(house, 45)
    erased = [entry for entry in kept_entries(house) if entry.kind is Kind.LOGS_ERASED]
    assert erased
    for agency in AGENCIES:
        answer = house.joined(agency).asks("GET", f"/operations/{OPERATION}/certificates").json["certificates"]
        kinds = [found["payloadType"] for found in answer]
        assert kinds.count(logs.PAYLOAD_TYPE) == len(erased)
    path = house.folder / "logs.json"
    path.write_text(json.dumps(next(each for each in answer if each["payloadType"] == logs.PAYLOAD_TYPE)))
    (word,) = read_words([path], None, keys(HOST).root.public)
    assert word.sentence.startswith("what ")
    assert "logs whose time was over" in word.sentence


def test_what_accounts_for_something_that_is_there_stays_with_all_after_it(tmp_path: Path, database: object) -> None:
    house = House.at(tmp_path)
    assert house.registers(retention=RETENTION | {"logs_days": 5}).status_code == 201
    worked(house)
    days_pass(house, 9)
    kinds = {entry.kind for entry in kept_entries(house)}
    assert {Kind.SUBMISSION_ACCEPTED, Kind.RUN_PUBLISHED, Kind.HITS_VIEWED} <= kinds
    assert problems(house, shown(house)) == []
    days_pass(house, 12)
    assert Kind.SUBMISSION_ACCEPTED not in {entry.kind for entry in kept_entries(house)}
    assert problems(house, shown(house)) == []


def test_a_freeze_stays_in_the_log_as_long_as_it_lasts(house: House) -> None:
    worked(house)
    freeze(house.service, house.service.console(), OPERATION, justification="incident", remarks="stolen")
    days_pass(house, 60)
    assert Kind.OPERATION_FROZEN in {entry.kind for entry in kept_entries(house)}
    assert problems(house, shown(house)) == []
    with writing(house.service.engine) as connection:
        connection.execute(operations.update().values(frozen=None))
    days_pass(house, 2)
    assert Kind.OPERATION_FROZEN not in {entry.kind for entry in kept_entries(house)}


def test_an_operation_that_goes_on_loses_only_its_oldest_logs(house: House) -> None:
    officers = {name: house.joined(name) for name in AGENCIES}
    for week in range(12):
        for number, officer in enumerate(officers.values()):
            rows = people(10, week)
            sent = package(house.folder, officer.agency, rows, seed=10 * week + number, expires="2027-10-01T00:00:00Z")
            assert officer.submits(sent).status_code == 201
        run = officers["bor"].orders().json["run"]
        house.works()
        officers["atl"].hits(run)
        days_pass(house, 7)
        assert problems(house, shown(house)) == []
    times = [entry.time for entry in kept_entries(house) if entry.kind is Kind.HITS_VIEWED]
    assert 5 <= len(times) <= 7


def test_a_pass_writes_one_certificate_and_none_where_nothing_is_due(house: House) -> None:
    worked(house)
    house.clock.forward(days=60)
    for _ in range(3):
        expire(house.service)
    erased = [entry for entry in kept_entries(house) if entry.kind is Kind.LOGS_ERASED]
    assert len(erased) == 1
    assert erased[0].verb == "erasure"
    house.clock.forward(hours=1)
    expire(house.service)
    assert [entry for entry in kept_entries(house) if entry.kind is Kind.LOGS_ERASED] == erased


def test_many_are_deleted_in_parts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    worked(house)
    monkeypatch.setattr(logs, "_AT_ONCE", 4)
    days_pass(house, 60)
    assert len([entry for entry in kept_entries(house) if entry.kind is Kind.LOGS_ERASED]) > 2
    assert problems(house, shown(house)) == []


def too_early(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(logs, "_before", lambda service, _: service.now())
    days_pass(house, 22)
    return "logs were deleted that the agreement lets the host delete 40 days after they were written"


def too_late(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("server.expiry.schedule.erase_logs", lambda _: None)
    days_pass(house, 60)
    return "were due for deletion from"


def later_than_said(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    early = "2026-11-02T00:00:00Z"
    made = logs._certificate
    monkeypatch.setattr(logs, "_certificate", lambda service, operation, due, _: made(service, operation, due, early))
    former = agreement(retention=RETENTION).digest
    assert house.registers(version=2, predecessor=former, retention=RETENTION).status_code == 201
    shown(house)
    days_pass(house, 50)
    return "which the certificate gives as their last time"


def still_there(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("server.ledger.ledger.Ledger.erase", lambda *_: 0)
    monkeypatch.setattr(logs, "_forget", lambda *_: None)
    days_pass(house, 41)
    return "the certificate says that entries are gone which are there"


def not_in_the_pack(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    days_pass(house, 41)
    with writing(house.service.engine) as connection:
        connection.execute(evidence.delete().where(evidence.c.kind == "document"))
        connection.execute(certificates.delete())
    return "the certificate of deletion is not in the pack"


@pytest.mark.parametrize("wrong", [too_early, too_late, still_there, not_in_the_pack, later_than_said])
def test_a_deletion_of_logs_that_is_not_as_agreed_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[House, Any], str]
) -> None:
    worked(house)
    expected = wrong(house, monkeypatch)
    assert any(expected in each for each in problems(house, shown(house))), problems(house, shown(house))


def test_a_run_on_what_nobody_submitted_is_found_after_logs_are_gone_too(house: House) -> None:
    worked(house)
    days_pass(house, 60)
    dpo = house.joined("cyr", Role.AGENCY_DPO)
    officers = {name: house.joined(name) for name in AGENCIES}
    for number, officer in enumerate(officers.values()):
        sent = package(house.folder, officer.agency, people(5, 3), seed=50 + number, expires="2027-10-01T00:00:00Z")
        assert officer.submits(sent).status_code == 201
    with writing(house.service.engine) as connection:
        hidden = [row for row in connection.execute(sa.select(tables.entries)) if b"submission-accepted" in row.content]
        connection.execute(
            tables.entries.update().where(tables.entries.c.number == hidden[0].number).values(operation="x")
        )
    officers["bor"].orders()
    house.works()
    assert any("was not accepted before" in each for each in problems(house, shown(house)))
    assert dpo.agency == "cyr"
