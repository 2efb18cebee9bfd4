"""The host does what its description says, whoever asks for whatever (schemathesis, in process)."""

import hashlib
import io
import itertools
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis import config
from schemathesis.engine import events, from_schema

from encoder.secret import OperationSecret
from linkage.credential import Role
from linkage.errors import RequestSignatureError
from linkage.http_signature import Request, sign
from server.settings import Limits
from tests.linkage.agreements import HOST
from tests.server.ceremonies import confirmed_by, relayed
from tests.server.house import OPERATION, House, Officer, package, people

HELD = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
}
EXAMPLES = 60  # of every route and phase; more than 10,000 cases of all callers together


class Signing:
    """The app, with every request signed by an officer, and half of the objects in paths made ones that are there."""

    def __init__(self, app: Any, officer: Officer | None, objects: dict[str, str]) -> None:
        self._app, self._officer, self._objects = app, officer, objects
        self._turns = itertools.count()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, mark, query = environ["REQUEST_URI"].partition("?")
        parts = path.split("/")
        if len(parts) > 2 and parts[1] in self._objects and next(self._turns) % 2:
            parts[2] = self._objects[parts[1]]
            path = environ["PATH_INFO"] = "/".join(parts)
        environ["REQUEST_URI"] = environ["RAW_URI"] = path + mark + query
        if self._officer is not None:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            headers = {name: environ[key] for name, key in NAMES.items() if environ.get(key)}
            officer = self._officer
            made: dict[str, str] = {}
            with suppress(RequestSignatureError):  # no officer can sign such a header; then it comes unsigned
                made = sign(
                    Request(environ["REQUEST_METHOD"], path, query, headers),
                    hashlib.sha256(body).digest(),
                    officer.key,
                    host_key_id=officer.host_key_id,
                    now=officer.clock.now,
                    nonce=secrets.token_bytes(16),
                )
            for name, value in made.items():
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        found: Iterable[bytes] = self._app(environ, start_response)
        return found


NAMES = {
    "content-type": "CONTENT_TYPE",
    "content-range": "HTTP_CONTENT_RANGE",
    "counterfoil-checkpoint": "HTTP_COUNTERFOIL_CHECKPOINT",
}


def failures(folder: Path, role: Role | None, examples: int) -> tuple[int, set[str]]:
    """Return how many cases were tried for an officer of `role`, and what did not hold."""
    house = House.at(folder, limits=Limits(requests_per_minute=10_000_000, uploads_open=1_000_000))
    assert house.registers().status_code == 201
    atl, bor = house.joined("atl"), house.joined("bor")
    secret = OperationSecret.new()
    ceremony = relayed(house, atl, secret).json["ceremony"]
    stated = {"key_confirmation": confirmed_by(secret)}
    submission = atl.submits(package(folder, "atl", people(5, 1), seed=1, **stated)).json["submission"]
    assert bor.submits(package(folder, "bor", people(5, 1), seed=2, **stated)).status_code == 201
    run = atl.orders().json["run"]
    house.works()
    order = {"size": 9, "digest": "sha256:" + "00" * 32}
    upload = atl.asks("POST", f"/operations/{OPERATION}/uploads", order).json["upload"]
    objects = {
        "ceremonies": ceremony,
        "operations": OPERATION,
        "uploads": upload,
        "submissions": submission,
        "runs": run,
    }
    officer = None if role is None else house.joined("atl" if role.of_agency else HOST, role)
    app: Any = house.client.application
    settings = config.SchemathesisConfig(
        seed=6,
        projects=config.ProjectsConfig(
            default=config.ProjectConfig(
                continue_on_failure=True,
                generation=config.GenerationConfig(max_examples=examples, deterministic=True, database="none"),
            )
        ),
    )
    described = schemathesis.openapi.from_wsgi("/openapi.json", Signing(app, officer, objects), config=settings)
    cases, found = 0, set()
    for event in from_schema(described).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.add(f"error of the test: {event}")
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.cases)
            for checks in event.recorder.checks.values():
                found |= {
                    f"{event.label}: {check.name}: {check.failure_info.failure.message}"
                    for check in checks
                    if check.name in HELD and check.failure_info is not None
                }
    return cases, found


@pytest.mark.parametrize("role", [None, Role.AGENCY_OFFICER, Role.HOST_OPERATOR], ids=str)
def test_every_answer_is_described(tmp_path: Path, role: Role | None) -> None:
    cases, found = failures(tmp_path, role, 1)
    assert found == set()
    assert cases > 200


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_every_answer_is_described_in_ten_thousand_cases(tmp_path: Path, role: Role | None) -> None:
    cases, found = failures(tmp_path, role, EXAMPLES)
    assert found == set()
    assert cases * (len(Role) + 1) > 10_000


@pytest.mark.slow
def test_a_fault_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("server.api.operations.operations_of", fails)
    _, found = failures(tmp_path, Role.AGENCY_OFFICER, 1)
    assert any("not_a_server_error" in failure for failure in found)
