"""Noise: its share, that it stays with the record, and what makes it another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoder import ClkEncoder
from encoder.hardening import flipped
from linkage import load_schema

KEY, OTHER_KEY = bytes(32), bytes([1]) * 32
SCHEMA: dict[str, Any] = {
    "version": "counterfoil/1",
    "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}},
    "features": [
        {
            "identifier": "name",
            "format": {"type": "string"},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 3}},
        }
    ],
    "hardening": [{"step": "permute"}, {"step": "blip", "flip": 0.1}],
}


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.bitwise_count(one ^ other).sum() / (8 * one.size))


def encoded(names: list[str], references: list[str] | None, noise_key: bytes | None = KEY) -> NDArray[np.uint8]:
    return ClkEncoder(load_schema(SCHEMA), b"secret", noise_key=noise_key).encode([names], references).encodings


def test_noise_flips_the_stated_share_of_bits() -> None:
    clean = np.zeros((200, 128), dtype=np.uint8)
    noisy = flipped(clean, 0.1, KEY, [str(row) for row in range(200)])
    assert abs(distance(clean, noisy) - 0.1) < 0.005
    # Rows have noise of their own: 2 x .1 x .9 of the bits of two rows differ.
    assert abs(distance(noisy[:100], noisy[100:]) - 0.18) < 0.01


def test_encoding_a_record_again_gives_the_same_bits() -> None:
    assert encoded(["ana", "bo"], ["7", "8"]).tobytes() == encoded(["bo", "ana"], ["8", "7"])[::-1].tobytes()


def test_key_reference_and_clean_encoding_each_decide_the_noise() -> None:
    clean = np.arange(128, dtype=np.uint8)[None, :]
    changed = clean ^ np.eye(1, 128, dtype=np.uint8)
    noise = clean ^ flipped(clean, 0.1, KEY, ["7"])
    for other in (
        clean ^ flipped(clean, 0.1, OTHER_KEY, ["7"]),
        clean ^ flipped(clean, 0.1, KEY, ["8"]),
        changed ^ flipped(changed, 0.1, KEY, ["7"]),
    ):
        assert abs(distance(noise, other) - 0.18) < 0.06


def test_noise_is_fresh_where_nothing_names_the_record_or_the_agency() -> None:
    assert encoded(["ana"], None).tobytes() != encoded(["ana"], None).tobytes()
    assert encoded(["ana"], ["7"], None).tobytes() != encoded(["ana"], ["7"], None).tobytes()


def test_empty_record_stays_empty() -> None:
    found = encoded(["", "ana"], ["7", "8"])
    assert not found[0].any()
    assert found[1].any()
