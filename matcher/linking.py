"""Linking packages: every two of them compared, and the records of all of them grouped."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import comb
from typing import Literal, NamedTuple

import numpy as np

from linkage import Package
from linkage.command import OnProgress
from matcher.automatic import Automatic
from matcher.comparison import Options
from matcher.compatibility import check_compatible
from matcher.engine import Engine
from matcher.engine import engine as native_engine
from matcher.errors import MismatchError
from matcher.grouping import MERGE_THRESHOLD, check_merge_threshold
from matcher.pairwise import Pairwise
from matcher.party import Party
from matcher.similarity import Measure, checked
from matcher.threshold import Estimate
from matcher.values import CandidatePairs, Groups, PartyPairs

_SEED = 0  # of the repetitions that say how sure an estimate is: equal packages, equal answer


class Linkage(NamedTuple):
    """What linking found.

    Attributes:
        parties: the packages, by agency and category; parties of `comparisons` and `groups` are numbers of this tuple.
        comparisons: candidate pairs of records, not of rows, of every two packages.
        groups: of records.
        pairs_compared: pairs of encodings of different packages.
        threshold: least score of a candidate pair; above all scores where none can be accepted.
        estimate: how the threshold came about, if it was not given.
        repeating: numbers of the parties that hold persons several times, as was found for the threshold.
        shared: numbers of the parties of which a group may hold several records.
        merge_threshold: share of the pairs between two groups that had to reach the threshold for them to be merged.
    """

    parties: tuple[Party, ...]
    comparisons: tuple[PartyPairs, ...]
    groups: Groups
    pairs_compared: int
    threshold: float
    estimate: Estimate | None
    repeating: frozenset[int] = frozenset()
    shared: frozenset[int] = frozenset()
    merge_threshold: float = 1.0


class Permitted(NamedTuple):
    """The comparisons that packages allow.

    Attributes:
        parties: the packages, by agency and category.
        couples: which two of them are compared.
        measure: similarity.
        lawful: whether unrelated records have equal bits, or symbols, by chance alone, and they are what is counted.
    """

    parties: tuple[Party, ...]
    couples: list[tuple[int, int]]
    measure: Measure
    lawful: bool

    @classmethod
    def of(
        cls,
        packages: Sequence[Package],
        measure: str | None = None,
        permitted: Callable[[Party, Party], bool] | None = None,
    ) -> "Permitted":
        """Return what may be compared; the arguments and errors are those of :func:`link`."""
        check_compatible(packages)
        packages = sorted(packages, key=lambda package: (package.manifest.agency, package.manifest.category))
        parties = tuple(Party.of(package) for package in packages)
        couples = [
            (left, right)
            for left, right in combinations(range(len(parties)), 2)
            if permitted is None or permitted(parties[left], parties[right])
        ]
        if not couples:
            raise MismatchError("no two of the packages may be compared with each other", code="match.forbidden")
        manifest = packages[0].manifest
        chosen = checked(measure or manifest.measure, 0.0)[0]
        if (chosen == "symbols") != (manifest.measure == "symbols"):
            raise MismatchError(
                f"the encodings are made for the measure {manifest.measure}, and {chosen} tells nothing of them",
                code="match.measure",
                hint="leave the measure out",
            )
        return cls(
            parties, couples, chosen, lawful=chosen in {"hamming", "symbols"} and manifest.unrelated == "binomial"
        )

    @property
    def all_couples(self) -> bool:
        """Whether every two parties are compared."""
        return len(self.couples) == comb(len(self.parties), 2)

    @property
    def pairs(self) -> int:
        """Pairs of encodings that are compared."""
        return sum(self._sizes())

    def progress(self, number: int, on_progress: OnProgress | None) -> OnProgress | None:
        """Return what a comparison calls so that `on_progress` is told of all of them together."""
        sizes = self._sizes()
        return on_progress and _offset(on_progress, sum(sizes[:number]), sum(sizes))

    def _sizes(self) -> list[int]:
        rows = [len(party.encodings) for party in self.parties]
        return [rows[left] * rows[right] for left, right in self.couples]


def stream(
    asked: Permitted,
    threshold: float,
    *,
    engine: Engine,
    options: Options | None = None,
    recall: float | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[PartyPairs]:
    """Yield the candidate pairs of every two packages, by falling score, in pieces, without grouping them.

    With a memory limit any number of pairs is possible. The arguments are those of :func:`link`.
    """
    pairwise = Pairwise(engine, asked.measure, options or {}, recall)
    for number, (left, right) in enumerate(asked.couples):
        sides = asked.parties[left], asked.parties[right]
        for piece in pairwise.stream(*sides, threshold, on_progress=asked.progress(number, on_progress)):
            yield PartyPairs(left, right, piece)


def link(
    packages: Sequence[Package],
    threshold: float | Literal["auto"],
    *,
    engine: Engine,
    measure: str | None = None,
    options: Options | None = None,
    recall: float | None = None,
    merge_threshold: float | None = None,
    permitted: Callable[[Party, Party], bool] | None = None,
    repeating: Collection[str] | None = None,
    on_progress: OnProgress | None = None,
) -> Linkage:
    """Return the groups of records of all packages, at most one record of each package in a group.

    With `repeating`, it may hold several of a package that holds persons several times.

    Every two packages are compared, every pair of their encodings; a pair of records has the score of its best pair of
    encodings. The order of `packages` does not matter.

    Args:
        packages: at least two.
        threshold: least similarity, from 0 to 1; or "auto", the one that the scores themselves suggest. Our own code
            then compares first; another engine repeats it at the threshold that came out.
        engine: what compares and groups.
        measure: similarity; that which the encodings are made for by default.
        options: threads, memory, machines: see :class:`matcher.comparison.Options`. With "auto", `best` has no meaning.
        recall: share of the pairs at the threshold that must be found, or None for all of them.
        merge_threshold: share of the pairs between two groups that must reach the threshold for them to be merged, as
            in :func:`matcher.solve_groups`; MERGE_THRESHOLD by default. Where some packages may not be compared, all.
        permitted: whether two packages may be compared; all may by default. Records of two packages that may not are
            never in one group.
        repeating: agencies whose packages hold persons several times, beside those of which "auto" finds that (with
            our own engine); such packages are compared with themselves too. None where a group is to hold one record
            of each package all the same.
        on_progress: called with the pairs compared so far and in all.

    Raises:
        MismatchError: the packages must not be compared with each other, or none may.
        ComparisonError: an argument is out of its range.
        GroupingError: the merge threshold is out of its range.
    """
    wanted = MERGE_THRESHOLD if merge_threshold is None else merge_threshold
    check_merge_threshold(wanted)
    asked = Permitted.of(packages, measure, permitted)
    enough = wanted if asked.all_couples else 1.0
    parties, couples = asked.parties, asked.couples

    def progress(number: int) -> OnProgress | None:
        return asked.progress(number, on_progress)

    pairwise = Pairwise(engine, asked.measure, options or {}, recall)
    estimate, found, several = None, None, frozenset[int]()
    told = frozenset(number for number, party in enumerate(parties) if party.agency in (repeating or ()))
    if threshold == "auto":
        native = pairwise if engine.name == "native" else replace(pairwise, engine=native_engine("native"))
        estimate, found, several = Automatic.of(
            parties,
            couples,
            native,
            np.random.default_rng(_SEED),
            progress,
            lawful=asked.lawful,
            told=told if repeating is not None and engine.name == "native" else None,
        )
        threshold = estimate.threshold
    if found is None or (engine.name != "native" and threshold <= 1):
        found = [
            pairwise.pairs(parties[left], parties[right], threshold, on_progress=progress(number))[0]
            for number, (left, right) in enumerate(couples)
        ]
    comparisons = [PartyPairs(left, right, pairs) for (left, right), pairs in zip(couples, found, strict=True)]
    shared = told | several if repeating is not None and engine.name == "native" else told
    if any(len(pairs.score) for pairs in found):  # else the threshold says nothing of persons
        comparisons += [_inside(number, parties[number], pairwise, threshold) for number in sorted(shared)]
    groups = engine.solve_groups(comparisons, merge_threshold=enough, repeating=shared)
    return Linkage(parties, tuple(comparisons), groups, asked.pairs, threshold, estimate, several, shared, enough)


def _inside(number: int, party: Party, pairwise: Pairwise, threshold: float) -> PartyPairs:
    """Return the candidate pairs of different records of one party."""
    options: Options = {**pairwise.options}
    options.pop("best", None)  # a record is its own best pair
    pairs, _ = replace(pairwise, options=options).pairs(party, party, threshold)
    once = pairs.left < pairs.right
    return PartyPairs(number, number, CandidatePairs(pairs.left[once], pairs.right[once], pairs.score[once]))


def _offset(on_progress: OnProgress, before: int, total: int) -> Callable[[int, int | None], None]:
    return lambda done, _: on_progress(before + done, total)
