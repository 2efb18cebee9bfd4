"""Golden encodings of every hardening step: the bits that agencies exchange do not change by accident."""

import base64
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from encoder import ClkEncoder
from encoder.reference import encode_record
from linkage import load_schema
from linkage.schema import Step

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "hardening.json").read_text(encoding="utf-8"))
CASES = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def expected_bytes(case: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(text, validate=True) for text in case["expect"]]


@CASES
def test_fast_form_gives_the_golden_vectors(case: dict[str, Any]) -> None:
    found = ClkEncoder(load_schema(case["schema"]), VECTORS["secret"]).encode(list(zip(*case["rows"], strict=True)))
    assert found.faults == []
    assert [row.tobytes() for row in found.encodings] == expected_bytes(case)


@CASES
def test_plain_form_gives_the_golden_vectors(case: dict[str, Any]) -> None:
    schema = load_schema(case["schema"])
    assert [encode_record(row, schema, VECTORS["secret"]).tobytes() for row in case["rows"]] == expected_bytes(case)


def test_every_step_has_vectors() -> None:
    union = get_args(Step)[0]
    steps = {get_args(model.model_fields["step"].annotation)[0] for model in get_args(union)}
    assert steps == {step["step"] for case in VECTORS["cases"] for step in case["schema"].get("hardening", [])}
