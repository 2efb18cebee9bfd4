"""Packages that hold persons several times: told by their own pairs, no chance, and several records in a group."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from linkage import Package
from linkage.command.program import run
from linkage.symbols import ALPHABET, packed
from matcher import link
from matcher.engine import engine
from matcher.threshold import Unrelated
from matcher.threshold.evidence import one_to_one
from matcher.threshold.repeating import InsideSample, foot_of_repeated
from tests.matcher.conftest import MakePackage

NATIVE = engine("native")
PLACES = 2688
LAW = Unrelated(PLACES, ALPHABET)


def inside(strangers: int, repeated: int, records: int, *, look_alikes: float = 0.04) -> InsideSample:
    """Scores of pairs inside a file: of strangers, who are the rarer the more alike; and of one person."""
    random = np.random.default_rng(5)
    likeness = np.concatenate(
        [0.3 + random.exponential(look_alikes, strangers), random.normal(0.75, 0.12, repeated)]
    ).clip(0, 1)
    return InsideSample(LAW.scores(likeness), records, records * (records - 1) // 2, 0.0009)


@pytest.mark.parametrize(("repeated", "records"), [(60, 500), (400, 500), (5000, 2000)])
def test_persons_held_several_times_are_told_from_strangers(repeated: int, records: int) -> None:
    foot = foot_of_repeated(inside(1000, repeated, records), LAW)
    assert foot is not None
    assert 0.35 < float(LAW.likeness(np.array([foot]))[0]) < 0.56


@pytest.mark.parametrize(
    ("strangers", "repeated", "records", "look_alikes"),
    [(1000, 0, 500, 0.04), (1000, 0, 500, 0.12), (1000, 15, 500, 0.04), (1000, 40, 2000, 0.04), (0, 0, 500, 0.04)],
)
def test_people_who_look_alike_are_not_taken_for_one(
    strangers: int, repeated: int, records: int, look_alikes: float
) -> None:
    assert foot_of_repeated(inside(strangers, repeated, records, look_alikes=look_alikes), LAW) is None


def test_a_record_may_be_linked_with_several_of_a_file_that_repeats() -> None:
    left, right = np.array([0, 0, 1, 0]), np.array([0, 1, 1, 2])
    assert one_to_one(left, right, 2, 3).tolist() == [True, False, True, False]
    assert one_to_one(left, right, 2, 3, (True, False)).tolist() == [True, True, False, True]
    assert one_to_one(left, right, 2, 3, (True, True)).tolist() == [True] * 4


def codes(persons: NDArray[np.int64], seed: int) -> NDArray[np.uint8]:
    """Codes of records of these persons: each shares some of the symbols of its person."""
    random = np.random.default_rng(seed)
    own = np.random.default_rng(1).integers(0, ALPHABET, (persons.max() + 1, PLACES), dtype=np.uint16)
    kept = random.random((len(persons), PLACES)) < random.uniform(0.3, 0.9, (len(persons), 1))
    rows = np.where(kept, own[persons], random.integers(0, ALPHABET, (len(persons), PLACES), dtype=np.uint16))
    return packed(rows)


@pytest.fixture
def packages(make_package: MakePackage) -> list[Package]:
    """Three packages of persons 0 to 299; atl and bor hold each of theirs three times, cyr once."""
    facts = {"measure": "symbols", "unrelated": "binomial", "expires": "2999-01-01T00:00:00Z"}
    held = {"atl": np.repeat(np.arange(200), 3), "bor": np.repeat(np.arange(100, 300), 3), "cyr": np.arange(50, 250)}
    return [
        make_package(name, codes(persons, seed), seed=seed, **facts)
        for seed, (name, persons) in enumerate(held.items(), start=1)
    ]


def test_automatic_threshold_finds_persons_in_packages_that_hold_them_several_times(packages: list[Package]) -> None:
    linked = link(packages, "auto", engine=NATIVE, repeating=())
    assert linked.repeating == linked.shared == {0, 1}
    assert linked.estimate is not None
    assert linked.estimate.reason == "best F1"
    sizes = np.bincount(np.bincount(linked.groups.group))
    assert sizes[7] >= 90  # three of atl, three of bor and one of cyr, for each of 100 persons
    assert len(sizes) == 8


def test_groups_of_one_record_of_each_package_are_found_all_the_same(packages: list[Package]) -> None:
    linked = link(packages, "auto", engine=NATIVE)
    assert linked.repeating == {0, 1}
    assert not linked.shared
    sizes = np.bincount(np.bincount(linked.groups.group))
    assert sizes[3] >= 90
    assert len(sizes) == 4


def test_agencies_whose_packages_repeat_may_be_named(packages: list[Package]) -> None:
    linked = link(packages, 0.01, engine=NATIVE, repeating=["atl"])
    assert linked.shared == {0}
    assert {len(members) for members in linked.groups.members()} <= {2, 3, 4, 5}
    (within,) = (comparison for comparison in linked.comparisons if comparison.left_party == comparison.right_party)
    assert (within.pairs.left < within.pairs.right).all()


def test_best_pairs_of_each_record_count_others_alone_inside_a_package(packages: list[Package]) -> None:
    linked = link(packages, 0.01, engine=NATIVE, repeating=["atl"], options={"best": 1})
    inside = [comparison for comparison in linked.comparisons if comparison.left_party == comparison.right_party]
    assert sum(len(comparison.pairs.score) for comparison in inside) == 600


def test_nobody_is_looked_for_inside_a_package_where_nothing_says_how_alike_persons_are(
    packages: list[Package], make_package: MakePackage
) -> None:
    facts = {"measure": "symbols", "unrelated": "binomial", "expires": "2999-01-01T00:00:00Z"}
    empty = make_package("dan", codes(np.arange(1), 9)[:0], seed=9, **facts)
    linked = link([packages[0], empty], "auto", engine=NATIVE, repeating=())
    assert linked.shared == {0}
    assert not linked.groups.members()


def test_a_package_named_as_repeating_teaches_no_chance(make_package: MakePackage) -> None:
    """So few of its records are repeated that it does not show: 30 of 1,000."""
    facts = {"measure": "symbols", "unrelated": "binomial", "expires": "2999-01-01T00:00:00Z"}
    held = {"atl": np.append(np.arange(1000), np.arange(30)), "bor": np.arange(900, 1900)}
    packages = [
        make_package(name, codes(persons, seed), seed=seed, **facts)
        for seed, (name, persons) in enumerate(held.items(), start=1)
    ]
    unnamed, named = (link(packages, "auto", engine=NATIVE, repeating=names) for names in ((), ("atl",)))
    assert unnamed.estimate is not None
    assert named.estimate is not None
    assert not unnamed.repeating
    assert named.shared == {0}
    assert named.estimate.chance_pairs < unnamed.estimate.chance_pairs


def test_command_tells_which_packages_repeat(
    packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(package.path) for package in packages]
    groups = str(tmp_path / "groups.csv")
    assert run(["match", *paths, "--threshold", "auto", "-o", groups, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["repeating"] == ["atl", "bor"]
    assert "several times in the package of atl, bor" in told["threshold_origin"]
    assert run(["match", *paths, "--threshold", "0.01", "--repeating", "cyr", "-o", groups]) == 0
    assert "several times    persons in cyr" in capsys.readouterr().out
    assert run(["match", *paths, "--threshold", "0.01", "--repeating", "dan", "-o", groups]) == 2
    assert "--repeating names 'dan', of which there is no package" in capsys.readouterr().err
    assert run(["match", *paths, "--threshold", "0.01", "--repeating", "cyr", "--pairs", groups]) == 2
    assert "without -o there are no groups" in capsys.readouterr().err
    assert run(["match", *paths, "--threshold", "0.01", "--merge-threshold", "1", "--pairs", groups]) == 2
    assert "without -o there are no groups" in capsys.readouterr().err
