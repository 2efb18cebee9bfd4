"""The record of processing activities (Directive (EU) 2016/680, Art. 24; Regulation (EU) 2016/679, Art. 30)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from linkage.agreement.wording import REGIMES
from linkage.ledger.entry import Kind
from linkage.reports.dossier import Dossier
from linkage.reports.report import Report, Section, Table
from linkage.reports.wording import SUBJECTS, day, listed, pairing_rows

_UNION_LAW = ("led", "gdpr")


def record_of_processing(dossier: Dossier) -> Report:
    """Return the record that controllers keep, and that of the host as processor."""
    agreement = dossier.agreement
    return Report(
        "record-of-processing",
        f"Record of processing, operation {agreement.operation}",
        (
            f"{agreement.title}. Version {agreement.version} of the agreement, valid from "
            f"{day(agreement.valid_from)} until {day(agreement.valid_until)}. The letters are those of Article 24(1) "
            "of Directive (EU) 2016/680 and of Article 30(1) of Regulation (EU) 2016/679."
        ),
        dossier.standing,
        [
            _controllers(dossier),
            Section("Purposes", "Art. 24(1)(b) LED; Art. 30(1)(b) GDPR", [agreement.purpose]),
            _recipients(dossier),
            _subjects(dossier),
            Section(
                "Profiling",
                "Art. 24(1)(e) LED",
                [
                    (
                        "None. A comparison proposes which records may be of one person; it evaluates no personal "
                        "aspect and decides nothing. Persons of both agencies decide about each hit, as the pairings "
                        "below say."
                    )
                ],
            ),
            _transfers(dossier),
            _grounds(dossier),
            _time_limits(dossier),
            _security(dossier),
            _activities(dossier),
        ],
    )


def _controllers(dossier: Dossier) -> Section:
    agreement = dossier.agreement
    host = agreement.host
    rows = [
        (party.agency, party.jurisdiction, REGIMES[party.regime], party.contact_point, party.data_protection_officer)
        for party in agreement.parties
    ]
    return Section(
        "Controllers, processor and data protection officers",
        "Art. 24(1)(a) and 24(2)(a) LED; Art. 30(1)(a) and 30(2)(a) GDPR",
        [
            (
                f"{host.name} ({host.jurisdiction}, under {REGIMES[host.regime]}) compares encodings for the agencies "
                f"below. Contact: {host.contact}. Data protection officer: {host.data_protection_officer}. In which "
                "legal role it does so, the agreement and the law decide, not this record."
            )
        ],
        tables=[
            Table("Agencies", ("agency", "country", "law", "contact for hits", "data protection officer"), rows),
        ],
    )


def _recipients(dossier: Dossier) -> Section:
    looks: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for found in dossier.known.looks:
        if found.entry.kind is Kind.HITS_VIEWED:
            looks[found.entry.agency] += 1
            shown[found.entry.agency] += found.entry.count or 0
    rows = [
        (party.agency, f"{looks[party.agency]:,}", f"{shown[party.agency]:,}") for party in dossier.agreement.parties
    ]
    return Section(
        "Recipients",
        "Art. 24(1)(c) LED; Art. 30(1)(d) GDPR",
        [
            (
                f"The host ({dossier.agreement.host.name}) receives encodings with random tokens, and no name, no "
                "secret and no reference of an agency. An agency learns which of its own records have a counterpart, "
                "with a band, the agency that holds it, and whom to call there; of the record itself it learns nothing "
                "here."
            )
        ],
        tables=[Table("Looks at hits so far", ("agency", "looks", "hits shown (a hit seen twice counts twice)"), rows)],
    )


def _subjects(dossier: Dossier) -> Section:
    agreement, known = dossier.agreement, dossier.known
    held: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for identifier, found in known.submissions.items():
        if identifier not in known.erased and found.entry.category is not None:
            held[found.entry.agency, found.entry.category.value].append(known.records(identifier))
    rows = [(agency, category, f"{sum(counts):,}") for (agency, category), counts in sorted(held.items())]
    used = sorted({field for manifest in dossier.manifests.values() for field in manifest.fields_used})
    dropped = sorted({field for manifest in dossier.manifests.values() for field in manifest.fields_dropped})
    return Section(
        "Data subjects and personal data",
        "Art. 24(1)(d) and Art. 6 LED; Art. 30(1)(c) GDPR",
        [
            (
                f"Kinds of persons: {listed([SUBJECTS[category] for category in agreement.categories])}. The kind is "
                "stated for each submission, and each kind is compared only as the pairings permit."
            ),
            (
                f"Encoded fields, as agencies stated them: {listed(used, 'none yet')}. Columns of their tables that "
                f"were not used: {listed(dropped, 'none')}. Encodings are keyed pseudonyms of these fields and remain "
                "personal data."
            ),
        ],
        tables=[Table("Records at the host when the pack was made", ("agency", "kind of person", "records"), rows)],
    )


def _transfers(dossier: Dossier) -> Section:
    agreement = dossier.agreement
    outside = [
        f"{name} ({country}, under {REGIMES[regime]})"
        for name, country, regime in (
            *((party.agency, party.jurisdiction, party.regime) for party in agreement.parties),
            (agreement.host.name, agreement.host.jurisdiction, agreement.host.regime),
        )
        if regime not in _UNION_LAW
    ]
    return Section(
        "Transfers to third countries and international organisations",
        "Art. 24(1)(f) and Art. 35 to 39 LED; Art. 30(1)(e) GDPR",
        [
            (
                f"Outside the law of the Union: {listed(outside, 'none')}. 'counterfoil report transfers' lists each "
                "pair of countries with its ground and the runs that used it."
            )
        ],
    )


def _grounds(dossier: Dossier) -> Section:
    agreement = dossier.agreement
    rows = pairing_rows(agreement)
    return Section(
        "Legal basis",
        "Art. 24(1)(g), Art. 8 and 10 LED; Art. 6 and 9 GDPR",
        [agreement.legal_basis],
        tables=[
            Table(
                "What may be compared, and on what ground", ("records of", "with records of", "ground", "review"), rows
            )
        ],
    )


def _time_limits(dossier: Dossier) -> Section:
    kept = dossier.agreement.retention
    return Section(
        "Time limits for erasure",
        "Art. 24(1)(h) and Art. 5 LED; Art. 30(1)(f) GDPR",
        [
            (
                f"Encodings at most {kept.encodings_days:,} days after they were accepted, and no longer than the "
                f"agency allowed; hits {kept.hits_days:,} days after the run; logs {kept.logs_days:,} days."
            ),
            *(f"Verified: {sentence}." for sentence in dossier.found("deletions")),
        ],
    )


def _security(dossier: Dossier) -> Section:
    agreement = dossier.agreement
    steps = [
        step.step + "".join(f", {name} {least:,} or more" for name, least in step.at_least.items())
        for step in agreement.linkage_schema.minimum_hardening
    ]
    schema = dossier.schema
    hardening = listed(steps, "none is asked for")
    if schema is not None:
        hardening += f"; the agreed schema has {listed([step.step for step in schema.hardening], 'none')}"
    return Section(
        "Security of processing",
        "Art. 24(1)(i) and Art. 29 LED; Art. 30(1)(g) and Art. 32 GDPR",
        items=[
            f"Records leave an agency as encodings under a secret that the host never has. Hardening: {hardening}.",
            *(f"Of the secret: {sentence}." for sentence in dossier.found("secret")),
            "Each submission is sealed at the host under a key of its own; deleting the key deletes the data.",
            "Every request is signed by a named officer's key (HTTP Message Signatures); there are no passwords.",
            "Every operation is logged as Art. 25 LED asks, in a ledger that the host cannot rewrite unnoticed.",
            (
                "A hit shows a band and never a score, so that nobody can feel out what others hold."
                if agreement.hit_shows == "band"
                else "A hit shows its score."
            ),
            (
                f"Limits: {agreement.quotas.records_per_submission:,} records in a submission, "
                f"{agreement.quotas.submissions_per_day:,} submissions and {agreement.quotas.runs_per_day:,} runs a "
                "day."
            ),
        ],
    )


def _activities(dossier: Dossier) -> Section:
    return Section(
        "Processing carried out so far",
        "Art. 24(2)(b) and Art. 25 LED; Art. 30(2)(b) GDPR",
        tables=[
            Table(
                "Entries of the ledger, by the operations that Art. 25 LED names",
                ("operation", "times", "first", "last"),
                list(_verbs(dossier)),
            )
        ],
    )


def _verbs(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    for verb, entries in dossier.by_verb():
        if entries:
            yield verb, f"{len(entries):,}", day(entries[0].time), day(entries[-1].time)
        else:
            yield verb, "0", "", ""
