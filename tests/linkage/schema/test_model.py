"""What a schema says of itself, and when two schemas count as the same."""

from typing import Any

import pytest
from pydantic import ValidationError

from linkage.schema import NumericComparison, Schema, load_schema
from tests.linkage.schema.test_load import OURS, V2, changed


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("name", "another"),
        ("name", ...),
        ("features.1.description", "Family name"),
        ("features.1.format.description", "as in the passport"),
        ("features.0.ignored", True),
        ("features.1.hashing.hash", {"type": "blakeHash"}),
        ("features.1.hashing.comparison.positional", False),
        ("features.1.format.encoding", ...),
        ("clkConfig.xorFolds", 0),
        ("clkConfig.kdf.keySize", ...),
        ("clkConfig.kdf.hash", ...),
    ],
)
def test_digest_is_the_same_for_what_has_the_same_effect(place: str, value: object) -> None:
    assert load_schema(changed(OURS, place, value)).digest == load_schema(OURS).digest


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("clkConfig.l", 2048),
        ("clkConfig.xorFolds", 1),
        ("clkConfig.kdf.salt", "c2FsdQ=="),
        ("clkConfig.kdf.salt", ...),
        ("clkConfig.kdf.info", "c2FsdA=="),
        ("clkConfig.kdf.hash", "SHA512"),
        ("clkConfig.kdf.keySize", 32),
        ("features.0.identifier", "key"),
        ("features.1.identifier", "family_name"),
        ("features.1.hashing.comparison.n", 3),
        ("features.1.hashing.comparison.positional", True),
        ("features.1.hashing.strategy", {"bitsPerToken": 100}),
        ("features.1.hashing.strategy.bitsPerFeature", 101),
        ("features.1.hashing.hash", {"type": "doubleHash"}),
        ("features.1.hashing.missingValue", {"sentinel": "-"}),
        ("features.2.hashing.missingValue.replaceWith", ...),
        ("features.1.format.case", "upper"),
        ("features.2.format.format", "%d.%m.%Y"),
    ],
)
def test_digest_differs_for_what_has_another_effect(place: str, value: object) -> None:
    assert load_schema(changed(OURS, place, value)).digest != load_schema(OURS).digest


def test_order_of_fields_counts() -> None:
    features = OURS["features"]
    assert load_schema(OURS | {"features": features[::-1]}).digest != load_schema(OURS).digest


def test_digest_is_the_same_for_a_clkhash_document_and_ours() -> None:
    as_v3 = {key: value for key, value in OURS.items() if key != "name"} | {"version": 3}
    assert load_schema(as_v3).digest == load_schema(OURS).digest
    assert load_schema(load_schema(V2).document()).digest == load_schema(V2).digest


def test_digest_is_that_of_yesterday() -> None:
    """Packages name it: a change here makes packages of before incomparable."""
    assert load_schema(OURS).digest == "sha256:fd5307d8f8a874e5bc87d3b218edcfb853191361464319232fe7ab59b359c688"


def numeric(distance: float, precision: int = 0) -> dict[str, Any]:
    comparison = {"type": "numeric", "thresholdDistance": distance, "resolution": 2, "fractional_precision": precision}
    return changed(OURS, "features.1.hashing.comparison", comparison)


def test_whole_numbers_count_alike_however_they_are_written() -> None:
    assert load_schema(numeric(5)).digest == load_schema(numeric(5.0)).digest
    assert load_schema(numeric(5)).digest != load_schema(numeric(5.5)).digest


@pytest.mark.parametrize("largest", [2**53, 10**18, 10**40])
def test_numbers_beyond_those_of_json_have_a_digest(largest: int) -> None:
    schemas = [
        load_schema(changed(OURS, "features.1.format", {"type": "integer", "maximum": end}))
        for end in (largest, largest + 1)
    ]
    assert schemas[0].digest != schemas[1].digest
    assert load_schema(numeric(float(largest))).digest.startswith("sha256:")


@pytest.mark.parametrize(
    ("distance", "precision", "interval"), [(2.5, 0, 2), (3.5, 0, 4), (2.5, 1, 25), (0.05, 2, 5), (7, 0, 7)]
)
def test_distance_interval_is_rounded_to_even(distance: float, precision: int, interval: int) -> None:
    comparison = NumericComparison(
        type="numeric", threshold_distance=distance, resolution=2, fractional_precision=precision
    )
    assert comparison.distance_interval == interval


@pytest.mark.parametrize(("bits", "folds", "filter_bits", "width"), [(1024, 0, 1024, 128), (512, 2, 2048, 64)])
def test_filter_is_longer_than_the_encoding_by_its_folds(bits: int, folds: int, filter_bits: int, width: int) -> None:
    schema = load_schema(changed(changed(OURS, "clkConfig.l", bits), "clkConfig.xorFolds", folds))
    assert schema.filter_bits == filter_bits
    assert schema.encoding_bytes == width


def test_last_byte_of_an_encoding_may_be_filled_in_part() -> None:
    double = {"comparison": {"type": "exact"}, "strategy": {"bitsPerToken": 1}, "hash": {"type": "doubleHash"}}
    features = [{"identifier": "a", "format": {"type": "string"}, "hashing": double}]
    assert load_schema(changed(OURS | {"features": features}, "clkConfig.l", 13)).encoding_bytes == 2


def test_salt_and_info_are_bytes_for_the_keys() -> None:
    kdf = load_schema(OURS).clk.kdf
    assert kdf.salt_bytes == b"salt"
    assert kdf.info_bytes == b""
    assert load_schema(changed(OURS, "clkConfig.kdf.salt", "")).clk.kdf.salt_bytes is None


def test_schema_cannot_be_changed() -> None:
    schema = load_schema(OURS)
    with pytest.raises(ValidationError):
        schema.name = "other"  # type: ignore[misc]  # that it is refused is the point
    assert isinstance(schema, Schema)
