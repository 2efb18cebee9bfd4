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
from server.hits.groups import FoundGroup, found_groups, hits_digest
from server.runs.plan import Plan
from server.runs.results import former_names, names_digest, published_hits
from server.runs.work import circles, files_of, linked
from server.service import Caller, Service
from server.submissions.keeping import GONE


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
        NotAllowedError: there is no such run, or it was never published.
        ConflictError: encodings that it compared are gone, or in a standing operation the hits before it, whose groups
            keep their names.
    """
    with service.engine.connect() as connection:
        row = connection.execute(sa.select(runs).where(runs.c.id == run)).one_or_none()
        if row is None or row.result_digest is None:
            raise NotAllowedError("there is no such run with a published result", code="run.unpublished")
        how = _parameters(kept(connection, "document", [row.operation]), run)
        plan = Plan.parse(row.plan)
        former = former_names(connection, plan, row.entry)
    if plan.standing and how.names is None:
        raise _noted_too_little()
    try:
        groups = _groups(service, plan, how, engine_name)
    except ConflictError as error:
        raise ConflictError(
            "encodings that the run compared are gone",
            code=error.code,
            hint="a run can be repeated while they are kept",
        ) from None
    if plan.standing and names_digest(former) != how.names:
        raise ConflictError(
            "hits of the runs before it are gone, whose groups keep their names in this run",
            code="run.hits-gone",
            hint="a run of a standing operation can be repeated while the hits before it are kept",
        )
    found = published_hits(plan, run, groups, former)
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


def _groups(service: Service, plan: Plan, how: ParametersPaper, engine_name: EngineName) -> list[FoundGroup]:
    """Return what the plan finds when everything in it is compared anew, also what a standing operation remembers."""
    options: Options = {"threads": service.settings.jobs.threads} if engine_name == "native" else {}
    groups: list[FoundGroup] = []
    for planned, threshold in zip(circles(plan), how.thresholds, strict=True):
        files = files_of(service, planned)
        if sum(len(file.package.encodings) for file in files) != sum(one.encodings for one in planned):
            raise ConflictError("records of a submission were withdrawn since", code=GONE)
        found = linked(
            plan,
            files,
            threshold,
            engine=engine(engine_name),
            options=options,
            merge_threshold=how.merge_threshold,
        )
        groups += found_groups(found, files)
    return groups


def _parameters(documents: list[bytes], run: str) -> ParametersPaper:
    """Return how a run was done, as it was stated when it was published."""
    for content in documents:
        try:
            paper = ParametersPaper.read(content)
        except ValueError:
            continue
        if paper.run == run:
            return paper
    raise _noted_too_little()


def _noted_too_little() -> NotAllowedError:
    return NotAllowedError("the run was done by an earlier version, which noted too little", code="run.unpublished")
