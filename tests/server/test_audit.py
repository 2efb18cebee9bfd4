"""What a data protection officer gets from the host, and what it shows: packs, freezes, repetitions, hits accounted."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from encoder.secret import OperationSecret
from linkage.credential import Officer as Credential
from linkage.credential import RevocationList, Role
from linkage.errors import CounterfoilError
from linkage.ledger import Kind, SignedCheckpoint
from linkage.ledger.audit import Audit, audit
from linkage.ledger.entry import Verb
from linkage.ledger.pack import Pack
from linkage.manifest import moment_text
from matcher import Linkage, link
from server.audit.export import export
from server.audit.repetition import repeat
from server.carried.hits import export_hits
from server.carried.packages import import_package
from server.database import writing
from server.database.tables import evidence, runs
from server.hosting import KINDS
from server.operations.freezing import freeze
from server.operations.revocation import accept_list
from server.rules import job_table, rule_table
from tests.linkage.agreements import AGENCIES, HOST, agreement, keys
from tests.server.ceremonies import confirmation, confirmed_by, confirms, relayed
from tests.server.house import OPERATION, House, Officer, package, people
from tests.server.test_pairs import Paired
from tests.server.test_story import three_submit
from tests.server.test_submissions import entries

PACK = f"/operations/{OPERATION}/pack"
FREEZE = f"/operations/{OPERATION}/freeze"
WHY = {"justification": "incident"}


def pack_for(officer: Officer, **added: list[str]) -> Pack:
    answer = officer.asks("POST", PACK, added)
    assert answer.status_code == 200, answer.json
    return Pack.parse(answer.data)


def verified(house: House, pack: Pack, held: SignedCheckpoint | None = None) -> Audit:
    return audit(pack, house.clock.now, host=keys(HOST).root.public, held=held)


def red(found: Audit) -> list[str]:
    return [each.sentence for each in found.findings if not each.passed]


def ran(house: House) -> tuple[dict[str, Officer], str]:
    """Three agencies whose run is done and whose hits were looked at."""
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    assert house.works() == 1
    for officer in officers.values():
        officer.hits(run)
    return officers, run


def test_pack_of_what_the_host_did_is_green_for_the_officer_of_any_party(house: House) -> None:
    ran(house)
    for agency in AGENCIES:
        found = verified(house, pack_for(house.joined(agency, Role.AGENCY_DPO)))
        assert red(found) == []
        told = {each.check: each.sentence for each in found.findings}
        assert "3 submissions" in told["submissions"]
        assert "3 comparisons" in told["pairings"]
        assert "3 looks" in told["looks"]
    assert red(verified(house, pack_for(house.joined(HOST, Role.HOST_DPO)))) == []


def test_that_a_pack_was_made_is_its_last_entry(house: House) -> None:
    ran(house)
    last = pack_for(house.joined("cyr", Role.AGENCY_DPO)).entries[-1].entry
    assert (last.kind, last.agency, last.officer) == (Kind.LEDGER_READ, "cyr", "cyr-agency.dpo")


def test_pack_holds_no_token_and_no_encoding(house: House) -> None:
    officers, run = ran(house)
    content = pack_for(house.joined("cyr", Role.AGENCY_DPO)).encode().decode()
    for officer in officers.values():
        for hit in officer.hits(run):
            assert hit["token"] not in content
            assert hit["group"] not in content


def test_what_was_added_is_in_the_pack_and_the_host_signs_for_it(house: House) -> None:
    pack = pack_for(house.joined("cyr", Role.AGENCY_DPO), assessments=['{"verdict": "withstands"}'])
    assert pack.attached.assessments == ('{"verdict": "withstands"}',)
    assert pack.signed_by(keys(HOST).root.public)


def test_words_of_an_order_are_shown_to_its_own_agency_and_the_host_only(house: House) -> None:
    three_submit(house)
    bor = house.joined("bor")
    plan = bor.asks("GET", f"/operations/{OPERATION}/plan").json["digest"]
    order = {"plan": plan, "threshold": 0.8, "justification": "investigation", "remarks": "case 5"}
    assert bor.asks("POST", f"/operations/{OPERATION}/runs", order).status_code == 201
    shown = {
        (agency, role): [found.value for found in pack_for(house.joined(agency, role)).openings]
        for agency, role in (("bor", Role.AGENCY_DPO), ("atl", Role.AGENCY_DPO), (HOST, Role.HOST_DPO))
    }
    assert list(shown.values()) == [["case 5"], [], ["case 5"]]
    found = verified(house, pack_for(house.joined("atl", Role.AGENCY_DPO)))
    assert any("1 value that the ledger only commits to" in each for each in found.unchecked)


def test_former_versions_and_credentials_are_kept_as_evidence(house: House) -> None:
    officers, _ = ran(house)
    dpo = house.joined("cyr", Role.AGENCY_DPO)
    assert house.registers(version=2, predecessor=agreement().digest).status_code == 201
    assert officers["atl"].submits(package(house.folder, "atl", people(5, 9), seed=9)).status_code == 201
    pack = pack_for(dpo)
    assert len(pack.agreements) == 2
    assert red(verified(house, pack)) == []


def test_pack_with_a_checkpoint_held_from_before_shows_that_nothing_was_rewritten(house: House) -> None:
    officers = three_submit(house)
    held = SignedCheckpoint.parse(officers["atl"].asks("GET", "/ledger/checkpoint").json["checkpoint"].encode())
    officers["bor"].orders()
    house.works()
    found = verified(house, pack_for(house.joined("atl", Role.AGENCY_DPO)), held)
    assert red(found) == []
    assert any("never rewritten since the checkpoint you hold" in each.sentence for each in found.findings)


def test_cosigned_checkpoint_is_kept_and_bounds_times(house: House) -> None:
    atl = three_submit(house)["atl"]
    seen = SignedCheckpoint.parse(atl.asks("GET", "/ledger/checkpoint").json["checkpoint"].encode())
    forged = seen.cosigned(keys("bor").root, house.clock.now).encode().decode()
    refused = atl.asks("POST", "/ledger/cosignatures", {"checkpoint": forged})
    assert (refused.status_code, refused.json["code"]) == (403, "ledger.signature")
    mine = seen.cosigned(atl.key, house.clock.now).encode().decode()
    assert atl.asks("POST", "/ledger/cosignatures", {"checkpoint": mine}).status_code == 201
    found = verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))
    assert any("agree with what atl saw" in each.sentence for each in found.findings)
    assert not any("cosigned by one of them" in each for each in found.unchecked)


def test_confirmations_that_the_host_relayed_are_in_the_pack(house: House) -> None:
    secret = OperationSecret.new()
    officers = {name: house.joined(name) for name in AGENCIES}
    held = relayed(house, officers["atl"], secret).json["ceremony"]
    for seed, (name, officer) in enumerate(officers.items()):
        assert confirms(officer, held, confirmation(house, name, secret)).status_code < 300
        made = package(house.folder, name, people(5, 1), seed=seed, key_confirmation=confirmed_by(secret))
        assert officer.submits(made).status_code == 201
    officers["bor"].orders()
    house.works()
    found = verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))
    assert red(found) == []
    told = "atl, bor, cyr confirmed which secret they hold, and those who share one hold the same"
    assert any(told in each.sentence for each in found.findings)


def test_secret_for_each_pair_is_green_and_a_run_over_all_pairs_is_repeated(tmp_path: Path, database: object) -> None:
    paired = Paired(tmp_path)
    paired.held()
    paired.all_submit()
    house = paired.house
    run = paired.officers["bor"].orders().json["run"]
    house.works()
    assert repeat(house.service, house.service.console(), run, "native", justification="audit").same
    found = verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))
    assert red(found) == []
    told = {each.check: each.sentence for each in found.findings}
    assert "made with one and the same secret" in told["secret"]
    assert "1 run repeated at the host" in told["repetitions"]


def test_package_and_hits_that_were_carried_are_green(house: House, tmp_path: Path) -> None:
    officers = three_submit(house)
    officers["atl"].asks("DELETE", f"/submissions/{own(officers['atl'])}")
    stick = tmp_path / "atl.cfp"
    stick.write_bytes(package(house.folder, "atl", people(30, 1), seed=77))
    import_package(house.service, stick)
    run = officers["bor"].orders().json["run"]
    house.works()
    export_hits(house.service, house.service.console(), run, "atl", justification="investigation", folder=tmp_path)
    found = verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))
    assert red(found) == []
    assert any("1 look at hits" in each.sentence for each in found.findings)


def test_records_that_were_withdrawn_leave_everything_green(house: House) -> None:
    officers, run = ran(house)
    token = officers["atl"].hits(run)[0]["token"]
    asked = {"tokens": [token], "reason": "rectification"}
    assert officers["atl"].asks("POST", f"/submissions/{own(officers['atl'])}/withdrawals", asked).status_code == 201
    pack = pack_for(house.joined("cyr", Role.AGENCY_DPO))
    assert red(verified(house, pack)) == []
    assert erased(house)["records-withdrawn"] == 1


def test_officer_whose_credential_was_revoked_is_told_apart(house: House) -> None:
    officers, _ = ran(house)
    listed = Credential.claimed(officers["atl"].credential).digest
    text = RevocationList(issuer="atl", number=1, issued=moment_text(house.clock.now), revoked=(listed,))
    accept_list(house.service, house.service.console(), text.signed(keys("atl").root))
    assert officers["atl"].asks("GET", f"/operations/{OPERATION}/plan").status_code == 401
    assert red(verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))) == []


def own(officer: Officer) -> str:
    """The submission of an officer's agency."""
    found: str = officer.asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"][0]["submission"]
    return found


