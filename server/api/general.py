"""Routes about the host itself, its officers and its ledger."""

import base64

import sqlalchemy as sa
from apiflask import APIBlueprint
from flask import Response, current_app, request

from linkage import http_signature
from linkage.canonical import canonical_json
from linkage.credential import Officer
from linkage.ledger import SignedCheckpoint
from server import journal
from server.api.authentication import check, show_checkpoint, signed_parts
from server.api.context import caller, host
from server.api.models import (
    CheckpointDocument,
    ConsistencyDocument,
    ConsistencyQuery,
    CosignedDocument,
    Document,
    Envelope,
    HostDocument,
    OfficerDocument,
    RevocationDocument,
    Status,
)
from server.api.observation import Metrics
from server.database import writing
from server.errors import NotAllowedError
from server.ledger import Ledger
from server.operations.officers import officer_with, register_credential
from server.operations.revocation import accept_list

general = APIBlueprint("general", __name__)
METRICS = "counterfoil-metrics"


@general.get("/healthz")
@general.output(Status)
def health() -> Status:
    """Say that the process runs."""
    return Status()


@general.get("/readyz")
@general.output(Status)
def ready() -> Status:
    """Say that the database answers and the store takes files."""
    with host().engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    host().store.check()
    return Status()


@general.get("/metrics")
@general.doc(responses={200: "Metrics in the text format of Prometheus"})
def metrics() -> Response:
    """Count requests, jobs, runs and submissions, for Prometheus."""
    found: Metrics = current_app.extensions[METRICS]
    return Response(found.text(), content_type="text/plain; version=1.0.0; charset=utf-8")


@general.get("/host")
@general.output(HostDocument)
def about() -> HostDocument:
    """Name the host and its public key."""
    public = host().keys.identity.public
    part = host().settings.limits.part_bytes
    return HostDocument(name=public.agency, public_key=public.key_text, key_id=public.key_id, largest_part_bytes=part)


@general.post("/credentials")
@general.input(Envelope)
@general.output(OfficerDocument, status_code=201)
def register_officer(json_data: Envelope) -> OfficerDocument:
    """Register an officer: a credential, in a request signed by the key that it certifies."""
    signed = http_signature.parse(signed_parts(request))
    credential = canonical_json(json_data.model_dump())
    claimed = Officer.claimed(credential)
    if claimed.key.key_id != signed.key_id:
        raise NotAllowedError("the request is not signed by the key of the credential", code="credential.bearer")
    check(host(), request, signed, claimed.key)
    found = register_credential(host(), credential)
    show_checkpoint(host(), found, request)
    return OfficerDocument(agency=found.agency, officer=found.officer, role=found.role, key_id=found.key_id)


@general.post("/revocations")
@general.input(Envelope)
@general.output(RevocationDocument, status_code=201)
def revoke_credentials(json_data: Envelope) -> RevocationDocument:
    """End credentials before their time: a revocation list, signed by the root key of their issuer."""
    found = accept_list(host(), caller(), canonical_json(json_data.model_dump()))
    return RevocationDocument(issuer=found.issuer, number=found.number, revoked=len(found.revoked))


@general.get("/ledger/checkpoint")
@general.output(CheckpointDocument)
def checkpoint() -> CheckpointDocument:
    """Give the signed head of the ledger."""
    with host().engine.connect() as connection:
        return CheckpointDocument(checkpoint=journal.checkpoint(connection, host()))


@general.post("/ledger/cosignatures")
@general.input(CosignedDocument)
@general.output(CheckpointDocument, status_code=201)
def cosign(json_data: CosignedDocument) -> CheckpointDocument:
    """Keep a checkpoint that the caller has cosigned as a witness: packs carry it."""
    signed = SignedCheckpoint.parse(json_data.checkpoint.encode())
    ledger = Ledger(host().keys.identity)
    with writing(host().engine) as connection:
        found = officer_with(connection, host(), caller().key_id)
        if found is None:
            raise NotAllowedError("the credential has ended", code="credential.time")
        ledger.keep_cosigned(connection, signed, found[1])
    return CheckpointDocument(checkpoint=json_data.checkpoint)


@general.get("/ledger/consistency")
@general.input(ConsistencyQuery, location="query")
@general.output(ConsistencyDocument)
def consistency(query_data: ConsistencyQuery) -> Document:
    """Prove that the ledger of one size continues that of a smaller one."""
    with host().engine.connect() as connection:
        try:
            proof = Ledger(host().keys.identity).consistency(connection, query_data.old, query_data.new)
        except ValueError:
            raise NotAllowedError("the ledger has no such sizes", code="ledger.size") from None
    return {"proof": [base64.b64encode(step).decode() for step in proof]}
