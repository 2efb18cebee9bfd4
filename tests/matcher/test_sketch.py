"""Sketches, their layout, and the bound on what samples lose."""

import math
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Encodings
from matcher import candidate_pairs
from matcher.form import LONG, MIDDLE, SHORT, Form, host_form
from matcher.sides import plan
from matcher.similarity import Requirement
from matcher.sketch import Sketch, sample_limits
from matcher.tiles import Tiling
from tests.matcher.making import random_encodings

FORMS = [SHORT, MIDDLE, LONG]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**32), st.data())
def test_a_folded_distance_never_exceeds_the_distance(words: int, seed: int, data: st.DataObject) -> None:
    bits = 16 * data.draw(st.integers(1, 4 * words))
    random = np.random.default_rng(seed)
    one, other = random.integers(0, 2**64, (2, 30, words), dtype=np.uint64)
    other[:10] = one[:10]
    other[:10, random.integers(words)] ^= np.uint64(1) << random.integers(0, 64, 10, dtype=np.uint64)
    sketch_distance = np.bitwise_count(Sketch(bits).of(one) ^ Sketch(bits).of(other)).sum(axis=1)
    assert np.all(sketch_distance <= np.bitwise_count(one ^ other).sum(axis=1))
    assert np.all(sketch_distance[:10] == 1)


def test_a_sketch_as_wide_as_the_encoding_is_the_encoding() -> None:
    words = np.random.default_rng(0).integers(0, 2**64, (5, 3), dtype=np.uint64)
    assert np.array_equal(Sketch(192).of(words), words)


