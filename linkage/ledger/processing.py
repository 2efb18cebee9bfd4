"""What a pack shows about the processing: that only what was agreed was submitted, compared, seen and kept.

The order of entries is the order of what happened, so they are gone through once, as a reader would. What is wrong with
an entry of some kind is told by ``submitting``, ``comparing``, ``acting`` and ``deleting``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from linkage.identity import PublicIdentity
from linkage.ledger.acting import is_host_itself, of_freeze, of_look, of_officer, officer_named
from linkage.ledger.chronicle import LOOKS, Chronicle
from linkage.ledger.comparing import of_order, of_pairings, of_repetition, of_result
from linkage.ledger.deleting import not_done, of_deletion, of_hits
from linkage.ledger.entry import Kind
from linkage.ledger.forgetting import not_forgotten, of_logs
from linkage.ledger.history import Finding, Findings
from linkage.ledger.pack import Numbered, Pack
from linkage.ledger.reading import Reading, counted
from linkage.ledger.submitting import of_agreement, of_submission
from linkage.manifest import moment_text

_CHECKS = (
    "agreements",
    "officers",
    "submissions",
    "pairings",
    "comparisons",
    "repetitions",
    "looks",
    "frozen",
    "deletions",
    "logs",
)
Problems = Iterable[tuple[str, Iterator[str]]]


def check_processing(pack: Pack, host: PublicIdentity, now: datetime) -> Iterator[Finding]:
    """Yield what the entries and documents of `pack` show about the processing up to `now`."""
    reading = Reading(pack, host, now, Chronicle())
    checks = {name: Findings(name) for name in _CHECKS}
    per_day: Counter[tuple[Kind, str, str]] = Counter()
    for numbered in pack.entries:
        entry = numbered.entry
        today = (entry.kind, entry.agency, entry.time[:10])
        per_day[today] += 1
        for check, problems in _problems(reading, numbered, per_day[today]):
            for problem in problems:
                checks[check].problem(f"entry {numbered.number} ({entry.kind} of {entry.agency}): {problem}")
        reading.known.learn(numbered)
    for problem in not_done(reading):
        checks["deletions"].problem(problem)
    for problem in not_forgotten(reading):
        checks["logs"].problem(problem)
    for name, sentence in _green(reading).items():
        yield from checks[name].or_else(sentence)


def _problems(reading: Reading, numbered: Numbered, today: int) -> Problems:
    """Yield, check by check, what is wrong with an entry."""
    entry = numbered.entry
    yield "officers", of_officer(reading, entry)
    yield "frozen", of_freeze(reading, entry)
    match entry.kind:
        case Kind.AGREEMENT_REGISTERED:
            yield "agreements", of_agreement(reading, entry)
        case Kind.SUBMISSION_ACCEPTED:
            yield "submissions", of_submission(reading, entry, today)
        case Kind.RUN_ORDERED:
            yield "comparisons", of_order(reading, entry, today)
            yield "pairings", of_pairings(reading, entry)
        case Kind.RUN_PUBLISHED:
            yield "comparisons", of_result(reading, entry)
        case Kind.RUN_REPEATED:
            yield "repetitions", of_repetition(reading, entry)
        case Kind.SUBMISSION_ERASED | Kind.RECORDS_WITHDRAWN:
            yield "deletions", of_deletion(reading, entry)
        case Kind.HITS_ERASED:
            yield "deletions", of_hits(reading, entry)
        case Kind.LOGS_ERASED:
            yield "logs", of_logs(reading, numbered)
        case kind if kind in LOOKS:
            yield "looks", of_look(reading, entry)


def _green(reading: Reading) -> dict[str, str]:
    """Return, check by check, what holds if no problem was found; `reading.known` is the whole of it."""
    known, pack = reading.known, reading.pack
    compared = sum(len(found.entry.comparisons or ()) for found in known.published.values())
    acted = {officer_named(pack, found.entry) for found in pack.entries} - {None}
    told = {
        "agreements": (
            f"{counted(len(known.agreements), 'version')} of the agreement: signed by all parties and the host"
        ),
        "officers": (
            f"{counted(len(acted), 'officer')} acted: each with a credential that the root key of the agency had "
            "signed and that was valid at the time"
        ),
        "submissions": (
            f"{counted(len(known.submissions), 'submission')}: each was signed by its agency, and lay within the "
            "categories, the retention and the quotas of the agreement"
        ),
        "pairings": (
            f"{counted(compared, 'comparison')} of two submissions: only pairings that the agreement permits, each on "
            "the legal ground that the agreement names for it"
        ),
        "comparisons": (
            f"{counted(len(known.published), 'run')}: each was ordered by {_who_orders(known, pack)}, while the "
            f"agreement was in force, and what was compared is what was ordered{_chained(reading)}"
        ),
        "repetitions": (
            f"{counted(len({found.entry.subject for found in known.repeated}), 'run')} repeated at the host from the "
            f"sealed encodings (by {', '.join(sorted({found.entry.reason or '' for found in known.repeated}))}): "
            "each gave the published result"
        ),
        "looks": (
            f"{counted(len(known.looks), 'look')} at hits: each has an officer, a justification, and a run in which "
            "the agency had a part"
        ),
        "frozen": (
            f"the operation was frozen ({', '.join(found.entry.time for found in known.freezes)}), and nothing was "
            "submitted, compared or looked at while it was"
            if known.freezes
            else "the operation was never frozen"
        ),
        "deletions": _deletions(reading),
        "logs": _logs(reading),
    }
    if not known.repeated:
        del told["repetitions"]
    return told


def _who_orders(known: Chronicle, pack: Pack) -> str:
    """Return in words who ordered the runs."""
    itself = {is_host_itself(pack, found.entry) for run, found in known.orders.items() if run in known.published}
    words = {False: "an officer of a party that may", True: "the host, because a submission starts a run as was agreed"}
    return " or by ".join(words[found] for found in sorted(itself or {False}))


def _logs(reading: Reading) -> str:
    """Return in words which logs were deleted."""
    gone = len(reading.forgotten.numbers)
    if not gone:
        return "no log was due for deletion"
    return (
        f"logs were deleted when their time was over, and not before: what {counted(gone, 'entry', 'entries')} said is "
        "gone, each deletion with a certificate of the host; the ledger still counts them"
    )


def _chained(reading: Reading) -> str:
    """Return in words how the runs of a standing operation rest on each other."""
    plans = (reading.plan(found.entry) for found in reading.known.published.values())
    if not any(plan is not None and plan.standing for plan in plans):
        return ""
    return "; each names the result of the run before it, whose groups keep their names"


def _deletions(reading: Reading) -> str:
    """Return in words what was deleted and what is kept."""
    known = reading.known
    hits = sum(found.entry.count or 0 for found in known.published.values())
    gone = sum(found.entry.count or 0 for each in known.hits_erased.values() for found in each)
    submissions = counted(len(known.submissions), "submission")
    records = counted(known.records_withdrawn, "record")
    told = f"everything due for deletion by {moment_text(reading.now)} was deleted in time"
    if not known.deletions and not gone:
        return f"{told}: nothing was due of {submissions} and {counted(hits, 'hit')}"
    return (
        f"{told}; {len(known.erased):,} of {submissions} are gone and {records} of others, each time with a "
        f"certificate of the host; gone are {gone:,} of {counted(hits, 'hit')}"
    )
