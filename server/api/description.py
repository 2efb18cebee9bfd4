"""The OpenAPI description: what holds for every route, and an example of every document and error."""

import json
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final

from linkage.ledger.header import LONGEST_HEADER
from server.api.models import PART_TYPE, PROBLEM_TYPE, Problem

_ALWAYS: Final = ("400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "500", "503")
_OF_ANYBODY: Final = ("400", "404", "405", "413", "429", "500", "503")
_OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics", "/host"})
_TEXT_TYPE: Final = "text/plain"
_SIGNATURE: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "HTTP Message Signatures (RFC 9421) with Ed25519, as docs/api.md says",
}
_PACK: Final = {"format": "counterfoil-pack/1", "operation": "lantern", "made": "2026-12-01T12:00:00Z"}  # and more
_CHECKPOINT: Final = {
    "name": "Counterfoil-Checkpoint",
    "in": "header",
    "required": False,
    "description": "The last checkpoint of the host that the caller saw, covered by the signature. One that the host "
    "has signed and that is not of its ledger is refused as evidence: ledger.rolled-back, ledger.fork",
    "schema": {"type": "string", "maxLength": LONGEST_HEADER, "pattern": "^:[A-Za-z0-9+/]+={0,2}:$"},
}
_RANGE: Final = {
    "name": "Content-Range",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^bytes [0-9]+-[0-9]+/[0-9]+$"},
}


def described(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the description with the errors of every route, its signature, and examples."""
    components = spec.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = {"signature": _SIGNATURE}
    components["responses"] = {f"Problem{status}": _problem(status) for status in _ALWAYS}
    spec["paths"]["/metrics"]["get"]["responses"]["200"]["content"] = {_TEXT_TYPE: {"schema": {"type": "string"}}}
    pack = spec["paths"]["/operations/{operation}/pack"]["post"]["responses"]["200"]
    pack["content"] = {"application/json": {"schema": {"type": "object"}, "example": _PACK}}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if path not in _OPEN:
                operation["security"] = [{"signature": []}]
                operation.setdefault("parameters", []).append(dict(_CHECKPOINT))
            if method == "patch":
                schema = {"type": "string", "format": "binary"}
                operation["requestBody"] = {"content": {PART_TYPE: {"schema": schema}}}
                operation.setdefault("parameters", []).append(dict(_RANGE))
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
            _exemplify(operation)
            for status in _OF_ANYBODY if path in _OPEN else _ALWAYS:
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    return spec


def example_of(document: str) -> Any:
    """Return the example of a document of the API, by the name of its model; None if there is none."""
    found = _examples()["documents"].get(document)
    return _filled(found) if found is not None else None


@cache
def _examples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("server.api").joinpath("examples.json").read_text(encoding="utf-8"))
    return found


def _filled(example: Any) -> Any:
    """Return an example in which the name of a document stands for its example."""
    if isinstance(example, dict):
        return {name: _filled(value) for name, value in example.items()}
    if isinstance(example, list):
        return [_filled(value) for value in example]
    return example_of(example) or example if isinstance(example, str) else example


def _exemplify(operation: dict[str, Any]) -> None:
    """Put examples beside the parameters and contents of an operation."""
    for parameter in operation.get("parameters", []):
        if parameter["name"] in _examples()["parameters"]:
            parameter["example"] = _examples()["parameters"][parameter["name"]]
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for media_type, content in ((kind, found) for body in bodies for kind, found in body.get("content", {}).items()):
        named = content["schema"].get("$ref", "").rpartition("/")[2]
        example = _examples()["texts"].get(media_type) or example_of(named)
        if example is not None:
            content["example"] = example


def _problem(status: str) -> dict[str, Any]:
    title = HTTPStatus(int(status)).phrase
    examples = {
        code: {
            "value": Problem(
                title=title, status=int(status), code=code, detail=detail, request="6f1e0c5d7a9b4f2e8d3c1b0a9f8e7d6c"
            ).model_dump(exclude_none=True)
        }
        for code, detail in _examples()["problems"][status].items()
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": title.lower(), "content": {PROBLEM_TYPE: {"schema": schema, "examples": examples}}}
