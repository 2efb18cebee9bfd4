"""Salted fields: fast against plain, what a salt separates, and what a schema may declare."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder import ClkEncoder, encode_clks
from encoder.engines import make_engine
from encoder.reference import encode_record
from linkage import load_schema
from linkage.errors import InputError, SchemaError
from linkage.report import schema_text
from linkage.schema.model import STANDARDISATION
from linkage.schema.summary import summarise

SECRET = "secrets of tests are no secrets"
SAUL = {"step": "saul", "repetitions": 2, "bits": 128}
MINHASH = {"step": "minhash", "components": 3, "symbols": 64}


def feature(identifier: str, format_: dict[str, Any] | None = None, **hashing: Any) -> dict[str, Any]:
    content = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 40}} | hashing
    return {"identifier": identifier, "format": format_ or {"type": "string"}, "hashing": content}


def document(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    config = {"l": 1024, "kdf": {"type": "HKDF"}}
    return {"version": "counterfoil/1", "clkConfig": config, "features": list(features), **more}


NAMES = document(feature("name", salt="year"), feature("year", {"type": "integer"}, comparison={"type": "exact"}))
STANDARD = document(
    feature("name", {"type": "standard", "standard": "name.folded"}, salt="year"),
    feature("year", {"type": "standard", "standard": "date.year"}, comparison={"type": "exact"}) | {"source": "born"},
    standardisation=STANDARDISATION,
)


def bits_of_name(row: tuple[str, str], schema: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Return the bits that the name adds to those of the year."""
    whole, alone = encode_clks([row, ("", row[1])], schema, SECRET)
    return np.unpackbits(whole & ~alone)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["", "ana", "anna maria", "12:ana", "王小明", ":", "a\0b"]),
            st.sampled_from(["", "1999", "1999-02-28", " 7 ", "12", "x", "3:4"]),
        ),
        min_size=1,
        max_size=8,
    ),
    base=st.sampled_from([NAMES, STANDARD]),
    steps=st.sampled_from([[], [SAUL], [MINHASH]]),
)
def test_fast_way_agrees_with_the_plain_one(
    rows: list[tuple[str, str]], base: dict[str, Any], steps: list[dict[str, Any]]
) -> None:
    schema = load_schema(base | {"hardening": steps})
    found = ClkEncoder(schema, SECRET, validate=True).encode(list(zip(*rows, strict=True)))
    faulty = {fault.row for fault in found.faults}
    blank = np.all(found.empty, axis=0)
    for place, row in enumerate(rows):
        if place in faulty:
            with pytest.raises(ValueError, match="year"):
                encode_record(row, schema, SECRET)
        elif not blank[place]:
            assert encode_record(row, schema, SECRET).tobytes() == found.encodings[place].tobytes()


def test_equal_values_have_the_same_bits_under_one_salt_and_unrelated_ones_under_another() -> None:
    name = ("natalya shcherbakova", "1984")
    same, other = bits_of_name(name, NAMES), bits_of_name((name[0], "1985"), NAMES)
    assert same.tolist() == bits_of_name(name, NAMES).tolist()
    plain = document(feature("name"), NAMES["features"][1])
    assert bits_of_name(name, plain).tolist() != same.tolist()
    # 40 bits of 1,024 each: chance alone has about 1.6 in common.
    assert int((same & other).sum()) <= 8


def test_salt_is_the_standard_form_of_the_salting_value() -> None:
    one, other = encode_clks([("ana", "1984-03-01"), ("ana", "01/03/1984")], STANDARD, SECRET)
    assert one.tolist() == other.tolist()


def test_value_without_its_salt_is_not_hashed() -> None:
    found = ClkEncoder(load_schema(STANDARD), SECRET).encode([["ana", "ana"], ["", "1984"]])
    assert found.empty[0].tolist() == [True, False]
    assert not found.encodings[0].any()


def test_schema_tells_what_a_salt_costs() -> None:
    summary = summarise(load_schema(NAMES))
    assert ("salt.costly", "name") in [(warning.code, warning.field) for warning in summary.warnings]
    assert summary.fields[0].hash == "blakeHash, salted by 'year'"
    assert not any(warning.code == "salt.costly" for warning in summarise(load_schema(document(feature("a")))).warnings)


def test_schema_tells_what_hardening_makes() -> None:
    votes = summarise(load_schema(NAMES | {"hardening": [{"step": "saul"}, {"step": "permute"}]}))
    assert votes.hardening == ("saul (repetitions 3, bits 4096)", "permute")
    assert (votes.encoded_bits, votes.measure, votes.fill) == (4096, "hamming", 0.5)
    assert [warning.code for warning in votes.warnings] == ["salt.costly"]
    assert "encoding   4,096 bits\nhardening  saul (repetitions 3, bits 4096), then permute" in schema_text(votes)
    assert "filter.short" in [
        w.code for w in summarise(load_schema(NAMES | {"hardening": [{"step": "fold", "times": 2}]})).warnings
    ]


def test_salt_changes_the_digest_and_its_absence_does_not() -> None:
    plain = load_schema(document(feature("name"), NAMES["features"][1]))
    assert "salt" not in plain.document()["features"][0]["hashing"]
    assert plain.digest != load_schema(NAMES).digest


@pytest.mark.parametrize("salt", ["name", "unknown", "twice", "ignored"])
def test_salt_that_is_not_one_other_hashed_field_is_refused(salt: str) -> None:
    others = [feature("twice"), feature("twice"), {"identifier": "ignored", "ignored": True}]
    with pytest.raises(SchemaError, match="salt must name one other hashed field"):
        load_schema(document(feature("name", salt=salt), *others))


def test_clkhash_knows_no_salt() -> None:
    with pytest.raises(InputError, match="cannot harden or salt"):
        make_engine("clkhash", load_schema(NAMES), SECRET)
    with pytest.raises(SchemaError, match="salt is no key"):
        load_schema(NAMES | {"version": 3})