def test_frozen_operation_takes_shows_and_compares_nothing_until_all_sign_anew(house: House) -> None:
    officers, run = ran(house)
    atl, dpo = officers["atl"], house.joined("cyr", Role.AGENCY_DPO)
    waiting = officers["bor"].orders().json["run"]
    frozen = dpo.asks("POST", FREEZE, {**WHY, "remarks": "a laptop was stolen"})
    assert frozen.status_code == 200, frozen.json
    shown = atl.asks("GET", f"/operations/{OPERATION}").json
    assert shown["frozen"] == frozen.json["frozen"]
    state = atl.asks("GET", f"/runs/{waiting}").json
    assert (state["state"], state["problem"]) == ("failed", "operation.frozen")
    for answer in (
        atl.submits(package(house.folder, "atl", people(5, 8), seed=8)),
        atl.asks("GET", f"/operations/{OPERATION}/plan"),
        atl.asks("GET", f"/runs/{run}/hits?justification=investigation"),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "operation.frozen")
    again = atl.asks("POST", FREEZE, WHY)
    assert (again.status_code, again.json["code"]) == (409, "operation.frozen")
    house.works()
    found = verified(house, pack_for(dpo))
    assert red(found) == []
    assert any("nothing was submitted, compared or looked at while it was" in each.sentence for each in found.findings)
    assert house.registers(version=2, predecessor=agreement().digest).status_code == 201
    assert len(atl.hits(run)) == 2
    assert red(verified(house, pack_for(dpo))) == []


