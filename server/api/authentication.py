"""Who asks: the officer whose key signed the request. There are no passwords and no bearer secrets."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from flask import Request as HttpRequest

from linkage import http_signature
from linkage.identity import PublicIdentity
from linkage.ledger.header import HEADER, parse_checkpoint_header
from linkage.manifest import moment_text
from server.audit.witnessing import witness
from server.database import writing
from server.database.tables import nonces
from server.errors import UnauthenticatedError
from server.operations.officers import officer_with
from server.service import Caller, Service


def authenticated(service: Service, request: HttpRequest) -> Caller:
    """Return the officer who signed the request, its body and nonce included.

    Raises:
        RequestSignatureError: the signature is missing, malformed, stale, false, or by another body.
        UnauthenticatedError: the key is not that of an officer here, or the request was sent before.
    """
    signed = http_signature.parse(signed_parts(request))
    with service.engine.connect() as connection:
        found = officer_with(connection, service, signed.key_id)
    if found is None:
        raise UnauthenticatedError(
            "the key is not that of an officer here",
            code="unauthenticated.key",
            hint="register its credential first: counterfoil agency join",
        )
    caller, key = found
    check(service, request, signed, key)
    return caller


def check(service: Service, request: HttpRequest, signed: http_signature.SignedRequest, key: PublicIdentity) -> None:
    """Raise unless `key` signed this request for this host, just now, for the first time, with this body."""
    host = service.keys.identity.public
    http_signature.verify(signed, key, host_key_id=host.key_id, now=service.now())
    signed.require_body(hashlib.sha256(request.get_data(cache=True)).digest())
    expires = moment_text(service.now() + timedelta(seconds=http_signature.KEEP_NONCE_SECONDS))
    try:
        with writing(service.engine) as connection:
            connection.execute(nonces.insert().values(key_id=signed.key_id, nonce=signed.nonce, expires=expires))
    except sa.exc.IntegrityError:
        raise UnauthenticatedError("the request was sent before", code="unauthenticated.replayed") from None


def show_checkpoint(service: Service, caller: Caller, request: HttpRequest) -> None:
    """Let the host look at the checkpoint that a request carries, which its signature covers; many carry none.

    Raises:
        LedgerError: it is not one.
        RefusedError: it is not of this ledger.
    """
    value = request.headers.get(HEADER)
    if value is not None:
        witness(service, caller, parse_checkpoint_header(value))


def signed_parts(request: HttpRequest) -> http_signature.Request:
    """Return what is signed of a request, as it was sent."""
    target = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path)
    path, _, query = target.partition("?")
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    return http_signature.Request(request.method, path, query, headers)
