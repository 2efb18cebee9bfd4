import hashlib
import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.canonical import parse_base64
from linkage.errors import RequestSignatureError
from linkage.http_signature import EMPTY_BODY, Request, content_digest, parse, sign, verify
from linkage.identity import Identity, PublicIdentity

OFFICER = Identity.new("atl")
HOST_KEY_ID = "0f" * 16
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NONCE = bytes(range(16))
PLAIN = Request("POST", "/v1/operations/lantern/runs", "dry=1", {"content-type": "application/json"})
BODY = hashlib.sha256(b"{}").digest()


def signed(request: Request = PLAIN, *, nonce: bytes = NONCE, body: bytes = BODY) -> Request:
    headers = sign(request, body, OFFICER, host_key_id=HOST_KEY_ID, now=NOW, nonce=nonce)
    return replace(request, headers={**request.headers, **headers})


def accept(request: Request, *, now: datetime = NOW, host_key_id: str = HOST_KEY_ID) -> None:
    verify(parse(request), OFFICER.public, host_key_id=host_key_id, now=now)


def with_header(name: str, value: str) -> Request:
    request = signed()
    return replace(request, headers={**request.headers, name: value})


def test_headers_are_the_one_spelling_of_the_standard() -> None:
    headers = signed().headers
    assert headers["content-digest"] == content_digest(BODY)
    assert headers["signature-input"] == (
        'counterfoil=("@method" "@path" "@query" "content-digest" "content-type");created=1795521600;'
        f'keyid="{OFFICER.public.key_id}";alg="ed25519";nonce="AAECAwQFBgcICQoLDA0ODw";tag="{HOST_KEY_ID}"'
    )
    assert headers["signature"].startswith("counterfoil=:")


def test_what_is_signed_is_the_signature_base_of_the_standard() -> None:
    request = signed()
    parameters = request.headers["signature-input"].removeprefix("counterfoil=")
    assert parse(request).message.decode() == (
        '"@method": POST\n"@path": /v1/operations/lantern/runs\n"@query": ?dry=1\n'
        f'"content-digest": {content_digest(BODY)}\n"content-type": application/json\n"@signature-params": {parameters}'
    )


