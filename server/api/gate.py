"""The gate before every view: a number for the request, its size, its rate, its signature, its right."""

import time
import uuid
from typing import Any

import structlog
from apiflask import APIFlask
from flask import Response, g, request
from werkzeug.exceptions import TooManyRequests

from server.api.authentication import authenticated, show_checkpoint
from server.api.authorisation import authorise
from server.api.observation import Metrics
from server.api.rates import Rates
from server.errors import AbsentError
from server.rules import Rule, rule_table
from server.service import Service

_PER_ADDRESS = 10  # callers behind one address that may be busy at a time


class Gate:
    """What happens before and after every view of one app."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        limit = service.settings.limits.requests_per_minute
        self._keys, self._addresses = Rates(limit), Rates(limit * _PER_ADDRESS)

    def stand_before(self, app: APIFlask) -> None:
        """Let every request of the app through here."""
        app.before_request(self._before)
        app.after_request(self._after)

    def _before(self) -> None:
        g.request_id, g.begun = uuid.uuid4().hex, time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        limits = self._service.settings.limits
        request.max_content_length = limits.part_bytes if request.method == "PATCH" else limits.body_bytes
        if not self._addresses.allows(request.remote_addr or ""):
            raise TooManyRequests
        if request.url_rule is None:
            return  # Flask says in a moment that there is no such route, or no such method
        rule = _rule()
        if rule.roles:
            g.caller = authenticated(self._service, request)
            if not self._keys.allows(g.caller.key_id):
                raise TooManyRequests
            show_checkpoint(self._service, g.caller, request)
            names: dict[str, Any] = request.view_args or {}
            authorise(self._service, rule, g.caller, names)

    def _after(self, response: Response) -> Response:
        response.headers["Counterfoil-Request"] = g.get("request_id", "")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        self._metrics.observe(route, request.method, response.status_code, seconds)
        known = g.get("caller")
        structlog.get_logger().info(
            "request",
            route=route,
            method=request.method,
            status=response.status_code,
            code=g.get("problem"),
            milliseconds=round(seconds * 1000, 1),
            agency=known.agency if known else None,
            officer=known.officer if known else None,
        )
        return response


def _rule() -> Rule:
    """Return the rule of the route; a route without one is denied."""
    assert request.url_rule is not None
    rule = rule_table().get((request.url_rule.rule, "GET" if request.method == "HEAD" else request.method))
    if rule is None:
        raise AbsentError("there is no such thing for this caller")
    return rule
