"""A package and figures to start from, made without running a command."""

import pytest

from tests.trial.making import some_package
from trial.baseline import Baseline
from trial.evaluation import RecordKey, evaluate
from trial.figures import AgencyFigures, Figures, Side, UsedField
from trial.leak import search_packages
from trial.program import Step
from trial.similarity import Histogram


@pytest.fixture(scope="session")
def package() -> bytes:
    return some_package(1)


@pytest.fixture(scope="session")
def figures() -> Figures:
    """Figures with a wrong pair, a missed pair, and values that HTML must not take for tags."""
    persons = {RecordKey(agency, str(number)): str(number) for agency in ("atl", "bor") for number in range(4)}
    groups = [
        [RecordKey("atl", "0"), RecordKey("bor", "0")],
        [RecordKey("atl", "1"), RecordKey("bor", "1")],
        [RecordKey("atl", "2"), RecordKey("bor", "3")],
    ]
    found = evaluate(groups, persons)
    sides = [
        Side(agency, {"surname": surname, "town": "<b>x</b>"}, token * 32, "suspect", encoding)
        for agency, surname, token, encoding in (
            ("atl", "o'neil & <i>sons</i>", "a", bytes([0b11110000] * 16)),
            ("bor", "oneill", "b", bytes([0b11110000] * 12 + [0b11010001] * 4)),
        )
    ]
    return Figures(
        seed=7,
        threshold=0.7,
        schema="a schema",
        fields=(UsedField("surname", 60), UsedField("town", 40)),
        persons={1: 3, 2: 4},
        overlap={("atl", "bor"): 4},
        equal_pairs=0,
        agencies=(AgencyFigures("atl", 6, 1000, 0.5, 3), AgencyFigures("bor", 5, 900, 0.25, 3)),
        steps=(Step("atl", "counterfoil secret new -o atl/op.secret", 0.5), Step("host", "counterfoil match", 1.25)),
        pair=(sides[0], sides[1]),
        equal_bytes=12,
        linkage=found,
        plaintext=Baseline(found, 2.0),
        equality=Baseline(evaluate([], persons), 0.0),
        leak_search=search_packages({"atl.cfp": some_package(2)}, {"montgomery", "zoe"}),
        histogram=Histogram(tuple(int(equal in {65, 72, 80, 90}) for equal in range(101)), (9,) * 71 + (0,) * 30),
        match_seconds=1.25,
        seconds=12.5,
    )
