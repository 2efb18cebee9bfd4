import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.canonical import canonical_json
from linkage.envelope import Envelope
from linkage.identity import Identity, PublicIdentity
from tests.linkage.making import ATLANTIS

# The example of the DSSE specification: what is signed for this payload and type.
EXAMPLE_TYPE, EXAMPLE_PAYLOAD = "http://example.com/HelloWorld", b"hello world"
EXAMPLE_SIGNED = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def envelope() -> Envelope:
    return Envelope.signed("text/plain", b"payload", ATLANTIS)


def test_what_is_signed_is_the_encoding_of_the_specification() -> None:
    signed = Envelope.signed(EXAMPLE_TYPE, EXAMPLE_PAYLOAD, ATLANTIS)
    assert ATLANTIS.public.verifies(signed.signatures[0].value, EXAMPLE_SIGNED)


def test_envelope_is_json_that_names_the_key() -> None:
    document = json.loads(envelope().encode())
    assert set(document) == {"payload", "payloadType", "signatures"}
    assert base64.b64decode(document["payload"]) == b"payload"
    assert [found["keyid"] for found in document["signatures"]] == [ATLANTIS.public.key_id]


@given(kind=st.text(max_size=20), payload=st.binary(max_size=60))
def test_parsing_gives_back_what_was_written_and_its_signature_holds(kind: str, payload: bytes) -> None:
    written = Envelope.signed(kind, payload, ATLANTIS)
    read = Envelope.parse(written.encode())
    assert read == written
    assert read.encode() == written.encode()
    assert read.signed_by(ATLANTIS.public)


def test_signature_does_not_hold_for_another_payload_type_or_key() -> None:
    good = envelope()
    assert not Envelope(good.payload_type, b"payloaD", good.signatures).signed_by(ATLANTIS.public)
    assert not Envelope("text/html", good.payload, good.signatures).signed_by(ATLANTIS.public)
    assert not good.signed_by(Identity.new("atl").public)


def test_signature_must_name_the_key_it_is_by() -> None:
    good = envelope()
    misnamed = Envelope(good.payload_type, good.payload, (good.signatures[0]._replace(key_id="00" * 16),))
    assert not misnamed.signed_by(ATLANTIS.public)


def test_a_key_of_the_wrong_length_verifies_nothing() -> None:
    assert not PublicIdentity("atl", b"short").verifies(b"x" * 64, b"message")


def test_one_of_several_signatures_is_enough() -> None:
    other = Identity.new("bor")
    both = Envelope(
        "t", b"p", Envelope.signed("t", b"p", other).signatures + Envelope.signed("t", b"p", ATLANTIS).signatures
    )
    assert both.signed_by(ATLANTIS.public)
    assert both.signed_by(other.public)
    assert Envelope.parse(both.encode()) == both


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text + b"\n", "canonical form"),
        (lambda text: b"\xef\xbb\xbf" + text, "canonical form"),
        (lambda text: text.replace(b'"payload":', b'"payload" :'), "canonical form"),
        (lambda text: text.replace(b'"payload":', b'"p\\u0061yload":'), "canonical form"),
        (lambda text: text.replace(b'"payloadType"', b'"type"'), "missing"),
        (lambda text: text.replace(b"{", b'{"more":1,', 1), "more is not a known key"),
        (lambda text: text.replace(b"=", b""), "base64"),
        (lambda text: text.replace(b"cGF5bG9hZA==", b"cGF5bG9hZB=="), "base64"),
        (lambda text: text.replace(b"cGF5bG9hZA==", b"cGF5bG9h\\nZA=="), "base64"),
        (lambda text: text[:-1], "not JSON"),
        (lambda _: b"[]", "dictionary"),
        (lambda _: b'{"payload":"","payloadType":"t","signatures":[]}', "signatures"),
        (lambda _: b'{"payload":"","payload":"","payloadType":"t","signatures":[]}', "occurs twice"),
        (lambda _: b"\xff", "UTF-8"),
    ],
)
def test_another_spelling_is_refused(change: object, message: str) -> None:
    assert callable(change)
    with pytest.raises(ValueError, match=message):
        Envelope.parse(change(envelope().encode()))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig"]), inner)
        ),
    )
)
def test_any_json_is_refused_with_a_value_error(document: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        Envelope.parse(json.dumps(document).encode())


def test_canonical_json_orders_keys() -> None:
    assert envelope().encode() == canonical_json(json.loads(envelope().encode()))
