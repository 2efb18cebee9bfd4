"""What a pack shows about the processing: that only what was agreed was submitted, compared, seen and kept.

The order of entries is the order of what happened, so each check goes through them once, as a reader would.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from linkage.agreement import Agreement, SignedAgreement, allowed
from linkage.canonical import parse_json
from linkage.envelope import Envelope
from linkage.errors import ManifestError
from linkage.identity import PublicIdentity
from linkage.ledger.entry import Entry, Kind
from linkage.ledger.history import Finding, Findings
from linkage.ledger.pack import Pack
from linkage.manifest import PAYLOAD_TYPE, Manifest, moment_text, parse_moment

_LATEST_DELETION = timedelta(days=1)  # the host looks for what is due at least daily
_LOOKS = (Kind.HITS_VIEWED, Kind.HITS_DISCLOSED, Kind.HIT_DECIDED)


@dataclass(slots=True)
class _Known:
    """What the entries read so far have told."""

    registered: set[str] = field(default_factory=set)
    submissions: dict[str, Entry] = field(default_factory=dict)
    erased: dict[str, Entry] = field(default_factory=dict)
    orders: dict[str, Entry] = field(default_factory=dict)
    published: dict[str, Entry] = field(default_factory=dict)

    def learn(self, entry: Entry) -> None:
        """Remember what later entries refer to."""
        subject = entry.subject or ""
        match entry.kind:
            case Kind.AGREEMENT_REGISTERED:
                self.registered.add(entry.digests["agreement"])
            case Kind.SUBMISSION_ACCEPTED:
                self.submissions[subject] = entry
            case Kind.SUBMISSION_ERASED:
                self.erased[subject] = entry
            case Kind.RUN_ORDERED:
                self.orders[subject] = entry
            case Kind.RUN_PUBLISHED:
                self.published[subject] = entry


def check_processing(pack: Pack, host: PublicIdentity, now: datetime) -> Iterator[Finding]:
    """Yield what the entries and documents of `pack` show about the processing up to `now`."""
    agreements, submissions = Findings("agreements"), Findings("submissions")
    comparisons, looks, deletions = Findings("comparisons"), Findings("looks"), Findings("deletions")
    known = _Known()
    per_day: Counter[tuple[Kind, str, str]] = Counter()
    for number, entry in ((found.number, found.entry) for found in pack.entries):
        per_day[entry.kind, entry.agency, entry.time[:10]] += 1
        today = per_day[entry.kind, entry.agency, entry.time[:10]]
        match entry.kind:
            case Kind.AGREEMENT_REGISTERED:
                problems, where = _of_agreement(pack, entry), agreements
            case Kind.SUBMISSION_ACCEPTED:
                problems, where = _of_submission(pack, entry, known, today), submissions
            case Kind.RUN_ORDERED:
                problems, where = _of_order(pack, entry, known, today), comparisons
            case Kind.RUN_PUBLISHED:
                problems, where = _of_result(pack, entry, known), comparisons
            case Kind.HITS_VIEWED | Kind.HITS_DISCLOSED | Kind.HIT_DECIDED:
                problems, where = _of_look(pack, entry, known), looks
            case Kind.SUBMISSION_ERASED | Kind.RECORDS_WITHDRAWN:
                problems, where = _of_deletion(pack, entry, known, host), deletions
            case _:
                problems, where = iter(()), deletions
        for problem in problems:
            where.problem(f"entry {number} ({entry.kind} of {entry.agency}): {problem}")
        known.learn(entry)
    for identifier, entry in known.submissions.items():
        if identifier not in known.erased and _due(entry) + _LATEST_DELETION < now:
            deletions.problem(f"submission {identifier} was due for deletion at {entry.due} and was not deleted")
    kinds = Counter(found.entry.kind for found in pack.entries)
    compared = sum(len(entry.comparisons or ()) for entry in known.published.values())
    yield from agreements.or_else(f"all parties and the host signed each of the {len(known.registered)} agreements")
    yield from submissions.or_else(
        f"each of the {len(known.submissions)} submissions was signed by its agency, and was within its categories, "
        "retention and quotas"
    )
    yield from comparisons.or_else(
        f"each of the {compared} comparisons in {len(known.published)} runs was ordered, under an agreement in force, "
        "on a legal ground that it names"
    )
    yield from looks.or_else(
        f"each of the {sum(kinds[kind] for kind in _LOOKS)} looks at hits has an officer, a justification and a run"
    )
    yield from deletions.or_else(
        f"everything due for deletion by {moment_text(now)} was deleted in time: {len(known.erased)} of "
        f"{len(known.submissions)} submissions"
    )


def _of_agreement(pack: Pack, entry: Entry) -> Iterator[str]:
    signed = pack.signed_agreements.get(entry.digests["agreement"])
    if signed is None:
        yield "the agreement is not in the pack"
    else:
        if signed.agreement.operation != entry.operation:
            yield "the agreement is of another operation"
        yield from (f"{name} has not signed the agreement" for name in signed.missing)


def _of_submission(pack: Pack, entry: Entry, known: _Known, today: int) -> Iterator[str]:
    signed = _agreement(pack, entry, known)
    if isinstance(signed, str):
        yield signed
        return
    agreement = signed.agreement
    yield from _not_in_force(signed, entry)
    party = agreement.party(entry.agency)
    if party is None:
        yield "the agency is not a party to the agreement"
        return
    if entry.subject in known.submissions:
        yield "a submission with this id was there before"
    if entry.category not in party.categories:
        yield "the agency may not submit this category"
    if (entry.count or 0) > agreement.quotas.records_per_submission:
        yield "it has more records than a submission may have"
    if today > agreement.quotas.submissions_per_day:
        yield "the agency had used up its submissions of the day"
    if _due(entry) > parse_moment(entry.time) + timedelta(days=agreement.retention.encodings_days):
        yield "it was to be kept for longer than the agreement allows"
    yield from _of_manifest(pack, entry, party.root, agreement)


def _of_manifest(pack: Pack, entry: Entry, agency: PublicIdentity, agreement: Agreement) -> Iterator[str]:
    content = pack.document_of.get(entry.digests["manifest"])
    if content is None:
        yield "the signed manifest is not in the pack"
        return
    try:
        envelope = Envelope.parse(content)
        manifest = Manifest.parse(envelope.payload)
    except (ValueError, ManifestError):
        yield "the manifest is not one"
        return
    if envelope.payload_type != PAYLOAD_TYPE or not envelope.signed_by(agency):
        yield "the manifest is not signed by the key of the agency"
    stated = (manifest.agency, manifest.category, manifest.records)
    if stated != (entry.agency, entry.category, entry.count):
        yield "agency, category or number of records are not those of the manifest"
    if _due(entry) > parse_moment(manifest.expires):
        yield "it was to be kept for longer than the agency allowed"
    if manifest.linkage_schema.digest != agreement.linkage_schema.digest:
        yield "it was made with another schema than the agreed one"


def _of_order(pack: Pack, entry: Entry, known: _Known, today: int) -> Iterator[str]:
    signed = _agreement(pack, entry, known)
    if isinstance(signed, str):
        yield signed
        return
    agreement = signed.agreement
    yield from _not_in_force(signed, entry)
    if entry.subject in known.orders:
        yield "a run with this id was ordered before"
    if not _may_order(agreement, entry.agency):
        yield "the agency may not order runs"
    if agreement.runs.by != "on_submission" and today > agreement.quotas.runs_per_day:
        yield "the agency had used up its runs of the day"
    for found in entry.comparisons or ():
        for side in (found.left, found.right):
            submission = known.submissions.get(side.submission)
            if submission is None:
                yield f"submission {side.submission} was not accepted before"
            elif (submission.agency, submission.category) != (side.agency, side.category):
                yield f"submission {side.submission} has another agency or category"
            elif side.submission in known.erased:
                yield f"submission {side.submission} had been deleted"
        if allowed(agreement, *found.left_side, *found.right_side) is None:
            yield "a comparison has no pairing, and so no legal ground, in the agreement"


def _of_result(pack: Pack, entry: Entry, known: _Known) -> Iterator[str]:
    order = known.orders.get(entry.subject or "")
    if order is None:
        yield "the run was not ordered before"
        return
    if entry.subject in known.published:
        yield "the run had been published before"
    if (entry.digests["plan"], entry.comparisons) != (order.digests["plan"], order.comparisons):
        yield "what was compared is not what was ordered"
    if entry.digests["plan"] not in pack.document_of:
        yield "the plan of the run is not in the pack"
    signed = _agreement(pack, order, known)
    if not isinstance(signed, str):
        yield from _not_in_force(signed, entry)


def _of_look(pack: Pack, entry: Entry, known: _Known) -> Iterator[str]:
    run = known.published.get(entry.subject or "")
    if run is None and entry.kind is not Kind.HIT_DECIDED:
        yield "there was no published run that it could be a look at"
    elif run is not None and entry.agency not in run.agencies | _planned(pack, run):
        yield "the agency had no part in the run"
    if not entry.officer or not entry.justification:
        yield "it has no officer or no justification"


def _planned(pack: Pack, run: Entry) -> frozenset[str]:
    """Return whose submissions the plan of a run names, in a standing operation those of earlier runs too."""
    try:
        plan = parse_json(pack.document_of[run.digests["plan"]])
        return frozenset(str(planned["agency"]) for planned in plan["submissions"])
    except (KeyError, TypeError, ValueError):
        return frozenset()


def _of_deletion(pack: Pack, entry: Entry, known: _Known, host: PublicIdentity) -> Iterator[str]:
    submission = known.submissions.get(entry.subject or "")
    if submission is None:
        yield "no such submission had been accepted"
    elif parse_moment(entry.time) > _due(submission) + _LATEST_DELETION:
        yield f"it was due at {submission.due} and deleted at {entry.time}"
    certificate = pack.document_of.get(entry.digests["certificate"])
    if certificate is None:
        yield "the certificate of deletion is not in the pack"
    else:
        try:
            good = Envelope.parse(certificate).signed_by(host)
        except ValueError:
            good = False
        if not good:
            yield "the certificate of deletion is not signed by the host"


def _agreement(pack: Pack, entry: Entry, known: _Known) -> SignedAgreement | str:
    """Return the agreement that an entry names, or why it cannot be relied on."""
    digest = entry.digests["agreement"]
    signed = pack.signed_agreements.get(digest)
    if signed is None:
        return "the agreement that it names is not in the pack"
    if digest not in known.registered:
        return "the agreement that it names was not registered before"
    if signed.agreement.operation != entry.operation:
        return "the agreement that it names is of another operation"
    return signed


def _not_in_force(signed: SignedAgreement, entry: Entry) -> Iterator[str]:
    yield from (f"the agreement was not in force: {why}" for why in signed.not_in_force(parse_moment(entry.time)))


def _may_order(agreement: Agreement, agency: str) -> bool:
    match agreement.runs.by:
        case "any_party":
            return agreement.party(agency) is not None
        case "named":
            return agency in agreement.runs.agencies
        case "on_submission":
            return agency == agreement.host.name


def _due(submission: Entry) -> datetime:
    return parse_moment(submission.due or submission.time)
