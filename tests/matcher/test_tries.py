"""More names of a person do not mean more chance hits."""

import numpy as np
import pytest
from numpy.typing import NDArray

from linkage import Encodings
from matcher.engine import engine
from matcher.pairwise import Pairwise
from matcher.party import Party
from matcher.tries import chance_decay, discounted

RECORDS = 1200


def strangers(seed: int, aliases: int) -> Party:
    """Records of different persons: what tells persons apart is one half, the name the other; each has `aliases`."""
    random = np.random.default_rng(seed)
    about = np.repeat(random.integers(0, 256, (RECORDS, 16), dtype=np.uint8), aliases, axis=0)
    names = random.integers(0, 256, (RECORDS * aliases, 16), dtype=np.uint8)
    record = np.repeat(np.arange(RECORDS), aliases)
    encodings = Encodings.from_bytes(np.hstack([about, names]))
    return Party(f"agency {seed}", "suspect", encodings, record, np.arange(RECORDS) * aliases)


def reached(left: Party, right: Party, threshold: float) -> int:
    pairs, _ = Pairwise(engine("native"), "hamming").pairs(left, right, threshold)
    return len(pairs.score)


def test_strangers_with_aliases_meet_no_more_often_than_others() -> None:
    once = reached(strangers(1, 1), strangers(2, 1), 0.6)
    several = reached(strangers(1, 4), strangers(2, 2), 0.6)
    assert once > 400  # enough to compare
    assert several < 1.2 * once
    best = strangers(1, 4), strangers(2, 2)
    raw = engine("native").candidate_pairs(best[0].encodings, best[1].encodings, 0.6, measure="hamming")
    couples = {(a // 4, b // 2) for a, b in zip(raw.left.tolist(), raw.right.tolist(), strict=True)}
    assert len(couples) > 2 * once  # what the best of eight tries would have been


def test_decay_is_that_of_the_scores() -> None:
    falling: NDArray[np.float64] = np.random.default_rng(0).exponential(1 / 40, 200_000)
    assert chance_decay(falling) == pytest.approx(40, rel=0.1)


def test_persons_filed_twice_hardly_change_the_decay() -> None:
    falling = np.random.default_rng(0).exponential(1 / 40, 300_000)
    twice = np.concatenate([falling, np.ones(6)])
    assert chance_decay(twice) == pytest.approx(chance_decay(falling), rel=0.1)


@pytest.mark.parametrize("seen", [np.zeros(0), np.full(20, 0.3), np.full(4000, 0.3)])
def test_nothing_is_taken_off_where_chance_is_not_known(seen: NDArray[np.float64]) -> None:
    assert chance_decay(seen) == float("inf")
    assert discounted(np.array([0.7]), np.array([8]), float("inf")).tolist() == [0.7]


def test_one_try_is_worth_its_score_and_more_tries_less() -> None:
    worth = discounted(np.array([0.8, 0.8, 0.8, 0.01]), np.array([1, 2, 6, 2]), 30.0)
    assert worth[0] == 0.8
    assert worth[0] > worth[1] > worth[2] > worth[3] == 0.0
