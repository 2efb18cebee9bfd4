"""The greedy merging of groups, compiled by Numba."""

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled

Ints = NDArray[np.int64]

# Columns of what is kept of each group, together because memory is the brake here; only the parent is kept of a record
# that names no group any more.
_PARENT = 0  # a record of the same group on the way to the one that names it
_SIZE = 1  # records
_LISTED = 2  # entries in its list of neighbours
_FIRST = 3  # the first of them, or -1
_LAST = 4  # the last of them
_HELD = 5  # from here on: bit set of the parties whose records it holds, of those where that matters

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: multiplying by it spreads keys


@compiled
def merge_greedily(  # noqa: C901, PLR0912, PLR0915 - one compiled loop over state that it may not copy
    one: Ints,
    other: Ints,
    party: Ints,
    single: NDArray[np.bool_],
    merge_threshold: float,
) -> Ints:
    """Return the group of each record, named by one of its records: int64, shape of `party`.

    Groups that share candidate pairs and are not merged (yet) are neighbours; the number of pairs they share is kept
    by the two names, and each group has a list of its neighbours, so that a merge can rename what concerns it. The
    group with the shorter list takes the other's name, so that an entry is renamed at most log2 of all entries times.
    A name in a list may be out of date; `_group_of` brings it up to date.

    Args:
        one: int64, a record of each candidate pair, best pair first, no pair twice.
        other: int64, the other record of each.
        party: int64, the party of each record.
        single: by party, whether a group may hold only one record of it.
        merge_threshold: share of the cross pairs of two groups that must have been seen for a merge.
    """
    records = len(party)
    words = (len(single) + 63) // 64 if np.any(single) else 0
    state = np.zeros((records, _HELD + words), dtype=np.int64)
    state[:, _PARENT] = np.arange(records)
    state[:, _SIZE] = 1
    state[:, _FIRST] = -1
    for record in range(records):
        if single[party[record]]:
            state[record, _HELD + (party[record] >> 6)] = 1 << (party[record] & 63)
    shared = np.full((1024, 2), -1)  # hash table of (key of two groups, pairs they share), see _slot
    used = 0  # slots with a key
    name = np.empty(1024, dtype=np.int64)  # of a neighbour, by entry of a list
    following = np.empty(1024, dtype=np.int64)  # next entry of the same list, by entry
    entries = 0
    for pair in range(len(one)):
        a, b = _group_of(state, one[pair]), _group_of(state, other[pair])
        if a == b or _overlap(state, a, b):
            continue  # of one group, or of two that can never merge
        cross_pairs = state[a, _SIZE] * state[b, _SIZE]
        slot = _slot(shared, _key(a, b, records)) if cross_pairs > 1 else -1
        seen = max(shared[slot, 1], 0) + 1 if cross_pairs > 1 else 1
        if seen < merge_threshold * cross_pairs:
            used += shared[slot, 0] < 0
            shared[slot, 0], shared[slot, 1] = _key(a, b, records), seen
            if 2 * used > len(shared):
                shared, used = _rebuilt(shared)
            if seen == 1:
                if entries + 2 > len(name):
                    name, following = _doubled(name), _doubled(following)
                for group, neighbour in ((a, b), (b, a)):
                    name[entries] = neighbour
                    _append(state, following, group, entries, entries, 1)
                    entries += 1
            continue
        if seen > 1:
            shared[slot, 1] = 0
        if state[a, _LISTED] < state[b, _LISTED]:
            a, b = b, a
        state[b, _PARENT] = a
        state[a, _SIZE] += state[b, _SIZE]
        for word in range(_HELD, state.shape[1]):
            state[a, word] |= state[b, word]
        entry = state[b, _FIRST]
        while entry >= 0:
            neighbour = _group_of(state, name[entry])
            slot = _slot(shared, _key(b, neighbour, records))
            if shared[slot, 1] > 0:
                moved, shared[slot, 1] = shared[slot, 1], 0
                if not _overlap(state, a, neighbour):
                    slot = _slot(shared, _key(a, neighbour, records))
                    used += shared[slot, 0] < 0
                    shared[slot, 1] = max(shared[slot, 1], 0) + moved
                    shared[slot, 0] = _key(a, neighbour, records)
                    if 2 * used > len(shared):
                        shared, used = _rebuilt(shared)
            entry = following[entry]
        if state[b, _FIRST] >= 0:
            _append(state, following, a, state[b, _FIRST], state[b, _LAST], state[b, _LISTED])
    return np.array([_group_of(state, record) for record in range(records)])


