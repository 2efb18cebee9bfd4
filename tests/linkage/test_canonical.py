import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.canonical import base64_text, canonical_json, digest_of, parse_base64, parse_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_canonical_form_reads_back_and_is_the_same_for_the_same_content(value: object) -> None:
    content = canonical_json(value)
    assert canonical_json(parse_json(content)) == content
    assert parse_json(content) == value


def test_canonical_form_is_that_of_rfc_8785() -> None:
    # Section 3.2.4 of the RFC, with numbers and names that sort and print unlike Python's.
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "literals": [None, True, False],
    }
    assert (
        canonical_json(value) == b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}'
    )
    assert canonical_json({"\U0001f600": 1, "\ufb33": 2, "a": 3}) == '{"a":3,"\U0001f600":1,"\ufb33":2}'.encode()


def test_digest_is_sha_256() -> None:
    assert digest_of(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", r"not UTF-8 text \(byte 0\)"),
        (b'{"a": 1, "a": 1}', "a key occurs twice"),
        (b'[{"b": {"a": 1, "a": 2}}]', "a key occurs twice"),
        (b"NaN", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b'{"a": secret}', r"not JSON: .* \(line 1, column 7\)"),
        (b"", "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'["\\ud800"]', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b"1" * 5000, "digit"),
    ],
)
def test_what_is_not_strict_json_is_refused_without_quoting_it(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_json(content)
    assert "secret" not in str(caught.value)


def test_byte_order_mark_and_surrogate_pairs_are_read() -> None:
    assert parse_json(b'\xef\xbb\xbf"\\ud83d\\ude00"') == "\U0001f600"


@given(st.text())
def test_any_text_is_read_or_refused_with_a_value_error(text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    try:
        value = parse_json(content)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            canonical_json(json.loads(content))
    else:
        assert value == json.loads(text.removeprefix("\ufeff"))


@given(st.binary())
def test_base64_has_one_spelling(content: bytes) -> None:
    text = base64_text(content)
    assert parse_base64(text) == content
    for other in (text + "\n", text + "=", " " + text, text + "A", "é"):
        with pytest.raises(ValueError, match="not canonical base64"):
            parse_base64(other)


@pytest.mark.parametrize("text", ["AB==", "AAB=", "AA", "AAA", "A", "__==", "AA=A", "=AAA"])
def test_base64_of_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not canonical base64"):
        parse_base64(text)
