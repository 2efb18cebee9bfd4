"""Whether what a host holds is whole, as after a backup was restored: every sealed file, every entry of the ledger."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from linkage.errors import CounterfoilError
from linkage.ledger.tree import head_of
from server.database.tables import submissions
from server.ledger import Ledger
from server.service import Service
from server.submissions.keeping import opened


class Soundness(NamedTuple):
    """What was looked at, and what of it is not whole.

    Attributes:
        submissions: that should be there.
        broken: those whose sealed file is missing, damaged, or of another key.
        entries: of the ledger.
        ledger_whole: whether they give the head that the host signs for.
    """

    submissions: int
    broken: list[str]
    entries: int
    ledger_whole: bool

    @property
    def whole(self) -> bool:
        """Whether nothing is missing or damaged."""
        return not self.broken and self.ledger_whole


def look_through(service: Service) -> Soundness:
    """Return what is whole: every stored submission is opened, and the ledger is computed anew from its entries."""
    ledger = Ledger(service.keys.identity)
    with service.engine.connect() as connection:
        rows = connection.execute(sa.select(submissions).where(submissions.c.state == "stored")).all()
        size = ledger.size(connection)
        head = head_of(ledger.leaves(connection))
        whole = head == ledger.checkpoint(connection).checkpoint.head
    return Soundness(len(rows), [row.id for row in rows if not _opens(service, row)], size, whole)


def _opens(service: Service, row: sa.Row[Any]) -> bool:
    try:
        opened(service, row)
    except (CounterfoilError, OSError):
        return False
    return True
