"""One signed request and its answer, tried again while the line is bad and nothing can have happened twice."""

import hashlib
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import ValidationError

from linkage.canonical import canonical_json, parse_json
from linkage.http_signature import Request, sign
from linkage.identity import Identity
from linkage.ledger.header import HEADER
from server.api.models import Model, Problem
from server.clock import Clock, system_clock
from server.errors import ConflictError, NotAllowedError, ServiceError

ModelT = TypeVar("ModelT", bound=Model)
BROKEN: Final = "service.broken"
_TRIES: Final = 5
_LARGEST_ANSWER_BYTES: Final = 64 << 20
_BUSY: Final = (429, 503)
_CONFLICT: Final = 409
_REFUSED: Final = (401, 403, 404)


class Exchange:
    """Signed requests to one host; each carries what `seen` gives, the checkpoint that its agency holds."""

    def __init__(
        self,
        client: httpx.Client,
        key: Identity,
        host_key_id: str,
        *,
        seen: Callable[[], str | None] = lambda: None,
        clock: Clock = system_clock,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._key, self._host_key_id, self._seen = client, key, host_key_id, seen
        self._clock, self._pause = clock, pause

    def now(self) -> datetime:
        """Return the present moment, as requests state it."""
        return self._clock()

    def ask(
        self,
        kind: type[ModelT],
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        document: Any = None,
        part: tuple[bytes, str] | None = None,
    ) -> ModelT:
        """Return the answer to a request, as the document that it must be.

        Args:
            kind: of document.
            method: of HTTP.
            path: of the route.
            query: of the route.
            document: to send as JSON.
            part: bytes to send, and the Content-Range that says which they are.

        Raises:
            ConflictError, NotAllowedError: the host refuses.
            ServiceError: it cannot be reached, or answers what a host does not answer.
        """
        headers, body = {}, b""
        if document is not None:
            headers, body = {"content-type": "application/json"}, canonical_json(document)
        elif part is not None:
            headers, body = {"content-type": "application/octet-stream", "content-range": part[1]}, part[0]
        target = Request(method, path, urlencode(query or {}), headers)
        response = self._tried(target, body)
        if response.is_success:
            return _document(kind, response)
        raise _refusal(response)

    def fetch(self, path: str, document: Any) -> bytes:
        """Return the answer to a document that is posted, byte for byte; errors are those of :meth:`ask`."""
        request = Request("POST", path, "", {"content-type": "application/json"})
        response = self._tried(request, canonical_json(document))
        if response.is_success:
            return response.content
        raise _refusal(response)

    def discard(self, path: str) -> None:
        """Have what is at `path` thrown away; if that fails, it goes by itself in its time."""
        with suppress(ServiceError):
            self._tried(Request("DELETE", path, "", {}), b"")

    def _tried(self, target: Request, body: bytes) -> httpx.Response:
        """Return the first answer that is not "later"; what changes something is sent again only after "later"."""
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES
            try:
                response = self._sent(target, body)
            except httpx.ConnectError:
                if last:
                    raise ServiceError("the host cannot be reached", code="service.unreachable") from None
            except httpx.TransportError:
                if last or target.method != "GET":
                    raise ServiceError(
                        "the connection broke before the host answered",
                        code=BROKEN,
                        hint="ask for the status: what was sent may have arrived",
                    ) from None
            else:
                if response.status_code not in _BUSY or last:
                    return response
            self._pause(0.2 * 2**attempt)
        raise AssertionError

    def _sent(self, target: Request, body: bytes) -> httpx.Response:
        seen = self._seen()
        headers = target.headers if seen is None else {**target.headers, HEADER: seen}
        signature = sign(
            replace(target, headers=headers),
            hashlib.sha256(body).digest(),
            self._key,
            host_key_id=self._host_key_id,
            now=self._clock(),
            nonce=secrets.token_bytes(16),
        )
        url = target.path + (f"?{target.query}" if target.query else "")
        return self._client.request(target.method, url, headers={**headers, **signature}, content=body)


def _document(kind: type[ModelT], response: httpx.Response) -> ModelT:
    if len(response.content) > _LARGEST_ANSWER_BYTES:
        raise ServiceError("the answer is larger than one may be", code="service.answer")
    try:
        return kind.model_validate(parse_json(response.content))
    except (ValidationError, ValueError):
        raise ServiceError("the answer is not the document that it must be", code="service.answer") from None


def _refusal(response: httpx.Response) -> ServiceError | ConflictError | NotAllowedError:
    try:
        problem = Problem.model_validate(parse_json(response.content))
    except (ValidationError, ValueError):
        return ServiceError(f"the answer has the status {response.status_code} and is no problem document")
    told = {"code": f"host.{problem.code}", "hint": problem.hint or ""}
    message = f"the host says: {problem.detail} (request {problem.request})"
    if response.status_code == _CONFLICT:
        return ConflictError(message, **told)
    if response.status_code in _REFUSED:
        return NotAllowedError(message, **told)
    return ServiceError(message, **told)
