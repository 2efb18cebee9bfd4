"""How many cores there are to compare with, and how work that comes in parts is put on them."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_cores(function: Callable[[Part], Made], parts: Sequence[Part], threads: int) -> list[Made]:
    """Return what `function` makes of each part, in order; for work that leaves the GIL alone and soon ends."""
    if min(threads, len(parts)) <= 1:
        return [function(part) for part in parts]
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        return list(pool.map(function, parts))


def equal_parts(count: int, parts: int, *, unit: int = 1) -> list[slice]:
    """Return slices that cover `count` things, as many as `parts` or fewer, each but the last whole units of them."""
    units = -(-count // unit)
    borders = [min(units * number // parts * unit, count) for number in range(parts + 1)]
    return [slice(begin, end) for begin, end in pairwise(borders) if begin < end]