def test_ed25519_of_the_example_in_the_standard_verifies_as_ours_does() -> None:
    # RFC 9421, appendix B.2.6 with the key of B.1.4: not a form that we read, but what we verify it with.
    der = parse_base64("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")  # the last 32 bytes are the key
    base = (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        '"content-type": application/json\n"content-length": 18\n"@signature-params": ("date" "@method" "@path" '
        '"@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    )
    signature = parse_base64("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")
    assert PublicIdentity("rfc", der[-32:]).verifies(signature, base.encode())


def test_signature_of_a_known_key_is_known(tmp_path: Path) -> None:
    path = tmp_path / "rfc.key"  # RFC 8032, section 7.1, test 2
    secret = "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs="
    path.write_text(json.dumps({"agency": "rfc", "format": "counterfoil-identity/1", "private_key": secret}))
    headers = sign(PLAIN, BODY, Identity.read(path), host_key_id=HOST_KEY_ID, now=NOW, nonce=NONCE)
    assert headers["signature"] == (
        "counterfoil=:e31E1mBYncpb9apF2eH5CZY/sNM9zYcqu3MQYUmgu28RojTKbyc6uuKLL3beUla6yCO6Hzo4tbB/1HsTVmkGAw==:"
    )


def test_signed_request_is_accepted_and_names_nonce_and_body() -> None:
    request = signed()
    accept(request)
    found = parse(request)
    assert (found.key_id, found.nonce) == (OFFICER.public.key_id, "AAECAwQFBgcICQoLDA0ODw")
    found.require_body(BODY)
    with pytest.raises(RequestSignatureError, match="body"):
        found.require_body(EMPTY_BODY)


@given(nonce=st.binary(min_size=16, max_size=16), body=st.binary(min_size=32, max_size=32))
def test_any_nonce_and_digest_can_be_signed(nonce: bytes, body: bytes) -> None:
    request = signed(nonce=nonce, body=body)
    accept(request)
    assert parse(request).body_sha256 == body


@pytest.mark.parametrize(
    "changed",
    [
        replace(signed(), method="PUT"),
        replace(signed(), path="/v1/operations/lantern/run"),
        replace(signed(), query=""),
        replace(signed(), query="dry=0"),
        with_header("content-type", "text/plain"),
        with_header("content-digest", content_digest(EMPTY_BODY)),
        with_header("signature-input", signed().headers["signature-input"].replace("AAEC", "AAED")),
        with_header("signature-input", signed().headers["signature-input"].replace("=1795", "=1796")),
        with_header("signature-input", signed().headers["signature-input"].replace("0f0f", "0f1f", 1)),
        with_header("signature", signed(nonce=bytes(16)).headers["signature"]),
    ],
)
def test_a_changed_part_is_found(changed: Request) -> None:
    with pytest.raises(RequestSignatureError) as caught:
        accept(changed)
    assert caught.value.code == "request-signature.false"


def test_another_key_under_the_same_id_is_found() -> None:
    with pytest.raises(RequestSignatureError, match="does not hold"):
        verify(parse(signed()), Identity.new("atl").public, host_key_id=HOST_KEY_ID, now=NOW)


def test_every_changed_bit_of_the_signature_is_found() -> None:
    good = parse(signed())
    for place in range(8 * 64):
        flipped = bytearray(good.signature)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(RequestSignatureError):
            verify(replace(good, signature=bytes(flipped)), OFFICER.public, host_key_id=HOST_KEY_ID, now=NOW)


def test_one_host_cannot_pass_a_request_on_to_another() -> None:
    with pytest.raises(RequestSignatureError) as caught:
        accept(signed(), host_key_id="1f" * 16)
    assert caught.value.code == "request-signature.host"


@pytest.mark.parametrize(("seconds", "good"), [(300, True), (301, False), (-60, True), (-61, False)])
def test_a_request_is_fresh_for_five_minutes_and_may_be_a_minute_ahead(seconds: int, *, good: bool) -> None:
    now = NOW + timedelta(seconds=seconds)
    if good:
        accept(signed(), now=now)
    else:
        with pytest.raises(RequestSignatureError) as caught:
            accept(signed(), now=now)
        assert caught.value.code == "request-signature.stale"


@pytest.mark.parametrize("name", ["content-digest", "signature-input", "signature"])
def test_a_missing_header_is_named(name: str) -> None:
    request = signed()
    with pytest.raises(RequestSignatureError, match=name) as caught:
        parse(replace(request, headers={key: value for key, value in request.headers.items() if key != name}))
    assert caught.value.code == "request-signature.missing"


@pytest.mark.parametrize("name", ["content-type", "content-range", "counterfoil-checkpoint", "idempotency-key"])
def test_a_header_that_matters_is_always_covered(name: str) -> None:
    bare = signed(Request("GET", "/"), body=EMPTY_BODY)
    accept(bare)
    with pytest.raises(RequestSignatureError) as caught:
        accept(replace(bare, headers={**bare.headers, name: "x"}))
    assert caught.value.code == "request-signature.coverage"
    accept(signed(Request("GET", "/", "", {name: "x"}), body=EMPTY_BODY))


def test_headers_of_no_concern_are_not_looked_at() -> None:
    accept(with_header("user-agent", "\x00 anything"))


INPUT = signed().headers["signature-input"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", INPUT + " "),
        ("signature-input", INPUT.replace("counterfoil=", "sig1=")),
        ("signature-input", INPUT.replace("counterfoil=", "")),
        ("signature-input", INPUT + ", " + INPUT.replace("counterfoil", "sig1")),
        ("signature-input", INPUT + ";expires=1"),
        ("signature-input", INPUT.replace(";alg", "; alg")),
        ("signature-input", INPUT.replace("ed25519", "none")),
        ("signature-input", INPUT.replace("created=1", "created=01")),
        ("signature-input", INPUT.replace("created=1", "created=-1")),
        ("signature-input", INPUT.replace("created=1", "created=١")),
        ("signature-input", INPUT.replace("ODw", "ODx")),  # the last digit of a nonce has spare bits
        ("signature-input", INPUT.replace('"@path" ', '"@path";req ')),
        ("signature-input", "counterfoil=()" + INPUT.partition(")")[2]),
        ("signature-input", "x" * 5000),
        ("signature", signed().headers["signature"][:-1]),
        ("signature", signed().headers["signature"].replace("counterfoil=", "sig1=")),
        ("signature", "counterfoil=:AAAA:"),
        ("signature", "counterfoil=::"),
        ("signature", signed().headers["signature"].replace("==", "")),
        ("content-digest", content_digest(BODY).replace("sha-256", "md5")),
        ("content-digest", content_digest(BODY) + ", " + content_digest(BODY)),
        ("content-digest", ""),
        ("content-digest", "a\nb"),
    ],
    ids=lambda part: "part",  # keys are random, names of tests are not
)
def test_another_spelling_is_refused_and_not_quoted(name: str, value: str) -> None:
    with pytest.raises(RequestSignatureError) as caught:
        parse(with_header(name, value))
    assert caught.value.code == "request-signature.malformed"
    assert not value or value not in caught.value.message


@pytest.mark.parametrize("components", ['"@method" "@path" "@query"', '"@path" "@method" "@query" "content-digest"'])
def test_coverage_has_one_order_and_nothing_is_left_out(components: str) -> None:
    with pytest.raises(RequestSignatureError) as caught:
        parse(with_header("signature-input", f"counterfoil=({components})" + INPUT.partition(")")[2]))
    assert caught.value.code == "request-signature.coverage"


@pytest.mark.parametrize(
    "request_", [Request("post", "/"), Request("GET", "no-slash"), Request("GET", "/a?b"), Request("GET", "/\n")]
)
def test_what_cannot_be_signed_is_refused(request_: Request) -> None:
    with pytest.raises(RequestSignatureError, match="form that cannot be signed"):
        signed(request_)


def test_sign_refuses_a_nonce_or_host_of_another_form() -> None:
    with pytest.raises(ValueError, match="nonce"):
        sign(PLAIN, BODY, OFFICER, host_key_id=HOST_KEY_ID, now=NOW, nonce=secrets.token_bytes(8))
    with pytest.raises(ValueError, match="host"):
        sign(PLAIN, BODY, OFFICER, host_key_id="", now=NOW, nonce=NONCE)


@given(st.text(max_size=300))
def test_any_text_for_signature_input_is_refused_with_the_error_of_the_module(text: str) -> None:
    with pytest.raises(RequestSignatureError):
        parse(with_header("signature-input", text))
