"""Each step against the same thing said bit by bit, and what a schema may declare."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from encoder import encode_clks
from encoder.hardening import Hardening, HardeningKeys
from linkage import load_schema
from linkage.errors import SchemaError
from linkage.schema import Schema

SECRET = "secrets of tests are no secrets"


def schema_of(bits: int, *steps: dict[str, Any]) -> Schema:
    feature = {
        "identifier": "name",
        "format": {"type": "string"},
        "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 3}},
    }
    config = {"l": bits, "kdf": {"type": "HKDF"}}
    return load_schema(
        {"version": "counterfoil/1", "clkConfig": config, "features": [feature], "hardening": list(steps)}
    )


def hardened(filters: NDArray[np.uint8], *steps: dict[str, Any], secret: str = SECRET) -> NDArray[np.uint8]:
    """Return unpacked bits after the steps, of unpacked bits."""
    schema = schema_of(filters.shape[1], *steps)
    packed = Hardening(schema, HardeningKeys.of(schema, secret)).apply(np.packbits(filters, axis=1))
    return np.unpackbits(packed, axis=1, count=schema.encoded_bits)


@st.composite
def filters(draw: st.DrawFn) -> NDArray[np.uint8]:
    rows, width = draw(st.integers(0, 5)), 2 ** draw(st.integers(4, 8))
    return np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 2, (rows, width), dtype=np.uint8)


@given(bits=filters())
def test_fold_is_the_xor_of_the_halves(bits: NDArray[np.uint8]) -> None:
    half = bits.shape[1] // 2
    expected = [[row[place] ^ row[place + half] for place in range(half)] for row in bits.tolist()]
    assert hardened(bits, {"step": "fold"}).tolist() == expected


@given(bits=filters(), rounds=st.integers(1, 4))
def test_rule_90_is_the_xor_of_both_neighbours_in_a_ring(bits: NDArray[np.uint8], rounds: int) -> None:
    expected = bits.tolist()
    for _ in range(rounds):
        expected = [[row[place - 1] ^ row[(place + 1) % len(row)] for place in range(len(row))] for row in expected]
    assert hardened(bits, {"step": "rule90", "rounds": rounds}).tolist() == expected


@given(bits=filters())
def test_permute_keeps_every_distance_and_popcount(bits: NDArray[np.uint8]) -> None:
    found = hardened(bits, {"step": "permute"})
    assert (found.sum(axis=1) == bits.sum(axis=1)).all()
    for one in range(len(bits)):
        assert ((found[one] ^ found).sum(axis=1) == (bits[one] ^ bits).sum(axis=1)).all()


@given(bits=filters())
def test_balance_sets_half_of_the_bits_and_doubles_every_distance(bits: NDArray[np.uint8]) -> None:
    found = hardened(bits, {"step": "balance"})
    assert (found.sum(axis=1) == bits.shape[1]).all()
    for one in range(len(bits)):
        assert ((found[one] ^ found).sum(axis=1) == 2 * (bits[one] ^ bits).sum(axis=1)).all()


@settings(deadline=None)
@given(bits=filters(), taps=st.integers(1, 12), wider=st.booleans())
def test_diffuse_gives_the_xor_of_so_many_different_bits_at_each_place(
    bits: NDArray[np.uint8], taps: int, *, wider: bool
) -> None:
    width = bits.shape[1]
    step = {"step": "diffuse", "taps": taps} | ({"bits": 2 * width} if wider and width >= 32 else {})
    one_by_one = np.eye(width, dtype=np.uint8)  # which bits of the filter each place depends on
    reached = hardened(one_by_one, step)
    assert (reached.sum(axis=0) == min(taps, width)).all()
    assert hardened(bits, step).tolist() == (bits.astype(int) @ reached % 2).tolist()


@pytest.mark.parametrize("step", [{"step": "permute"}, {"step": "balance"}, {"step": "diffuse", "taps": 3}])
def test_keyed_steps_depend_on_the_secret_and_on_their_place(step: dict[str, Any]) -> None:
    bits = np.random.default_rng(1).integers(0, 2, (4, 256), dtype=np.uint8)
    assert (hardened(bits, step) == hardened(bits, step)).all()
    assert (hardened(bits, step) != hardened(bits, step, secret="another secret of no secrecy")).any()
    after_another = hardened(bits, {"step": "rule90"}, step)
    assert (hardened(hardened(bits, {"step": "rule90"}), step) != after_another).any()


def test_steps_are_taken_in_their_order() -> None:
    bits = np.random.default_rng(2).integers(0, 2, (6, 128), dtype=np.uint8)
    balanced = hardened(bits, {"step": "balance"})
    assert (hardened(bits, {"step": "balance"}, {"step": "rule90"}) == hardened(balanced, {"step": "rule90"})).all()
    first = hardened(hardened(bits, {"step": "rule90"}), {"step": "balance"})
    assert (hardened(balanced, {"step": "rule90"}) != first).any()


def test_record_without_tokens_has_an_encoding_of_zeros_and_no_other_has() -> None:
    for step in ({"step": "balance"}, {"step": "saul", "repetitions": 2, "bits": 64}, {"step": "minhash"}):
        found = encode_clks([("",), ("ana",)], schema_of(128, step), SECRET)
        assert not found[0].any()
        assert found[1].any()


def test_plain_schema_keeps_its_digest_and_a_hardened_one_has_its_own() -> None:
    plain = schema_of(128)
    assert "hardening" not in plain.document()
    digests = {schema_of(128, *steps).digest for steps in ((), ({"step": "fold"},), ({"step": "fold", "times": 2},))}
    assert len(digests) == 3
    again = load_schema(schema_of(128, {"step": "fold"}).document())
    assert again.digest == schema_of(128, {"step": "fold"}).digest


@pytest.mark.parametrize(
    ("steps", "width", "measure", "unrelated"),
    [
        ([], 128, "dice", None),
        ([{"step": "fold"}], 64, "dice", None),
        ([{"step": "rule90"}, {"step": "permute"}], 128, "dice", None),
        ([{"step": "balance"}], 256, "hamming", None),
        ([{"step": "diffuse", "taps": 4, "bits": 512}], 512, "hamming", None),
        ([{"step": "saul"}], 4096, "hamming", "binomial"),
        ([{"step": "saul", "bits": 512}, {"step": "rule90"}], 512, "hamming", None),
        ([{"step": "saul", "bits": 1024}, {"step": "fold"}], 512, "hamming", "binomial"),
        ([{"step": "saul", "bits": 1024}, {"step": "blip", "flip": 0.05}], 1024, "hamming", "binomial"),
        ([{"step": "blip", "flip": 0.05}], 128, "dice", None),
        ([{"step": "minhash"}], 43_008, "symbols", "binomial"),
        ([{"step": "minhash", "components": 7, "symbols": 64}], 768, "symbols", "binomial"),
    ],
)
def test_schema_knows_width_measure_and_the_law_of_unrelated_records(
    steps: list[dict[str, Any]], width: int, measure: str, unrelated: str | None
) -> None:
    schema = schema_of(128, *steps)
    assert (schema.encoded_bits, schema.measure, schema.unrelated) == (width, measure, unrelated)
    assert encode_clks([("ana",)], schema, SECRET).shape == (1, width // 8)


@pytest.mark.parametrize(
    "steps",
    [
        [{"step": "fold"}, {"step": "saul"}],
        [{"step": "fold", "times": 5}],
        [{"step": "blip"}],
        [{"step": "blip", "flip": 0.5}],
        [{"step": "blip", "flip": 0}],
        [{"step": "blip", "flip": 0.1}, {"step": "permute"}],
        [{"step": "saul", "bits": 100}],
        [{"step": "saul", "repetitions": 0}],
        [{"step": "balance", "seed": 1}],
        [{"step": "unknown"}],
        [{"step": "balance"}] * 9,
        [{"step": "saul", "bits": 65536}, {"step": "balance"}],
        [{"step": "minhash"}, {"step": "permute"}],
        [{"step": "blip", "flip": 0.1}, {"step": "minhash"}],
        [{"step": "minhash", "components": 8}],
        [{"step": "minhash", "symbols": 100}],
        [{"step": "minhash", "symbols": 5504}],
        [{"step": "minhash", "draws": 100}],
    ],
)
def test_steps_that_make_no_sense_are_refused(steps: list[dict[str, Any]]) -> None:
    with pytest.raises(SchemaError, match="hardening"):
        schema_of(128, *steps)


@pytest.mark.parametrize("step", ["saul", "minhash"])
def test_what_takes_the_place_of_the_filter_is_refused_beside_its_folds(step: str) -> None:
    document = schema_of(128, {"step": step}).document()
    document["clkConfig"]["xorFolds"] = 1
    with pytest.raises(SchemaError, match=step):
        load_schema(document)
