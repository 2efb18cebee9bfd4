"""Linkage in the clear."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from trial.baseline import Pair, equality_baseline, one_per_agency, plaintext_baseline
from trial.deal import Deal, Person, deal, febrl4
from trial.evaluation import Quality, RecordKey

A1, A2, B1, B2, C1 = (RecordKey(*name) for name in ("a1", "a2", "b1", "b2", "c1"))


def groups_of(*pairs: Pair) -> set[frozenset[RecordKey]]:
    return {frozenset(group) for group in one_per_agency(pairs)}


def test_groups_grow_over_agencies_when_every_pair_is_there() -> None:
    assert groups_of((A1, B1), (A1, C1), (B1, C1)) == {frozenset({A1, B1, C1})}
    assert groups_of((A1, B1), (A1, C1)) == {frozenset({A1, B1})}


def test_first_pair_wins_where_two_records_of_an_agency_compete() -> None:
    assert groups_of((A1, B1), (A2, B1), (A2, B2)) == {frozenset({A1, B1}), frozenset({A2, B2})}


@given(st.lists(st.tuples(st.sampled_from([A1, A2]), st.sampled_from([B1, B2, C1])), max_size=8))
def test_groups_are_disjoint_with_at_most_one_record_per_agency(pairs: list[Pair]) -> None:
    groups = one_per_agency(pairs)
    records = [record for group in groups for record in group]
    assert len(set(records)) == len(records)
    for group in groups:
        assert len(group) == len({record.agency for record in group}) > 1


def test_linkage_of_a_part_of_febrl4_finds_nearly_everything_without_a_warning() -> None:
    columns, persons = febrl4()
    dealt = deal(columns, persons[:600], seed=1)
    pairs = plaintext_baseline(dealt).evaluation.pairs
    assert pairs.true_pairs == sum(dealt.overlap.values())
    assert pairs.f1 is not None
    assert pairs.f1 > 0.97


def test_equality_joins_equal_numbers_and_no_missing_ones() -> None:
    columns = ("soc_sec_id",)
    persons = [Person(str(number), (str(number),), (str(number),)) for number in range(50)]
    persons += [Person(str(number), ("",), ("",)) for number in range(50, 100)]
    dealt = deal(columns, persons, seed=1)
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for agency, rows in dealt.files.items():
        for row in rows:
            holders[row.person_id].append(agency)
    known = sum(len(held) * (len(held) - 1) // 2 for person, held in holders.items() if int(person) < 50)
    pairs = equality_baseline(dealt).evaluation.pairs
    assert pairs == Quality(sum(dealt.overlap.values()), known, known)


def test_equality_takes_one_record_per_agency() -> None:
    dealt = deal(("soc_sec_id",), [Person(str(number), ("7",), ("7",)) for number in range(40)], seed=1)
    assert equality_baseline(dealt).evaluation.group_sizes == {3: 1}
    assert equality_baseline(Deal(("soc_sec_id",), {"a": (), "b": ()})).evaluation.pairs == Quality(0, 0, 0)
