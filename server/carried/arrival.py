"""Whatever was carried to the host: a package, a letter, an officer's credential, a file of the key ceremony."""

from pathlib import Path

from linkage.ceremony import LARGEST_CEREMONY_BYTES, Ceremony, Confirmation
from linkage.credential import Officer
from linkage.envelope import Envelope
from linkage.errors import FileError
from linkage.files import read_capped
from server import journal
from server.carried.letters import follow_letter
from server.carried.packages import import_package
from server.errors import ConflictError
from server.letter import Letter
from server.operations.ceremonies import confirm, hold
from server.operations.circles import ceremonies_of
from server.operations.officers import register_credential
from server.service import Service


def take_in(service: Service, path: Path, *, operation: str | None = None, supplement: bool = False) -> bytes:
    """Return the host's signed word for what has become of the file at `path`, to be carried back.

    Args:
        service: the host.
        path: of the file.
        operation: for a package, what it is submitted to; None for the agency's only one with its schema.
        supplement: for a package, whether it comes beside the agency's earlier ones.

    Raises:
        FileError: it cannot be read, or is none of what is carried to a host.
        CounterfoilError: as over HTTP.
    """
    kind, content = _signed(path)
    if kind is None:
        return import_package(service, path, operation=operation, supplement=supplement).envelope
    if kind == Letter.payload_type:
        return follow_letter(service, content)
    if kind == Officer.payload_type:
        officer = register_credential(service, content)
        stated = {"officer": officer.officer, "agency": officer.agency, "role": officer.role}
        return _word(service, stated)
    if kind == Ceremony.payload_type:
        named = Ceremony.claimed(content).operation
        held = hold(service, service.console(), named, content)
        return _word(service, {"operation": named, "ceremony": held})
    if kind == Confirmation.payload_type:
        found = Confirmation.claimed(content)
        held = _ceremony_of(service, found)
        confirm(service, service.console(), held, content)
        return _word(service, {"operation": found.operation, "ceremony": held, "confirmed": found.agency})
    raise FileError(f"{path}: none of what is carried to a host", code="carried.kind")


def _signed(path: Path) -> tuple[str | None, bytes]:
    """Return what kind of signed document a file is, and its content; None for a package, which is no document."""
    try:
        with path.open("rb") as file:
            document = file.read(1) == b"{"
    except OSError:
        document = False  # whoever reads it says why it cannot be read
    if not document:
        return None, b""
    content = read_capped(path, limit_bytes=max(LARGEST_CEREMONY_BYTES, Letter.limit_bytes)).rstrip(b"\n")
    try:
        return Envelope.parse(content).payload_type, content
    except ValueError:
        raise FileError(f"{path}: none of what is carried to a host", code="carried.kind") from None


def _ceremony_of(service: Service, confirmation: Confirmation) -> str:
    with service.engine.connect() as connection:
        for held in ceremonies_of(connection, confirmation.operation):
            if tuple(held.sharers) == confirmation.sharers:
                return str(held.row.id)
    raise ConflictError("the confirmation is of another ceremony", code="ceremony.other")


def _word(service: Service, stated: dict[str, str]) -> bytes:
    with service.engine.connect() as connection:
        checkpoint = journal.checkpoint(connection, service)
    return journal.signed_receipt(service, stated | {"done": service.now_text(), "checkpoint": checkpoint})