@compiled
def best_ranks(one: Ints, other: Ints, rank: Ints, group: Ints) -> Ints:
    """Return the rank of the best pair that each record has inside its group, or -1: int64, shape of `group`.

    Args:
        one: a record of each candidate pair, best pair first.
        other: the other record of each.
        rank: of each pair.
        group: of each record.
    """
    best = np.full(len(group), -1)
    for pair in range(len(one)):
        if group[one[pair]] == group[other[pair]]:
            for record in (one[pair], other[pair]):
                if best[record] < 0:
                    best[record] = rank[pair]
    return best


@compiled
def in_group_order(group: Ints, place: Ints, groups: int) -> Ints:
    """Return the records of groups, groups by place and records by number: int64.

    Args:
        group: of each record.
        place: by name of a group, its place from 0, or -1 where it is not wanted.
        groups: how many are wanted.
    """
    starts = np.zeros(groups + 1, dtype=np.int64)
    for record in range(len(group)):
        if place[group[record]] >= 0:
            starts[place[group[record]] + 1] += 1
    starts = np.cumsum(starts)
    ordered = np.empty(starts[-1], dtype=np.int64)
    for record in range(len(group)):
        if place[group[record]] >= 0:
            ordered[starts[place[group[record]]]] = record
            starts[place[group[record]]] += 1
    return ordered


@compiled
def _group_of(state: Ints, record: int) -> int:
    """Return the name of the group of a record, and shorten the way there."""
    while state[record, _PARENT] != record:
        state[record, _PARENT] = state[state[record, _PARENT], _PARENT]
        record = state[record, _PARENT]
    return record


@compiled
def _overlap(state: Ints, a: int, b: int) -> bool:
    """Return whether two groups hold records of one party of which a group may hold only one."""
    for word in range(_HELD, state.shape[1]):  # noqa: SIM110 - compiled code knows no any() over a generator
        if state[a, word] & state[b, word]:
            return True
    return False


@compiled
def _append(  # noqa: PLR0917 - compiled code has no keywords
    state: Ints, following: Ints, group: int, first: int, last: int, count: int
) -> None:
    """Put `count` linked entries, `first` to `last`, before those in the list of a group."""
    following[last] = state[group, _FIRST]
    if state[group, _FIRST] < 0:
        state[group, _LAST] = last
    state[group, _FIRST] = first
    state[group, _LISTED] += count


@compiled
def _key(a: int, b: int, records: int) -> int:
    """Return one integer for two groups in either order."""
    return min(a, b) * records + max(a, b)


@compiled
def _slot(table: Ints, key: int) -> np.int64:
    """Return the place of `key` in a hash table of (key, count), or the free place, marked -1, where it belongs.

    Keys are never taken out one by one; a count of 0 says that a key is not wanted any more.
    """
    mask = np.uint64(len(table) - 1)
    place = ((np.uint64(key) * _SPREAD) >> np.uint64(20)) & mask
    while table[place, 0] != key and table[place, 0] >= 0:
        place = (place + np.uint64(1)) & mask
    return np.int64(place)


@compiled
def _rebuilt(table: Ints) -> tuple[Ints, int]:
    """Return a hash table with the keys that are still wanted, at most a quarter full, and their number."""
    wanted = 0
    for place in range(len(table)):
        wanted += table[place, 1] > 0
    size = len(table)
    while 4 * wanted > size:
        size *= 2
    rebuilt = np.full((size, 2), -1)
    for place in range(len(table)):
        if table[place, 1] > 0:
            slot = _slot(rebuilt, table[place, 0])
            rebuilt[slot, 0], rebuilt[slot, 1] = table[place, 0], table[place, 1]
    return rebuilt, wanted


@compiled
def _doubled(array: Ints) -> Ints:
    """Return `array` with as much room again."""
    more = np.empty(2 * len(array), dtype=array.dtype)
    more[: len(array)] = array
    return more
