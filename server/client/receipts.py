"""The host's signed words: receipts of submissions and certificates of deletion, verified offline."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from linkage.canonical import canonical_json, parse_json
from linkage.envelope import Envelope
from linkage.errors import SignatureError
from linkage.files import read_capped
from linkage.identity import PublicIdentity
from linkage.ledger.reading import counted
from server.api.models import StandingDocument
from server.client.desk import Desk
from server.errors import ServiceError

_SENTENCES: Final = {  # by what only a statement of this kind has; the first that fits
    "deleted": "{submission} of {agency} was {reason} and deleted at {deleted}",
    "accepted": "{submission} of {agency}, {records:,} records, was accepted at {accepted} and is kept until {expires}",
    "plan": "run {run} was ordered by letter at {done}",
    "run": "run {run} was called off by letter at {done}",
    "frozen": "operation {operation} is frozen since {frozen}",
    "officer": "{officer} is {role} of {agency} since {done}",
    "confirmed": "{confirmed} has confirmed at {done} which secret of {operation} it holds",
    "ceremony": "the sealed copies of a secret of {operation} were taken in at {done}: ceremony {ceremony}",
}
_LIMIT_BYTES = 1 << 20
_LARGEST_STANDING_BYTES = 64 << 20


class Word(NamedTuple):
    """What the host has signed, and where that lies."""

    path: Path
    statement: dict[str, Any]

    @property
    def sentence(self) -> str:
        """Return it for people."""
        return sentence(self.statement)


def sentence(told: dict[str, Any]) -> str:
    """Return for people what the host has signed."""
    if "entries" in told:
        entries = counted(len(told["entries"]), "entry", "entries")
        return (
            f"what {entries} of the ledger about {told['operation']} said, from before "
            f"{told['before']}, was deleted at {told['deleted']}: logs whose time was over"
        )
    template = next((said for key, said in _SENTENCES.items() if key in told), "signed at {done}")
    return template.format_map(told)


def read_standing(path: Path, desk: Desk) -> StandingDocument:
    """Return what the host has told the agency of a desk in a file.

    Raises:
        FileError: the file cannot be read.
        SignatureError: it is not signed by the host.
        ServiceError: it is something else, or for another agency or operation.
    """
    try:
        envelope = Envelope.parse(read_capped(path, limit_bytes=_LARGEST_STANDING_BYTES))
    except ValueError:
        raise ServiceError(
            f"{path}: not what a host tells an agency", code="service.answer", hint="open it first: counterfoil open"
        ) from None
    statement = verified(envelope, desk.host, str(path))
    try:
        found = StandingDocument.model_validate(statement)
    except ValidationError:
        raise ServiceError(f"{path}: not what a host tells an agency", code="service.answer") from None
    if (found.agency, found.operation) != (desk.key.agency, desk.operation):
        raise ServiceError(f"{path}: for another agency or operation", code="service.answer")
    return found


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
