"""Agreements with known records, counted: they give filters away, and symbols of few draws, not of many."""

from typing import Any

import numpy as np
import pytest

from assessment.attacks import ATTACKS
from assessment.counts import by_counts
from tests.assessment.making import KNOWN, case_of


@pytest.mark.parametrize(
    ("steps", "least", "most"),
    [
        ([], 0.9, 1),
        ([{"step": "saul", "repetitions": 1, "bits": 4096}], 0.9, 1),
        ([{"step": "minhash", "components": 2, "symbols": 512, "draws": 512}], 0.5, 1),
        ([{"step": "minhash", "components": 7, "symbols": 512, "draws": 512}], 0, 0.1),
    ],
    ids=["plain filters", "single votes", "two draws", "seven draws"],
)
def test_records_that_are_alike_to_known_ones_are_told(steps: list[dict[str, Any]], least: float, most: float) -> None:
    case = case_of(*steps)
    attack = next(attack for attack in ATTACKS if attack.guess is by_counts)
    tally = attack.tried(case, np.random.default_rng(1))
    assert tally.of == 200 - KNOWN
    assert least <= tally.right / tally.of <= most


def test_nobody_is_taken_for_a_person_who_is_known() -> None:
    case = case_of()
    others = np.setdiff1d(np.arange(200), case.known)
    assert not np.isin(by_counts(case, np.random.default_rng(1))[others], case.truth[case.known]).any()
