"""Signed requests: HTTP Message Signatures (RFC 9421) with Ed25519, as pure functions over a small value.

One spelling only, ours, which every implementation of the standard can write::

    content-digest: sha-256=:<base64 of 32 bytes>:
    signature-input: counterfoil=("@method" "@path" "@query" "content-digest");created=1764000000;\
keyid="<32 hex>";alg="ed25519";nonce="<22 base64url>";tag="<key id of the host, 32 hex>"
    signature: counterfoil=:<base64 of 64 bytes>:

A request is bound to its host by `tag`, so that one host cannot pass it on to another; to a moment by `created`; and
to one use by `nonce`, which the receiver must remember for :data:`KEEP_NONCE_SECONDS` and refuse a second time. The
body is bound by its digest (RFC 9530): call :meth:`SignedRequest.require_body` when it has been read.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from linkage.canonical import base64_text, parse_base64
from linkage.errors import RequestSignatureError
from linkage.identity import Identity, PublicIdentity

LABEL = "counterfoil"
LARGEST_AGE_SECONDS = 300
LARGEST_LEAD_SECONDS = 60
KEEP_NONCE_SECONDS = LARGEST_AGE_SECONDS + LARGEST_LEAD_SECONDS
NONCE_BYTES = 16
SIGNED_HEADERS = ("content-type", "content-range", "counterfoil-checkpoint", "idempotency-key")
"""Headers that are signed whenever a request has them, in this order, after the four components that are always."""
EMPTY_BODY = hashlib.sha256(b"").digest()

_ALWAYS = ("@method", "@path", "@query", "content-digest")
_LONGEST_HEADER = 4096
_PARAMETERS = re.compile(
    r'\((?P<components>"[a-z@-]+"(?: "[a-z@-]+")*)\)'
    r";created=(?P<created>[1-9][0-9]{0,10})"
    r';keyid="(?P<key_id>[0-9a-f]{32})"'
    r';alg="ed25519"'
    r';nonce="(?P<nonce>[A-Za-z0-9_-]{22})"'
    r';tag="(?P<host_key_id>[0-9a-f]{32})"'
)
_METHOD = re.compile(r"[A-Z]{3,10}")
_PATH = re.compile(r"/[\x21-\x22\x24-\x3e\x40-\x7e]{0,2000}")
_QUERY = re.compile(r"[\x21-\x22\x24-\x7e]{0,4000}")
_FIELD_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed of a request.

    Attributes:
        method: in upper case.
        path: as sent, still percent-encoded, from the first slash to before the question mark.
        query: as sent, without the question mark; empty when there is none.
        headers: lower-case name -> value without blanks around it, each once. Others than ours are not looked at.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a well-formed signed request claims; nothing of it is true before :func:`verify`.

    Attributes:
        key_id: of the key that is said to have signed.
        nonce: 22 characters, to be accepted once per key.
        created: seconds since 1970.
        host_key_id: of the host that it is meant for.
        body_sha256: what the body must hash to.
        message: what is signed.
        signature: 64 bytes.
    """

    key_id: str
    nonce: str
    created: int
    host_key_id: str
    body_sha256: bytes
    message: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def require_body(self, sha256: bytes) -> None:
        """Do nothing if `sha256`, the digest of the body received, is the one that was signed.

        Raises:
            RequestSignatureError: it is not.
        """
        if not hmac.compare_digest(sha256, self.body_sha256):
            raise RequestSignatureError(
                "the body is not the one that content-digest names", code="request-signature.body"
            )


def content_digest(sha256: bytes) -> str:
    """Return the value of the header ``content-digest`` for a body with this SHA-256."""
    return f"sha-256=:{base64_text(sha256)}:"


def sign(
    request: Request, body_sha256: bytes, identity: Identity, *, host_key_id: str, now: datetime, nonce: bytes
) -> dict[str, str]:
    """Return the three headers that sign `request`: ``content-digest``, ``signature-input`` and ``signature``.

    Args:
        request: without those headers.
        body_sha256: SHA-256 of the body, :data:`EMPTY_BODY` when there is none.
        identity: whose key signs.
        host_key_id: key id of the host that the request is for.
        now: aware.
        nonce: 16 fresh random bytes.
    """
    digest = content_digest(body_sha256)
    complete = Request(request.method, request.path, request.query, {**request.headers, "content-digest": digest})
    names = _components(complete)
    parameters = (
        f"({' '.join(_quoted(name) for name in names)});created={int(now.timestamp())}"
        f';keyid="{identity.public.key_id}";alg="ed25519";nonce="{_nonce_text(nonce)}";tag="{host_key_id}"'
    )
    if _PARAMETERS.fullmatch(parameters) is None:
        raise ValueError("the nonce has 16 bytes and the key id of the host 32 hexadecimal digits")
    signature = identity.sign(_message(complete, names, parameters))
    return {
        "content-digest": digest,
        "signature-input": f"{LABEL}={parameters}",
        "signature": f"{LABEL}=:{base64_text(signature)}:",
    }


