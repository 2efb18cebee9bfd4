"""Routes of the key ceremony, which the host relays and cannot take part in."""

from apiflask import APIBlueprint

from linkage.canonical import canonical_json, parse_json
from server.api.context import caller, host
from server.api.documents import ceremony_document, ceremony_documents
from server.api.models import CeremonyDocument, CeremonyList, Document, Envelope, SealedCeremonyDocument
from server.operations.ceremonies import confirm, hold
from server.operations.circles import held_ceremony

shared = APIBlueprint("ceremonies", __name__)


@shared.post("/operations/<operation>/ceremonies")
@shared.input(Envelope)
@shared.output(CeremonyDocument, status_code=201)
def hold_ceremony(operation: str, json_data: Envelope) -> Document:
    """Take in a secret, sealed to each agency that shares it with the maker, to be handed on."""
    return _shown(hold(host(), caller(), operation, canonical_json(json_data.model_dump())))


@shared.get("/operations/<operation>/ceremonies")
@shared.output(CeremonyList)
def list_ceremonies(operation: str) -> Document:
    """List the ceremonies of the caller's agency, or all to the host's own officers, by those who share a secret."""
    return {"ceremonies": ceremony_documents(host(), caller().agency, operation)}


@shared.get("/ceremonies/<ceremony>")
@shared.output(SealedCeremonyDocument)
def show_ceremony(ceremony: str) -> Document:
    """Hand on the sealed copies."""
    with host().engine.connect() as connection:
        held = held_ceremony(connection, ceremony)
    content = held.row.content
    return ceremony_document(held) | {"signed": None if content is None else parse_json(content)}


@shared.post("/ceremonies/<ceremony>/confirmations")
@shared.input(Envelope)
@shared.output(CeremonyDocument, status_code=201)
def confirm_ceremony(ceremony: str, json_data: Envelope) -> Document:
    """Note which secret an agency holds, by a value that tells nothing but equality."""
    confirm(host(), caller(), ceremony, canonical_json(json_data.model_dump()))
    return _shown(ceremony)


def _shown(ceremony: str) -> Document:
    with host().engine.connect() as connection:
        return ceremony_document(held_ceremony(connection, ceremony))
