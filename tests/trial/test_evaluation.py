"""Precision, recall and F1 against counting every pair one by one."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from trial.evaluation import Quality, RecordKey, evaluate

RECORDS = [RecordKey(agency, str(number)) for agency in ("a", "b", "c") for number in range(5)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[list[RecordKey]], dict[RecordKey, str]]:
    """Groups of any size and truth; agencies may hold a person twice and groups may mix anything."""
    records = draw(st.lists(st.sampled_from(RECORDS), unique=True))
    persons = {record: draw(st.sampled_from("pqrstu")) for record in records}
    labels = [draw(st.integers(0, 6)) for _ in records]
    groups = [
        [record for record, label in zip(records, labels, strict=True) if label == group] for group in range(1, 7)
    ]
    return [group for group in groups if len(group) > 1], persons


def counted_one_by_one(
    groups: list[list[RecordKey]], persons: dict[RecordKey, str], agencies: set[str] | None = None
) -> Quality:
    pairs = {frozenset(pair) for pair in combinations(persons, 2) if pair[0].agency != pair[1].agency}
    if agencies:
        pairs = {pair for pair in pairs if {record.agency for record in pair} == agencies}
    true = {pair for pair in pairs if len({persons[record] for record in pair}) == 1}
    found = {frozenset(pair) for group in groups for pair in combinations(group, 2)} & pairs
    return Quality(len(true), len(found), len(true & found))


@given(cases())
def test_pairs_are_those_counted_one_by_one(case: tuple[list[list[RecordKey]], dict[RecordKey, str]]) -> None:
    groups, persons = case
    evaluation = evaluate(groups, persons)
    assert evaluation.pairs == counted_one_by_one(groups, persons)
    for agencies, quality in evaluation.by_agencies.items():
        assert quality == counted_one_by_one(groups, persons, set(agencies))
    assert set(evaluation.by_agencies) == set(combinations(sorted({record.agency for record in persons}), 2))


@given(cases())
def test_groups_right_as_a_whole_are_those_equal_to_all_records_of_a_person(
    case: tuple[list[list[RecordKey]], dict[RecordKey, str]],
) -> None:
    groups, persons = case
    evaluation = evaluate(groups, persons)
    whole = [{record for record in persons if persons[record] == person} for person in set(persons.values())]
    assert evaluation.right_groups == sum(set(group) in whole for group in groups)
    assert evaluation.true_groups == sum(len({record.agency for record in records}) > 1 for records in whole)
    assert sum(size * count for size, count in evaluation.group_sizes.items()) == sum(map(len, groups))
    assert evaluation.records == len(persons)


def test_shares_follow_from_the_counts() -> None:
    quality = Quality(true_pairs=4, found_pairs=3, right_pairs=2)
    assert quality.precision == 2 / 3
    assert quality.recall == 0.5
    assert quality.f1 == 4 / 7


def test_share_of_nothing_is_none() -> None:
    nothing = Quality(true_pairs=0, found_pairs=0, right_pairs=0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert Quality(true_pairs=5, found_pairs=0, right_pairs=0).f1 == 0


def test_large_group_takes_no_time_in_pairs() -> None:
    records = [RecordKey("ab"[number % 2], str(number)) for number in range(200_000)]
    evaluation = evaluate([records], dict.fromkeys(records, "one person"))
    assert evaluation.pairs == Quality(10**10, 10**10, 10**10)


def test_document_names_every_figure() -> None:
    left, right = RecordKey("a", "1"), RecordKey("b", "1")
    assert evaluate([[left, right]], {left: "p", right: "p"}).document() == {
        "true_pairs": 1,
        "found_pairs": 1,
        "right_pairs": 1,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "records": 2,
        "groups": {"true": 1, "found": 1, "right": 1, "found_by_size": {"2": 1}},
        "by_agencies": [
            {
                "agencies": ["a", "b"],
                "true_pairs": 1,
                "found_pairs": 1,
                "right_pairs": 1,
                "precision": 1.0,
                "recall": 1.0,
                "f1": 1.0,
            }
        ],
    }
