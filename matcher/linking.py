"""Linking packages: every two of them compared, and the records of all of them grouped."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np

from linkage import Package
from linkage.command import OnProgress
from matcher.automatic import Automatic
from matcher.comparison import Options
from matcher.compatibility import check_compatible
from matcher.engine import Engine
from matcher.engine import engine as native_engine
from matcher.pairwise import Pairwise
from matcher.party import Party
from matcher.threshold import Estimate
from matcher.values import Groups, PartyPairs

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
    """

    parties: tuple[Party, ...]
    comparisons: tuple[PartyPairs, ...]
    groups: Groups
    pairs_compared: int
    threshold: float
    estimate: Estimate | None


def link(
    packages: Sequence[Package],
    threshold: float | Literal["auto"],
    *,
    engine: Engine,
    measure: str | None = None,
    options: Options | None = None,
    recall: float | None = None,
    on_progress: OnProgress | None = None,
) -> Linkage:
    """Return the groups of records of all packages, at most one record of each package in a group.

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
        on_progress: called with the pairs compared so far and in all.

    Raises:
        MismatchError: the packages must not be compared with each other.
        ComparisonError: an argument is out of its range.
    """
    check_compatible(packages)
    packages = sorted(packages, key=lambda package: (package.manifest.agency, package.manifest.category))
    parties = tuple(Party.of(package) for package in packages)
    couples = list(combinations(range(len(parties)), 2))
    sizes = [len(parties[left].encodings) * len(parties[right].encodings) for left, right in couples]
    measure = measure or packages[0].manifest.measure

    def progress(number: int) -> OnProgress | None:
        return on_progress and _offset(on_progress, sum(sizes[:number]), sum(sizes))

    pairwise = Pairwise(engine, measure, options or {}, recall)
    estimate, found = None, None
    if threshold == "auto":
        native = replace(pairwise, engine=native_engine("native"))
        estimate, found = Automatic.of(parties, native, np.random.default_rng(_SEED), progress)
        threshold = estimate.threshold
    if found is None or (engine.name != "native" and threshold <= 1):
        found = [
            pairwise.pairs(parties[left], parties[right], threshold, on_progress=progress(number))[0]
            for number, (left, right) in enumerate(couples)
        ]
    comparisons = tuple(PartyPairs(left, right, pairs) for (left, right), pairs in zip(couples, found, strict=True))
    return Linkage(parties, comparisons, engine.solve_groups(comparisons), sum(sizes), threshold, estimate)


def _offset(on_progress: OnProgress, before: int, total: int) -> Callable[[int, int | None], None]:
    return lambda done, _: on_progress(before + done, total)
