"""What holds for every request: signatures, replay, limits, one shape of errors, a description that is kept."""

import json
from pathlib import Path
from typing import Any

import pytest
import structlog

from linkage.credential import Role
from server.api.models import Problem
from server.api.observation import only_allowed
from server.api.rates import Rates
from server.settings import Limits
from tests.linkage.agreements import HOST
from tests.server.house import OPERATION, House


def problem(answer: Any) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    found = Problem.model_validate(answer.json)
    assert found.status == answer.status_code
    return found.status, found.code


def test_a_request_sent_twice_is_refused_the_second_time(house: House) -> None:
    officer = house.joined("atl")
    assert officer.asks("GET", "/operations").status_code == 200
    assert problem(officer.again()) == (401, "unauthenticated.replayed")


def test_a_signature_is_stale_after_five_minutes(house: House) -> None:
    officer = house.joined("atl")
    officer.asks("GET", "/operations")
    house.clock.forward(minutes=6)
    assert problem(officer.again()) == (401, "request-signature.stale")


def test_another_body_than_the_signed_one_is_refused(house: House) -> None:
    officer = house.joined("atl")
    order = {"size": 9, "digest": "sha256:" + "00" * 32}
    officer.asks("POST", f"/operations/{OPERATION}/uploads", order)
    method, path, headers, _ = officer.sent[-1]
    officer.sent.append((method, path, headers, json.dumps(order | {"size": 8}).encode()))
    assert problem(officer.again()) == (401, "request-signature.body")


def test_an_unknown_key_is_refused(house: House) -> None:
    assert problem(house.officer("atl").asks("GET", "/operations")) == (401, "unauthenticated.key")


def test_a_credential_ends(house: House) -> None:
    officer = house.joined("atl")
    house.clock.forward(days=301)
    assert problem(officer.asks("GET", "/operations")) == (401, "unauthenticated.key")


def test_an_operation_is_listed_for_its_parties_and_the_host(house: House) -> None:
    assert house.joined("atl").asks("GET", "/operations").json == {"operations": [OPERATION]}
    assert house.joined(HOST, Role.HOST_DPO).asks("GET", "/operations").json == {"operations": [OPERATION]}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "absent")),
        ("PUT", "/host", (405, "method")),
        ("OPTIONS", "/host", (405, "method")),
        ("POST", "/healthz", (405, "method")),
    ],
)
def test_errors_of_http_are_problems(house: House, method: str, path: str, expected: tuple[int, str]) -> None:
    assert problem(house.client.open(path, method=method)) == expected


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"{}", "text/plain", (415, "media-type")),
        (b"{", "application/json", (400, "request")),
        (b'{"size":1,"size":2}', "application/json", (400, "request")),
        (b'{"size":"1","digest":"x"}', "application/json", (422, "document")),
        (b'{"canary":1}', "application/json", (422, "document")),
        (b" " * (1 << 20) + b"{}", "application/json", (413, "too-large")),
    ],
)
def test_bodies_are_read_strictly_and_never_echoed(
    house: House, body: bytes, kind: str, expected: tuple[int, str]
) -> None:
    answer = house.joined("atl").asks("POST", f"/operations/{OPERATION}/uploads", body=body, content_type=kind)
    assert problem(answer) == expected
    assert "canary" not in answer.get_data(as_text=True)


def test_a_fault_of_the_program_is_a_problem_that_tells_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = house.joined("atl")

    def fails(*_: Any) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr("server.api.operations.operations_of", fails)
    with structlog.testing.capture_logs() as log:
        answer = officer.asks("GET", "/operations")
    assert problem(answer) == (500, "program.fault")
    assert "canary" not in answer.get_data(as_text=True) + json.dumps(log)


def test_a_full_disk_is_told_as_unavailable_and_changes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = house.joined("atl")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("server.submissions.uploads.make_folder", full)
    order = {"size": 9, "digest": "sha256:" + "00" * 32}
    answer = officer.asks("POST", f"/operations/{OPERATION}/uploads", order)
    assert problem(answer) == (503, "unavailable")
    monkeypatch.undo()
    for _ in range(4):
        assert officer.asks("POST", f"/operations/{OPERATION}/uploads", order).status_code == 201


def test_callers_are_slowed_down(tmp_path: Path) -> None:
    house = House.at(tmp_path, limits=Limits(requests_per_minute=5))
    assert house.registers().status_code == 201
    officer = house.joined("atl")
    answers = [officer.asks("GET", "/operations") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["Retry-After"]


def test_a_bucket_fills_again() -> None:
    time = [0.0]
    rates = Rates(2, clock=lambda: time[0])
    assert [rates.allows("one") for _ in range(3)] == [True, True, False]
    assert rates.allows("other")
    time[0] = 30.0
    assert [rates.allows("one") for _ in range(2)] == [True, False]


def test_the_log_holds_only_what_is_on_the_list() -> None:
    event = {"event": "request", "status": 200, "token": "canary", "agency": None}
    assert only_allowed(None, "info", event) == {"event": "request", "status": 200}


def test_every_request_is_logged_with_its_number(house: House) -> None:
    with structlog.testing.capture_logs() as log:
        answer = house.client.get("/healthz")
    assert [entry["route"] for entry in log] == ["/healthz"]
    assert answer.headers["Counterfoil-Request"]


def test_metrics_count_requests_by_route_and_not_by_object(house: House) -> None:
    house.client.get("/nowhere/at/all")
    text = house.client.get("/metrics").get_data(as_text=True)
    assert 'counterfoil_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert OPERATION not in text


def test_the_description_names_every_route_and_its_errors(house: House) -> None:
    spec: Any = house.client.get("/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            assert {"404", "405", "413", "429", "500", "503"} <= set(operation["responses"]), path
            assert ("401" in operation["responses"]) == ("security" in operation), (path, method)
            assert operation["summary"]


def test_readiness_is_lost_with_the_store(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.client.get("/readyz").status_code == 200

    def away(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("server.store.Store.check", away)
    assert problem(house.client.get("/readyz")) == (503, "unavailable")