def parse(request: Request) -> SignedRequest:
    """Return what the signature headers of `request` claim, not yet verified: whose key to fetch.

    Raises:
        RequestSignatureError: a header is missing or not in our one spelling.
    """
    given = {name: _header(request, name) for name in ("content-digest", "signature-input", "signature")}
    parameters = given["signature-input"].removeprefix(f"{LABEL}=")
    found = _PARAMETERS.fullmatch(parameters)
    if found is None or parameters == given["signature-input"] or not _canonical_nonce(found["nonce"]):
        raise _malformed("signature-input")
    names = _components(request)
    if found["components"] != " ".join(_quoted(name) for name in names):
        raise RequestSignatureError(
            "signature-input must cover exactly " + ", ".join(names), code="request-signature.coverage"
        )
    return SignedRequest(
        key_id=found["key_id"],
        nonce=found["nonce"],
        created=int(found["created"]),
        host_key_id=found["host_key_id"],
        body_sha256=_binary(given["content-digest"], "sha-256", 32, "content-digest"),
        message=_message(request, names, parameters),
        signature=_binary(given["signature"], LABEL, 64, "signature"),
    )


def verify(signed: SignedRequest, signer: PublicIdentity, *, host_key_id: str, now: datetime) -> None:
    """Do nothing if `signer` signed this request, for this host, just now; else raise.

    What is left to the caller: that `signer` may sign (see :mod:`linkage.credential`), that the nonce is new, and the
    body (:meth:`SignedRequest.require_body`).

    Raises:
        RequestSignatureError: the signature is by another key, for another host, stale or from the future.
    """
    if signed.key_id != signer.key_id or not signer.verifies(signed.signature, signed.message):
        raise RequestSignatureError("the signature does not hold", code="request-signature.false")
    if signed.host_key_id != host_key_id:
        raise RequestSignatureError(
            "the request was signed for another host",
            code="request-signature.host",
            hint="the tag must be the key id of this host, as the agreement names it",
        )
    age = now.timestamp() - signed.created
    if not -LARGEST_LEAD_SECONDS <= age <= LARGEST_AGE_SECONDS:
        raise RequestSignatureError(
            f"the request was not signed within the last {LARGEST_AGE_SECONDS} seconds",
            code="request-signature.stale",
            hint="set the clock of the computer that signs",
        )


def _components(request: Request) -> list[str]:
    for value, pattern, what in (
        (request.method, _METHOD, "method"),
        (request.path, _PATH, "path"),
        (request.query, _QUERY, "query"),
    ):
        if pattern.fullmatch(value) is None:
            raise RequestSignatureError(
                f"the {what} of the request has a form that cannot be signed", code="request-signature.malformed"
            )
    return [*_ALWAYS, *(name for name in SIGNED_HEADERS if name in request.headers)]


def _message(request: Request, names: list[str], parameters: str) -> bytes:
    """Return the signature base (RFC 9421, section 2.5)."""
    derived = {"@method": request.method, "@path": request.path, "@query": f"?{request.query}"}
    lines = [f'"{name}": {derived[name] if name in derived else _header(request, name)}' for name in names]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def _header(request: Request, name: str) -> str:
    value = request.headers.get(name)
    if value is None:
        raise RequestSignatureError(f"the request has no header {name}", code="request-signature.missing")
    if len(value) > _LONGEST_HEADER or _FIELD_VALUE.fullmatch(value) is None:
        raise _malformed(name)
    return value


def _binary(value: str, key: str, length: int, header: str) -> bytes:
    """Return the bytes of a dictionary with one member, a byte sequence (RFC 8941)."""
    text = value.removeprefix(f"{key}=:").removesuffix(":")
    try:
        content = parse_base64(text)
    except ValueError:
        content = b""
    if len(content) != length or value != f"{key}=:{text}:":
        raise _malformed(header)
    return content


def _nonce_text(nonce: bytes) -> str:
    return base64.urlsafe_b64encode(nonce).decode("ascii").rstrip("=")


def _canonical_nonce(text: str) -> bool:
    try:
        return _nonce_text(base64.urlsafe_b64decode(f"{text}==")) == text
    except binascii.Error:
        return False


def _quoted(name: str) -> str:
    return f'"{name}"'


def _malformed(header: str) -> RequestSignatureError:
    return RequestSignatureError(
        f"the header {header} is not in the one form that is read", code="request-signature.malformed"
    )
