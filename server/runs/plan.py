"""The plan of a run: which submissions are compared with each other, and on what legal ground. Nothing else is."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from linkage.agreement import Agreement, Pairing, allowed
from linkage.canonical import canonical_json, digest_of, parse_json
from linkage.category import Category
from linkage.ledger import Compared, Side
from server.database.tables import couples
from server.submissions.keeping import circle_of, live_submissions


class PlannedSubmission(BaseModel):
    """A submission as a plan names it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    submission: str
    agency: str
    category: str
    counterpart: str | None = None
    package: str
    records: int
    encodings: int

    @property
    def circle(self) -> frozenset[str]:
        """The two agencies that share the secret it was made with; empty where all parties do."""
        return circle_of(self.agency, self.counterpart)


class PlannedComparison(BaseModel):
    """Two submissions that may be compared, and why."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    left: str
    right: str
    ground: str
    pairs: int


class Plan(BaseModel):
    """All comparisons that an agreement permits among the submissions that are here.

    Attributes:
        standing: whether the operation is one where every submission starts a run.
        comparisons: what is compared.
        known: in a standing one, what earlier runs have compared and published; it takes part in the groups.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    format: Literal["counterfoil-plan/1"] = "counterfoil-plan/1"
    operation: str
    agreement: str
    standing: bool = False
    submissions: list[PlannedSubmission]
    comparisons: list[PlannedComparison]
    known: list[PlannedComparison] = []

    @property
    def pairs(self) -> int:
        """Pairs of encodings to compare."""
        return sum(comparison.pairs for comparison in self.comparisons)

    @property
    def combined(self) -> Iterator[PlannedComparison]:
        """Everything that the groups rest on, compared now or before."""
        yield from self.comparisons
        yield from self.known

    def seen_by(self, agency: str) -> "Plan":
        """Return the part of the plan in which an agency's own submissions are compared."""
        own = {planned.submission for planned in self.submissions if planned.agency == agency}
        comparisons, known = (
            [one for one in part if one.left in own or one.right in own] for part in (self.comparisons, self.known)
        )
        shown = {name for one in (*comparisons, *known) for name in (one.left, one.right)}
        submissions = [planned for planned in self.submissions if planned.submission in shown]
        return self.model_copy(update={"submissions": submissions, "comparisons": comparisons, "known": known})

    def compared(self) -> tuple[Compared, ...]:
        """Return the comparisons as an entry of the ledger states them."""
        sides = {
            planned.submission: Side(
                submission=planned.submission, agency=planned.agency, category=Category(planned.category)
            )
            for planned in self.submissions
        }
        return tuple(Compared(left=sides[planned.left], right=sides[planned.right]) for planned in self.comparisons)

    def encode(self) -> bytes:
        """Return the plan in its one spelling (RFC 8785)."""
        return canonical_json(self.model_dump())

    @property
    def digest(self) -> str:
        """What an order names the plan by."""
        return digest_of(self.encode())

    @classmethod
    def parse(cls, content: bytes) -> "Plan":
        """Return the plan in `content`, as :meth:`encode` wrote it."""
        return cls.model_validate(parse_json(content))


def plan_of(connection: sa.Connection, agreement: Agreement) -> Plan:
    """Return the plan for what is here now; submissions that nothing may be compared with are not in it."""
    rows = live_submissions(connection, agreement.operation)
    permitted = [
        PlannedComparison(
            left=left.id, right=right.id, ground=pairing.legal_ground, pairs=left.encodings * right.encodings
        )
        for left, right in combinations(rows, 2)
        if (pairing := _pairing(agreement, left, right)) is not None
    ]
    standing = agreement.runs.by == "on_submission"
    published = _published(connection, [row.id for row in rows]) if standing else set()
    used = {identifier for comparison in permitted for identifier in (comparison.left, comparison.right)}
    return Plan(
        operation=agreement.operation,
        agreement=agreement.digest,
        standing=standing,
        submissions=[
            PlannedSubmission(
                submission=row.id,
                agency=row.agency,
                category=row.category,
                counterpart=row.counterpart,
                package=row.digest,
                records=row.records,
                encodings=row.encodings,
            )
            for row in rows
            if row.id in used
        ],
        comparisons=[one for one in permitted if (one.left, one.right) not in published],
        known=[one for one in permitted if (one.left, one.right) in published],
    )


def _published(connection: sa.Connection, live: list[str]) -> set[tuple[str, str]]:
    """Return which two submissions earlier runs have compared and published."""
    done = sa.select(couples.c.left_submission, couples.c.right_submission).where(
        couples.c.published.is_not(None), couples.c.left_submission.in_(live)
    )
    return {(row.left_submission, row.right_submission) for row in connection.execute(done)}


def _pairing(agreement: Agreement, left: sa.Row[Any], right: sa.Row[Any]) -> Pairing | None:
    if agreement.key.scope == "pair" and (left.counterpart, right.counterpart) != (right.agency, left.agency):
        return None
    return allowed(agreement, left.agency, Category(left.category), right.agency, Category(right.category))
