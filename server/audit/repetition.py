"""A run done once more from the sealed encodings, to see that it gives the published result; nothing is published."""

from typing import NamedTuple

import sqlalchemy as sa

from linkage.ledger import Kind
from linkage.ledger.papers import ParametersPaper
from matcher.comparison import Options
from matcher.engine import EngineName, engine
from server import journal
from server.audit.evidence import kept
from server.database import writing
from server.database.tables import runs
from server.errors import ConflictError, NotAllowedError
from server.hits.groups import FoundGroup, Hit, found_groups, hits_digest, hits_of
from server.runs.plan import Plan
from server.runs.work import circles, files_of, linked
from server.service import Caller, Service


class Repetition(NamedTuple):
    """What a run gave when it was done once more."""

    engine: str
    digest: str
    published: str

    @property
    def same(self) -> bool:
        """Whether the result is the published one, to the last hit."""
        return self.digest == self.published


def repeat(service: Service, caller: Caller, run: str, engine_name: EngineName, *, justification: str) -> Repetition:
    """Return what a finished run gives when another engine, or the same, does it once more; it is in the ledger.

    Args:
        service: the host.
        caller: who wants to know.
        run: which.
        engine_name: ``native``, or ``anonlink`` for software that is not ours.
        justification: why, as a code, for the ledger.

    Raises:
        NotAllowedError: there is no such run, it was never published, or it is one of a standing operation.
        ConflictError: encodings that it compared are gone.
    """
    with service.engine.connect() as connection:
        row = connection.execute(sa.select(runs).where(runs.c.id == run)).one_or_none()
        if row is None or row.result_digest is None:
            raise NotAllowedError("there is no such run with a published result", code="run.unpublished")
        thresholds = _thresholds(kept(connection, "document", [row.operation]), run)
    plan = Plan.parse(row.plan)
    if plan.standing:
        raise NotAllowedError(
            "a run of a standing operation rests on those before it and cannot be repeated alone", code="run.standing"
        )
    try:
        found = _found(service, plan, thresholds, engine_name)
    except ConflictError as error:
        raise ConflictError(
            "encodings that the run compared are gone",
            code=error.code,
            hint="a run can be repeated while they are kept",
        ) from None
    digest = hits_digest(found)
    with writing(service.engine) as connection:
        journal.record(
            connection,
            service,
            caller,
            Kind.RUN_REPEATED,
            operation=row.operation,
            subject=run,
            justification=justification,
            reason=engine_name,
            count=len(found),
            digests={"plan": row.plan_digest, "result": digest},
        )
    return Repetition(engine_name, digest, row.result_digest)


def _found(service: Service, plan: Plan, thresholds: list[float], engine_name: EngineName) -> list[Hit]:
    options: Options = {"threads": service.settings.jobs.threads} if engine_name == "native" else {}
    groups: list[FoundGroup] = []
    for planned, threshold in zip(circles(plan), thresholds, strict=True):
        files = files_of(service, planned)
        groups += found_groups(linked(plan, files, threshold, engine=engine(engine_name), options=options), files)
    return hits_of((group.name, group) for group in groups)


def _thresholds(documents: list[bytes], run: str) -> list[float]:
    """Return at which thresholds a run was done, as it stated them when it was published."""
    for content in documents:
        try:
            paper = ParametersPaper.read(content)
        except ValueError:
            continue
        if paper.run == run:
            return paper.thresholds
    raise NotAllowedError("the run was done by an earlier version, which noted no parameters", code="run.unpublished")
