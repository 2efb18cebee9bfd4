"""Agreements with known records, counted: they give filters away, and symbols of few draws, not of many."""

from typing import Any

import numpy as np
import pytest

from assessment.attacks import ATTACKS
from assessment.case import Case, make_case, split, usual_clk
from assessment.counts import by_counts
from assessment.records import BACKGROUND, read_records
from linkage import load_schema

KNOWN = 50


def case_of(*steps: dict[str, Any]) -> Case:
    """400 persons as the usual CLK has them, hardened; half are held, and 50 of these known."""
    schema = load_schema("person")
    usual, cells = usual_clk(schema)
    rows = [[row[cell] for cell in cells] for row in read_records(BACKGROUND, schema, None)[:400]]
    random = np.random.default_rng(1)
    hardened = load_schema(usual.document() | {"hardening": list(steps)})
    return make_case(rows, hardened, split(400, 400, 0.5, random), known=KNOWN, random=random)


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
