"""How many cores there are to compare with, and how work that comes in parts is put on them."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
