"""Errors as answers: one shape for all of them, which never repeats what was sent."""

import errno
import re
from http import HTTPStatus

import sqlalchemy as sa
import structlog
from apiflask import APIFlask, HTTPError
from flask import Response, g
from werkzeug.exceptions import HTTPException

from linkage.errors import CounterfoilError, FileError, InputError, KeyFileError, RefusedError, RequestSignatureError
from server.api.models import PROBLEM_TYPE, Problem
from server.errors import AbsentError, ConflictError, UnauthenticatedError

_STATUS: tuple[tuple[type[CounterfoilError], int], ...] = (
    (UnauthenticatedError, 401),
    (RequestSignatureError, 401),
    (AbsentError, 404),
    (ConflictError, 409),
    (RefusedError, 403),
    (FileError, 503),  # a file of the host: disk full, store away
    (KeyFileError, 503),
    (InputError, 422),
)
_CODES = {400: "request", 404: "absent", 405: "method", 413: "too-large", 415: "media-type", 429: "too-many"}
_DETAILS = {
    400: "the request is not well formed",
    404: "there is no such thing for this caller",
    405: "this route has other methods",
    413: "the body is larger than it may be here",
    415: "the body has another media type than this route reads",
    422: "the document is not what this route reads",
    429: "too many requests; wait a little",
    500: "a fault of the host; its log has the number of the request",
    503: "the host cannot do this at the moment; nothing was changed",
}
_RETRY_SECONDS = "5"


def answer(status: int, code: str, detail: str, hint: str = "") -> Response:
    """Return the answer that tells a problem."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        hint=hint or None,
        request=g.get("request_id", ""),
    )
    response = Response(problem.model_dump_json(exclude_none=True), status, content_type=PROBLEM_TYPE)
    if status in (429, 503):
        response.headers["Retry-After"] = _RETRY_SECONDS
    g.problem = code
    return response


def answer_problems(app: APIFlask) -> None:
    """Make the app answer every error as a problem."""
    app.error_processor(_invalid)  # before the others, because it registers handlers of its own
    app.register_error_handler(CounterfoilError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(sa.exc.NoResultFound, _gone)
    app.register_error_handler(sa.exc.DBAPIError, _unavailable)
    app.register_error_handler(OSError, _unavailable)
    app.register_error_handler(Exception, _fault)


def _ours(error: CounterfoilError) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the message may name a file of the host
        return answer(status, error.code, _DETAILS[status])
    return answer(status, error.code, error.message, error.hint)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    response = answer(status, _code(status), _detail(status))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _invalid(error: HTTPError) -> Response:
    """Return the answer to a document that does not validate; names of keys are told only where they are ours."""
    details = error.detail if isinstance(error.detail, dict) else {}
    found: dict[str, list[str]] = details.get("json") or details.get("query") or {}
    if not found:
        return answer(error.status_code, _code(error.status_code), _detail(error.status_code))
    place, messages = next(iter(found.items()))
    unknown = "extra" in messages[0].lower()
    detail = "a key is not known" if unknown else f"{_place(place)}: {_rule(messages[0])}"
    return answer(error.status_code, "document", detail)


def _code(status: int) -> str:
    return _CODES.get(status, f"http-{status}")


def _detail(status: int) -> str:
    return _DETAILS.get(status, HTTPStatus(status).phrase.lower())


def _place(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z_.0-9-]{1,80}", text) else "the document"


def _rule(message: str) -> str:
    return message[:1].lower() + message[1:] if message else "not as it must be"


def _gone(_error: sa.exc.NoResultFound) -> Response:
    """Return the answer about what another request has taken away since this one was let in."""
    return answer(404, _CODES[404], _DETAILS[404])


def _unavailable(error: Exception) -> Response:
    number = error.errno if isinstance(error, OSError) else None
    structlog.get_logger().error("unavailable", fault=errno.errorcode.get(number or 0, type(error).__name__))
    return answer(503, "unavailable", _DETAILS[503])


def _fault(error: Exception) -> Response:
    structlog.get_logger().error("fault", fault=type(error).__name__)
    return answer(500, "program.fault", _DETAILS[500])
