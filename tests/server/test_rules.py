"""The rule table and the routes say the same, and every role is let in and kept out as the table says."""

import json
from pathlib import Path
from typing import Any

import pytest

from encoder.secret import OperationSecret
from linkage.credential import Role
from server.rules import Rule, rule_table
from tests.linkage.agreements import HOST, agreement, keys
from tests.server.ceremonies import confirmed_by, relayed
from tests.server.house import OPERATION, House, Officer, package, people

NO_ENVELOPE = {"payload": "", "payloadType": "none", "signatures": [{"keyid": "", "sig": ""}]}
BODIES: dict[tuple[str, str], Any] = {
    ("/operations/<operation>/uploads", "POST"): {"size": 10, "digest": "sha256:" + "00" * 32},
    ("/operations/<operation>/ceremonies", "POST"): NO_ENVELOPE,
    ("/ceremonies/<ceremony>/confirmations", "POST"): NO_ENVELOPE,
    ("/submissions/<submission>/withdrawals", "POST"): {"tokens": ["0" * 32], "reason": "rectification"},
    ("/operations/<operation>/runs", "POST"): {"plan": "sha256:" + "00" * 32, "justification": "investigation"},
}
QUERIES = {
    "/runs/<run>/hits": "?justification=investigation",
    "/ledger/consistency": "?old=0&new=0",
}
ABSENT = "0" * 32


class Whole:
    """A host where everything is: an operation, an upload, a submission, a run; and one officer of each kind."""

    def __init__(self, folder: Path) -> None:
        self.house = House.at(folder)
        assert self.house.registers().status_code == 201
        self.officers: dict[tuple[str, Role], Officer] = {}
        for role in Role:
            for agency in ("atl", "bor") if role.of_agency else (HOST,):
                self.officers[agency, role] = self.house.joined(agency, role)
        self.strangers = self._strangers()
        atl, bor = self.officers["atl", Role.AGENCY_OFFICER], self.officers["bor", Role.AGENCY_OFFICER]
        secret = OperationSecret.new()
        self.ceremony = relayed(self.house, atl, secret).json["ceremony"]
        stated = {"key_confirmation": confirmed_by(secret)}
        self.submission = atl.submits(package(folder, "atl", people(5, 1), seed=1, **stated)).json["submission"]
        assert bor.submits(package(folder, "bor", people(5, 1), seed=2, **stated)).status_code == 201
        self.run = atl.orders().json["run"]
        self.house.works()
        self.upload = atl.asks(
            "POST", f"/operations/{OPERATION}/uploads", {"size": 9, "digest": "sha256:" + "00" * 32}
        ).json["upload"]

    def _strangers(self) -> dict[Role, Officer]:
        """Officers of cyr, which an amendment has left out."""
        parties = [party for party in agreement().document()["parties"] if party["agency"] != "cyr"]
        officers = {role: self.house.joined("cyr", role) for role in Role if role.of_agency}
        answer = self.house.registers(
            version=2, predecessor=agreement().digest, parties=parties, key={"scope": "operation", "epoch": 2}
        )
        assert answer.status_code == 201, answer.json
        return officers

    def path(self, rule: Rule, *, absent: bool = False) -> str:
        names = {"operation": OPERATION, "upload": self.upload, "submission": self.submission, "run": self.run}
        names["ceremony"] = self.ceremony
        path = rule.route
        for name, value in names.items():
            path = path.replace(f"<{name}>", ABSENT if absent else value)
        return path + QUERIES.get(rule.route, "")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, database: object) -> Whole:
    return Whole(tmp_path_factory.mktemp("whole"))


SIGNED = [rule for rule in rule_table().values() if rule.roles]
CASES = [
    pytest.param(rule, agency, role, id=f"{rule.method} {rule.route} {agency} {role}")
    for rule in SIGNED
    for role in Role
    for agency in (("atl", "bor") if role.of_agency else (HOST,))
    # The owner's own deletion takes away what the other cases look at; test_submissions has it.
    if not (rule.method == "DELETE" and agency == "atl" and role in rule.roles)
]


def asked(whole: Whole, officer: Officer, rule: Rule, *, absent: bool = False) -> Any:
    return officer.asks(rule.method, whole.path(rule, absent=absent), BODIES.get((rule.route, rule.method)))


