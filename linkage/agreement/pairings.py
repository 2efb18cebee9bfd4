"""Which comparisons an agreement permits. No pairing, no legal ground, no comparison."""

from collections.abc import Iterable, Iterator
from itertools import combinations, islice
from typing import NamedTuple

from linkage.agreement.model import ANY, Agreement, Pairing, Side, sides_in_order
from linkage.category import Category


class Submitted(NamedTuple):
    """What a plan needs to know of a submission."""

    agency: str
    category: Category
    submission: str


class Comparison(NamedTuple):
    """One permitted comparison of two submissions, and the pairing that permits it."""

    left: Submitted
    right: Submitted
    pairing: Pairing


def allowed(
    agreement: Agreement, left_agency: str, left_category: Category, right_agency: str, right_category: Category
) -> Pairing | None:
    """Return the pairing that permits this comparison, whichever way round it is written, or None.

    Nothing is permitted within one agency, for a stranger to the agreement, or in a category that the agency may not
    submit. Of several pairings that fit, the one that names most agencies counts.
    """
    if left_agency == right_agency:
        return None
    for agency, category in ((left_agency, left_category), (right_agency, right_category)):
        party = agreement.party(agency)
        if party is None or category not in party.categories or category not in agreement.categories:
            return None
    for left, right in (
        (left_agency, right_agency),
        (left_agency, ANY),
        (ANY, right_agency),
        (ANY, ANY),
    ):
        sides = Side(agency=left, category=left_category), Side(agency=right, category=right_category)
        if (found := agreement.grounds.get(sides_in_order(*sides))) is not None:
            return found
    return None


def plan(agreement: Agreement, submissions: Iterable[Submitted]) -> tuple[Comparison, ...]:
    """Return every permitted comparison among `submissions`, in an order that does not depend on theirs."""
    ordered = sorted(submissions)
    return tuple(
        Comparison(left, right, pairing)
        for left, right in combinations(ordered, 2)
        if (pairing := allowed(agreement, left.agency, left.category, right.agency, right.category)) is not None
    )


def ambiguities(agreement: Agreement) -> Iterator[tuple[int, int]]:
    """Yield pairs of pairings, by number from 1, that permit one comparison and name equally many agencies."""
    first: dict[tuple[Side, Side], int] = {}
    half_named: dict[tuple[Category, Category], dict[str, int]] = {}  # categories of the named and the open side
    for number, pairing in enumerate(agreement.pairings, start=1):
        earlier = first.setdefault(pairing.key, number)
        if earlier != number:
            yield earlier, number
            continue
        named = [side for side in pairing.key if side.agency != ANY]
        if len(named) != 1:
            continue
        (own,), (other,) = named, [side for side in pairing.key if side.agency == ANY]
        half_named.setdefault((own.category, other.category), {})[own.agency] = number
        crossing = half_named.get((other.category, own.category), {})  # A's x with any y, any x with B's y: A, B
        yield from ((met, number) for agency, met in islice(crossing.items(), 2) if agency != own.agency)
