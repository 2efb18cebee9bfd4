"""The data protection impact assessment (Directive (EU) 2016/680, Art. 27; Regulation (EU) 2016/679, Art. 35).

It is filled from the agreement, the ledger and what was measured; what a person has to judge is left open and named.
"""

from collections.abc import Iterator
from typing import Any

from linkage.ledger.reading import counted
from linkage.ledger.secrecy import has_ceremony
from linkage.reports.configuration import configuration, drift, unmeasured
from linkage.reports.dossier import Dossier
from linkage.reports.measured import VERDICTS, measured
from linkage.reports.report import Report, Section, Table
from linkage.reports.wording import SUBJECTS, day, listed, pairing_rows, short

_RATES = {
    "precision": "of the pairs that were proposed, of one person were",
    "recall": "of the pairs of one person that there are, proposed were",
    "f1": "both as one figure:",
}


def impact_assessment(dossier: Dossier, former: dict[str, Any] | None = None) -> Report:
    """Return the assessment; `former` is the configuration of the one that was approved, to tell what changed since."""
    agreement = dossier.agreement
    present = configuration(dossier)
    changes = [*([] if former is None else drift(present, former))]
    missing = unmeasured(dossier)
    lead = f"{agreement.title}. Version {agreement.version} of the agreement. "
    if changes:
        lead += f"DRIFT: {len(changes):,} things are different from the assessment that was approved; assess them anew."
    elif former is not None:
        lead += "Nothing is different from the assessment that was approved."
    else:
        lead += "A first assessment, or one that was not compared with an approved one (--former)."
    if verdicts := _verdicts(dossier):
        lead += f" Measured for the agreed schema: {'; '.join(VERDICTS.get(found, found) for found in verdicts)}."
    return Report(
        "impact-assessment",
        f"Data protection impact assessment, operation {agreement.operation}",
        lead,
        dossier.standing,
        [
            _changes(changes, former, missing),
            _description(dossier),
            _necessity(dossier),
            *measured(dossier, missing),
            _results(dossier),
            _risks(dossier, missing),
            Section(
                "What a person has to judge and sign",
                "Art. 27(2) and 28 LED; Art. 35(2), 35(9) and 36 GDPR",
                items=[
                    "Is the comparison necessary for the purpose, and is there no milder means? Grounds: ............",
                    "Are the remaining risks acceptable? By whom, when: ............",
                    "Advice of the data protection officer: ............",
                    "Views of the persons concerned or of those who speak for them: ............",
                    "Is prior consultation of the supervisory authority needed? ............",
                ],
            ),
        ],
        {"configuration": present, "drift": changes},
    )


def _changes(changes: list[str], former: dict[str, Any] | None, missing: str | None) -> Section:
    told = [*changes, *([f"{missing[:1].upper()}{missing[1:]}."] if missing else [])]
    return Section(
        "What changed since the approved assessment, and what is not measured",
        "Art. 35(11) GDPR",
        []
        if told
        else ["None."]
        if former is not None
        else ["Keep this report as JSON when it is approved, and give it with --former next time."],
        told,
    )


def _description(dossier: Dossier) -> Section:
    agreement, known = dossier.agreement, dossier.known
    records = sum(known.records(found) for found in known.submissions if found not in known.erased)
    hits = sum(found.entry.count or 0 for found in known.published.values())
    return Section(
        "The processing",
        "Art. 27(2) LED; Art. 35(7)(a) GDPR",
        [
            (
                f"Each agency encodes records of {listed([SUBJECTS[category] for category in agreement.categories])} "
                f"with a secret that the host ({agreement.host.name}) never has, and sends the encodings. The host "
                "compares those that the agreement permits and groups records that may be of one person. Each agency "
                "learns which of its own records have a counterpart; people on both sides decide whether it is the "
                "same person, through the official channel."
            ),
            (
                f"{counted(len(agreement.parties), 'agency', 'agencies')}. Up to {day(dossier.pack.made)}: "
                f"{counted(len(known.submissions), 'submission')} ({counted(records, 'record')} at the host then), "
                f"{counted(len(known.published), 'run')}, {counted(hits, 'hit')}, {counted(len(known.looks), 'look')}."
            ),
        ],
    )


