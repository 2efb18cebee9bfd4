"""The host's signed words: receipts of submissions and certificates of deletion, verified offline."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from linkage.canonical import canonical_json, parse_json
from linkage.envelope import Envelope
from linkage.errors import SignatureError
from linkage.files import read_capped
from linkage.identity import PublicIdentity
from linkage.ledger.reading import counted
from server.errors import ServiceError

_LIMIT_BYTES = 1 << 20


class Word(NamedTuple):
    """What the host has signed, and where that lies."""

    path: Path
    statement: dict[str, Any]

    @property
    def sentence(self) -> str:
        """Return it for people."""
        told = self.statement
        if "entries" in told:
            entries = counted(len(told["entries"]), "entry", "entries")
            return (
                f"what {entries} of the ledger about {told['operation']} said, from before "
                f"{told['before']}, was deleted at {told['deleted']}: logs whose time was over"
            )
        if "deleted" in told:
            return f"{told['submission']} of {told['agency']} was {told['reason']} and deleted at {told['deleted']}"
        return (
            f"{told['submission']} of {told['agency']}, {told['records']:,} records, was accepted at "
            f"{told['accepted']} and is kept until {told['expires']}"
        )


def read_words(paths: list[Path], folder: Path | None, host: PublicIdentity) -> Iterator[Word]:
    """Yield what is in `paths`, and in the receipts and certificates of a desk's `folder`.

    Raises:
        FileError: a file cannot be read.
        SignatureError: a file is not signed by `host`; names it.
    """
    kept = [] if folder is None else [*sorted(folder.glob("receipt-*.json")), *sorted(folder.glob("deletion-*.json"))]
    for path in [*paths, *kept]:
        yield Word(path, verified(_envelope(path), host, str(path)))


def verified(envelope: Envelope, host: PublicIdentity, name: str) -> dict[str, Any]:
    """Return what `host` has signed.

    Raises:
        SignatureError: somebody else did; the message calls it `name`.
    """
    if not envelope.signed_by(host):
        raise SignatureError(f"{name} is not signed by the host of the agreement", code="package.signer")
    statement: dict[str, Any] = json.loads(envelope.payload)
    return statement


def _envelope(path: Path) -> Envelope:
    try:
        document = parse_json(read_capped(path, limit_bytes=_LIMIT_BYTES))
        return Envelope.parse(canonical_json(document.get("receipt", document)))
    except (ValueError, AttributeError):
        raise ServiceError(f"{path}: neither a receipt nor a certificate", code="service.answer") from None
