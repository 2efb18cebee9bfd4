"""The disclosure for one local reference: every run and hit that touched it, made at the agency that knows whose it is.

A person who asks what was done with their data (Directive (EU) 2016/680, Art. 14; Regulation (EU) 2016/679, Art. 15) is
known by a local reference to the agency alone. Its counterfoil says which tokens stood for it, its receipts in which
submissions these were, the compliance pack what the host did with those submissions.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from encoder.counterfoil import read_counterfoil
from encoder.local_table import read_local_table
from linkage.canonical import canonical_json, parse_json
from linkage.envelope import Envelope
from linkage.errors import InputError
from linkage.files import read_capped
from linkage.identity import PublicIdentity
from linkage.ledger.entry import Compared, Kind, Side
from linkage.ledger.pack import Numbered
from linkage.ledger.reading import counted
from linkage.reports.dossier import Dossier
from linkage.reports.report import Report, Section, Table
from linkage.reports.wording import SUBJECTS, day, listed, short

_RECEIPT_BYTES = 1 << 20
_NOT_FOUND = " NO RECORD of this reference was found: look whether it is written as in the counterfoil."
_HIT_COLUMNS = ("group", "agency", "token", "band", "counterparts", "contacts")


class Submitted(NamedTuple):
    """A submission of the agency, and the tokens that stood for the reference in it."""

    submission: str
    tokens: tuple[str, ...]


class OwnHit(NamedTuple):
    """A hit about the reference, as the agency was shown it."""

    file: str
    band: str
    counterparts: str
    contacts: str


class Receipt(NamedTuple):
    """What a receipt states of a submission."""

    submission: str
    agency: str
    records: int


def read_receipt(path: Path, host: PublicIdentity) -> Receipt:
    """Return what a receipt of the host states, as a desk keeps it.

    Raises:
        FileError: it cannot be read.
        InputError: it is no receipt, or not signed by the host.
    """
    content = read_capped(path, limit_bytes=_RECEIPT_BYTES)
    try:
        envelope = Envelope.parse(canonical_json(parse_json(content)["receipt"]))
        if not envelope.signed_by(host):
            raise InputError(f"{path}: not signed by {host.agency}", code="disclosure.receipt")
        stated = parse_json(envelope.payload)
        return Receipt(str(stated["submission"]), str(stated["agency"]), int(stated["records"]))
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: not a receipt of a host", code="disclosure.receipt") from None


def find_submitted(reference: str, agency: str, receipt: Path, counterfoil: Path, host: PublicIdentity) -> Submitted:
    """Return the submission that a receipt is for, and the tokens of a local reference in its counterfoil.

    Raises:
        FileError: a file cannot be read.
        InputError: a file cannot be used, or the receipt is of another agency, or for a package that has not as many
            records as the counterfoil.
    """
    stated = read_receipt(receipt, host)
    if stated.agency != agency:
        raise InputError(f"{receipt}: a receipt of {stated.agency}, not of {agency}", code="disclosure.receipt")
    tokens, records = [], 0
    for found, references in read_counterfoil(counterfoil):
        records += len(found)
        tokens += [token for token, own in zip(found, references, strict=True) if own == reference]
    if records != stated.records:
        raise InputError(
            f"{counterfoil} has {records:,} records and {receipt} is for a package of {stated.records:,}",
            code="disclosure.receipt",
            hint="give each counterfoil with the receipt of its own package, in the same order",
        )
    return Submitted(stated.submission, tuple(tokens))


def hits_of(tokens: Sequence[str], path: Path) -> list[OwnHit]:
    """Return the hits about some tokens in a file that ``counterfoil agency hits`` wrote.

    Raises:
        FileError, InputError: it cannot be used.
    """
    return [
        OwnHit(path.name, band, counterparts, contacts)
        for batch in read_local_table(path, _HIT_COLUMNS)
        for _group, _agency, token, band, counterparts, contacts in zip(*batch.columns, strict=True)
        if token in tokens
    ]


def disclosure(
    dossier: Dossier, agency: str, reference: str, submitted: Sequence[Submitted], hits: Sequence[OwnHit] | None
) -> Report:
    """Return what was done with the records of one reference.

    Args:
        dossier: the pack of the operation.
        agency: whose reference it is.
        reference: the local one; it is in the report, which therefore stays at the agency.
        submitted: the agency's submissions that were looked at, with the tokens found in each.
        hits: what the agency was shown about the tokens; None if no file of hits was given.
    """
    mine = {found.submission for found in submitted if found.tokens}
    runs = {
        run: found
        for run, found in dossier.known.published.items()
        if any(side.submission in mine for pair in found.entry.comparisons or () for side in (pair.left, pair.right))
    }
    fields = {field for one in mine if one in dossier.manifests for field in dossier.manifests[one].fields_used}
    return Report(
        "disclosure",
        f"Disclosure for reference {reference}",
        (
            f"What was done in operation {dossier.pack.operation} with the records that {agency} holds under reference "
            f"{reference}, up to {day(dossier.pack.made)}: in {len(mine):,} of {len(submitted):,} submissions looked "
            f"at, compared in {counted(len(runs), 'run')}, {_hits_shown(hits, agency)}. This page "
            "names a person's reference: it stays at the agency."
            f"{'' if mine else _NOT_FOUND}"
        ),
        dossier.standing,
        [
            Section(
                "Purpose and legal basis",
                "Art. 14(a) LED; Art. 15(1)(a) GDPR",
                [dossier.agreement.purpose, dossier.agreement.legal_basis],
            ),
            Section(
                "Where the records were",
                "Art. 14(b) and (d) LED; Art. 15(1)(b) and (d) GDPR",
                [
                    (
                        f"Encoded fields: {listed(sorted(fields), 'not stated in this pack')}. Encodings are keyed "
                        "pseudonyms of them, and remain personal data."
                    )
                ],
                tables=[
                    Table(
                        f"Submissions of {agency} that were looked at",
                        (
                            "submission",
                            "records of this reference",
                            "kind of person",
                            "accepted",
                            "kept until",
                            "deleted",
                        ),
                        [_submission(dossier, found) for found in submitted],
                    )
                ],
            ),
            Section(
                "With whose records they were compared",
                "Art. 14(c) LED; Art. 15(1)(c) GDPR",
                tables=[
                    Table(
                        "Comparisons",
                        ("run", "published", "ordered by", "why", "with records of", "country", "ground"),
                        list(_comparisons(dossier, runs, mine)),
                    )
                ],
            ),
            Section(
                "Hits",
                "Art. 14(c) LED; Art. 15(1)(c) GDPR",
                [
                    (
                        "A hit is a proposal of a machine that two records may be of one person. It proves nothing, "
                        "and nothing may follow from it before persons of both sides have decided."
                    )
                ],
                tables=[
                    Table(
                        f"Hits shown to {agency}" + ("" if hits is not None else " (no file of hits was given)"),
                        ("file", "band", "agencies with a counterpart", "contact there"),
                        [(found.file, found.band, found.counterparts, found.contacts) for found in hits or ()],
                    ),
                    Table(
                        "Who looked at hits of these runs",
                        ("time", "agency", "officer", "why", "run"),
                        [
                            (
                                day(found.entry.time),
                                found.entry.agency,
                                found.entry.officer or "",
                                found.entry.justification or "",
                                short(found.entry.subject or ""),
                            )
                            for found in dossier.known.looks
                            if found.entry.subject in runs and found.entry.kind is not Kind.HIT_DECIDED
                        ],
                    ),
                ],
            ),
            Section(
                "What the answer has to name, too",
                "Art. 14(e), (f) and Art. 15 LED; Art. 15(1)(e) and (f) GDPR",
                items=[
                    "the right to ask for rectification, erasure or restriction, and to complain to the authority",
                    "or, where the law restricts the answer, that and how the authority may be asked instead",
                ],
            ),
            Section(
                "What this does not show",
                items=[
                    "submissions whose counterfoil and receipt were not given, and hits in files that were not given",
                    "whether a look at the hits of a run was a look at this hit: the ledger holds no token",
                    "what agencies asked and told each other afterwards, through the official channel",
                ],
            ),
        ],
        {"reference": reference, "submissions": sorted(mine), "runs": sorted(runs)},
    )


def _hits_shown(hits: Sequence[OwnHit] | None, agency: str) -> str:
    if hits is None:
        return f"no file of hits was given, so whether one was shown to {agency} is NOT ANSWERED"
    return f"{counted(len(hits), 'hit')} shown to {agency}"


def _submission(dossier: Dossier, found: Submitted) -> tuple[str, ...]:
    accepted = dossier.known.submissions.get(found.submission)
    erased = dossier.known.erased.get(found.submission)
    if accepted is None:
        return short(found.submission), f"{len(found.tokens):,}", "", "not in this pack", "", ""
    entry = accepted.entry
    return (
        short(found.submission),
        f"{len(found.tokens):,}",
        "" if entry.category is None else SUBJECTS[entry.category],
        day(entry.time),
        day(entry.due or entry.time),
        "not yet" if erased is None else day(erased.entry.time),
    )


def _comparisons(dossier: Dossier, runs: dict[str, Numbered], mine: set[str]) -> Iterator[tuple[str, ...]]:
    for run, found in runs.items():
        order = dossier.known.orders.get(run)
        by = "" if order is None else f"{order.entry.agency} {order.entry.officer}"
        why = "" if order is None else order.entry.justification or ""
        for compared in found.entry.comparisons or ():
            other = _other(compared, mine)
            if other is not None:
                pairing = dossier.pairing(run, compared)
                yield (
                    *(short(run), day(found.entry.time), by, why, f"{other.agency} ({SUBJECTS[other.category]})"),
                    dossier.country(other.agency),
                    "" if pairing is None else pairing.legal_ground,
                )


def _other(compared: Compared, mine: set[str]) -> Side | None:
    """Return the side that a submission of ours was compared with, or None if it had no part in it."""
    if compared.left.submission in mine:
        return compared.right
    return compared.left if compared.right.submission in mine else None
