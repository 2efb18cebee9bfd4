"""The app: routes behind the gate, described by OpenAPI 3.1."""

from typing import Any

from apiflask import APIFlask

from server.api.ceremonies import shared
from server.api.context import EXTENSION
from server.api.gate import Gate
from server.api.general import METRICS, general
from server.api.models import PART_TYPE, PROBLEM_TYPE, Problem
from server.api.observation import Metrics
from server.api.operations import agreed
from server.api.problems import answer_problems
from server.api.requests import StrictRequest
from server.api.runs import ordered
from server.service import Service

_ALWAYS = ("400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "500", "503")
_OF_ANYBODY = ("400", "404", "405", "413", "429", "500", "503")


class _App(APIFlask):
    request_class = StrictRequest


def create_app(service: Service) -> APIFlask:
    """Return the WSGI app of a host."""
    app = _App("counterfoil", title="Counterfoil", version="1", docs_path=None, json_errors=False)
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        SPEC_FORMAT="json",
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    app.extensions[EXTENSION] = service
    metrics = app.extensions[METRICS] = Metrics(service)
    Gate(service, metrics).stand_before(app)
    answer_problems(app)
    app.register_blueprint(general)
    app.register_blueprint(agreed)
    app.register_blueprint(shared)
    app.register_blueprint(ordered)
    app.spec_processor(_described)  # type: ignore[arg-type]  # a dictionary, because the format is JSON
    return app


def _described(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the description with what holds for every route: its errors, and that bodies are required."""
    components = spec.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = {
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": "HTTP Message Signatures (RFC 9421) with Ed25519, as docs/api.md says",
        }
    }
    problem = {"content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    spec["paths"]["/metrics"]["get"]["responses"]["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            open_to_all = path in {"/healthz", "/readyz", "/metrics", "/host"}
            if not open_to_all:
                operation["security"] = [{"signature": []}]
            for status in _OF_ANYBODY if open_to_all else _ALWAYS:
                operation["responses"].setdefault(status, {"description": "a problem", **problem})
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
            if method == "patch":
                operation["requestBody"] = {
                    "required": True,
                    "content": {PART_TYPE: {"schema": {"type": "string", "format": "binary"}}},
                }
                operation.setdefault("parameters", []).append(
                    {
                        "name": "Content-Range",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^bytes [0-9]+-[0-9]+/[0-9]+$"},
                    }
                )
    return spec
