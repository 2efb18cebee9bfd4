"""Whether the caller may: by the rule table, and by what the caller is to the object. Else there is no such object."""

from typing import Any, Final

import sqlalchemy as sa

from linkage.credential import Role
from server.database.tables import ceremonies, ceremony_sharers, operations, parties, runs, submissions, uploads
from server.errors import AbsentError, NotAllowedError
from server.rules import Rule
from server.service import Caller, Service

_OBJECTS: Final = {"upload": uploads, "submission": submissions, "run": runs}


def authorise(service: Service, rule: Rule, caller: Caller, names: dict[str, Any]) -> None:
    """Do nothing if the rule lets the caller do this to the object that the names in the route say.

    Raises:
        NotAllowedError: the caller's role may not call this route at all.
        AbsentError: there is no such object, or it is none of the caller's: the answer is the same.
    """
    if Role(caller.role) not in rule.roles:
        raise NotAllowedError("this role may not do that", code="not-allowed.role")
    if rule.relation == "officer":
        return
    with service.engine.connect() as connection:
        operation, owners = _object(connection, names)
        if operation is None or not (
            not Role(caller.role).of_agency
            or (_is_party(connection, operation, caller) and (rule.relation == "party" or caller.agency in owners))
        ):
            raise AbsentError("there is no such thing for this caller")


def _object(connection: sa.Connection, names: dict[str, Any]) -> tuple[str | None, set[str]]:
    """Return the operation that the object belongs to, if there is one, and the agencies that it belongs to."""
    for name, table in _OBJECTS.items():
        if name in names:
            row = connection.execute(
                sa.select(table.c.operation, table.c.agency).where(table.c.id == names[name])
            ).one_or_none()
            return (None, set()) if row is None else (row.operation, {row.agency})
    if "ceremony" in names:
        found = sa.select(ceremonies.c.operation).where(ceremonies.c.id == names["ceremony"])
        sharers = sa.select(ceremony_sharers.c.agency).where(ceremony_sharers.c.ceremony == names["ceremony"])
        return connection.execute(found).scalar_one_or_none(), set(connection.execute(sharers).scalars())
    found = sa.select(operations.c.id).where(operations.c.id == names["operation"])
    return connection.execute(found).scalar_one_or_none(), set()


def _is_party(connection: sa.Connection, operation: str, caller: Caller) -> bool:
    """Return whether the agreement names the caller's agency, with the root key that certified the caller."""
    mine = sa.select(parties.c.agency).where(
        parties.c.operation == operation, parties.c.agency == caller.agency, parties.c.root_key == caller.root_key
    )
    return connection.execute(mine).first() is not None
