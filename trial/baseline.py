"""What linkage in the clear makes of the same rows, with recordlinkage and without looking at the truth.

Two yardsticks: a linkage as one would do it if one party held all the records (candidate pairs that agree on one of
five fields, Jaro-Winkler on names and addresses, the rest equal or not, Fellegi-Sunter weights learnt by expectation
maximisation without labels), and the plainest one there is, equality of one identifying number.
"""

import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from trial.deal import Deal
from trial.evaluation import Evaluation, RecordKey, evaluate

if TYPE_CHECKING:
    import pandas as pd

BLOCKS = ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode")
TEXTS = ("given_name", "surname", "address_1", "address_2", "suburb")
NUMBERS = ("street_number", "postcode", "state", "date_of_birth", "soc_sec_id")
ALIKE = 0.85  # Jaro-Winkler; from here on two texts count as agreeing
IDENTIFYING = "soc_sec_id"

Pair = tuple[RecordKey, RecordKey]


@dataclass(frozen=True, slots=True)
class Baseline:
    """How good a linkage in the clear is, and the seconds it took after its libraries were loaded."""

    evaluation: Evaluation
    seconds: float


def plaintext_baseline(deal: Deal) -> Baseline:
    """Return the result of probabilistic linkage of all the agencies' raw records (FEBRL columns)."""
    with warnings.catch_warnings():
        # recordlinkage 0.16 uses forms that pandas and scikit-learn have since deprecated; it has no newer release.
        warnings.simplefilter("ignore")
        import pandas as pd
        import recordlinkage as rl

        started = time.perf_counter()
        frames = {
            agency: pd.DataFrame(
                [row.cells for row in rows], columns=deal.columns, index=[row.record_id for row in rows]
            ).replace("", None)
            for agency, rows in deal.files.items()
        }
        table = pd.concat(_similarities(frames[left], frames[right]) for left, right in combinations(frames, 2))
        accepted = rl.ECMClassifier(binarize=None).fit_predict((table >= ALIKE).astype(int))
        closeness = table.loc[accepted].sum(axis="columns").to_dict()
    order = sorted(closeness, key=lambda pair: (-closeness[pair], pair))
    keys = {row.record_id: RecordKey(agency, row.record_id) for agency, rows in deal.files.items() for row in rows}
    groups = one_per_agency((keys[left], keys[right]) for left, right in order)
    seconds = time.perf_counter() - started
    return Baseline(evaluate(groups, _persons(deal)), seconds)


def _similarities(left: "pd.DataFrame", right: "pd.DataFrame") -> "pd.DataFrame":
    """Return candidate pairs by fields, each similarity from 0 to 1; a missing value agrees with none."""
    import recordlinkage as rl

    index = rl.Index()
    for column in BLOCKS:
        index.block(column)
    compare = rl.Compare()
    for column in TEXTS:
        compare.string(column, column, method="jarowinkler", label=column)
    for column in NUMBERS:
        compare.exact(column, column, label=column)
    table: pd.DataFrame = compare.compute(index.index(left, right), left, right)
    return table


def one_per_agency(pairs: Iterable[Pair]) -> list[list[RecordKey]]:
    """Return groups of records, at most one per agency, grown from `pairs` in their order.

    Two groups become one when every pair across them has been seen, as the matcher's groups do.
    """
    groups: dict[RecordKey, list[RecordKey]] = {}
    seen: set[frozenset[RecordKey]] = set()
    for one, other in pairs:
        seen.add(frozenset((one, other)))
        left, right = groups.get(one, [one]), groups.get(other, [other])
        if left is right or {record.agency for record in left} & {record.agency for record in right}:
            continue
        if all(frozenset((a, b)) in seen for a in left for b in right):
            joined = left + right
            groups |= dict.fromkeys(joined, joined)
    return list({id(group): group for group in groups.values()}.values())


def equality_baseline(deal: Deal, column: str = IDENTIFYING) -> Baseline:
    """Return the result of joining the records that have the same value in `column`, one per agency."""
    started = time.perf_counter()
    place = deal.columns.index(column)
    holders: dict[str, dict[str, RecordKey]] = {}
    for agency, rows in deal.files.items():
        for row in rows:
            if row.cells[place]:
                holders.setdefault(row.cells[place], {}).setdefault(agency, RecordKey(agency, row.record_id))
    groups: list[Sequence[RecordKey]] = [tuple(found.values()) for found in holders.values() if len(found) > 1]
    seconds = time.perf_counter() - started
    return Baseline(evaluate(groups, _persons(deal)), seconds)


def _persons(deal: Deal) -> dict[RecordKey, str]:
    return {RecordKey(agency, row.record_id): row.person_id for agency, rows in deal.files.items() for row in rows}
