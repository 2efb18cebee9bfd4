"""Schemas for hardening, and the comparison of an encoder with the plain form."""

from typing import Any

import numpy as np
import pytest
from hypothesis import reject

from encoder import ClkEncoder
from encoder.reference import encode_record
from linkage import load_schema
from linkage.errors import SchemaError


def feature(identifier: str, comparison: dict[str, Any] | None = None, **strategy: int) -> dict[str, Any]:
    hashing = {"comparison": comparison or {"type": "ngram", "n": 1}, "strategy": strategy or {"bitsPerToken": 4}}
    return {"identifier": identifier, "format": {"type": "string"}, "hashing": hashing}


def agrees_with_the_plain_form(document: Any, rows: Any, step: dict[str, Any] | None, secret: bytes) -> None:
    """Assert that the fast way makes of all rows, with this one step or none, what the plain one makes of each."""
    try:
        whole = load_schema(document).document()
    except SchemaError:
        reject()
    whole["clkConfig"]["xorFolds"] = 0
    whole["clkConfig"]["l"] = 1024
    whole["hardening"] = [] if step is None else [step]
    schema = load_schema(whole)
    found = ClkEncoder(schema, secret, validate=True).encode(list(zip(*rows, strict=True)))
    faulty = {fault.row for fault in found.faults}
    blank = np.all([np.ones(len(rows), dtype=bool), *found.empty], axis=0)
    for place, row in enumerate(rows):
        if place in faulty:
            with pytest.raises(ValueError):  # noqa: PT011 - the plain way says it in Python's own words
                encode_record(row, schema, secret)
        elif not blank[place]:
            assert encode_record(row, schema, secret).tobytes() == found.encodings[place].tobytes()
