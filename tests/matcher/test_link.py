"""Linking packages: what may be compared, aliases, and that the order of packages does not matter."""

import sys

import numpy as np
import pytest

from linkage import Package
from linkage.category import Category
from linkage.manifest import SchemaReference
from matcher import Linkage, link
from matcher.engine import engine
from matcher.errors import GroupingError, MismatchError
from matcher.party import Party
from tests.matcher.conftest import MakePackage

NATIVE = engine("native")


@pytest.fixture
def rows() -> np.ndarray:
    """Forty unrelated encodings of 16 bytes."""
    return np.random.default_rng(7).integers(0, 256, (40, 16), dtype=np.uint8)


def told(linkage: Linkage) -> list[set[tuple[str, str]]]:
    """Groups as agencies and tokens."""
    return [
        {
            (linkage.parties[party].agency, linkage.parties[party].tokens(np.array([index])).tobytes().hex())
            for party, index in members
        }
        for members in linkage.groups.members()
    ]


def test_records_in_several_packages_are_grouped_whatever_the_order_of_packages(
    make_package: MakePackage, rows: np.ndarray
) -> None:
    packages = [
        make_package("atl", rows[:30], seed=1),
        make_package("bor", rows[20:], seed=2),
        make_package("cyr", np.vstack([rows[25:35], ~rows[:5]]), seed=3),
    ]
    linked = link(packages, 0.95, engine=NATIVE)
    assert sorted(len(group) for group in told(linked)) == [2] * 10 + [3] * 5
    assert linked.pairs_compared == 30 * 20 + 30 * 15 + 20 * 15
    for other in (packages[::-1], [packages[1], packages[2], packages[0]]):
        assert told(link(other, 0.95, engine=NATIVE)) == told(linked)


@pytest.fixture
def person_of_four(make_package: MakePackage, rows: np.ndarray) -> list[Package]:
    """Packages with one person each, of whom atl and bor hold the same, cyr and dan each something else."""
    held = {agency: rows[:1].copy() for agency in ("atl", "bor", "cyr", "dan")}
    held["cyr"][0, :4] = ~rows[0, :4]
    held["dan"][0, 4:8] = ~rows[0, 4:8]
    return [make_package(agency, row, seed=seed, measure="hamming") for seed, (agency, row) in enumerate(held.items())]


def test_a_record_that_is_like_most_of_a_group_belongs_to_it(person_of_four: list[Package]) -> None:
    threshold = 1 - 32 / 128  # as far are cyr and dan from the two, and twice as far from each other
    assert [len(group) for group in told(link(person_of_four, threshold, engine=NATIVE))] == [4]
    assert [len(group) for group in told(link(person_of_four, threshold, engine=NATIVE, merge_threshold=1))] == [3]
    with pytest.raises(GroupingError, match="merge_threshold"):
        link(person_of_four, threshold, engine=NATIVE, merge_threshold=1.5)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="anonlink has no wheels for Python 3.12 and later")
def test_the_second_opinion_is_of_the_same_opinion_about_a_record_like_most_of_a_group(
    person_of_four: list[Package],
) -> None:
    threshold = 1 - 32 / 128
    assert told(link(person_of_four, threshold, engine=NATIVE)) == told(
        link(person_of_four, threshold, engine=engine("anonlink"))
    )


def test_records_of_packages_that_may_not_be_compared_are_never_in_one_group(person_of_four: list[Package]) -> None:
    barred = {"cyr", "dan"}
    linked = link(
        person_of_four,
        1 - 32 / 128,
        engine=NATIVE,
        permitted=lambda one, other: {one.agency, other.agency} != barred,
    )
    assert [len(group) for group in told(linked)] == [3]
    assert not any(barred <= {agency for agency, _ in group} for group in told(linked))


