"""What a pack shows about the operation secret: to whom it was sealed, who confirmed it, what was made with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from linkage.ceremony import Ceremony, Confirmation, Standing, standing
from linkage.envelope import Envelope
from linkage.errors import CounterfoilError, ManifestError
from linkage.ledger.chronicle import Chronicle
from linkage.ledger.entry import Compared, Kind
from linkage.ledger.history import Finding, Findings
from linkage.ledger.pack import Pack
from linkage.ledger.papers import stated_manifest
from linkage.manifest import Manifest


@dataclass(slots=True)
class _Record:
    """The ceremonies and confirmations of a pack that hold, and what is wrong with the others."""

    ceremonies: list[Ceremony] = field(default_factory=list)
    confirmations: list[Confirmation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check_secret(pack: Pack, known: Chronicle) -> Iterator[Finding]:
    """Yield what the ceremony and the key confirmations show; nothing where there is nothing to show."""
    record, found = _record(pack), Findings("secret")
    for problem in record.problems:
        found.problem(f"a file of the key ceremony does not hold: {problem}")
    manifests = _manifests(pack, known)
    standings = [standing(ceremony, record.confirmations) for ceremony in record.ceremonies]
    for reached in standings:
        for agency in reached.differing:
            found.problem(f"{agency} confirmed another secret than {reached.ceremony.maker} made")
    if not standings and _disagree(record.confirmations):
        found.problem("those who share a secret confirmed different ones")
    for submission, manifest in manifests.items():
        agreed = {reached.ceremony.key_confirmation for reached in _of_submission(pack, known, submission, standings)}
        if agreed and manifest.key_confirmation not in agreed:
            found.problem(f"submission {submission} of {manifest.agency} was made with another secret than agreed")
    for run, numbered in known.published.items():
        if any(_different(manifests, pair) for pair in numbered.entry.comparisons or ()):
            found.problem(f"run {run} compared submissions that were made with different secrets")
    if standings:
        told = "; ".join(_told(pack, reached) for reached in standings)
        yield from found.or_else(f"{told}; every submission was made with the secret so confirmed")
    elif record.confirmations:
        yield from found.or_else(f"{_confirmed(record.confirmations)}; what was compared was made with one secret")
    elif manifests or record.problems:
        yield from found.or_else("what was compared with each other was made with one and the same secret")


def has_ceremony(pack: Pack) -> bool:
    """Return whether the pack holds the record of a key ceremony, and so shows to whom the secret was given."""
    return bool(_record(pack).ceremonies)


def unchecked_secret(pack: Pack, known: Chronicle) -> Iterator[str]:
    """Yield what about the secret the pack leaves open."""
    record = _record(pack)
    if not record.ceremonies:
        yield (
            "to whom the secret was given: the record of the key ceremony is not in the pack (give it to "
            "'counterfoil audit export' with --ceremony)"
        )
    for ceremony in record.ceremonies:
        waiting = standing(ceremony, record.confirmations).waiting
        if waiting:
            yield f"whether {', '.join(waiting)} holds the secret of epoch {ceremony.epoch}: no confirmation is here"
    if known.submissions:
        yield "whether somebody who holds the secret has given it to the host or to others: no record can show that"


def _record(pack: Pack) -> _Record:
    found = _Record()
    for content in dict.fromkeys((*map(str.encode, pack.attached.ceremony), *_relayed(pack))):
        try:
            kind = Envelope.parse(content).payload_type
            claimed = (Ceremony if kind == Ceremony.payload_type else Confirmation).claimed(content)
            signed = pack.signed_agreements.get(claimed.agreement)
            if signed is None:
                found.problems.append("it is about an agreement that is not in the pack")
            elif kind == Ceremony.payload_type:
                found.ceremonies.append(Ceremony.verified(content, signed.agreement))
            else:
                found.confirmations.append(Confirmation.verified(content, signed.agreement))
        except CounterfoilError as error:
            found.problems.append(error.message)
        except ValueError as error:
            found.problems.append(str(error))
    return found


def _relayed(pack: Pack) -> Iterator[bytes]:
    """Yield the confirmations that the host relayed and kept; sealed copies it deletes when all have confirmed."""
    for numbered in pack.entries:
        if numbered.entry.kind is Kind.CEREMONY_CONFIRMED:
            content = pack.document_of.get(numbered.entry.digests["confirmation"])
            if content is not None:
                yield content


def _manifests(pack: Pack, known: Chronicle) -> dict[str, Manifest]:
    found = {}
    for identifier, numbered in known.submissions.items():
        content = pack.document_of.get(numbered.entry.digests["manifest"])
        if content is not None and numbered.entry.digests["agreement"] in pack.signed_agreements:
            try:
                found[identifier] = stated_manifest(content)[0]
            except (ValueError, ManifestError):
                continue  # told where submissions are looked at
    return found


def _different(manifests: dict[str, Manifest], pair: Compared) -> bool:
    """Return whether two submissions that were compared were made with different secrets."""
    one, other = manifests.get(pair.left.submission), manifests.get(pair.right.submission)
    return one is not None and other is not None and one.key_confirmation != other.key_confirmation


def _of_submission(pack: Pack, known: Chronicle, submission: str, standings: list[Standing]) -> list[Standing]:
    """Return the ceremonies of the epoch in which a submission was made, for those who share the secret with it."""
    entry = known.submissions[submission].entry
    signed = pack.signed_agreements[entry.digests["agreement"]]
    return [
        reached
        for reached in standings
        if reached.ceremony.epoch == signed.agreement.key.epoch and entry.agency in reached.ceremony.sharers
    ]


def _disagree(confirmations: list[Confirmation]) -> bool:
    """Return whether some who share a secret confirmed different ones."""
    shared = {(found.epoch, found.sharers) for found in confirmations}
    return len(shared) < len({(found.epoch, found.sharers, found.key_confirmation) for found in confirmations})


def _confirmed(confirmations: list[Confirmation]) -> str:
    agencies = ", ".join(sorted({found.agency for found in confirmations}))
    return f"{agencies} confirmed which secret they hold, and those who share one hold the same"


def _told(pack: Pack, reached: Standing) -> str:
    ceremony = reached.ceremony
    sealed = ", ".join(copy.agency for copy in ceremony.copies)
    confirmed = ", ".join(reached.agreeing)
    return (
        f"{ceremony.maker} made the secret of epoch {ceremony.epoch} and sealed it to {sealed}, never to "
        f"{pack.host.name}" + (f", and {confirmed} confirmed the same one" if confirmed else "")
    )
