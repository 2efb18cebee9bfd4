"""Dealing benchmark records over agencies."""

import csv
import hashlib
from collections import defaultdict
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from trial.deal import Deal, Person, deal, febrl4, write_agency_file, write_truth

COLUMNS = ("name", "town")


def some_persons(count: int) -> list[Person]:
    return [Person(f"p{n}", (f"name {n}", "town"), (f"nmae {n}", "")) for n in range(count)]


def records_by_person(dealt: Deal) -> dict[str, list[tuple[str, ...]]]:
    found = defaultdict(list)
    for rows in dealt.files.values():
        for row in rows:
            found[row.person_id].append(row.cells)
    return found


def test_febrl4_has_five_thousand_persons_with_two_different_records_of_text() -> None:
    columns, persons = febrl4()
    assert columns[:2] == ("given_name", "surname")
    assert len(columns) == 10
    assert len({person.person_id for person in persons}) == len(persons) == 5000
    assert all(person.original != person.duplicate for person in persons)
    values = [value for person in persons for value in person.original + person.duplicate]
    assert {type(value) for value in values} == {str}
    assert not {"nan", "None"} & set(values)
    assert any("" in person.duplicate for person in persons)


@given(st.integers(0, 60), st.integers(0, 1 << 40))
def test_everybody_is_held_and_most_persons_by_one_agency_only(count: int, seed: int) -> None:
    dealt = deal(COLUMNS, some_persons(count), seed=seed)
    in_two, in_three = count * 20 // 100, count * 10 // 100
    expected = {1: count - in_two - in_three, 2: in_two, 3: in_three}
    assert dealt.persons_by_agencies == {agencies: persons for agencies, persons in expected.items() if persons}


@given(st.integers(0, 60), st.integers(0, 1 << 40))
def test_agencies_hold_different_records_of_a_person_and_a_third_repeats_one(count: int, seed: int) -> None:
    persons = {person.person_id: person for person in some_persons(count)}
    dealt = deal(COLUMNS, list(persons.values()), seed=seed)
    for person_id, held in records_by_person(dealt).items():
        assert len(set(held)) == min(len(held), 2)
        assert set(held) <= {persons[person_id].original, persons[person_id].duplicate}
    assert dealt.equal_pairs == dealt.persons_by_agencies.get(3, 0)


@given(st.integers(0, 60), st.integers(0, 1 << 40))
def test_an_agency_holds_a_person_once_under_a_number_that_tells_nothing(count: int, seed: int) -> None:
    dealt = deal(COLUMNS, some_persons(count), seed=seed)
    for agency, rows in dealt.files.items():
        assert len({row.person_id for row in rows}) == len(rows)
        assert [row.record_id for row in rows] == [f"{agency}-{number:05d}" for number in range(1, len(rows) + 1)]


def test_rows_are_shuffled() -> None:
    rows = deal(COLUMNS, some_persons(500), seed=1).files["atl"]
    order = [int(row.person_id[1:]) for row in rows]
    assert order != sorted(order)


def test_overlap_counts_the_persons_whom_two_agencies_hold() -> None:
    dealt = deal(COLUMNS, some_persons(200), seed=3)
    holders = defaultdict(set)
    for agency, rows in dealt.files.items():
        for row in rows:
            holders[row.person_id].add(agency)
    for pair, persons in dealt.overlap.items():
        assert persons == sum(set(pair) <= agencies for agencies in holders.values())
    assert sum(dealt.overlap.values()) == 40 + 3 * 20


def test_deal_is_the_same_for_a_seed_on_every_platform() -> None:
    digest = hashlib.sha256(repr(deal(COLUMNS, some_persons(300), seed=1).files).encode()).hexdigest()
    assert digest == "c4130d5b752f8f47d70f9a0af90087c31ab402b5bd60df4b68049ddfd44c3afe"
    assert deal(COLUMNS, some_persons(300), seed=2) != deal(COLUMNS, some_persons(300), seed=1)


def test_raw_values_are_every_cell_and_record_id_but_not_the_empty_one() -> None:
    dealt = deal(COLUMNS, some_persons(1), seed=1)
    ((row,),) = [rows for rows in dealt.files.values() if rows]
    assert dealt.raw_values() == {row.record_id, *row.cells} - {""}


def test_agency_file_has_no_person_and_truth_has_nothing_else(tmp_path: Path) -> None:
    dealt = deal(COLUMNS, [Person("p,1", ('say "a",\nb', "ö"), ("x", ""))], seed=1)
    ((row,),) = [rows for rows in dealt.files.values() if rows]
    write_agency_file(tmp_path / "a.csv", COLUMNS, [row])
    write_truth(tmp_path / "truth.csv", [row])
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["rec_id", *COLUMNS], [row.record_id, *row.cells]]
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["record_id", "person_id"], [row.record_id, "p,1"]]
