"""The app: routes behind the gate, described by OpenAPI 3.1."""

from apiflask import APIFlask

from server.api.audit import audited
from server.api.ceremonies import shared
from server.api.context import EXTENSION
from server.api.description import described
from server.api.gate import Gate
from server.api.general import METRICS, general
from server.api.observation import Metrics
from server.api.operations import agreed
from server.api.problems import answer_problems
from server.api.requests import StrictRequest
from server.api.runs import ordered
from server.service import Service


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
    app.register_blueprint(audited)
    app.spec_processor(described)  # type: ignore[arg-type]  # a dictionary, because the format is JSON
    return app
