"""Groups of ten million candidate pairs over ten parties, and anonlink's greedy_solve on fewer of them, side by side.

Run: uv run python benchmarks/groups.py [--pairs 10000000] [--peer-pairs 2000000] [--json]

The pairs are made up: persons that each party holds with a probability, whose records are candidates of each other with
high scores and some are not, and about as many pairs of different persons with lower scores. Ours gets them as
``candidate_pairs`` gives them, per two parties in falling score; anonlink gets them as it wants them, merged by falling
score, and that is not timed. "many to many" is the case that anonlink's ``greedy_solve`` solves; its partition must be
the same as ours, else the program ends with 1. The remainder is timed on the pairs and groups of "one per party".
"""

import sys
import time
import warnings
from array import array
from collections.abc import Callable
from itertools import combinations
from typing import Any

import click
import numpy as np

from linkage.command import emit, json_option
from matcher import CandidatePairs, Groups, PartyPairs, Reason, remainder, solve_groups

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # anonlink imports pkg_resources, which says that it is old
    from anonlink.solving import greedy_solve

PARTIES = 10
HELD = 0.6
SEEN = 0.9
LEVELS = 2000


def made_up(pairs: int, seed: int = 0) -> list[PartyPairs]:
    """Return about so many candidate pairs of PARTIES parties, half of them of one person."""
    random = np.random.default_rng(seed)
    couples = list(combinations(range(PARTIES), 2))
    persons = round(pairs / 2 / (len(couples) * HELD**2 * SEEN))
    row = []
    for _ in range(PARTIES):
        held = np.flatnonzero(random.random(persons) < HELD)
        rows = np.full(persons, -1)
        rows[held] = random.permutation(len(held))
        row.append(rows)
    found = []
    for one, other in couples:
        both = np.flatnonzero((row[one] >= 0) & (row[other] >= 0) & (random.random(persons) < SEEN))
        chance = pairs // 2 // len(couples)
        left, right = (random.integers(row[party].max() + 1, size=chance) for party in (one, other))
        left, right = np.append(row[one][both], left), np.append(row[other][both], right)
        level = np.append(random.integers(LEVELS // 2, LEVELS, len(both)), random.integers(0, LEVELS // 2, chance))
        _, once = np.unique(left * persons + right, return_index=True)
        left, right, score = left[once], right[once], 0.7 + 0.3 * level[once] / LEVELS
        order = np.lexsort((right, left, -score))
        found.append(PartyPairs(one, other, CandidatePairs(left[order], right[order], score[order])))
    return found


def for_anonlink(found: list[PartyPairs]) -> Any:
    """Return pairs of all parties as anonlink's solvers take them, in our order."""
    columns = [np.concatenate([item.pairs[field] for item in found]) for field in range(3)]
    sizes = [len(item.pairs.score) for item in found]
    parties = [np.repeat([item[side] for item in found], sizes) for side in (0, 1)]
    left, right, score = columns
    order = np.lexsort((right, left, parties[1], parties[0], -score))
    as_unsigned = [array("I", column[order].tolist()) for column in (*parties, left, right)]
    return array("d", score[order].tolist()), tuple(as_unsigned[:2]), tuple(as_unsigned[2:])


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result and the seconds that it took."""
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


def count(found: list[PartyPairs]) -> int:
    """Return how many pairs there are."""
    return sum(len(item.pairs.score) for item in found)


def same_partition(ours: Groups, theirs: Any) -> bool:
    """Return whether both made the same groups."""
    return {frozenset(group) for group in ours.members()} == {frozenset(group) for group in theirs}


@click.command()
@click.option("--pairs", default=10_000_000, show_default=True, help="Candidate pairs for ours.")
@click.option("--peer-pairs", default=2_000_000, show_default=True, help="Candidate pairs for both.")
@json_option
def main(pairs: int, peer_pairs: int, *, as_json: bool) -> None:
    """Measure and print."""
    small = made_up(1000)
    remainder(small, solve_groups(small))  # compiles
    shared = made_up(peer_pairs)
    theirs_given = for_anonlink(shared)
    ours, ours_seconds = timed(lambda: solve_groups(shared, one_per_party=False))
    theirs, theirs_seconds = timed(lambda: greedy_solve(theirs_given))
    equal = same_partition(ours, theirs)
    del theirs
    found = made_up(pairs)
    groups, strict_seconds = timed(lambda: solve_groups(found))
    left_out, remainder_seconds = timed(lambda: remainder(found, groups))
    _, loose_seconds = timed(lambda: solve_groups(found, one_per_party=False))
    _, part_seconds = timed(lambda: solve_groups(found, merge_threshold=0.5))
    seconds = {
        "one_per_party": round(strict_seconds, 2),
        "many_to_many": round(loose_seconds, 2),
        "one_per_party_merge_threshold_0.5": round(part_seconds, 2),
        "remainder": round(remainder_seconds, 2),
    }
    left = {reason.name.lower(): left_out.count(reason) for reason in Reason} | {
        "contested_groups": left_out.contested_groups
    }
    result = {
        "parties": PARTIES,
        "pairs": count(found),
        "groups": int(groups.group[-1]) + 1,
        "seconds": seconds,
        "remainder": left,
        "peer": {
            "pairs": count(shared),
            "native_seconds": round(ours_seconds, 2),
            "anonlink_seconds": round(theirs_seconds, 2),
            "native_to_anonlink": round(theirs_seconds / ours_seconds, 1),
            "groups_equal": equal,
        },
    }

    def text() -> str:
        lines = [f"{result['pairs']:,} pairs over {PARTIES} parties, {result['groups']:,} groups"]
        lines += [f"  {name:36}{took:8.2f} s" for name, took in seconds.items()]
        lines += [f"left out: {', '.join(f'{name} {number:,}' for name, number in left.items())}"]
        lines += [
            f"{count(shared):,} pairs, many to many: native {ours_seconds:.2f} s, anonlink {theirs_seconds:.2f} s"
        ]
        lines[-1] += f", {theirs_seconds / ours_seconds:.1f} times{'' if equal else '  GROUPS DIFFER'}"
        return "\n".join(lines)

    emit(result, text, as_json=as_json)
    if not equal:
        sys.exit(1)


if __name__ == "__main__":
    main()
