"""The incident report: what is affected, whom to tell until when, and what happened in which order."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from linkage.ledger.chronicle import LOOKS
from linkage.ledger.entry import Entry, Kind
from linkage.ledger.pack import Numbered
from linkage.ledger.reading import counted
from linkage.manifest import moment_text, parse_moment
from linkage.reports.dossier import Dossier
from linkage.reports.report import Report, Section, Table
from linkage.reports.wording import day, listed, short

_OF_ONE = (Kind.CREDENTIAL_REGISTERED, Kind.CREDENTIAL_REVOKED, Kind.LEDGER_READ, Kind.SUBMISSION_ACCEPTED)
_NOTIFY = timedelta(hours=72)
WORDS = {
    Kind.AGREEMENT_REGISTERED: "a version of the agreement was registered",
    Kind.OPERATION_FROZEN: "the operation was frozen",
    Kind.CREDENTIAL_REGISTERED: "an officer became known to the host",
    Kind.REVOCATIONS_REGISTERED: "a list of revoked credentials came to count",
    Kind.CREDENTIAL_REVOKED: "a credential of an officer was revoked",
    Kind.CEREMONY_HELD: "sealed copies of a secret were left with the host",
    Kind.CEREMONY_CONFIRMED: "an agency confirmed which secret it holds",
    Kind.LEDGER_READ: "the ledger was read",
    Kind.FORK_SHOWN: "an agency showed a checkpoint that is not of this ledger",
    Kind.SUBMISSION_ACCEPTED: "a package was taken in",
    Kind.RUN_ORDERED: "a run was ordered",
    Kind.RUN_PUBLISHED: "the result of a run was published",
    Kind.RUN_ENDED: "a run was called off or failed",
    Kind.RUN_REPEATED: "a run was repeated",
    Kind.HITS_VIEWED: "hits were looked at",
    Kind.HIT_DECIDED: "a hit was decided about",
    Kind.HITS_DISCLOSED: "hits were disclosed",
    Kind.RECORDS_WITHDRAWN: "records were withdrawn",
    Kind.SUBMISSION_ERASED: "a submission was deleted",
    Kind.HITS_ERASED: "hits were deleted",
    Kind.LOGS_ERASED: "logs whose time was over were deleted",
}


class Incident(NamedTuple):
    """What is known of an incident.

    Attributes:
        noticed: when; the time limits run from then.
        since: when it may have begun; what happened from then on is affected.
        agency: whose key, officer or machine is concerned; None for the host, and so for everything.
    """

    noticed: datetime
    since: datetime
    agency: str | None = None


def incident_report(dossier: Dossier, incident: Incident) -> Report:
    """Return what an incident affects, as the ledger shows it."""
    agreement = dossier.agreement
    whose = incident.agency or agreement.host.name
    affected = _affected(dossier, incident)
    frozen = dossier.known.frozen
    until = day(moment_text(incident.noticed + _NOTIFY))
    return Report(
        "incident",
        f"Incident report, operation {agreement.operation}",
        (
            f"An incident at {whose}, noticed {day(moment_text(incident.noticed))}, that may have begun "
            f"{day(moment_text(incident.since))}. The supervisory authority is to be told by {until}, unless a risk to "
            "the persons concerned is unlikely."
        ),
        dossier.standing,
        [
            Section(
                "What to do",
                "Art. 30 and 31 LED; Art. 33 and 34 GDPR",
                items=[
                    (
                        f"The operation is frozen since {day(frozen.entry.time)} (entry {frozen.number} of the "
                        "ledger); nothing is submitted, compared or looked at."
                        if frozen is not None
                        else f"The operation is NOT frozen. Freeze it: counterfoil agency freeze (or host freeze "
                        f"{agreement.operation})."
                    ),
                    f"Tell the supervisory authority by {until} (72 hours), and why if later.",
                    (
                        "Tell the controllers below without undue delay: their data, or hits about them, are concerned "
                        "(Art. 30(6) LED)."
                    ),
                    (
                        "Tell the persons concerned if the risk to them is high (Art. 31 LED); only the agency that "
                        "holds the counterfoil knows who they are, and finds out with 'counterfoil report disclosure'."
                    ),
                    (
                        "If the secret may be known: new epoch, new ceremony, next version of the agreement; all "
                        "encodings of the former secret are deleted when that is registered."
                    ),
                    "If a key may be known: next version of the agreement with a new root key, or a new credential.",
                ],
            ),
            Section(
                "Affected packages",
                tables=[
                    Table(
                        f"Submissions {'of ' + incident.agency if incident.agency else 'at the host'} in that time",
                        ("submission", "agency", "kind of person", "records", "accepted", "state"),
                        [
                            (
                                short(identifier),
                                found.entry.agency,
                                found.entry.category or "",
                                f"{found.entry.count or 0:,}",
                                day(found.entry.time),
                                f"deleted {day(gone.entry.time)}"
                                if (gone := dossier.known.erased.get(identifier)) is not None
                                else "at the host",
                            )
                            for identifier, found in affected.items()
                        ],
                    )
                ],
            ),
            _counterparts(dossier, incident, affected),
            Section(
                "Timeline",
                tables=[
                    Table(
                        "Entries of the ledger in that time",
                        ("entry", "time", "what", "agency", "officer", "why", "records or hits"),
                        [_line(found) for found in _since(dossier, incident)],
                    )
                ],
            ),
        ],
        {"affected": sorted(affected)},
    )


def _affected(dossier: Dossier, incident: Incident) -> dict[str, Numbered]:
    """Return the submissions that were at the host at some moment since the incident may have begun."""
    known = dossier.known
    return {
        identifier: found
        for identifier, found in known.submissions.items()
        if (incident.agency is None or found.entry.agency == incident.agency)
        and (identifier not in known.erased or parse_moment(known.erased[identifier].entry.time) >= incident.since)
    }


def _counterparts(dossier: Dossier, incident: Incident, affected: dict[str, Numbered]) -> Section:
    """Return which other controllers were compared with affected packages, or had hits looked at."""
    runs: dict[str, set[str]] = {}
    for run, found in dossier.known.published.items():
        for compared in found.entry.comparisons or ():
            sides = (compared.left, compared.right)
            if any(side.submission in affected for side in sides):
                for side in sides:
                    runs.setdefault(side.agency, set()).add(run)
    rows = [
        (
            party.agency,
            party.jurisdiction,
            party.contact_point,
            party.data_protection_officer,
            listed([short(run) for run in dossier.known.published if run in runs.get(party.agency, ())], "none"),
        )
        for party in dossier.agreement.parties
        if party.agency != incident.agency and party.agency in runs
    ]
    looked = [found for found in _since(dossier, incident) if found.entry.kind in LOOKS]
    by = listed(sorted({found.entry.agency for found in looked}))
    return Section(
        "Counterpart controllers to be told",
        "Art. 30(6) LED",
        [
            f"In that time there were {counted(len(looked), 'look')} at hits, by {by}."
            if looked
            else "In that time nobody looked at hits."
        ],
        tables=[
            Table(
                "Compared with affected packages",
                ("agency", "country", "contact", "data protection officer", "runs"),
                rows,
                "nobody: no affected package was compared",
            )
        ],
    )


def _since(dossier: Dossier, incident: Incident) -> Iterator[Numbered]:
    """Yield the entries in that time that the incident may concern: all, or not those of other agencies alone."""
    others = {
        party.agency for _, agreement in dossier.versions for party in agreement.parties if incident.agency is not None
    } - {incident.agency}
    for found in dossier.pack.entries:
        alone = found.entry.agency in others and found.entry.kind in _OF_ONE
        if not alone and parse_moment(found.entry.time) >= incident.since:
            yield found


def _line(found: Numbered) -> tuple[str, ...]:
    entry: Entry = found.entry
    return (
        f"{found.number}",
        day(entry.time),
        WORDS[entry.kind] + (f" ({short(entry.subject)})" if entry.subject else ""),
        entry.agency,
        entry.officer or "",
        entry.justification or entry.reason or "",
        "" if entry.count is None else f"{entry.count:,}",
    )
