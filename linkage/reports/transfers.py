"""The transfer register: each pair of countries with its legal ground, and the runs that used it."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from linkage.agreement import Agreement, allowed
from linkage.agreement.wording import REGIMES, REVIEWS
from linkage.ledger.entry import Compared, Kind
from linkage.reports.dossier import Dossier
from linkage.reports.report import Report, Section, Table
from linkage.reports.wording import day, listed, short

_Sides = tuple[tuple[str, str], tuple[str, str]]
_NEVER = "never"


class _Use(NamedTuple):
    """A run that used a pairing of two agencies, and when its result was published."""

    run: str
    time: str


def transfer_register(dossier: Dossier) -> Report:
    """Return which countries' records were, or may be, compared with which, on what ground, and who learnt of it."""
    agreement, known = dossier.agreement, dossier.known
    used = _uses(dossier)
    return Report(
        "transfers",
        f"Transfer register, operation {agreement.operation}",
        (
            f"{agreement.title}. Encodings go from each agency to {agreement.host.name}, and from a "
            "comparison each of two agencies learns which of its own records has a counterpart with the other. "
            "Nothing else passes between them here; what follows a hit goes through the official channel."
        ),
        dossier.standing,
        [
            Section(
                "Pairs of countries",
                "Art. 35(1) and 39 LED; Art. 44 and 49(6) GDPR",
                _regimes(agreement),
                tables=[
                    Table(
                        "What the agreement permits between two agencies, and the runs that used it",
                        ("countries", "records of", "with records of", "ground", "review", "runs", "last used"),
                        list(_pairs(agreement, used)),
                    )
                ],
            ),
            Section(
                "Runs",
                "Art. 25(1) LED (combination)",
                tables=[
                    Table(
                        "Runs whose result was published",
                        ("run", "published", "ordered by", "justification", "comparisons", "countries", "hits"),
                        [
                            (
                                short(run),
                                day(found.entry.time),
                                f"{known.orders[run].entry.agency} {known.orders[run].entry.officer}",
                                known.orders[run].entry.justification or "",
                                f"{len(found.entry.comparisons or ()):,}",
                                listed(sorted({_countries(dossier, each) for each in found.entry.comparisons or ()})),
                                f"{found.entry.count or 0:,}",
                            )
                            for run, found in known.published.items()
                            if run in known.orders
                        ],
                    )
                ],
            ),
            Section(
                f"Packages to {agreement.host.name} ({agreement.host.jurisdiction})",
                "Art. 25(1) LED (collection)",
                tables=[
                    Table(
                        "Submissions",
                        ("submission", "accepted", "from", "country", "kind of person", "records"),
                        [
                            (
                                short(identifier),
                                day(found.entry.time),
                                found.entry.agency,
                                dossier.country(found.entry.agency),
                                found.entry.category or "",
                                f"{found.entry.count or 0:,}",
                            )
                            for identifier, found in known.submissions.items()
                        ],
                    )
                ],
            ),
            Section(
                "Who learnt that a counterpart exists",
                "Art. 25(1) LED (consultation, disclosure)",
                tables=[
                    Table(
                        "Looks at hits",
                        ("time", "agency", "country", "officer", "why", "run", "hits shown"),
                        [
                            (
                                day(found.entry.time),
                                found.entry.recipient or found.entry.agency,
                                dossier.country(found.entry.agency),
                                found.entry.officer or "",
                                found.entry.justification or "",
                                short(found.entry.subject or ""),
                                f"{found.entry.count or 0:,}",
                            )
                            for found in known.looks
                            if found.entry.kind is not Kind.HIT_DECIDED
                        ],
                    )
                ],
            ),
        ],
    )


def _regimes(agreement: Agreement) -> list[str]:
    by_regime: defaultdict[str, list[str]] = defaultdict(list)
    for party in agreement.parties:
        by_regime[REGIMES[party.regime]].append(f"{party.agency} ({party.jurisdiction})")
    return [f"Under {regime}: {listed(names)}." for regime, names in by_regime.items()]


def _uses(dossier: Dossier) -> dict[_Sides, list[_Use]]:
    found: defaultdict[_Sides, list[_Use]] = defaultdict(list)
    for run, numbered in dossier.known.published.items():
        for compared in numbered.entry.comparisons or ():
            found[_sides(compared)].append(_Use(run, numbered.entry.time))
    return found


def _sides(compared: Compared) -> _Sides:
    one, other = sorted((found.agency, found.category.value) for found in (compared.left, compared.right))
    return one, other


def _pairs(agreement: Agreement, used: dict[_Sides, list[_Use]]) -> Iterator[tuple[str, ...]]:
    """Yield every two agencies and kinds of person that the agreement lets be compared; those used before it, too."""
    left_over = dict(used)
    for one, other in combinations(sorted(agreement.parties, key=lambda party: party.agency), 2):
        for left in one.categories:
            for right in other.categories:
                pairing = allowed(agreement, one.agency, left, other.agency, right)
                if pairing is not None:
                    uses = left_over.pop(((one.agency, left.value), (other.agency, right.value)), [])
                    yield (
                        f"{one.jurisdiction} and {other.jurisdiction}",
                        f"{one.agency} {left}",
                        f"{other.agency} {right}",
                        pairing.legal_ground,
                        REVIEWS[pairing.review],
                        *_told(uses),
                    )
    for (left_side, right_side), uses in left_over.items():
        yield (
            *("of a former version", " ".join(left_side), " ".join(right_side), "see that version", ""),
            *_told(uses),
        )


def _told(uses: list[_Use]) -> tuple[str, str]:
    return f"{len(uses):,}", day(max(found.time for found in uses)) if uses else _NEVER


def _countries(dossier: Dossier, compared: Compared) -> str:
    one, other = sorted(dossier.country(found.agency) for found in (compared.left, compared.right))
    return f"{one}-{other}"
