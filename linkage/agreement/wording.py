"""An agreement in plain words, for those who know the law and not the format."""

from typing import NamedTuple

from linkage.agreement.model import ANY, Agreement, Pairing, Side

REGIMES = {
    "led": "Directive (EU) 2016/680",
    "gdpr": "Regulation (EU) 2016/679",
    "un": "the principles of the United Nations",
    "other": "other law",
}
REVIEWS = {
    "one_reviewer": "one person on each side decides about a hit",
    "two_reviewers": "two persons on each side decide about a hit",
    "protection_officer_first": "the officer for the protection of victims sees a hit first",
}
_ORDERING = {
    "any_party": "Any party may order a comparison.",
    "on_submission": "Every submission starts a comparison; nobody needs to order one.",
}
_SHOWN = {
    "band": "A hit shows a party its own record and one of two bands, likely or possible; it shows no score.",
    "score": "A hit shows a party its own record and the score.",
}


class Section(NamedTuple):
    """A heading and the sentences below it."""

    heading: str
    sentences: tuple[str, ...]


def sections(agreement: Agreement) -> tuple[Section, ...]:
    """Return the whole agreement as sections; nothing in it is left out but the keys, which stand by their ids."""
    text = agreement
    return (
        Section(
            text.title,
            (
                f"Operation {text.operation}, version {text.version}"
                + (f", which replaces the version with the digest {text.predecessor}." if text.predecessor else "."),
                f"Valid from {text.valid_from} until before {text.valid_until}.",
                f"Digest of this text: {text.digest}",
            ),
        ),
        Section("Purpose", (text.purpose,)),
        Section("Legal basis", (text.legal_basis,)),
        Section("Parties", tuple(_party(text, number) for number in range(len(text.parties)))),
        Section("Host", (_host(text), "It never receives a secret, a name or a reference to a file.")),
        Section("What may be compared", (*(_pairing(found) for found in text.pairings), "Nothing else is compared.")),
        Section(
            "How records are encoded",
            (
                f"By the schema {text.linkage_schema.name} with the digest {text.linkage_schema.digest}.",
                *(
                    f"The encodings are hardened by {step.step} at least"
                    + "".join(f", {name} {least:,} or more" for name, least in step.at_least.items())
                    + "."
                    for step in text.linkage_schema.minimum_hardening
                ),
                (
                    "All parties share one secret"
                    if text.key.scope == "operation"
                    else "Each pair of parties has a secret"
                )
                + f", the host has none; it is secret number {text.key.epoch}.",
            ),
        ),
        Section("Hits", (_SHOWN[text.hit_shows],)),
        Section("Who starts comparisons", (_ordering(text),)),
        Section("How long data are kept", (_retention(text),)),
        Section("Limits for each party", (_quotas(text),)),
    )


def _party(agreement: Agreement, number: int) -> str:
    party = agreement.parties[number]
    kinds = ", ".join(party.categories) or "nothing"
    return (
        f"{party.agency} ({party.jurisdiction}), under {REGIMES[party.regime]}; may submit: {kinds}. "
        f"Contact for hits: {party.contact_point}. Data protection officer: {party.data_protection_officer}. "
        f"Root key {party.root.key_id}, sealing key {party.sealing.key_id}."
    )


def _host(agreement: Agreement) -> str:
    host = agreement.host
    return (
        f"{host.name} ({host.jurisdiction}), under {REGIMES[host.regime]}, compares the encodings. "
        f"Contact: {host.contact}. Data protection officer: {host.data_protection_officer}. "
        f"Root key {host.root.key_id}, sealing key {host.sealing.key_id}."
    )


def _retention(agreement: Agreement) -> str:
    kept = agreement.retention
    return f"Encodings {kept.encodings_days:,} days, hits {kept.hits_days:,} days, logs {kept.logs_days:,} days."


def _quotas(agreement: Agreement) -> str:
    quotas = agreement.quotas
    return (
        f"{quotas.records_per_submission:,} records in a submission, {quotas.submissions_per_day:,} submissions and "
        f"{quotas.runs_per_day:,} comparisons a day."
    )


def _pairing(pairing: Pairing) -> str:
    return (
        f"Records of {_side(pairing.left)} with records of {_side(pairing.right)}; {REVIEWS[pairing.review]}. "
        f"Ground: {pairing.legal_ground}"
    )


def _side(side: Side) -> str:
    return f"{'any party' if side.agency == ANY else side.agency} in the category {side.category}"


def _ordering(agreement: Agreement) -> str:
    named = ", ".join(agreement.runs.agencies)
    told = _ORDERING.get(agreement.runs.by, f"Only these may order a comparison: {named}.")
    if agreement.runs.threshold is not None:
        told += f" Records count as alike from a similarity of {agreement.runs.threshold}."
    return told