def _necessity(dossier: Dossier) -> Section:
    agreement, kept = dossier.agreement, dossier.agreement.retention
    used = sorted({field for manifest in dossier.manifests.values() for field in manifest.fields_used})
    rows = pairing_rows(agreement)
    return Section(
        "Necessity and proportionality",
        "Art. 4 and 8 LED; Art. 35(7)(b) GDPR",
        [
            f"Purpose: {agreement.purpose}",
            f"Legal basis: {agreement.legal_basis}",
            (
                f"Data: {listed(used, 'nothing so far')}; nothing else of a record is encoded. Kept: encodings at most "
                f"{kept.encodings_days:,} days, hits {kept.hits_days:,} days, logs {kept.logs_days:,} days."
            ),
        ],
        tables=[Table("Only this is compared", ("records of", "with records of", "ground", "review"), rows)],
    )


def _results(dossier: Dossier) -> Section:
    """Return how runs were done, and how well such runs link, where that was measured."""
    rows = []
    for run, found in dossier.known.published.items():
        how = dossier.parameters(found.entry)
        origin = "?" if how is None else "given by an officer" if how.given else "suggested by the encodings"
        threshold = "?" if how is None else ", ".join(f"{found:g}" for found in how.thresholds)
        rows.append((short(run), day(found.entry.time), threshold, origin, f"{found.entry.count or 0:,}"))
    rates = [f"{_RATES[name]} {value:.1%} ({name})" for found in dossier.assessments for name, value in _rates(found)]
    return Section(
        "Error rates",
        "Art. 4(1)(d) and 7 LED; Art. 5(1)(d) GDPR",
        [
            f"Measured on records whose truth is known: {listed(rates)}."
            if rates
            else "Not measured on records whose truth is known ('counterfoil evaluate' measures precision and recall; "
            "attach what it prints with --assessment). A hit is a proposal and proves nothing: persons decide."
        ],
        tables=[Table("Runs and their thresholds", ("run", "published", "threshold", "which was", "hits"), rows)],
    )


def _verdicts(dossier: Dossier) -> list[str]:
    """Return what was measured for the agreed schema, in the words of the assessment."""
    agreed = dossier.agreement.linkage_schema.digest
    return [str(found.get("verdict")) for found in dossier.assessments if found.get("schema_digest") == agreed]


def _risks(dossier: Dossier, missing: str | None) -> Section:
    verdict = "not measured" if missing else f"measured, see above: {', '.join(_verdicts(dossier))}"
    rows = [
        ("the host, or who breaks into it, recognises persons", "keyed encodings, hardened as agreed", verdict),
        ("the host gets the secret", "sealed to agencies only", _secret(dossier)),
        ("more is compared than was agreed", "only pairings with a ground are in a plan", _shown(dossier, "pairings")),
        ("an agency fishes with made-up records", "quotas, bands, signed submissions", _shown(dossier, "submissions")),
        ("somebody looks without a reason", "officer and justification, logged", _shown(dossier, "looks", "officers")),
        ("a person is taken for another", "bands, review by persons of both sides", "see error rates"),
        ("data are kept too long", "deletion by schedule, certificates", _shown(dossier, "deletions", "logs")),
        (
            "the log is changed afterwards",
            "tamper-evident ledger",
            _shown(dossier, "signature", "whole", "entries", "never-rewritten", "seen", "held") + _unless_held(dossier),
        ),
    ]
    return Section(
        "Risks and what is done about them",
        "Art. 27(2) and 29 LED; Art. 35(7)(c) and (d) GDPR",
        [
            (
                "A host that colludes with an agency, and so has the secret, can find out who is behind every "
                "encoding. No measure here prevents that; the agreement forbids it."
            )
        ],
        tables=[Table("Risks", ("risk", "measure", "what the pack shows"), rows)],
    )


def _shown(dossier: Dossier, *checks: str) -> str:
    found = [each for each in dossier.audit.findings if each.check in checks]
    if not found:
        return "not shown by this pack"
    return "verified" if all(each.passed for each in found) else "NOT in order, see above"


def _secret(dossier: Dossier) -> str:
    """Return what the pack shows of who got the secret: without the record of the ceremony, nothing."""
    given = has_ceremony(dossier.pack)
    return _shown(dossier, "secret") if given else "not shown: the record of the key ceremony is not in the pack"


def _unless_held(dossier: Dossier) -> str:
    """Return what is missing where nobody gave a checkpoint from before."""
    return "" if dossier.found("never-rewritten") else "; not against a checkpoint of your own (--checkpoint)"


def _rates(found: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for place in (found, found.get("utility")):
        for name in _RATES:
            if isinstance(place, dict) and isinstance(place.get(name), int | float):
                yield name, place[name]
