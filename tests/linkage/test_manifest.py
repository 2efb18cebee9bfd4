import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from linkage.canonical import canonical_json
from linkage.errors import ManifestError
from linkage.manifest import Manifest, moment_text, parse_moment
from tests.linkage import making

Document = dict[str, Any]


def document() -> Document:
    return making.manifest(b"content").document()


def test_manifest_reads_back_as_it_was_written() -> None:
    manifest = making.manifest(b"content", checkpoint="example.org/log\n12\nabc=\n")
    assert Manifest.parse(manifest.encode()) == manifest
    assert manifest.document()["checkpoint"].startswith("example.org")


def test_what_is_not_known_is_left_out() -> None:
    assert "checkpoint" not in document()
    with pytest.raises(ManifestError, match="canonical form"):
        Manifest.parse(canonical_json(document() | {"checkpoint": None}))


def test_signer_is_the_agency_with_the_key_that_the_manifest_names() -> None:
    assert making.manifest(b"").signer == making.ATLANTIS.public


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"category": "neighbour"}, "category"),
        ({"agency": "Atl"}, "agency: has a form that is not allowed"),
        ({"agency": "atl\n"}, "agency"),
        ({"public_key": "A" * 43 + "="}, None),
        ({"public_key": "A" * 42 + "B="}, "public_key: not canonical base64"),
        ({"public_key": "AAAA"}, "public_key"),
        ({"expires": "2026-01-01T00:00:00Z"}, "expires must be later than created"),
        ({"created": "2026-01-01 00:00:00"}, "created: must be a UTC time like"),
        ({"created": "2026-1-01T00:00:00Z"}, "created: must be a UTC time like"),
        ({"created": "2026-02-30T00:00:00Z"}, "created: must be a UTC time like"),
        ({"records": 41}, "encodings must be at least as many as records"),
        ({"records": -1}, "records"),
        ({"records": "40"}, "records"),
        ({"records": True}, "records"),
        ({"encodings": 2**32 + 1}, "encodings"),
        ({"bits": 12}, "bits"),
        ({"bits": 0}, "bits"),
        ({"bits": 2**20 + 8}, "bits"),
        ({"measure": "cosine"}, "measure"),
        ({"encodings_digest": "sha256:" + "A" * 64}, "encodings_digest"),
        ({"key_confirmation": "2b"}, "key_confirmation"),
        ({"format": "counterfoil-package/2"}, "format"),
        ({"surprise": 1}, "surprise is not a known key"),
        ({"fields_used": "abc"}, "fields_used"),
        ({"fields_used": [1]}, "fields_used"),
        ({"quality": {}}, "quality.rows_read is missing"),
    ],
)
def test_manifest_is_refused_with_the_key_and_the_rule(change: Document, message: str | None) -> None:
    content = canonical_json(document() | change)
    if message is None:
        assert Manifest.parse(content).encode() == content
        return
    with pytest.raises(ManifestError) as caught:
        Manifest.parse(content)
    assert message in caught.value.message


@pytest.mark.parametrize("missing", sorted(set(document()) - {"format"}))
def test_every_key_is_needed(missing: str) -> None:
    kept = document()
    del kept[missing]
    with pytest.raises(ManifestError, match=missing):
        Manifest.parse(canonical_json(kept))


def test_format_is_needed_too_although_it_has_one_value_only() -> None:
    kept = document()
    del kept["format"]
    with pytest.raises(ManifestError, match="canonical form"):
        Manifest.parse(canonical_json(kept))


@pytest.mark.parametrize(
    "spell",
    [
        lambda content: content + b" ",
        lambda content: content.replace(b'"mean_fill":0.5', b'"mean_fill":0.50'),
        lambda content: content.replace(b'"mean_fill":0.5', b'"mean_fill":5e-1'),
        lambda content: content.replace(b'"records":40', b'"records":40.0'),
        lambda content: content.replace(b'"mean_fill":0.5', b'"mean_fill":1e999'),
        lambda content: content.replace(b'"mean_fill":0.5', b'"mean_fill":NaN'),
        lambda content: content.replace(b'"mean_fill":0.5', b'"mean_fill":-0'),
        lambda content: content.replace(b'"shoe size"', b'"shoe\\u0020size"'),
        lambda content: content.replace(b'"shoe size"', b'"\\ud800"'),
        lambda content: b"[" * 100_000,
        lambda content: content[:-1],
    ],
)
def test_another_spelling_of_a_manifest_is_refused(spell: Callable[[bytes], bytes]) -> None:
    content = spell(document_bytes := canonical_json(document()))
    assert content != document_bytes
    with pytest.raises(ManifestError):
        Manifest.parse(content)


@given(
    st.sampled_from(sorted(document())),
    st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists),
)
def test_any_value_for_a_key_is_read_back_or_refused(key: str, value: object) -> None:
    content = json.dumps(document() | {key: value}, sort_keys=True, separators=(",", ":")).encode()
    with suppress(ManifestError):
        assert Manifest.parse(content).encode() == content


def test_message_does_not_quote_the_value() -> None:
    with pytest.raises(ManifestError) as caught:
        Manifest.parse(canonical_json(document() | {"agency": "MUELLER GERDA"}))
    assert "MUELLER" not in str(caught.value)


@given(st.integers(0, 4_000_000_000), st.integers(-12, 12))
def test_moment_is_written_in_utc_and_read_back(seconds: int, hours: int) -> None:
    moment = datetime.fromtimestamp(seconds, timezone(timedelta(hours=hours)))
    assert parse_moment(moment_text(moment)) == moment


def test_package_is_expired_from_the_second_it_names() -> None:
    manifest = making.manifest(b"")
    assert manifest.expired(datetime(2027, 1, 1, tzinfo=UTC))
    assert not manifest.expired(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))


def test_a_name_that_is_not_unicode_text_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not Unicode text"):
        making.manifest(b"", fields_dropped=("caf\udce9",))


def test_draft_is_checked_when_it_is_made() -> None:
    with pytest.raises(ValidationError):
        making.draft().model_validate(making.draft().model_dump() | {"bits": 7})
