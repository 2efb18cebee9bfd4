import json
from typing import Any

import pytest

from linkage.agreement import Agreement
from linkage.errors import AgreementError
from tests.linkage.agreements import agreement, document, keys


def test_parsing_gives_back_what_was_written() -> None:
    text = agreement()
    assert Agreement.parse(text.encode()) == text
    assert Agreement.parse(text.encode()).encode() == text.encode()


def test_digest_changes_with_any_word() -> None:
    assert agreement().digest == agreement().digest
    assert agreement(purpose="another").digest != agreement().digest


def test_keys_of_parties_and_host_are_those_in_the_text() -> None:
    text = agreement()
    party = text.party("atl")
    assert party is not None
    assert party.root == keys("atl").root.public
    assert party.sealing == keys("atl").sealing.public
    assert (text.host.root, text.host.sealing) == (keys("host").root.public, keys("host").sealing.public)
    assert text.party("host") is None


def test_another_spelling_is_not_what_was_signed() -> None:
    pretty = json.dumps(document(), indent=2).encode()
    with pytest.raises(AgreementError, match="canonical"):
        Agreement.parse(pretty)
    assert Agreement.read_loosely(pretty) == agreement()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"more": 1}, "more is not a known key"),
        ({"format": "counterfoil-agreement/2"}, "format"),
        ({"operation": "Lantern"}, "operation"),
        ({"version": 0}, "version"),
        ({"version": "1"}, "version"),
        ({"predecessor": "sha256:1"}, "predecessor"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "x\ud800"}, "surrogate|purpose"),
        ({"categories": ["thief"]}, "categories"),
        ({"hit_shows": "everything"}, "hit_shows"),
        ({"valid_until": "2027-11-01"}, "valid_until"),
        ({"retention": {"encodings_days": 0, "hits_days": 1, "logs_days": 1}}, "encodings_days"),
        ({"key": {"scope": "world", "epoch": 1}}, "key.scope"),
        ({"runs": {"by": "the host"}}, "runs.by"),
    ],
)
def test_a_form_that_is_not_allowed_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    content = json.dumps(document(**change)).encode()
    with pytest.raises(AgreementError, match=named):
        Agreement.read_loosely(content)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("root_key", "AAAA"),
        ("root_key", "A" * 42 + "B="),
        ("sealing_key", "AAAA"),
        ("sealing_key", "/" * 1624),  # numbers that ML-KEM does not have
        ("jurisdiction", "Austria"),
        ("regime", "none"),
        ("agency", "A"),
        ("contact_point", ""),
    ],
)
def test_a_party_without_usable_keys_or_names_is_refused(field: str, value: str) -> None:
    changed = document()
    changed["parties"][1][field] = value
    with pytest.raises(AgreementError, match=field) as caught:
        Agreement.read_loosely(json.dumps(changed).encode())
    assert not value or value not in caught.value.message


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b'{"format":"x","format":"x"}'])
def test_what_is_no_agreement_is_refused(content: bytes) -> None:
    with pytest.raises(AgreementError):
        Agreement.parse(content)


def test_a_changed_copy_keeps_nothing_of_the_former_text() -> None:
    former = agreement()
    assert (former.digest, len(former.grounds), former.party("atl") is None) == (agreement().digest, 3, False)
    changed = former.model_copy(update={"pairings": (), "parties": former.parties[1:]})
    assert changed.digest == agreement(pairings=[], parties=document()["parties"][1:]).digest != former.digest
    assert (changed.grounds, changed.party("atl")) == ({}, None)


def test_a_file_beyond_its_size_is_refused() -> None:
    with pytest.raises(AgreementError, match="larger"):
        Agreement.read_loosely(b" " * (9 << 20))
