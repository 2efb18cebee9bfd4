"""The published JSON Schema of agreements: what we accept fits it, and the keys that are closed are closed in it."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types; comes with clkhash

from linkage.json_schema import agreement_format, statement_formats
from tests.linkage.agreements import agreement, document

AGREEMENT = Draft202012Validator(agreement_format())


def test_documents_are_json_schemas() -> None:
    for found in (agreement_format(), *statement_formats().values()):
        Draft202012Validator.check_schema(found)


def test_an_agreement_fits() -> None:
    AGREEMENT.validate(document())
    AGREEMENT.validate(agreement().document())


@pytest.mark.parametrize("change", [{"more": 1}, {"version": 0}, {"categories": ["thief"]}, {"hit_shows": "all"}])
def test_what_is_refused_by_form_does_not_fit(change: dict[str, Any]) -> None:
    assert not AGREEMENT.is_valid(document(**change))
