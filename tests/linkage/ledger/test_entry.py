"""Entries: what they must state, one spelling, and commitments."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import LedgerError
from linkage.ledger import Entry, Kind, Opening, Verb
from linkage.ledger.entry import LARGEST_ENTRY_BYTES, RULES
from tests.linkage.ledger import making

DIGESTS = (
    "agreement",
    "package",
    "manifest",
    "plan",
    "result",
    "certificate",
    "credential",
    "revocations",
    "ceremony",
    "confirmation",
    "checkpoint",
)
FULL: dict[str, Any] = {
    "operation": "lantern",
    "subject": "s-1",
    "officer": "o-1",
    "justification": "investigation",
    "recipient": "bor",
    "category": "victim",
    "count": 3,
    "due": "2026-12-24T00:00:00Z",
    "reason": "expired",
    "comparisons": making.COMPARED,
    "digests": dict.fromkeys(DIGESTS, "sha256:" + "0" * 64),
}


def entry(kind: Kind, **changes: Any) -> Entry:
    return Entry(time="2026-11-24T00:00:00Z", kind=kind, agency="atl", **FULL | changes)


def test_entry_takes_the_verb_of_its_kind_and_parses_to_itself() -> None:
    for kind, rule in RULES.items():
        found = entry(kind)
        assert found.verb is rule.verb
        assert Entry.parse(found.encode()) == found
        assert Entry.parse(found.encode()).encode() == found.encode()


def test_six_verbs_of_the_directive_are_all_used() -> None:
    assert {rule.verb for rule in RULES.values()} == set(Verb)
    assert len(Verb) == 7


def test_entry_without_anything_that_its_kind_needs_is_refused() -> None:
    for kind, rule in RULES.items():
        for name in rule.required:
            field, _, digest = name.partition(".")
            changes: dict[str, Any] = {field: None}
            if digest:
                changes = {"digests": {each: text for each, text in FULL["digests"].items() if each != digest}}
            with pytest.raises(ValueError, match=f"{kind} needs {name}"):
                entry(kind, **changes)


def test_consultation_and_disclosure_need_what_article_25_asks_for() -> None:
    for kind, rule in RULES.items():
        if rule.verb in (Verb.CONSULTATION, Verb.DISCLOSURE):
            assert {"officer", "justification", "count"} <= rule.required, kind
        if rule.verb is Verb.DISCLOSURE:
            assert "recipient" in rule.required


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verb": "erasure"}, "verb of hits-viewed is consultation"),
        ({"verb": None}, "verb"),
        ({"kind": "hits.guessed"}, "kind"),
        ({"time": "2026-11-24T00:00:00+00:00"}, "must be a UTC time"),
        ({"agency": "ATL"}, "agency: has a form that is not allowed"),
        ({"officer": "Jane Doe"}, "officer: has a form that is not allowed"),
        ({"justification": "She asked"}, "justification: has a form that is not allowed"),
        ({"count": -1}, "count"),
        ({"count": "1"}, "count"),
        ({"name": "x"}, "name is not a known key"),
        ({"digests": {"plan": "sha256:0"}}, "has a form that is not allowed"),
        ({"format": "counterfoil-ledger-entry/2"}, "format"),
    ],
)
def test_parse_refuses_what_is_not_an_entry_and_never_quotes_it(changes: dict[str, Any], said: str) -> None:
    from linkage.canonical import canonical_json

    document = making.viewed(7).document() | changes
    with pytest.raises(LedgerError) as caught:
        Entry.parse(canonical_json(document))
    assert caught.value.code == "ledger.entry"
    assert said in caught.value.message
    assert "Doe" not in caught.value.message


def test_parse_refuses_other_spellings() -> None:
    found = making.viewed(7)
    spaced = json.dumps(found.document()).encode()
    for content in (spaced, found.encode() + b"\n", found.encode()[:-1] + b',"digests":{}}', b"", b"[]", b"\xff"):
        with pytest.raises(LedgerError):
            Entry.parse(content)
    with pytest.raises(LedgerError, match="larger than"):
        Entry.parse(b" " * (LARGEST_ENTRY_BYTES + 1))


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_parse_of_anything_gives_an_entry_or_our_error(content: bytes) -> None:
    with pytest.raises(LedgerError):
        Entry.parse(content)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_opening_opens_its_own_commitment_only(value: str) -> None:
    first, second = Opening.new("justification", value), Opening.new("justification", value)
    assert first.commitment != second.commitment, "the salt hides that two values are equal"
    committed = making.viewed(7, commitments={"justification": first.commitment})
    assert first.opens(committed)
    assert not second.opens(committed)
    assert not Opening("reference", value, first.salt).opens(committed)
    assert not Opening("justification", value + "x", first.salt).opens(committed)


def test_salt_and_value_cannot_be_cut_elsewhere() -> None:
    opening = Opening("reference", "abc", b"s" * 32)
    shifted = Opening("reference", "sabc", b"s" * 31)
    assert shifted.commitment == opening.commitment
    assert not shifted.opens(making.viewed(7, commitments={"reference": opening.commitment}))


def test_every_kind_is_explained_with_its_verb() -> None:
    lines = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8").splitlines()
    for kind, rule in RULES.items():
        assert any(f"`{kind}`" in line and f"| {rule.verb} |" in line for line in lines), kind
