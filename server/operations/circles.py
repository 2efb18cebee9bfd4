"""Who shares a secret with whom, as the ceremonies that were held here say."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from linkage.agreement import Agreement
from linkage.manifest import Manifest
from server.database.tables import ceremonies, ceremony_sharers
from server.errors import NotAllowedError


class Held(NamedTuple):
    """A ceremony, and who has confirmed its secret, who another one, and who none yet."""

    row: sa.Row[Any]
    agreeing: list[str]
    differing: list[str]
    waiting: list[str]

    @property
    def sharers(self) -> list[str]:
        """Who shares the secret, in the order of their names."""
        return sorted((*self.agreeing, *self.differing, *self.waiting))

    @property
    def complete(self) -> bool:
        """Whether all who share the secret have confirmed the same one."""
        return not self.differing and not self.waiting


def held_ceremony(connection: sa.Connection, ceremony: str) -> Held:
    """Return a ceremony and who has confirmed it."""
    (found,) = _selected(connection, ceremonies.c.id == ceremony)
    return found


def ceremonies_of(connection: sa.Connection, operation: str, agency: str | None = None) -> list[Held]:
    """Return the ceremonies of an operation, those of an agency or all, in the order of those who share a secret."""
    held_here = _selected(connection, ceremonies.c.operation == operation)
    found = [held for held in held_here if agency is None or agency in held.sharers]
    return sorted(found, key=lambda held: held.sharers)


def forget_ceremonies(connection: sa.Connection, operation: str) -> None:
    """Delete the ceremonies of an operation: a new epoch has begun, and their secrets are void."""
    named = sa.select(ceremonies.c.id).where(ceremonies.c.operation == operation)
    forget(connection, connection.execute(named).scalars().all())


def counterpart_by_secret(connection: sa.Connection, agreement: Agreement, manifest: Manifest) -> str | None:
    """Return for which agency alone a package was made, by the secret that it confirms; None where all share one.

    Raises:
        NotAllowedError: a ceremony says that it was made with a wrong secret, or none says with whose.
    """
    found = ceremonies_of(connection, agreement.operation, manifest.agency)
    right = [held for held in found if held.row.key_confirmation == manifest.key_confirmation]
    if agreement.key.scope == "operation":
        if found and not right:
            raise NotAllowedError(
                "the package was made with another secret than that of the key ceremony",
                code="submission.secret",
                hint="compare key confirmations with the other agencies",
            )
        return None
    if not right:
        raise NotAllowedError(
            "the package was made with a secret that no ceremony here has shared",
            code="submission.pair",
            hint="each pair has a secret of its own here: counterfoil agency ceremony send, then encode with it",
        )
    return next(agency for agency in right[0].sharers if agency != manifest.agency)


def _selected(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Held]:
    rows = connection.execute(sa.select(ceremonies).where(which).order_by(ceremonies.c.id)).all()
    sharers = (
        sa.select(ceremony_sharers)
        .join(ceremonies, ceremonies.c.id == ceremony_sharers.c.ceremony)
        .where(which)
        .order_by(ceremony_sharers.c.agency)
    )
    said: dict[tuple[str, bool | None], list[str]] = {}
    for found in connection.execute(sharers):
        said.setdefault((found.ceremony, found.agrees), []).append(found.agency)
    return [Held(row, *(said.get((row.id, kind), []) for kind in (True, False, None))) for row in rows]


def forget(connection: sa.Connection, which: Sequence[str]) -> None:
    """Delete some ceremonies."""
    connection.execute(ceremony_sharers.delete().where(ceremony_sharers.c.ceremony.in_(which)))
    connection.execute(ceremonies.delete().where(ceremonies.c.id.in_(which)))
