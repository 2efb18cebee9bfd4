"""What is known of encodings, found again: what falls to graph matching with no record known, and what does not."""

from typing import Any

import numpy as np
import pytest

from assessment.attacks import ATTACKS, judged
from assessment.case import make_case, split, usual_clk
from assessment.records import BACKGROUND, read_records
from assessment.verdict import FALLS
from linkage import load_schema

REGISTER, OVERLAP, SEEDS = 5000, 0.4, 5
GRAPH_MATCHING = ATTACKS[0]


def shares(steps: list[dict[str, Any]]) -> list[float]:
    """Return the share re-identified in each run, of hardened encodings with the fields of the usual CLK."""
    person = load_schema("person")
    usual, cells = usual_clk(person)
    schema = load_schema(usual.document() | {"hardening": steps})
    rows = [[row[cell] for cell in cells] for row in read_records(BACKGROUND, person, None)]
    found = []
    for seed in range(SEEDS):
        parts = split(len(rows), REGISTER, OVERLAP, np.random.default_rng(seed))
        random = np.random.default_rng([seed, 1])
        case = make_case(rows, schema, parts, known=1, random=random)
        tally = judged(GRAPH_MATCHING.guess(case, random), case, GRAPH_MATCHING)
        found.append(tally.right / tally.of)
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("steps", [[], [{"step": "fold"}], [{"step": "rule90"}]], ids=["plain", "fold", "rule90"])
def test_plain_fold_and_rule90_fall(steps: list[dict[str, Any]]) -> None:
    assert np.median(shares(steps)) > 0.8


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_built_in_schema_does_not_fall_without_a_known_record() -> None:
    person = load_schema("person")
    rows = read_records(BACKGROUND, person, None)
    random = np.random.default_rng(1)
    case = make_case(
        rows, person, split(len(rows), REGISTER, OVERLAP, np.random.default_rng(0)), known=1, random=random
    )
    tally = judged(GRAPH_MATCHING.guess(case, random), case, GRAPH_MATCHING)
    assert tally.right / tally.of < FALLS
