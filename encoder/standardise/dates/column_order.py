"""What a whole column proves about the order of its days and months."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from encoder.standardise.dates.value import Order

_THREE_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})([-/. ])\s?(\d{1,2})\2\s?(\d{1,4})(?!\d)")
_LAST_MONTH = 12
_LAST_DAY = 31
_CONTRARY_PER_PROOF = 0.1


class OrderEvidence(NamedTuple):
    """How many texts of a column can be read in one order only, and how many in either."""

    day_first: int = 0
    month_first: int = 0
    year_first: int = 0
    open: int = 0

    @property
    def order(self) -> Order | None:
        """The order that the column proves, or None.

        One contrary text in ten is taken for a mistake in the text: a swapped day and month look like the other order.
        """
        counts: list[tuple[int, Order]] = [
            (self.day_first, "day-first"),
            (self.month_first, "month-first"),
            (self.year_first, "year-first"),
        ]
        most, order = max(counts, key=lambda pair: pair[0])
        contrary = sum(count for count, _ in counts) - most
        return order if most and contrary <= _CONTRARY_PER_PROOF * most else None


def order_evidence(values: Iterable[str]) -> OrderEvidence:
    """Return what the texts of a column prove; only dates of three numbers with a year last, or a short year, count."""
    day_first = month_first = year_first = either = 0
    for value in values:
        found = _THREE_NUMBERS.search(value)
        if found is None or len(found[1]) > 2:  # noqa: PLR2004 - a full year ahead leaves nothing open
            continue
        first, second, last = int(found[1]), int(found[3]), int(found[4])
        if first > _LAST_DAY:
            year_first += second <= _LAST_MONTH and last <= _LAST_DAY
        elif first > _LAST_MONTH >= second:
            day_first += 1
        elif second > _LAST_MONTH >= first:
            month_first += 1
        elif first != second:
            either += 1
    return OrderEvidence(day_first, month_first, year_first, either)


def prove_order(values: Iterable[str]) -> Order | None:
    """Return the order of day and month that a whole column proves, or None where it proves none."""
    return order_evidence(values).order
