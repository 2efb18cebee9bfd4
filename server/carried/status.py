"""What an agency would be told of an operation, in a file that only it can open."""

from contextlib import suppress
from pathlib import Path

from linkage.canonical import canonical_json
from linkage.envelope import Envelope
from linkage.files import write_whole
from linkage.sealing import seal_bytes
from server import journal
from server.api.documents import ceremony_documents, plan_document, run_documents, submission_documents
from server.api.models import STANDING_TYPE, StandingDocument
from server.errors import AbsentError, NotAllowedError
from server.operations.registry import agreement_of
from server.service import Service


def export_status(service: Service, operation: str, agency: str, folder: Path) -> Path:
    """Return where in `folder` the plan, the runs, the agency's submissions and ceremonies now stand, sealed to it.

    Raises:
        AbsentError: there is no such operation, or the agency is no party to it.
        FileError: the file cannot be written, or is there already.
    """
    with service.engine.connect() as connection:
        party = agreement_of(connection, operation).party(agency)
        checkpoint = journal.checkpoint(connection, service)
    if party is None:
        raise AbsentError("the agency is no party to the operation")
    plan = None
    with suppress(NotAllowedError):
        plan = plan_document(service, agency, operation)
    found = StandingDocument.model_validate(
        {
            "operation": operation,
            "agency": agency,
            "written": service.now_text(),
            "plan": plan,
            "runs": run_documents(service, agency, operation),
            "submissions": submission_documents(service, agency, operation),
            "ceremonies": ceremony_documents(service, agency, operation),
            "checkpoint": checkpoint,
        }
    )
    envelope = Envelope.signed(STANDING_TYPE, canonical_json(found.model_dump()), service.keys.identity)
    path = folder / f"{agency}.status.json.sealed"
    write_whole(path, seal_bytes(envelope.encode(), [party.sealing]), overwrite=False)
    return path
