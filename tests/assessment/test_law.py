"""The law of agreement, against encodings of the same records under many keys."""

from typing import Any

import numpy as np
import pytest

from assessment.coding import Code
from assessment.graph.spectrum import similarities
from assessment.law import combined, expected_agreement
from assessment.records import BACKGROUND, read_records
from encoder import encode_clks
from linkage import Schema, load_schema

BITS = 1 << 15

Steps = list[dict[str, Any]]
APART = {"step": "minhash", "symbols": 256, "apart": [{"fields": ["date_of_birth"], "symbols": 50}]}


def names(steps: Steps, **changes: Any) -> Schema:
    """Return a schema of names and dates as bigrams."""
    return load_schema(
        {
            "version": "counterfoil/1",
            "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}} | changes.pop("config", {}),
            "hardening": steps,
            "features": [
                {
                    "identifier": name,
                    "format": {"type": "string"},
                    "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}} | changes,
                }
                for name in ("full_name", "date_of_birth")
            ],
        }
    )


def salted() -> Schema:
    document = names([]).document()
    document["features"][0]["hashing"]["salt"] = "date_of_birth"
    return load_schema(document)


def weighed(steps: Steps, **strategy: int) -> Schema:
    """Return the schema of names and dates, in which the commonest bigrams of the rows weigh less."""
    percent = {
        "20": [" a", "an", "a ", "n "],
        "50": ["ma", "ar", "ri", "in"],
        "70": ["ia", "er", "el", "-0", "19"],
    }
    weights = {"source": "a test", "percent": percent}
    return names(steps, strategy=(strategy or {"bitsPerToken": 10}) | {"frequencyWeights": weights})


@pytest.mark.parametrize(
    ("schema", "parts"),
    [
        (names([]), 1),
        (names([], strategy={"bitsPerFeature": 120}), 1),
        (salted(), 1),
        (names([{"step": "balance"}, {"step": "permute"}]), 1),
        (names([{"step": "fold"}]), 2),
        (names([], config={"xorFolds": 2}), 4),
        (names([{"step": "rule90", "rounds": 2}]), 2),
        (names([{"step": "rule90", "rounds": 3}]), 4),
        (names([{"step": "rule90"}, {"step": "fold"}]), 4),
        (names([{"step": "diffuse", "taps": 3}]), 3),
        (names([{"step": "saul", "repetitions": 1}]), 1),
        (names([{"step": "saul", "repetitions": 3}, {"step": "permute"}]), 3),
        (names([{"step": "saul", "repetitions": 2}], strategy={"bitsPerFeature": 120}), 2),
        (names([{"step": "minhash", "components": 1, "symbols": 1024}]), None),
        (names([{"step": "minhash", "components": 3, "symbols": 1024}], strategy={"bitsPerFeature": 120}), None),
        (names([APART]), None),
        (weighed([]), 1),
        (weighed([], bitsPerFeature=75), 1),
        (weighed([{"step": "saul", "repetitions": 1}], bitsPerFeature=120), 1),
        (weighed([{"step": "minhash", "components": 1, "symbols": 1024}], bitsPerFeature=120), None),
    ],
    ids=lambda value: "" if isinstance(value, Schema) else f"{value} parts" if value else "symbols",
)
def test_law_is_what_encodings_under_many_keys_come_to(schema: Schema, parts: int | None) -> None:
    columns = ("full_name", "date_of_birth")
    person = load_schema("person")
    places = [[field.column for field in person.fields].index(column) for column in columns]
    rows = [[row[place] for place in places] for row in read_records(BACKGROUND, person, None)[:30]]
    rows[1] = [rows[0][0], rows[1][1]]
    rows[3] = list(rows[2])
    rows[4], rows[5], rows[6] = [rows[4][0], ""], [rows[4][0], ""], [rows[4][0], rows[6][1]]
    drawn = np.random.default_rng(1)
    keys = BITS // (8 * schema.encoding_bytes)
    made = [encode_clks(rows, schema, drawn.bytes(32), validate=False) for _ in range(keys)]
    pairs = np.triu_indices(len(rows), 1)
    difference = (similarities(Code.of(np.concatenate(made, axis=1), schema)) - expected_agreement(rows, schema))[pairs]
    noise = 1 / np.sqrt(BITS)
    majorities = bool(schema.hardening) and schema.hardening[0].step == "saul"
    slack = 0.015 if majorities else 0.005  # votes are few here, and two records with a tie agree in breaking it
    assert parts is None or combined(schema) == parts
    assert np.abs(difference).max() < 5 * noise + 3 * slack
    assert np.sqrt((difference**2).mean()) < 1.2 * noise + slack
