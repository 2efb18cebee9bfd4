"""Hits that are carried to an agency: a file that only it can open, and an entry of the ledger that says so."""

import io
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from linkage.files import write_whole
from linkage.ledger import Kind
from linkage.sealing import seal_bytes
from server import journal
from server.api.hits_csv import write_hits
from server.api.models import HitDocument
from server.database import writing
from server.database.tables import runs
from server.errors import AbsentError, ConflictError
from server.hits.reading import hits_about
from server.operations.registry import agreement_of
from server.service import Caller, Service


class Exported(NamedTuple):
    """A file for an agency, and how many hits are in it."""

    agency: str
    hits: int
    path: Path


def export_hits(
    service: Service, operator: Caller, run: str, agency: str, *, justification: str, folder: Path
) -> Exported:
    """Write the hits of a run about one agency's records into `folder`, sealed to that agency's key.

    The disclosure is in the ledger before the file is there.

    Raises:
        AbsentError: there is no such run, or the agency is no party to its operation.
        ConflictError: the run has not ended well.
        FileError: the file cannot be written, or is there already.
    """
    text = io.StringIO(newline="")
    path = folder / f"{agency}.groups.csv.sealed"
    with writing(service.engine) as connection:
        row = connection.execute(sa.select(runs.c.operation, runs.c.state).where(runs.c.id == run)).one_or_none()
        if row is None:
            raise AbsentError("there is no such run")
        if row.state != "done":
            raise ConflictError("the run has no hits: it is not done", code="run.not-done")
        party = agreement_of(connection, row.operation).party(agency)
        if party is None:
            raise AbsentError("the agency is no party to the operation of the run")
        found = hits_about(connection, service, agency, run)
        documents = [
            HitDocument.model_validate(
                hit._asdict() | {"counterparts": [counterpart._asdict() for counterpart in hit.counterparts]}
            )
            for hit in found
        ]
        count = write_hits(text, agency, documents)
        journal.record(
            connection,
            service,
            operator,
            Kind.HITS_DISCLOSED,
            operation=row.operation,
            subject=run,
            justification=justification,
            recipient=agency,
            count=count,
        )
    write_whole(path, seal_bytes(text.getvalue().encode(), [party.sealing]), overwrite=False)
    return Exported(agency, count, path)


def parties_of(service: Service, run: str) -> list[str]:
    """Return the agencies that are party to the operation of a run.

    Raises:
        AbsentError: there is no such run.
    """
    with service.engine.connect() as connection:
        operation = connection.execute(sa.select(runs.c.operation).where(runs.c.id == run)).scalar_one_or_none()
        if operation is None:
            raise AbsentError("there is no such run")
        return [party.agency for party in agreement_of(connection, operation).parties]
