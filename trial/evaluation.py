"""How good groups are against a known truth.

Counted are pairs of records that two *different* agencies hold, as named by their counterfoils. A pair is true when
both records are of one person, and found when both are in one group. Pairs inside one agency are not counted: the
matcher joins at most one record per agency. A true group is all the records of a person whom several agencies hold; a
group is right as a whole when it is exactly a true group.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple


class RecordKey(NamedTuple):
    """A record: record ids mean something only together with their agency."""

    agency: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs counted, and what follows from them. A share of nothing is None."""

    true_pairs: int
    found_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float | None:
        """Share of the found pairs that are true."""
        return self.right_pairs / self.found_pairs if self.found_pairs else None

    @property
    def recall(self) -> float | None:
        """Share of the true pairs that were found."""
        return self.right_pairs / self.true_pairs if self.true_pairs else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        pairs = self.true_pairs + self.found_pairs
        return 2 * self.right_pairs / pairs if pairs else None

    @property
    def wrong_pairs(self) -> int:
        """Pairs that are true and were not found, or found and not true."""
        return self.true_pairs + self.found_pairs - 2 * self.right_pairs

    def document(self) -> dict[str, Any]:
        """Return counts and shares as JSON-like data."""
        return {
            "true_pairs": self.true_pairs,
            "found_pairs": self.found_pairs,
            "right_pairs": self.right_pairs,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What :func:`evaluate` finds.

    Attributes:
        pairs: over all pairs of different agencies.
        by_agencies: (agency, agency), in order of name -> the pairs between these two.
        records: records that the counterfoils name.
        group_sizes: number of records -> found groups of that size.
        true_groups: persons whom several agencies hold.
        right_groups: found groups that are exactly a true group.
    """

    pairs: Quality
    by_agencies: dict[tuple[str, str], Quality]
    records: int
    group_sizes: dict[int, int]
    true_groups: int
    right_groups: int

    def document(self) -> dict[str, Any]:
        """Return everything as JSON-like data."""
        return {
            **self.pairs.document(),
            "records": self.records,
            "groups": {
                "true": self.true_groups,
                "found": sum(self.group_sizes.values()),
                "right": self.right_groups,
                "found_by_size": {str(size): count for size, count in sorted(self.group_sizes.items())},
            },
            "by_agencies": [
                {"agencies": list(agencies), **quality.document()} for agencies, quality in self.by_agencies.items()
            ],
        }


def evaluate(groups: Iterable[Sequence[RecordKey]], persons: Mapping[RecordKey, str]) -> Evaluation:
    """Return how good `groups` are. Takes time in proportion to the records, whatever the size of a group.

    Args:
        groups: disjoint groups of records, all of them in `persons`.
        persons: the person of every record there is.
    """
    found_groups = [tuple(group) for group in groups]
    by_person: dict[str, set[RecordKey]] = {}
    for record, person in persons.items():
        by_person.setdefault(person, set()).add(record)
    true: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for records in by_person.values():
        true.update(_pairs_between(records))
    right_groups = 0
    for group in found_groups:
        found.update(_pairs_between(group))
        shares: dict[str, list[RecordKey]] = {}
        for record in group:
            shares.setdefault(persons[record], []).append(record)
        for share in shares.values():
            right.update(_pairs_between(share))
        right_groups += len(shares) == 1 and set(group) == by_person[persons[group[0]]]
    agencies = sorted({record.agency for record in persons})
    return Evaluation(
        pairs=Quality(true.total(), found.total(), right.total()),
        by_agencies={pair: Quality(true[pair], found[pair], right[pair]) for pair in combinations(agencies, 2)},
        records=len(persons),
        group_sizes=dict(Counter(len(group) for group in found_groups)),
        true_groups=sum(len({record.agency for record in records}) > 1 for records in by_person.values()),
        right_groups=right_groups,
    )


def _pairs_between(records: Iterable[RecordKey]) -> dict[tuple[str, str], int]:
    """Return (agency, agency), in order of name -> how many pairs of `records` these two hold."""
    counts = Counter(record.agency for record in records)
    return {(left, right): counts[left] * counts[right] for left, right in combinations(sorted(counts), 2)}
