"""Entries of the ledger, written in the transaction of the change that they record."""

import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from linkage.canonical import base64_text, canonical_json
from linkage.envelope import Envelope
from linkage.ledger import Entry, Kind, Opening
from linkage.ledger.entry import ENTRY_SALT_BYTES
from server.ledger import Ledger
from server.service import Caller, Service

RECEIPT_TYPE = "application/vnd.counterfoil.receipt+json"


def record(
    connection: sa.Connection,
    service: Service,
    caller: Caller | None,
    kind: Kind,
    *,
    openings: Sequence[Opening] = (),
    **stated: Any,
) -> int:
    """Append an entry about what `caller` does, or what the host does of itself if there is none; return its number."""
    entry = Entry(
        time=service.now_text(),
        kind=kind,
        agency=service.settings.name if caller is None else caller.agency,
        officer=None if caller is None else caller.officer,
        commitments={opening.name: opening.commitment for opening in openings},
        salt=base64_text(secrets.token_bytes(ENTRY_SALT_BYTES)),
        **stated,
    )
    return Ledger(service.keys.identity).append(connection, entry, openings)


def checkpoint(connection: sa.Connection, service: Service) -> str:
    """Return the signed head of the ledger as it is in this transaction."""
    return Ledger(service.keys.identity).checkpoint(connection).encode().decode()


def signed_receipt(service: Service, statement: dict[str, Any]) -> bytes:
    """Return the host's signed word for something (DSSE)."""
    return Envelope.signed(RECEIPT_TYPE, canonical_json(statement), service.keys.identity).encode()
