"""How often one caller may ask: a bucket that fills again, for each key or address."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST_CALLERS: Final = 10_000
_SECONDS_PER_MINUTE: Final = 60.0


class Rates:
    """Buckets of requests, in the memory of one process; the longest unused is forgotten first."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, caller: str) -> bool:
        """Return whether the caller may ask once more now, and count it."""
        now = self._clock()
        with self._lock:
            level, then = self._buckets.pop(caller, (self._capacity, now))
            level = min(self._capacity, level + (now - then) * self._capacity / _SECONDS_PER_MINUTE)
            allowed = level >= 1
            self._buckets[caller] = (level - 1 if allowed else level, now)
            if len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        return allowed
