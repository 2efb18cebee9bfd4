"""The plain way to do what the fast code does; tests hold the two equal. Short and obviously right, never fast."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import product

import numpy as np

from linkage import Encodings
from matcher.similarity import Measure
from matcher.values import CandidatePairs, PartyPairs

Record = tuple[int, int]


def candidate_pairs(
    left: Encodings,
    right: Encodings,
    threshold: float,
    *,
    measure: Measure = "dice",
    best: int | None = None,
    limit: int | None = None,
) -> CandidatePairs:
    """Return what :func:`matcher.candidate_pairs` returns."""
    found = []
    for i, j in product(range(len(left)), range(len(right))):
        a, b = int.from_bytes(left.words[i].tobytes()), int.from_bytes(right.words[j].tobytes())
        if measure == "dice":
            above, below = 2 * (a & b).bit_count(), a.bit_count() + b.bit_count()
        elif measure == "jaccard":
            above, below = (a & b).bit_count(), (a | b).bit_count()
        elif measure == "symbols":
            rows = [_symbols(side.to_bytes()[row].tobytes()) for side, row in ((left, i), (right, j))]
            above, below = sum(one == other for one, other in zip(*rows, strict=True)), len(rows[0])
        else:
            above, below = left.bits - (a ^ b).bit_count(), left.bits
        score = above / below if below else 0.0
        if score >= threshold:
            found.append((-score, i, j))
    found.sort()
    if best is not None:
        kept = set()
        for side in (1, 2):
            seen = Counter[int]()
            for pair in found:
                seen[int(pair[side])] += 1
                if seen[int(pair[side])] <= best:
                    kept.add(pair)
        found = [pair for pair in found if pair in kept]
    found = found[:limit]
    return CandidatePairs(
        np.array([i for _, i, _ in found], dtype=np.int64),
        np.array([j for _, _, j in found], dtype=np.int64),
        np.array([-score for score, _, _ in found], dtype=np.float64),
    )


def _symbols(encoding: bytes) -> list[int]:
    number = int.from_bytes(encoding, "little")
    return [number >> 12 * place & 0xFFF for place in range(len(encoding) * 8 // 12)]


def solve_groups(
    comparisons: Sequence[PartyPairs],
    *,
    merge_threshold: float = 1.0,
    one_per_party: bool = True,
    repeating: Collection[int] = (),
) -> list[list[tuple[Record, float]]]:
    """Return the groups of :func:`matcher.solve_groups`, each a list of members and their scores."""
    found: dict[tuple[Record, Record], float] = {}
    for left_party, right_party, pairs in comparisons:
        for i, j, score in zip(*(array.tolist() for array in pairs), strict=True):
            one, other = sorted([(left_party, i), (right_party, j)])
            if one != other:
                found[one, other] = score
    group_of: dict[Record, set[Record]] = {record: {record} for pair in found for record in pair}
    seen: set[tuple[Record, Record]] = set()
    for (one, other), _ in sorted(found.items(), key=lambda item: (-item[1], *zip(*item[0], strict=True))):
        seen |= {(one, other), (other, one)}
        first, second = group_of[one], group_of[other]
        both = {party for party, _ in first} & {party for party, _ in second}
        if first is second or (one_per_party and both - set(repeating)):
            continue
        if len(seen & set(product(first, second))) >= merge_threshold * (len(first) * len(second)):
            merged = first | second
            group_of.update(dict.fromkeys(merged, merged))
    groups = []
    for members in {id(group): group for group in group_of.values() if len(group) > 1}.values():
        best = dict.fromkeys(sorted(members), 0.0)
        for (one, other), score in found.items():
            if one in members and other in members:
                best[one], best[other] = max(best[one], score), max(best[other], score)
        groups.append(list(best.items()))
    return sorted(groups, key=lambda group: (-max(score for _, score in group), group[0][0]))
