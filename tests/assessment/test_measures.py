from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from assessment.case import unhardened
from assessment.measures import (
    YARDSTICKS,
    Sample,
    Vulnerability,
    bit_dependence,
    largest_class,
    length_correlation,
    length_divergence,
    measures,
    missing_entropy,
    repeated_share,
    similarity_told,
    strangers_information,
    strangers_told,
)
from assessment.plain import plain_likeness, token_table
from assessment.records import BACKGROUND, read_records
from encoder import encode_clks
from linkage import load_schema
from linkage.schema import Schema

ROWS = read_records(BACKGROUND, load_schema("person"), None)[:300]


def sample_of(bits: NDArray[np.uint8], lengths: NDArray[np.int64] | None = None) -> Sample:
    pairs = len(bits) * (len(bits) - 1) // 2
    sizes = np.arange(len(bits)) if lengths is None else lengths
    return Sample(np.packbits(bits, axis=1), "hamming", sizes, np.zeros(pairs, np.float32))


def hardened(*steps: dict[str, object]) -> Schema:
    return load_schema(load_schema("person").document() | {"hardening": list(steps)})


def test_equality_classes_are_counted() -> None:
    flips = np.random.default_rng(1).integers(2, size=(7, 64), dtype=np.uint8)
    sample = sample_of(flips[[0, 0, 0, 1, 1, 2, 3, 4, 5, 6]])
    assert repeated_share(sample) == pytest.approx(0.5)
    assert largest_class(sample) == pytest.approx(0.3)


def test_popcounts_that_are_lengths_tell_them_and_equal_ones_do_not() -> None:
    telling = sample_of(np.tri(120, 128, dtype=np.uint8))
    assert length_correlation(telling) == pytest.approx(1)
    assert length_divergence(telling) == pytest.approx(1)
    even = sample_of(np.tile(np.array([0, 1], np.uint8), (120, 64)))
    assert (length_correlation(even), length_divergence(even)) == (0, 0)


def test_entropy_is_missing_where_bits_are_stuck_and_bits_that_are_copies_depend() -> None:
    flips = np.random.default_rng(1).integers(2, size=(2000, 64), dtype=np.uint8)
    assert missing_entropy(sample_of(flips)) < 0.002
    half_stuck = np.concatenate([flips[:, :32], np.zeros((2000, 32), np.uint8)], axis=1)
    assert missing_entropy(sample_of(half_stuck)) == pytest.approx(0.5, abs=0.001)
    assert bit_dependence(sample_of(np.repeat(flips[:, :1], 64, axis=1))) == pytest.approx(1, abs=1e-5)


def test_an_exact_copy_of_the_similarities_tells_all_also_about_strangers() -> None:
    flips = np.random.default_rng(1).integers(2, size=(60, 256), dtype=np.uint8)
    sample = sample_of(flips)
    copied = replace(sample, plain=(sample.encoded - 0.4) * 2)
    assert similarity_told(copied) == pytest.approx(1)
    assert strangers_told(copied) == pytest.approx(1)
    assert strangers_information(copied) > 2


def test_strangers_are_judged_apart_from_pairs_that_could_be_linked() -> None:
    """Pairs that could be linked tell their order here, strangers nothing."""
    random = np.random.default_rng(3)
    sample = sample_of(random.integers(2, size=(60, 256), dtype=np.uint8))
    plain = random.uniform(0, 0.4, size=sample.plain.shape).astype(np.float32)
    close = sample.encoded > np.quantile(sample.encoded, 0.7)
    mixed = replace(sample, plain=np.where(close, 0.5 + sample.encoded / 2, plain).astype(np.float32))
    assert similarity_told(mixed) > 0.4
    assert abs(strangers_told(mixed)) < 0.1


def test_tokens_of_two_fields_are_told_apart_and_likeness_is_dice_of_sets() -> None:
    fields = [
        {"identifier": name, "format": {"type": "string"},
         "hashing": {"comparison": {"type": "ngram", "n": 1}, "strategy": {"bitsPerToken": 5}}}
        for name in "ab"
    ]  # fmt: skip
    schema = load_schema({"version": 3, "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}, "features": fields})
    table = token_table([("xy", "x"), ("x", "xx"), ("z", "y")], schema)
    assert table.sum(axis=1).tolist() == [3, 2, 2]
    assert plain_likeness(table)[0] == pytest.approx([1, 4 / 5, 0])


def test_plain_clk_tells_what_coins_do_not_and_hardening_hides_what_it_is_for() -> None:
    plain = encode_clks(ROWS, unhardened(load_schema("person")), b"k" * 32)

    def told(*steps: dict[str, object]) -> dict[str, tuple[float, float, float]]:
        schema = hardened(*steps)
        found = measures(ROWS, schema, encode_clks(ROWS, schema, b"k" * 32), plain, random=np.random.default_rng(2))
        assert [one.yardstick for one in found] == list(YARDSTICKS)
        return {one.yardstick.name: (one.found, one.control, one.coins) for one in found}

    balanced = told({"step": "balance"})
    assert balanced["popcount following length"][0] == 0 < balanced["popcount following length"][1]
    strangers, _, of_coins = balanced["similarity told, strangers"]
    assert strangers > 0.3
    assert abs(of_coins) < 0.1
    assert balanced["dimensions above noise"][0] == balanced["dimensions above noise"][1] > 5
    saul = told({"step": "saul"})
    assert saul["entropy missing per bit"][0] < 0.01 < saul["entropy missing per bit"][1]
    assert saul["similarity told, strangers"][0] < 0.1 < saul["similarity told, strangers"][1]
    assert saul["dimensions above noise"][2] == 0
    single, five = (told({"step": "minhash", "components": draws, "symbols": 512}) for draws in (1, 5))
    assert single["dimensions above noise"][0] > 5 > five["dimensions above noise"][0]
    assert single["dimensions above noise"][2] == 0
    assert five["similarity told, strangers"][0] < 0.1 < single["similarity told, strangers"][0]


def test_every_vulnerability_has_a_measure_in_the_order_of_the_framework() -> None:
    order = list(Vulnerability)
    places = [order.index(kind.vulnerability) for kind in YARDSTICKS]
    assert places == sorted(places)
    assert set(places) == set(range(5))