def test_a_sample_holds_the_bits_at_its_positions() -> None:
    words = np.random.default_rng(0).integers(0, 2**64, (5, 3), dtype=np.uint64)
    positions = np.random.default_rng(1).permutation(192)[:80]
    bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
    found = np.unpackbits(Sketch(80, positions).of(words).view(np.uint8), axis=1, bitorder="little")
    assert np.array_equal(found[:, :80], bits[:, positions])
    assert not found[:, 80:].any()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_columns_hold_every_sketch_bit_and_where_sums_start(form: Form) -> None:
    left, right = random_encodings(10, 16, 0.3, 1), random_encodings(form.lanes + 70, 16, 0.3, 2)
    prepared = plan(left, right, Requirement.of("dice", 0.4, 128), form)
    side = prepared.right
    bits = side.sketches.shape[1] - 1 - prepared.sums.planes
    columns = np.unpackbits(side.sketches.view(np.uint8), axis=2, bitorder="little")
    by_row = columns.transpose(0, 2, 1).reshape(-1, bits + 1 + prepared.sums.planes)[: len(right)]
    sketches = Sketch(bits).of(right.words[side.numbers])
    expected = np.unpackbits(sketches.view(np.uint8), axis=1, bitorder="little")[:, :bits]
    assert np.array_equal(by_row[:, :bits], expected)
    assert not columns[:, bits].any()
    assert columns.sum() == by_row.sum()
    starts = by_row[:, bits + 1 :] @ (1 << np.arange(prepared.sums.planes))
    assert np.array_equal(starts, (side.bits_set.max() - side.bits_set + 1) // 2)


def test_only_the_pairs_that_popcounts_allow_are_reached() -> None:
    rows = np.packbits(np.arange(64) < np.arange(65)[:, None], axis=1)  # popcounts 0 to 64
    encodings = Encodings.from_bytes(rows)
    prepared = plan(encodings, encodings, Requirement.of("dice", 0.8, 64), host_form())
    assert (prepared.reach.first[30], prepared.reach.last[30]) == (20, 46)
    assert prepared.reach.first[0] == prepared.reach.last[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.data(), st.sampled_from([0.5, 0.1, 0.01, 1e-6]))
def test_a_sample_limit_is_the_least_that_keeps_the_loss(bits: int, data: st.DataObject, loss: float) -> None:
    sample = data.draw(st.integers(1, bits - 1))
    distances = np.arange(-1, bits + 1)
    limits = sample_limits(distances, bits, sample, loss)
    assert limits[0] == -1
    assert np.all(np.diff(limits) >= 0)
    for distance, limit in zip(distances[1:].tolist(), limits[1:].tolist(), strict=True):
        ways = [math.comb(distance, drawn) * math.comb(bits - distance, sample - drawn) for drawn in range(sample + 1)]
        assert sum(ways[limit + 1 :]) <= loss * (1 + 1e-6) * math.comb(bits, sample)
        assert limit == 0 or sum(ways[limit:]) > loss * (1 - 1e-6) * math.comb(bits, sample)


def test_pairs_at_the_threshold_are_lost_no_more_often_than_stated() -> None:
    """Each pair differs in as many bits as the threshold allows, in random places: the worst case, many times."""
    bits, loss, pairs = 1024, 0.01, 20_000
    random = np.random.default_rng(5)
    requirement = Requirement.of("hamming", 0.6, bits)
    distance = int(requirement.distance[-1])
    sketch = Sketch(256, np.sort(random.permutation(bits)[:256]))
    differing = np.argsort(random.random((pairs, bits), dtype=np.float32), axis=1) < distance
    limit = sample_limits(np.array([distance]), bits, 256, loss)[0]
    lost = np.count_nonzero(differing[:, sketch.positions].sum(axis=1) > limit)
    assert lost <= pairs * loss + 4 * math.sqrt(pairs * loss)  # above it by chance: once in 30,000
    assert lost > pairs * loss / 4  # the limit is no tighter than it need be

    left = np.packbits(random.random((1000, bits)) < 0.5, axis=1, bitorder="little")
    right = left ^ np.packbits(differing[:1000], axis=1, bitorder="little")
    files = Encodings.from_bytes(left), Encodings.from_bytes(right)
    tiling = Tiling.of(plan(*files, requirement, host_form(), loss=loss, sketch=sketch), None)
    sampled = differing[:1000, sketch.positions].sum(axis=1)
    kept = {left for left, right in found_pairs(tiling) if left == right}
    assert set(np.flatnonzero(sampled <= limit).tolist()) <= kept
    assert kept <= set(np.flatnonzero(sampled <= limit + 1).tolist())  # sums start at rounded halves
    assert 0 < 1000 - len(kept) < 30


def test_without_loss_no_sketch_is_a_sample_and_with_it_balanced_codes_are_sampled() -> None:
    files = random_encodings(300, 512, 0.5, 1), random_encodings(300, 512, 0.5, 2)
    requirement = Requirement.of("hamming", 0.65, 4096)
    exact, sampled = (plan(*files, requirement, host_form(), loss=loss) for loss in (0.0, 1e-4))
    assert np.array_equal(exact.constants.distance, requirement.distance)
    assert np.all(sampled.constants.distance < requirement.distance.max() / 2)
    assert sampled.left.sketches.shape[1] < exact.left.sketches.shape[1] / 2


def test_near_chance_the_sketch_is_wide_enough_to_tell() -> None:
    files = random_encodings(300, 1024, 0.5, 1), random_encodings(300, 1024, 0.5, 2)
    exact = plan(*files, Requirement.of("hamming", 0.54, 8192), host_form())
    assert exact.left.sketches.shape[1] * 64 / 2 > 8192 * 0.46, "half of a sketch's bits differ by chance"


@pytest.mark.parametrize("rows", [187, 193, 199])
def test_a_sample_in_which_popcounts_leave_less_than_a_team_is_enough(rows: int) -> None:
    left = np.full((rows, 8), 255, dtype=np.uint8)
    left[0] = 1
    found = candidate_pairs(Encodings.from_bytes(left), Encodings.from_bytes(left[:1]), 0.9)
    assert (found.left.tolist(), found.right.tolist()) == ([0], [0])


def found_pairs(tiling: Tiling) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    comparer = tiling.comparer(
        lambda asked: asked,
        lambda hits: found.update(zip(hits.left.tolist(), hits.right.tolist(), strict=True)),
        Event(),
        (0, 0),
    )
    for tile in tiling.tiles():
        comparer.compare(tile)
    comparer.flush()
    return found