def test_a_record_with_aliases_is_one_record_with_its_best_score(make_package: MakePackage, rows: np.ndarray) -> None:
    near = rows[:2].copy()
    near[:, 0] ^= 1
    atl = make_package("atl", np.vstack([near[:1], rows[:1], near[1:], rows[30:31]]), seed=1, aliases=True)
    bor = make_package("bor", np.vstack([rows[:2], rows[10:12]]), seed=2)
    linked = link([atl, bor], 0.9, engine=NATIVE)
    (comparison,) = linked.comparisons
    assert (atl.manifest.records, atl.manifest.encodings) == (2, 4)
    assert list(zip(comparison.pairs.left.tolist(), comparison.pairs.right.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert comparison.pairs.score[0] == 1.0
    assert 0.9 <= comparison.pairs.score[1] < 1.0
    assert linked.groups.members() == [[(0, 0), (1, 0)], [(0, 1), (1, 1)]]


def test_two_packages_of_one_agency_are_compared_when_their_categories_differ(
    make_package: MakePackage, rows: np.ndarray
) -> None:
    suspects = make_package("atl-suspects", rows, seed=1)
    witnesses = make_package("atl-witnesses", rows, seed=2, category=Category.WITNESS)
    assert len(told(link([suspects, witnesses], 1.0, engine=NATIVE))) == 40


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"linkage_schema": SchemaReference(name="trial", digest="sha256:" + "2b" * 32)}, "match.schema"),
        ({"key_confirmation": "3c" * 32}, "match.secret"),
        ({"measure": "hamming"}, "match.measure"),
    ],
)
def test_packages_of_different_making_are_refused_with_a_sentence_that_says_which(
    make_package: MakePackage, rows: np.ndarray, changes: dict[str, object], code: str
) -> None:
    alike = [make_package("atl", rows, seed=1), make_package("bor", rows, seed=2)]
    odd = make_package("cyr", rows, seed=3, **changes)
    with pytest.raises(MismatchError) as caught:
        link([alike[0], odd, alike[1]], 0.8, engine=NATIVE)
    assert caught.value.code == code
    first, second = caught.value.message.split("; ")
    assert "atl.cfp" in first
    assert "bor.cfp" in first
    assert "cyr.cfp" not in first
    assert "cyr.cfp" in second


def test_packages_of_different_widths_are_refused(make_package: MakePackage, rows: np.ndarray) -> None:
    with pytest.raises(MismatchError) as caught:
        link([make_package("atl", rows, seed=1), make_package("bor", rows[:, :8], seed=2)], 0.8, engine=NATIVE)
    assert caught.value.code == "match.bits"
    assert "(128)" in caught.value.message
    assert "(64)" in caught.value.message


def test_one_agency_and_category_twice_is_refused(make_package: MakePackage, rows: np.ndarray) -> None:
    with pytest.raises(MismatchError, match="one agency and category") as caught:
        link([make_package("atl-old", rows, seed=1), make_package("atl-new", rows, seed=2)], 0.8, engine=NATIVE)
    assert caught.value.code == "match.repeated"


def test_the_same_encodings_twice_are_refused_under_any_name(make_package: MakePackage, rows: np.ndarray) -> None:
    with pytest.raises(MismatchError, match="hold the same encodings"):
        link([make_package("atl", rows, seed=1), make_package("bor", rows, seed=1)], 0.8, engine=NATIVE)


def test_fewer_than_two_packages_are_refused(make_package: MakePackage, rows: np.ndarray) -> None:
    with pytest.raises(MismatchError, match="at least two"):
        link([make_package("atl", rows, seed=1)], 0.8, engine=NATIVE)


def test_progress_counts_the_pairs_of_all_packages(make_package: MakePackage, rows: np.ndarray) -> None:
    calls = []
    packages = [make_package(name, rows, seed=seed) for seed, name in enumerate(("atl", "bor", "cyr"))]
    link(packages, 0.8, engine=NATIVE, on_progress=lambda *call: calls.append(call))
    assert calls == [(1600, 4800), (3200, 4800), (4800, 4800)]


