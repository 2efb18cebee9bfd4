"""What a run publishes of the groups it found, and what that rests on, so that it can be had again later.

A run of a standing operation rests on those before it: a group keeps the name that it had. Its parameters therefore say
which run was published before it with which result, and the digest of the names that were there to be taken over.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa

from linkage.canonical import canonical_json, digest_of
from matcher.grouping import MERGE_THRESHOLD
from server.database.tables import hits, runs
from server.hits.continuity import continued
from server.hits.groups import FoundGroup, Hit, hits_of
from server.runs.plan import Plan
from server.runs.standing import AUTOMATIC

_ORDER = (sa.func.coalesce(runs.c.entry, -1), runs.c.finished, runs.c.id)


def published_hits(plan: Plan, run: str, groups: Sequence[FoundGroup], former: Mapping[str, str]) -> list[Hit]:
    """Return the hits that a run publishes.

    A standing operation publishes what it owes to a comparison of this run, under the name that the group had before.

    Args:
        plan: of the run.
        run: its id.
        groups: what it found.
        former: in a standing operation, the names that are there to be taken over.
    """
    if not plan.standing:
        return hits_of((group.name, group) for group in groups)
    new = {frozenset((one.left, one.right)) for one in plan.comparisons}
    names = continued(groups, former, run)
    return hits_of((name, group) for name, group in zip(names, groups, strict=True) if group.rests_on(new))


def former_names(connection: sa.Connection, plan: Plan, until: int | None = None) -> dict[str, str]:
    """Return the name of the last group of each token that the submissions of a standing plan have a hit about.

    Args:
        connection: to read from.
        plan: of the run that takes names over.
        until: number of the entry that published that run; None where it is about to be published.
    """
    if not plan.standing:
        return {}
    submissions = [planned.submission for planned in plan.submissions]
    last = (
        sa.select(hits.c.token, hits.c.hit_group)
        .join(runs, runs.c.id == hits.c.run)
        .where(runs.c.operation == plan.operation, hits.c.submission.in_(submissions))
        .where(sa.true() if until is None else sa.func.coalesce(runs.c.entry, -1) < until)
        .order_by(*_ORDER)
    )
    return {row.token: row.hit_group for row in connection.execute(last)}


def names_digest(former: Mapping[str, str]) -> str:
    """Return the digest of names that a run may take over."""
    return digest_of(canonical_json(dict(former)))


def parameters(
    connection: sa.Connection, row: sa.Row[Any], plan: Plan, thresholds: list[float], former: Mapping[str, str]
) -> bytes:
    """Return how a run was done, circle by circle, for those who verify or repeat it."""
    stated = {
        "format": "counterfoil-run-parameters/1",
        "run": row.id,
        "thresholds": thresholds,
        "given": row.threshold != AUTOMATIC,
        "merge_threshold": MERGE_THRESHOLD,
        "engine": "native",
        "software": f"counterfoil {version('counterfoil')}",
    }
    if plan.standing:
        stated |= {"predecessor": _last_published(connection, plan.operation), "names": names_digest(former)}
    return canonical_json(stated)


def _last_published(connection: sa.Connection, operation: str) -> dict[str, str] | None:
    """Return the run of an operation that was published last, and the digest of its result."""
    published = sa.and_(runs.c.operation == operation, runs.c.state == "done")
    last = sa.select(runs.c.id, runs.c.result_digest).where(published).order_by(*(each.desc() for each in _ORDER))
    row = connection.execute(last.limit(1)).first()
    return None if row is None else {"run": row.id, "result": row.result_digest}
