"""Revocation lists: a lost key stops working with the next request, on every route."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linkage.credential import Officer as Credential
from linkage.credential import RevocationList, Role
from linkage.ledger import Kind
from server.ledger import Ledger
from server.operations.revocation import accept_list
from server.rules import Rule, rule_table
from tests.linkage.agreements import HOST, keys
from tests.server.house import House, Officer
from tests.server.test_rules import Whole, asked
from tests.server.test_submissions import entries, kinds


def revocations(issuer: str, number: int, *revoked: Officer) -> bytes:
    """A list of `issuer`, signed by its root key."""
    digests = sorted(Credential.claimed(officer.credential).digest for officer in revoked)
    text = RevocationList(issuer=issuer, number=number, issued="2026-11-24T12:00:00Z", revoked=tuple(digests))
    return text.signed(keys(issuer).root)


def brings(officer: Officer, content: bytes) -> Any:
    return officer.asks("POST", "/revocations", json.loads(content))


class Lost:
    """A host where everything is, and officers of every role, each of whom had a second one that is revoked."""

    def __init__(self, folder: Path) -> None:
        self.whole = Whole(folder)
        house = self.whole.house
        self.lost = {role: house.joined("atl" if role.of_agency else HOST, role) for role in Role}
        for issuer, bringer in (("atl", Role.AGENCY_DPO), (HOST, Role.HOST_OPERATOR)):
            gone = [officer for officer in self.lost.values() if officer.agency == issuer]
            answer = brings(self.whole.officers[issuer, bringer], revocations(issuer, 1, *gone))
            assert answer.status_code == 201, answer.json


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory, database: object) -> Lost:
    return Lost(tmp_path_factory.mktemp("lost"))


@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize(
    "rule", [rule for rule in rule_table().values() if rule.roles], ids=lambda rule: f"{rule.method} {rule.route}"
)
def test_a_revoked_key_opens_no_route(lost: Lost, rule: Rule, role: Role) -> None:
    answer = asked(lost.whole, lost.lost[role], rule)
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated.revoked")


def test_a_revoked_credential_cannot_join_again(lost: Lost) -> None:
    answer = lost.lost[Role.AGENCY_OFFICER].joins()
    assert (answer.status_code, answer.json["code"]) == (403, "credential.revoked")


def test_colleagues_of_the_revoked_work_on(lost: Lost) -> None:
    for officer in lost.whole.officers.values():
        if officer.role is not Role.AUTHORITY:
            assert officer.asks("GET", "/operations").status_code == 200


def test_a_credential_may_be_revoked_before_the_host_has_ever_seen_it(house: House) -> None:
    unseen = house.officer("atl")
    assert brings(house.joined("atl"), revocations("atl", 1, unseen)).json == {
        "issuer": "atl",
        "number": 1,
        "revoked": 1,
    }
    assert unseen.joins().json["code"] == "credential.revoked"


def test_the_ledger_names_the_list_and_each_officer_that_it_ends(house: House) -> None:
    bringer, gone, unseen = house.joined("atl"), house.joined("atl"), house.officer("atl")
    content = revocations("atl", 1, gone, unseen)
    before = len(entries(house))
    assert brings(bringer, content).status_code == 201
    written = entries(house)[before:]
    assert [entry.kind for entry in written] == [Kind.REVOCATIONS_REGISTERED, Kind.CREDENTIAL_REVOKED]
    assert written[0].count == 2
    assert written[1].digests["credential"] == Credential.claimed(gone.credential).digest
    assert brings(bringer, content).status_code == 201  # once more, and nothing new
    assert brings(bringer, revocations("atl", 2, gone, unseen)).status_code == 201
    assert kinds(house)[before + 2 :] == [Kind.REVOCATIONS_REGISTERED]


@pytest.mark.parametrize(
    ("number", "codes"), [(1, "credential.list-number"), (2, "credential.list-number"), (3, "credential.list-shorter")]
)
def test_what_is_revoked_stays_revoked(house: House, number: int, codes: str) -> None:
    bringer, gone = house.joined("atl"), house.joined("atl")
    assert brings(bringer, revocations("atl", 2, gone)).status_code == 201
    answer = brings(bringer, revocations("atl", number))
    assert (answer.status_code, answer.json["code"]) == (409, codes)
    assert gone.asks("GET", "/operations").status_code == 401


def test_a_list_counts_for_its_own_issuer_only(house: House) -> None:
    atl, bor = house.joined("atl"), house.joined("bor")
    answer = brings(bor, revocations("atl", 1, atl))
    assert (answer.status_code, answer.json["code"]) == (403, "credential.issuer")
    forged = RevocationList(
        issuer="bor", number=1, issued="2026-11-24T12:00:00Z", revoked=(Credential.claimed(atl.credential).digest,)
    )
    answer = brings(bor, forged.signed(keys("cyr").root))
    assert (answer.status_code, answer.json["code"]) == (422, "credential.signature")
    assert brings(bor, forged.signed(keys("bor").root)).status_code == 201  # it says nothing of what atl certifies
    assert atl.asks("GET", "/operations").status_code == 200


def test_the_host_may_bring_the_list_of_an_agency_and_its_console_too(house: House) -> None:
    gone, other = house.joined("atl"), house.joined("atl")
    answer = brings(house.joined(HOST, Role.HOST_OPERATOR), revocations("atl", 1, gone))
    assert answer.status_code == 201, answer.json
    accept_list(house.service, house.service.console(), revocations("atl", 2, gone, other))
    assert [officer.asks("GET", "/operations").status_code for officer in (gone, other)] == [401, 401]
    assert entries(house)[-1].agency == HOST


def test_a_list_without_its_ledger_entry_does_not_count(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bringer, gone = house.joined("atl"), house.joined("atl")

    def fails(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("disk I/O error"))

    monkeypatch.setattr(Ledger, "append", fails)
    assert brings(bringer, revocations("atl", 1, gone)).status_code == 503
    monkeypatch.undo()
    assert gone.asks("GET", "/operations").status_code == 200
