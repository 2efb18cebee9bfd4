"""A host as an agency's program calls it: the verbs of the API, and a ledger that is watched at every step."""

import hashlib
import json
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self

import httpx

from linkage.canonical import canonical_json, parse_base64
from linkage.command import OnProgress
from linkage.envelope import Envelope as SignedEnvelope
from linkage.errors import CounterfoilError, SignatureError
from linkage.files import unusable
from linkage.ledger import SignedCheckpoint
from linkage.ledger.pack import Attached, Pack
from server.api.models import (
    CeremonyDocument,
    CeremonyList,
    CertificateDocument,
    CheckpointDocument,
    ConsistencyDocument,
    Envelope,
    FrozenDocument,
    HitDocument,
    HitList,
    HostDocument,
    OfficerDocument,
    OperationDocument,
    PlanDocument,
    ReceiptDocument,
    RevocationDocument,
    RunDocument,
    RunList,
    SealedCeremonyDocument,
    SubmissionList,
    UploadDocument,
)
from server.client.desk import Desk
from server.client.exchange import BROKEN, Exchange
from server.client.receipts import verified
from server.errors import ServiceError

PART_BYTES = 4 << 20
_TIMEOUT_SECONDS = 120.0
_READ_BYTES = 1 << 20


class RemoteHost:
    """The host that a desk is for."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk, self._exchange = desk, exchange

    @classmethod
    @contextmanager
    def of(cls, desk: Desk) -> Iterator[Self]:
        """Yield the host of a desk; the connection is closed in the end.

        Raises:
            ServiceError: the desk has no address of the host.
        """
        if desk.url is None:
            raise ServiceError(
                "the desk has no address of the host",
                code="service.address",
                hint="all is carried there on a stick: --letter, --file, counterfoil host import",
            )
        trusted = True if desk.authority is None else ssl.create_default_context(cafile=desk.authority)
        with httpx.Client(base_url=desk.url, timeout=_TIMEOUT_SECONDS, trust_env=False, verify=trusted) as client:
            yield cls(desk, Exchange(client, desk.key, desk.host.key_id, seen=desk.checkpoint_header))

    def join(self, credential: bytes) -> OfficerDocument:
        """Register the officer's credential and return whom the host takes the officer for.

        Raises:
            SignatureError: the host has another key than the agreement says.
        """
        about = self._exchange.ask(HostDocument, "GET", "/host")
        if about.public_key != self._desk.host.key_text:
            raise SignatureError("the host has another key than the agreement says", code="package.signer")
        return self._exchange.ask(OfficerDocument, "POST", "/credentials", document=json.loads(credential))

    def register(self) -> OperationDocument:
        """Register the desk's agreement, or its next version, as an operation."""
        document = json.loads(self._desk.agreement.encode())
        return self._exchange.ask(OperationDocument, "POST", "/operations", document=document)

    def revoke(self, revocations: bytes) -> RevocationDocument:
        """Have a revocation list of the agency's root key count; the officers that it names are out at once."""
        return self._exchange.ask(RevocationDocument, "POST", "/revocations", document=json.loads(revocations))

    def hold_ceremony(self, ceremony: bytes) -> CeremonyDocument:
        """Send the sealed copies of a secret to the host, which hands them on and can open none."""
        document = json.loads(ceremony)
        return self._exchange.ask(CeremonyDocument, "POST", self._of_operation("ceremonies"), document=document)

    def ceremonies(self) -> list[CeremonyDocument]:
        """Return the ceremonies that the agency has a part in."""
        return self._exchange.ask(CeremonyList, "GET", self._of_operation("ceremonies")).ceremonies

    def ceremony(self, ceremony: str) -> SealedCeremonyDocument:
        """Return a ceremony with its sealed copies, as long as not all have confirmed."""
        return self._exchange.ask(SealedCeremonyDocument, "GET", f"/ceremonies/{ceremony}")

    def confirm_ceremony(self, ceremony: str, confirmation: bytes) -> CeremonyDocument:
        """Send the signed word of which secret the agency holds."""
        document = json.loads(confirmation)
        path = f"/ceremonies/{ceremony}/confirmations"
        return self._exchange.ask(CeremonyDocument, "POST", path, document=document)

    def submit(self, path: Path, on_progress: OnProgress | None = None, *, supplement: bool = False) -> ReceiptDocument:
        """Upload a package in parts and make it a submission; return the receipt, which is also kept on the desk.

        It takes the place of the agency's earlier ones of its category, or comes beside them as a supplement.
        """
        try:
            with path.open("rb") as file:
                size, digest = _measured(file)
                upload = self._begun(size, digest)
                while upload.received < size:
                    upload = self._next_part(file, upload)
                    if on_progress is not None:
                        on_progress(upload.received, size)
        except OSError as error:
            raise unusable(path, "read", error) from error
        query = {"supplement": "true"} if supplement else None
        place = f"/uploads/{upload.upload}"
        try:
            receipt = self._exchange.ask(ReceiptDocument, "POST", f"{place}/submission", query=query)
        except CounterfoilError as error:
            if error.code != BROKEN:  # else it may have been taken in
                self._exchange.discard(place)  # an agency may have few open at a time
            raise
        statement = self._verified(receipt.receipt)
        self._watch(statement["checkpoint"])
        self._desk.keep(f"receipt-{receipt.submission}.json", receipt.model_dump_json().encode())
        return receipt

    def submissions(self) -> list[ReceiptDocument]:
        """Return the agency's submissions, newest first."""
        return self._exchange.ask(SubmissionList, "GET", self._of_operation("submissions")).submissions

    def withdraw(self, submission: str) -> CertificateDocument:
        """Have a submission and its hits erased; return the signed certificate, which is also kept on the desk."""
        found = self._exchange.ask(CertificateDocument, "DELETE", f"/submissions/{submission}")
        self._verified(found.certificate)
        self._desk.keep(f"deletion-{submission}.json", found.certificate.model_dump_json().encode())
        return found

    def withdraw_records(self, submission: str, tokens: Sequence[str], *, reason: str) -> CertificateDocument:
        """Have some records of a submission and their hits erased; return the certificate, also kept on the desk."""
        document = {"tokens": list(tokens), "reason": reason}
        path = f"/submissions/{submission}/withdrawals"
        found = self._exchange.ask(CertificateDocument, "POST", path, document=document)
        self._verified(found.certificate)
        content = found.certificate.model_dump_json().encode()
        self._desk.keep(f"withdrawal-{submission}-{hashlib.sha256(content).hexdigest()[:12]}.json", content)
        return found

    def plan(self) -> PlanDocument:
        """Return what a run ordered now would compare."""
        return self._exchange.ask(PlanDocument, "GET", self._of_operation("plan"))

    def order(
        self, plan: PlanDocument, *, threshold: float | None, justification: str, remarks: str | None = None
    ) -> RunDocument:
        """Order what a plan says."""
        document = {
            "plan": plan.digest,
            "threshold": "auto" if threshold is None else threshold,
            "justification": justification,
            "remarks": remarks,
        }
        return self._exchange.ask(RunDocument, "POST", self._of_operation("runs"), document=document)

    def runs(self) -> list[RunDocument]:
        """Return the runs of the operation, newest first."""
        return self._exchange.ask(RunList, "GET", self._of_operation("runs")).runs

    def run(self, run: str) -> RunDocument:
        """Return how far a run is."""
        return self._exchange.ask(RunDocument, "GET", f"/runs/{run}")

    def cancel(self, run: str) -> RunDocument:
        """Call a run off."""
        return self._exchange.ask(RunDocument, "POST", f"/runs/{run}/cancellation")

    def hits(self, run: str, *, justification: str) -> Iterator[HitDocument]:
        """Yield the hits about the agency's own records; each page is one look, and in the ledger."""
        after: str | None = ""
        while after is not None:
            query = {"justification": justification, "after": after, "limit": "1000"}
            page = self._exchange.ask(HitList, "GET", f"/runs/{run}/hits", query=query)
            self._watch(page.checkpoint)
            yield from page.hits
            after = page.next

    def pack(self, attached: Attached) -> Pack:
        """Return the compliance pack of the operation, signed by the host, of a ledger that continues the one believed.

        Raises:
            SignatureError: it is not signed by the host, or lacks what was to be added.
            RefusedError: its ledger does not continue what is believed.
        """
        content = self._exchange.fetch(self._of_operation("pack"), attached.model_dump(mode="json"))
        pack = Pack.parse(content, "the pack of the host")
        if not pack.signed_by(self._desk.host) or pack.attached != attached:
            raise SignatureError("the pack is not what the host of the agreement signs for", code="package.signer")
        shown = pack.signed_checkpoints[-1]
        watcher = self._desk.watcher()
        proof = (
            None
            if watcher.believed is None
            else pack.consistency(watcher.believed.checkpoint.size, len(pack.leaf_hashes))
        )
        self._desk.believe(watcher.advanced(shown, proof))
        return pack

    def freeze(self, *, justification: str, remarks: str | None = None) -> FrozenDocument:
        """Stop the operation until all have signed a next version of the agreement."""
        document = {"justification": justification, "remarks": remarks}
        return self._exchange.ask(FrozenDocument, "POST", self._of_operation("freeze"), document=document)

    def watch(self) -> None:
        """Fetch the head of the ledger, believe it if it continues what is believed, and cosign it as a witness.

        Raises:
            RefusedError: it is a fork, or the host cannot show that it is not.
        """
        self._watch(self._exchange.ask(CheckpointDocument, "GET", "/ledger/checkpoint").checkpoint)
        cosigned = self._desk.watcher().cosigned(self._desk.key, self._exchange.now())
        document = {"checkpoint": cosigned.encode().decode()}
        self._exchange.ask(CheckpointDocument, "POST", "/ledger/cosignatures", document=document)

    def _next_part(self, file: BinaryIO, upload: UploadDocument) -> UploadDocument:
        """Send the next part; where the line breaks, ask how much has come and go on there."""
        path = f"/uploads/{upload.upload}"
        file.seek(upload.received)
        part = file.read(PART_BYTES)
        stated = f"bytes {upload.received}-{upload.received + len(part) - 1}/{upload.size}"
        try:
            return self._exchange.ask(UploadDocument, "PATCH", path, part=(part, stated))
        except ServiceError as error:
            if error.code != BROKEN:
                raise
            return self._exchange.ask(UploadDocument, "GET", path)

    def _begun(self, size: int, digest: str) -> UploadDocument:
        document = {"size": size, "digest": digest}
        return self._exchange.ask(UploadDocument, "POST", self._of_operation("uploads"), document=document)

    def _watch(self, text: str) -> None:
        shown = SignedCheckpoint.parse(text.encode(), "checkpoint of the host")
        watcher = self._desk.watcher()
        proof: list[bytes] | None = None
        if watcher.believed is not None:
            sizes = sorted((watcher.believed.checkpoint.size, shown.checkpoint.size))
            query = {"old": str(sizes[0]), "new": str(sizes[1])}
            found = self._exchange.ask(ConsistencyDocument, "GET", "/ledger/consistency", query=query)
            proof = [parse_base64(step) for step in found.proof]
        self._desk.believe(watcher.advanced(shown, proof))

    def _verified(self, envelope: Envelope) -> dict[str, Any]:
        """Return what the host has signed."""
        signed = SignedEnvelope.parse(canonical_json(envelope.model_dump()))
        return verified(signed, self._desk.host, "a receipt")

    def _of_operation(self, name: str) -> str:
        return f"/operations/{self._desk.operation}/{name}"


def _measured(file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(_READ_BYTES):
        digest.update(piece)
        size += len(piece)
    return size, f"sha256:{digest.hexdigest()}"