def test_run_that_a_host_published_although_frozen_is_found(house: House) -> None:
    """A host that only says that it froze."""
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    with writing(house.service.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run).values(state="hidden"))
    freeze(house.service, house.service.console(), OPERATION, justification="incident")
    with writing(house.service.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run).values(state="queued"))
    house.works()
    told = red(verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO))))
    assert len(told) == 1
    assert "(run-published of host): it happened although the operation was frozen" in told[0]


@pytest.mark.parametrize("engine", ["native", "anonlink"])
def test_run_repeated_from_the_sealed_encodings_gives_the_published_result(house: House, engine: Any) -> None:
    _officers, run = ran(house)
    found = repeat(house.service, house.service.console(), run, engine, justification="audit")
    assert found.same
    last = entries(house)[-1]
    assert (last.kind, last.reason, last.digests["result"]) == (Kind.RUN_REPEATED, engine, found.digest)
    assert red(verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO)))) == []


def test_run_of_an_earlier_program_is_repeated_with_the_merge_threshold_that_it_had(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _officers, run = ran(house)
    asked: list[float] = []

    def spied(*arguments: Any, merge_threshold: float, **named: Any) -> Linkage:
        asked.append(merge_threshold)
        return link(*arguments, merge_threshold=merge_threshold, **named)

    monkeypatch.setattr("server.runs.work.link", spied)
    assert repeat(house.service, house.service.console(), run, "native", justification="audit").same
    with writing(house.service.engine) as connection:
        rows = connection.execute(sa.select(evidence).where(evidence.c.kind == "document")).all()
        (row,) = (row for row in rows if b'"merge_threshold":0.65,' in row.content)
        other = row.content.replace(b'"merge_threshold":0.65,', b"")
        connection.execute(evidence.update().where(evidence.c.digest == row.digest).values(content=other))
    assert repeat(house.service, house.service.console(), run, "native", justification="audit").same
    assert asked == [0.65, 1.0]


def test_result_that_a_repetition_does_not_confirm_is_found(house: House) -> None:
    officers = three_submit(house)
    run = officers["bor"].orders(threshold=0.999).json["run"]
    house.works()
    with writing(house.service.engine) as connection:  # as if the host had compared at another threshold than it says
        rows = connection.execute(sa.select(evidence).where(evidence.c.kind == "document")).all()
        (row,) = (row for row in rows if b'"thresholds":[0.999]' in row.content)
        other = row.content.replace(b"[0.999]", b"[0.1]")
        connection.execute(evidence.update().where(evidence.c.digest == row.digest).values(content=other))
    found = repeat(house.service, house.service.console(), run, "native", justification="audit")
    assert not found.same
    told = red(verified(house, pack_for(house.joined("cyr", Role.AGENCY_DPO))))
    assert "how the run was done is not in the pack" in told[0]
    assert f"repeated by native, run {run} gave ANOTHER result than the published one" in told[1]


def test_run_whose_encodings_are_gone_or_that_has_no_result_is_not_repeated(house: House) -> None:
    officers, run = ran(house)
    own = officers["atl"].asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"][0]["submission"]
    assert officers["atl"].asks("DELETE", f"/submissions/{own}").status_code == 200
    for identifier, code in ((run, "run.submission-gone"), ("0" * 32, "run.unpublished")):
        with pytest.raises(CounterfoilError) as caught:
            repeat(house.service, house.service.console(), identifier, "native", justification="audit")
        assert caught.value.code == code


def test_every_hit_is_accounted_for(house: House) -> None:
    officers, _ = ran(house)
    own = officers["cyr"].asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"][0]["submission"]
    assert officers["cyr"].asks("DELETE", f"/submissions/{own}").status_code == 200
    assert erased(house) == {"withdrawn": 1}
    for _ in range(200):
        house.clock.forward(days=1)
        worker_passes(house)
    assert erased(house) == {"withdrawn": 1, "expired": 2, "no-counterpart": 2}, "encodings are kept for 90 days"
    pack = export(house.service, house.service.console(), OPERATION)
    assert red(verified(house, pack)) == []


def erased(house: House) -> dict[str, int]:
    """Number of hits that entries say were deleted, by reason."""
    found: dict[str, int] = {}
    for entry in entries(house):
        if entry.kind is Kind.HITS_ERASED:
            found[entry.reason or ""] = found.get(entry.reason or "", 0) + (entry.count or 0)
    return found


def worker_passes(house: House) -> None:
    from server.expiry.schedule import expire

    expire(house.service)


def written(house: House, officer: Officer, method: str, path: str, *arguments: Any, **named: Any) -> set[Kind]:
    """The kinds of entries that a request wrote, which its rule must name."""
    before = len(entries(house))
    answer = officer.asks(method, path, *arguments, **named)
    assert answer.status_code < 300, answer.json
    matched, _ = house.client.application.url_map.bind("host").match(
        path.partition("?")[0], method=method, return_rule=True
    )
    kinds = {entry.kind for entry in entries(house)[before:]}
    assert kinds <= rule_table()[matched.rule, method].ledger
    return kinds


def test_every_request_and_job_writes_what_its_rule_says_and_nothing_else(house: House) -> None:
    officers = three_submit(house)
    atl, dpo = officers["atl"], house.joined("cyr", Role.AGENCY_DPO)
    run = atl.orders().json["run"]
    before = len(entries(house))
    house.works()
    assert {entry.kind for entry in entries(house)[before:]} == {Kind.RUN_PUBLISHED} <= job_table()["run"].ledger
    hits = f"/runs/{run}/hits?justification=investigation"
    assert written(house, atl, "GET", hits) == {Kind.HITS_VIEWED}
    own = atl.asks("GET", f"/operations/{OPERATION}/submissions").json["submissions"][0]["submission"]
    plan = atl.asks("GET", f"/operations/{OPERATION}/plan").json["digest"]
    order = {"plan": plan, "justification": "investigation"}
    assert written(house, atl, "POST", f"/operations/{OPERATION}/runs", order) == {Kind.RUN_ORDERED}
    assert written(house, atl, "DELETE", f"/submissions/{own}") == {
        Kind.SUBMISSION_ERASED,
        Kind.HITS_ERASED,
        Kind.RUN_ENDED,
    }
    plan = atl.asks("GET", f"/operations/{OPERATION}/plan").json["digest"]
    assert written(house, atl, "POST", f"/operations/{OPERATION}/runs", order | {"plan": plan}) == {Kind.RUN_ORDERED}
    assert written(house, dpo, "POST", PACK, {}) == {Kind.LEDGER_READ}
    assert written(house, dpo, "POST", FREEZE, WHY) == {Kind.OPERATION_FROZEN, Kind.RUN_ENDED}
    for silent in ("/ledger/checkpoint", f"/runs/{run}", "/operations", f"/operations/{OPERATION}"):
        assert written(house, dpo, "GET", silent) == set()
    before = len(entries(house))
    house.clock.forward(days=200)
    worker_passes(house)
    done = {entry.kind for entry in entries(house)[before:]}
    assert {Kind.SUBMISSION_ERASED} <= done <= job_table()["expire"].ledger


def test_jobs_of_the_host_and_their_rules_are_the_same() -> None:
    assert set(job_table()) == {*KINDS, "expire"}


def test_routes_and_jobs_together_write_every_verb_of_the_law_that_the_host_can_do() -> None:
    from linkage.ledger.entry import RULES

    kinds = {kind for rule in rule_table().values() for kind in rule.ledger}
    kinds |= {kind for rule in job_table().values() for kind in rule.ledger}
    verbs = {RULES[kind].verb for kind in kinds}
    assert verbs >= {Verb.COLLECTION, Verb.CONSULTATION, Verb.COMBINATION, Verb.ERASURE}
    for rule in rule_table().values():
        assert rule.ledger or rule.exempt
