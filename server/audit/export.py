"""The compliance pack of an operation, for an officer who asks for it. That it was asked for is in the ledger."""

import sqlalchemy as sa

from linkage.agreement import SignedAgreement
from linkage.ledger import Kind
from linkage.ledger.pack import Attached, Pack, SoftwareUsed, Witnessed
from linkage.software import software
from server import journal
from server.audit.evidence import evidence_of, kept
from server.audit.witnessing import witnesses
from server.database import writing
from server.errors import AbsentError
from server.ledger import Ledger, operation_pack
from server.service import Caller, Service


def export(service: Service, caller: Caller, operation: str, attached: Attached | None = None) -> Pack:
    """Return the pack of an operation, signed by the host; its last entry says who had it made.

    Args:
        service: the host.
        caller: who asks.
        operation: whose pack.
        attached: what the caller adds.

    Raises:
        AbsentError: there is no such operation.
    """
    with writing(service.engine) as connection:
        agencies = _agencies(connection, operation)
        if not agencies:
            raise AbsentError("there is no such operation for this caller")
        journal.record(connection, service, caller, Kind.LEDGER_READ, operation=operation)
        found = evidence_of(connection, operation, agencies)
        return operation_pack(
            connection,
            Ledger(service.keys.identity),
            operation,
            agencies=agencies,
            evidence=found,
            attached=attached or Attached(),
            witnessed=[
                Witnessed(agency=agency, checkpoint=signed.encode().decode(), shown=shown)
                for agency, signed, shown in witnesses(connection)
                if agency in agencies
            ],
            software=[SoftwareUsed(name=used.name, version=used.version, digest=used.digest) for used in software()],
            disclosed_to=caller.agency,
            now=service.now(),
        )


def _agencies(connection: sa.Connection, operation: str) -> set[str]:
    """Return all who ever were party to an operation, and the host; nobody if there is no such operation."""
    versions = [SignedAgreement.parse(text).agreement for text in kept(connection, "agreement", [operation])]
    return {name for version in versions for name in (version.host.name, *(party.agency for party in version.parties))}
