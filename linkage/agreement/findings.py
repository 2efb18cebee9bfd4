"""Where an agreement contradicts itself or says less than it should, in sentences for people."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from linkage.agreement.model import ANY, Agreement, Party
from linkage.agreement.pairings import ambiguities
from linkage.category import Category
from linkage.manifest import parse_moment

FEWEST_PARTIES = 2
_PROTECTED = {Category.VICTIM, Category.PRESUMED_VICTIM, Category.WITNESS}
_ACCUSED = {Category.SUSPECT, Category.CONVICTED}


def faults(agreement: Agreement) -> tuple[str, ...]:
    """Return what makes the agreement impossible to sign or apply; empty when it is consistent."""
    checks = (_faults_of_parties, _faults_of_host, _faults_of_categories, _faults_of_pairings, _faults_of_terms)
    return tuple(fault for check in checks for fault in check(agreement))


def doubts(agreement: Agreement) -> tuple[str, ...]:
    """Return what is possible but should be looked at before signing."""
    return tuple(_doubts(agreement))


def changes_to_tell(new: Agreement, old: Agreement) -> tuple[str, ...]:
    """Return why `new` is not the next version of `old`, one sentence each; empty when it is."""
    reasons = []
    if new.operation != old.operation:
        reasons.append("the name of the operation differs")
    if new.version != old.version + 1:
        reasons.append(f"version {old.version} is followed by version {old.version + 1}")
    if new.predecessor != old.digest:
        reasons.append("the predecessor that it names is another text")
    if new.key.epoch < old.key.epoch:
        reasons.append("the epoch of the key may not go back")
    if new.key.scope != old.key.scope and new.key.epoch <= old.key.epoch:
        reasons.append("others share a secret than before, so the epoch of the key must rise")
    left = [party.agency for party in old.parties if new.party(party.agency) is None]
    if left and new.key.epoch <= old.key.epoch:
        reasons.append(f"{left[0]} leaves and knows the secret, so the epoch of the key must rise")
    return tuple(reasons)


def _faults_of_parties(agreement: Agreement) -> Iterator[str]:
    parties = agreement.parties
    if len(parties) < FEWEST_PARTIES:
        yield "an agreement needs at least two parties"
    for name in _repeated(party.agency for party in parties):
        yield f"two parties are called {name}"
    for party in parties:
        if party.agency == ANY:
            yield f"no party may be called '{ANY}', which stands for all of them in a pairing"
    yield from _shared(parties, "root key", lambda party: (party.root_key,))
    yield from _shared(parties, "sealing key", lambda party: party.sealing.halves)


def _faults_of_host(agreement: Agreement) -> Iterator[str]:
    host = agreement.host
    for party in agreement.parties:
        if party.agency == host.name or party.root_key == host.root_key:
            yield f"{party.agency} is the host, and a host is never a party"
        elif party.sealing.shares_a_half_with(host.sealing):
            yield f"{party.agency} has the sealing key of the host, which must never hold an operation secret"


def _faults_of_categories(agreement: Agreement) -> Iterator[str]:
    for category in _repeated(agreement.categories):
        yield f"the category {category} is named twice"
    for category in agreement.categories:
        if not any(category in party.categories for party in agreement.parties):
            yield f"no party may submit the category {category}"
    for party in agreement.parties:
        for category in _repeated(party.categories):
            yield f"{party.agency} names the category {category} twice"
        for category in party.categories:
            if category not in agreement.categories:
                yield f"{party.agency} may submit the category {category}, which is not one of the agreement"


def _faults_of_pairings(agreement: Agreement) -> Iterator[str]:
    if not agreement.pairings:
        yield "there is no pairing, so nothing may be compared"
    submitted = {(party.agency, category) for party in agreement.parties for category in party.categories}
    submitted |= {(ANY, category) for _, category in submitted}
    for number, pairing in enumerate(agreement.pairings, start=1):
        for side in (pairing.left, pairing.right):
            if side.agency != ANY and agreement.party(side.agency) is None:
                yield f"pairing {number} names {side.agency}, who is not a party"
            elif (side.agency, side.category) not in submitted:
                who = "nobody" if side.agency == ANY else f"{side.agency} never"
                yield f"pairing {number} needs the category {side.category}, which {who} may submit"
        if pairing.left.agency == pairing.right.agency != ANY:
            yield f"pairing {number} compares {pairing.left.agency} with itself"
    for earlier, later in ambiguities(agreement):
        yield f"pairings {earlier} and {later} permit the same comparison, so it is open which ground it has"


def _faults_of_terms(agreement: Agreement) -> Iterator[str]:
    if (agreement.version == 1) != (agreement.predecessor is None):
        yield "the first version has no predecessor, and every later one has"
    if parse_moment(agreement.valid_until) <= parse_moment(agreement.valid_from):
        yield "it would end before it begins"
    named = agreement.runs.agencies
    if (agreement.runs.by == "named") != bool(named):
        yield "who may order runs is named exactly when runs are ordered by 'named'"
    if agreement.runs.threshold is not None and agreement.runs.by != "on_submission":
        yield "a threshold of runs is agreed only where submissions start them; else who orders a run gives it"
    for name in _repeated(named):
        yield f"{name} is named twice among those who may order runs"
    for name in named:
        if agreement.party(name) is None:
            yield f"{name}, who may order runs, is not a party"


def _doubts(agreement: Agreement) -> Iterator[str]:
    paired = {(side.agency, side.category) for pairing in agreement.pairings for side in (pairing.left, pairing.right)}
    for party in agreement.parties:
        for category in party.categories:
            if paired.isdisjoint({(party.agency, category), (ANY, category)}):
                yield f"{party.agency} may submit the category {category}, and no pairing uses it: it need not travel"
    for number, pairing in enumerate(agreement.pairings, start=1):
        kinds = {pairing.left.category, pairing.right.category}
        if kinds & _PROTECTED and kinds & _ACCUSED and pairing.review != "protection_officer_first":
            yield f"pairing {number} compares victims or witnesses with accused, and no protection officer looks first"
        elif kinds & _PROTECTED and pairing.review == "one_reviewer":
            yield f"pairing {number} compares victims or witnesses, and one reviewer alone decides"
    if agreement.retention.logs_days < agreement.retention.hits_days:
        yield "the logs go before the hits that they must account for"
    if agreement.hit_shows == "score":
        yield "a hit shows its score, by which an agency can find out what another holds"
    if not agreement.linkage_schema.minimum_hardening:
        yield "no hardening is asked of the encodings; plain ones can be attacked by whoever holds a register"


def _shared(parties: Iterable[Party], kind: str, parts: Callable[[Party], Iterable[object]]) -> Iterator[str]:
    """Yield a sentence for every party one of whose `parts` an earlier party has, too."""
    holders: dict[object, str] = {}
    for party in parties:
        for part in parts(party):
            if (holder := holders.setdefault(part, party.agency)) != party.agency:
                yield f"{holder} and {party.agency} have the same {kind}"
                break


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
