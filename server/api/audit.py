"""Routes for data protection officers: the compliance pack of an operation, and the stop after an incident."""

from apiflask import APIBlueprint
from flask import Response

from linkage.ledger.pack import Attached
from server.api.context import caller, host
from server.api.models import Document, FreezeOrder, FrozenDocument, PackOrder
from server.audit.export import export
from server.operations.freezing import freeze

audited = APIBlueprint("audit", __name__)


@audited.post("/operations/<operation>/pack")
@audited.input(PackOrder)
@audited.doc(responses={200: "The compliance pack, signed by the host (docs/ledger.md)"})
def make_pack(operation: str, json_data: PackOrder) -> Response:
    """Make the compliance pack of an operation; that it was made, and for whom, is in the ledger and in the pack."""
    pack = export(host(), caller(), operation, Attached.model_validate(json_data.model_dump()))
    return Response(pack.encode(), content_type="application/json")


@audited.post("/operations/<operation>/freeze")
@audited.input(FreezeOrder)
@audited.output(FrozenDocument)
def freeze_operation(operation: str, json_data: FreezeOrder) -> Document:
    """Stop an operation: nothing is submitted, compared or looked at until all have signed a next agreement."""
    since = freeze(host(), caller(), operation, justification=json_data.justification, remarks=json_data.remarks)
    return {"operation": operation, "frozen": since}
