"""What is wrong with an entry about an agreement or a submission."""

from collections.abc import Iterator
from datetime import timedelta

from linkage.agreement import Agreement
from linkage.errors import ManifestError
from linkage.identity import PublicIdentity
from linkage.ledger.chronicle import due
from linkage.ledger.entry import Entry
from linkage.ledger.papers import stated_manifest
from linkage.ledger.reading import Reading, not_in_force
from linkage.manifest import parse_moment


def of_agreement(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield what is wrong with the registration of an agreement."""
    signed = reading.pack.signed_agreements.get(entry.digests["agreement"])
    if signed is None:
        yield "the agreement is not in the pack"
    else:
        if signed.agreement.operation != entry.operation:
            yield "the agreement is of another operation"
        yield from (f"{name} has not signed the agreement" for name in signed.missing)


def of_submission(reading: Reading, entry: Entry, today: int) -> Iterator[str]:
    """Yield what is wrong with a submission, the `today`-th of its agency on that day."""
    signed = reading.agreement(entry)
    if isinstance(signed, str):
        yield signed
        return
    agreement = signed.agreement
    yield from not_in_force(signed, entry)
    party = agreement.party(entry.agency)
    if party is None:
        yield "the agency is not a party to the agreement"
        return
    if entry.subject in reading.known.submissions:
        yield "a submission with this id was there before"
    if entry.category not in party.categories:
        yield "the agency may not submit this category"
    if (entry.count or 0) > agreement.quotas.records_per_submission:
        yield "it has more records than a submission may have"
    if today > agreement.quotas.submissions_per_day:
        yield "the agency had used up its submissions of the day"
    if due(entry) > parse_moment(entry.time) + timedelta(days=agreement.retention.encodings_days):
        yield "it was to be kept for longer than the agreement allows"
    yield from _of_manifest(reading, entry, party.root, agreement)


def _of_manifest(reading: Reading, entry: Entry, agency: PublicIdentity, agreement: Agreement) -> Iterator[str]:
    content = reading.pack.document_of.get(entry.digests["manifest"])
    if content is None:
        yield "the signed manifest is not in the pack"
        return
    try:
        manifest, envelope = stated_manifest(content)
    except (ValueError, ManifestError):
        yield "the manifest is not one"
        return
    if not envelope.signed_by(agency):
        yield "the manifest is not signed by the key of the agency"
    stated = (manifest.agency, manifest.category, manifest.records)
    if stated != (entry.agency, entry.category, entry.count):
        yield "agency, category or number of records are not those of the manifest"
    if due(entry) > parse_moment(manifest.expires):
        yield "it was to be kept for longer than the agency allowed"
    if manifest.linkage_schema.digest != agreement.linkage_schema.digest:
        yield "it was made with another schema than the agreed one"
