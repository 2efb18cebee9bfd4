"""What reports are made from: a pack, what its verification came to, and the agreement that counts now."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from linkage.agreement import Agreement, Pairing, allowed
from linkage.canonical import parse_json
from linkage.errors import LedgerError, ManifestError, SchemaError
from linkage.identity import PublicIdentity
from linkage.ledger.audit import Audit, audit
from linkage.ledger.checkpoint import SignedCheckpoint
from linkage.ledger.chronicle import Chronicle
from linkage.ledger.entry import Compared, Entry, Verb
from linkage.ledger.pack import Numbered, Pack
from linkage.ledger.papers import LogsPaper, ParametersPaper, stated_manifest
from linkage.ledger.reading import Reading
from linkage.manifest import Manifest, parse_moment
from linkage.reports.report import Standing
from linkage.schema import Schema

_SHOWN_PROBLEMS = 10


@dataclass(frozen=True)
class Dossier:
    """A pack that was verified, and its entries by what they are about.

    Attributes:
        pack: of one operation.
        audit: what its verification found.
        known: what its entries tell.
        agreement: the version that was registered last.
    """

    pack: Pack
    audit: Audit
    known: Chronicle
    agreement: Agreement

    @classmethod
    def of(
        cls, pack: Pack, now: datetime, *, host: PublicIdentity | None = None, held: SignedCheckpoint | None = None
    ) -> "Dossier":
        """Return the dossier of a pack; the arguments are those of :func:`linkage.ledger.audit.audit`.

        Raises:
            LedgerError: no agreement of the pack was registered, so there is nothing to report on.
        """
        known = Chronicle.of(pack.entries)
        digests = [found.entry.digests["agreement"] for found in known.agreements]
        present = [digest for digest in digests if digest in pack.signed_agreements]
        if not present:
            raise LedgerError("the pack has no agreement to report on", code="ledger.pack")
        agreement = pack.signed_agreements[present[-1]].agreement
        return cls(pack, audit(pack, now, host=host, held=held), known, agreement)

    @property
    def standing(self) -> Standing:
        """How far what the pack says can be relied on."""
        red = [found.sentence for found in self.audit.findings if not found.passed]
        if red:
            more = [f"and {len(red) - _SHOWN_PROBLEMS:,} more"] if len(red) > _SHOWN_PROBLEMS else []
            return Standing(
                good=False,
                sentence="The pack that this report rests on did NOT pass its verification:",
                points=[*red[:_SHOWN_PROBLEMS], *more],
                unchecked=self.audit.unchecked,
            )
        gone = [paper.before for _, paper in self.logs_erased]
        until = f" Logs from before {max(gone)} were deleted as agreed; what they said is not in here." if gone else ""
        return Standing(
            good=True,
            sentence=(
                f"Rests on the compliance pack of {self.pack.made}, in which all {len(self.audit.findings)} checks "
                f"passed; {len(self.audit.unchecked)} things were not checked: they are at the end.{until}"
            ),
            unchecked=self.audit.unchecked,
        )

    @cached_property
    def logs_erased(self) -> list[tuple[Numbered, LogsPaper]]:
        """The deletions of logs and their certificates; without those that cannot be read."""
        reading = Reading(self.pack, self.pack.host.identity, parse_moment(self.pack.made), self.known)
        found = []
        for numbered in self.known.logs_erased:
            with suppress(ValueError):
                found.append((numbered, reading.logs(numbered.entry)))
        return found

    def found(self, check: str) -> list[str]:
        """Return what a check of the verification found."""
        return [each.sentence for each in self.audit.findings if each.check == check]

    @cached_property
    def versions(self) -> list[tuple[Numbered, Agreement]]:
        """The registered versions of the agreement that are in the pack, oldest first."""
        signed = self.pack.signed_agreements
        return [
            (found, signed[found.entry.digests["agreement"]].agreement)
            for found in self.known.agreements
            if found.entry.digests["agreement"] in signed
        ]

    @cached_property
    def manifests(self) -> dict[str, Manifest]:
        """What agencies stated about their submissions, by submission; what cannot be read is left out."""
        found = {}
        for identifier, numbered in self.known.submissions.items():
            content = self.pack.document_of.get(numbered.entry.digests["manifest"])
            try:
                if content is not None:
                    found[identifier] = stated_manifest(content)[0]
            except (ValueError, ManifestError):
                continue
        return found

    @cached_property
    def schema(self) -> Schema | None:
        """The agreed schema, if it is in the pack."""
        for text in self.pack.attached.schemas:
            try:
                schema = self.pack.schema_of(text)
            except SchemaError:
                continue
            if schema.digest == self.agreement.linkage_schema.digest:
                return schema
        return None

    @cached_property
    def assessments(self) -> list[dict[str, Any]]:
        """What was measured about encodings, as it was attached; what is no JSON object is left out."""
        found = []
        for text in self.pack.attached.assessments:
            try:
                document = parse_json(text.encode())
            except ValueError:
                continue
            if isinstance(document, dict):
                found.append(document)
        return found

    def parameters(self, run: Entry) -> ParametersPaper | None:
        """Return how a published run was done, if the pack says it."""
        content = self.pack.document_of.get(run.digests.get("parameters", ""))
        try:
            return None if content is None else ParametersPaper.read(content)
        except ValueError:
            return None

    def pairing(self, run: str, compared: Compared) -> Pairing | None:
        """Return what permitted a comparison of a run, in the agreement under which it was ordered."""
        order = self.known.orders.get(run)
        signed = None if order is None else self.pack.signed_agreements.get(order.entry.digests["agreement"])
        return None if signed is None else allowed(signed.agreement, *compared.left_side, *compared.right_side)

    def country(self, agency: str) -> str:
        """Return the jurisdiction of an agency or the host, as the latest agreement that names it says."""
        for _, agreement in reversed(self.versions):
            party = agreement.party(agency)
            if party is not None:
                return party.jurisdiction
            if agency == agreement.host.name:
                return agreement.host.jurisdiction
        return "?"

    def by_verb(self) -> Iterator[tuple[str, list[Entry]]]:
        """Yield the verbs of Art. 25 and the entries of each, in their order."""
        for verb in Verb:
            yield verb.value, [found.entry for found in self.pack.entries if found.entry.verb is verb]