def test_every_route_has_one_rule_and_every_rule_a_route(whole: Whole) -> None:
    routes = {
        (str(found.rule), method)
        for found in whole.house.client.application.url_map.iter_rules()
        for method in (found.methods or set()) - {"HEAD", "OPTIONS"}
        if found.endpoint != "static"
    }
    assert routes == set(rule_table())


@pytest.mark.parametrize(("rule", "agency", "role"), CASES)
def test_role_is_let_in_or_kept_out_as_the_table_says(whole: Whole, rule: Rule, agency: str, role: Role) -> None:
    answer = asked(whole, whole.officers[agency, role], rule)
    if role not in rule.roles:
        assert (answer.status_code, answer.json["code"]) == (403, "not-allowed.role")
    elif rule.relation == "owner" and agency == "bor":
        assert (answer.status_code, answer.json["code"]) == (404, "absent")
    else:
        assert answer.status_code not in (401, 404)
        assert answer.status_code != 403 or answer.json["code"] != "not-allowed.role"


@pytest.mark.parametrize("rule", [rule for rule in SIGNED if "<" in rule.route], ids=lambda rule: rule.route)
def test_what_is_absent_is_absent_for_every_role(whole: Whole, rule: Rule) -> None:
    for (_, role), officer in whole.officers.items():
        answer = asked(whole, officer, rule, absent=True)
        expected = (404, "absent") if role in rule.roles else (403, "not-allowed.role")
        assert (answer.status_code, answer.json["code"]) == expected, role


@pytest.mark.parametrize("role", [role for role in Role if role.of_agency])
@pytest.mark.parametrize("rule", [rule for rule in SIGNED if "<" in rule.route], ids=lambda rule: rule.route)
def test_what_belongs_to_others_answers_exactly_as_what_is_absent(whole: Whole, rule: Rule, role: Role) -> None:
    answers = [asked(whole, whole.strangers[role], rule, absent=absent) for absent in (False, True)]
    shown = [{**answer.json, "request": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == ([404, 404] if role in rule.roles else [403, 403])
    assert shown[0] == shown[1]


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NO_RULE = [
    pytest.param(route, method, id=f"{method} {route}")
    for route in sorted({rule.route for rule in rule_table().values()})
    for method in METHODS
    if (route, "GET" if method == "HEAD" else method) not in rule_table()
]


@pytest.mark.parametrize(("route", "method"), NO_RULE)
def test_a_method_without_a_rule_is_none_for_anybody(whole: Whole, route: str, method: str) -> None:
    rule = next(rule for rule in rule_table().values() if rule.route == route)
    for officer in (*whole.officers.values(), *whole.strangers.values()):
        answers = [officer.asks(method, whole.path(rule, absent=absent)) for absent in (False, True)]
        assert {answer.status_code for answer in answers} in ({405}, {404})


@pytest.mark.parametrize("rule", SIGNED, ids=lambda rule: f"{rule.method} {rule.route}")
def test_nobody_comes_in_without_a_signature(whole: Whole, rule: Rule) -> None:
    answer: Any = whole.house.client.open(
        whole.path(rule), method=rule.method, json=BODIES.get((rule.route, rule.method))
    )
    assert (answer.status_code, answer.json["code"]) == (401, "request-signature.missing")
    assert answer.content_type == "application/problem+json"


def test_an_officer_of_an_unknown_agency_cannot_join(whole: Whole) -> None:
    answer = whole.house.officer("dor").joins()
    assert (answer.status_code, answer.json["code"]) == (403, "credential.stranger")


def test_a_credential_is_registered_only_by_who_holds_its_key(whole: Whole) -> None:
    one, other = whole.house.officer("atl"), whole.house.officer("atl")
    answer = one.asks("POST", "/credentials", json.loads(other.credential))
    assert (answer.status_code, answer.json["code"]) == (403, "credential.bearer")


def test_keys_of_agencies_cannot_make_operators_of_the_host(whole: Whole) -> None:
    answer = whole.house.officer("atl", Role.HOST_OPERATOR).joins()
    assert (answer.status_code, answer.json["code"]) == (403, "credential.role")
    assert keys("atl").root.public.key_id not in json.dumps(answer.json)
