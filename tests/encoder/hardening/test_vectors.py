"""Golden encodings of every hardening step: the bits that agencies exchange do not change by accident."""

import base64
import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from encoder import ClkEncoder
from encoder.reference import encode_record
from linkage import load_schema
from linkage.schema import Step

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "hardening.json").read_text(encoding="utf-8"))
CASES = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def expected_bytes(case: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(text, validate=True) for text in case["expect"]]


def noise_of(row: int) -> bytes:
    return row.to_bytes(16, "big")


@CASES
def test_fast_form_gives_the_golden_vectors(case: dict[str, Any]) -> None:
    seeds = np.frombuffer(b"".join(map(noise_of, range(len(case["rows"])))), dtype=np.uint8).reshape(-1, 16)
    encoder = ClkEncoder(load_schema(case["schema"]), VECTORS["secret"])
    found = encoder.encode(list(zip(*case["rows"], strict=True)), seeds)
    assert found.faults == []
    assert [row.tobytes() for row in found.encodings] == expected_bytes(case)


@CASES
def test_plain_form_gives_the_golden_vectors(case: dict[str, Any]) -> None:
    schema = load_schema(case["schema"])
    found = [encode_record(row, schema, VECTORS["secret"], noise_of(place)) for place, row in enumerate(case["rows"])]
    assert [row.tobytes() for row in found] == expected_bytes(case)


def test_every_step_has_vectors() -> None:
    union = get_args(Step)[0]
    steps = {get_args(model.model_fields["step"].annotation)[0] for model in get_args(union)}
    assert steps == {step["step"] for case in VECTORS["cases"] for step in case["schema"].get("hardening", [])}