@pytest.fixture
def shared_persons(make_package: MakePackage) -> list[Package]:
    """Three packages of 150 records; the first 60 persons are in all of them, with some bits changed."""
    random = np.random.default_rng(11)
    rows = random.integers(0, 256, (3 * 150, 32), dtype=np.uint8)
    parts = []
    for number in range(3):
        own = rows[150 * number : 150 * (number + 1)].copy()
        own[:60] = rows[:60] ^ np.packbits(random.random((60, 256)) < 0.06, axis=1)
        parts.append(own[random.permutation(150)])
    return [make_package(name, part, seed=seed) for seed, (name, part) in enumerate(zip("abc", parts, strict=True))]


def test_automatic_threshold_finds_the_persons_whatever_the_order_of_packages_and_the_threads(
    shared_persons: list[Package],
) -> None:
    linked = link(shared_persons, "auto", engine=NATIVE)
    assert linked.estimate is not None
    assert linked.estimate.reason == "best F1"
    assert linked.threshold == linked.estimate.threshold
    assert [len(group) for group in told(linked)] == [3] * 60
    assert all(np.all(comparison.pairs.score >= linked.threshold) for comparison in linked.comparisons)
    again = link(shared_persons[::-1], "auto", engine=NATIVE, options={"threads": 1})
    assert again.threshold == linked.threshold
    assert told(again) == told(linked)


@pytest.mark.parametrize(
    ("changes", "measure", "lawful"),
    [
        ({"measure": "hamming", "unrelated": "binomial"}, None, True),
        ({"measure": "hamming", "unrelated": "binomial"}, "dice", False),
        ({"measure": "hamming"}, None, False),
    ],
)
def test_automatic_threshold_of_balanced_codes_takes_measure_and_law_from_the_manifest(
    make_package: MakePackage, changes: dict[str, str], measure: str | None, *, lawful: bool
) -> None:
    random = np.random.default_rng(14)
    rows = random.integers(0, 256, (400, 64), dtype=np.uint8)
    other = rows[100:] ^ np.packbits(random.random((300, 512)) < 0.25, axis=1)
    packages = [make_package("atl", rows[:200], seed=1, **changes), make_package("bor", other, seed=2, **changes)]
    linked = link(packages, "auto", engine=NATIVE, measure=measure)
    assert linked.estimate is not None
    assert linked.estimate.lawful is lawful
    assert 0.58 < linked.threshold < 0.7
    assert [len(group) for group in told(linked)] == [2] * 100


def test_automatic_pairs_are_all_pairs_at_the_threshold(shared_persons: list[Package]) -> None:
    automatic = link(shared_persons, "auto", engine=NATIVE)
    given = link(shared_persons, automatic.threshold, engine=NATIVE)
    assert given.estimate is None
    for found, expected in zip(automatic.comparisons, given.comparisons, strict=True):
        for one, other in zip(found.pairs, expected.pairs, strict=True):
            assert one.tolist() == other.tolist()


def test_automatic_threshold_joins_nobody_where_nobody_is_shared(make_package: MakePackage) -> None:
    rows = np.random.default_rng(12).integers(0, 256, (400, 32), dtype=np.uint8)
    linked = link(
        [make_package("atl", rows[:200], seed=1), make_package("bor", rows[200:], seed=2)], "auto", engine=NATIVE
    )
    assert linked.estimate is not None
    assert linked.estimate.reason == "few matches"
    assert told(linked) == []


def test_sample_of_a_party_is_its_first_records_with_all_their_aliases(
    make_package: MakePackage, rows: np.ndarray
) -> None:
    party = Party.of(make_package("atl", rows, seed=1, aliases=True))
    part = party.first(3)
    assert (len(part.first_row), len(part.encodings)) == (3, 6)
    assert part.tokens(np.arange(3)).tolist() == party.tokens(np.arange(3)).tolist()
    assert party.first(20) is party
