"""What is wrong with an entry about a run: its order, its result, its repetition, and the pairs that it compared."""

from collections.abc import Iterator

from linkage.agreement import Agreement, allowed
from linkage.category import Category
from linkage.ledger.entry import Entry
from linkage.ledger.papers import ParametersPaper, PlannedSubmission
from linkage.ledger.reading import Reading, not_in_force


def of_order(reading: Reading, entry: Entry, today: int) -> Iterator[str]:
    """Yield what is wrong with an order, the `today`-th of its agency on that day."""
    known = reading.known
    signed = reading.agreement(entry)
    if isinstance(signed, str):
        yield signed
        return
    yield from not_in_force(signed, entry)
    if entry.subject in known.orders:
        yield "a run with this id was ordered before"
    if not _may_order(signed.agreement, entry.agency):
        yield "the agency may not order runs"
    if signed.agreement.runs.by != "on_submission" and today > signed.agreement.quotas.runs_per_day:
        yield "the agency had used up its runs of the day"
    for side in (side for found in entry.comparisons or () for side in (found.left, found.right)):
        submission = known.submissions.get(side.submission)
        if submission is None and side.submission in reading.forgotten.subjects:
            continue
        if submission is None:
            yield f"submission {side.submission} was not accepted before"
        elif (submission.entry.agency, submission.entry.category) != (side.agency, side.category):
            yield f"submission {side.submission} has another agency or category"
        elif side.submission in known.erased:
            yield f"submission {side.submission} had been deleted"


def of_result(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield what is wrong with a published result."""
    known = reading.known
    numbered = known.orders.get(entry.subject or "")
    if numbered is None:
        if entry.subject not in reading.forgotten.subjects:
            yield "the run was not ordered before"
        return
    order = numbered.entry
    if entry.subject in known.published:
        yield "the run had been published before"
    if entry.subject in known.ended:
        yield "the run had been called off before"
    if (entry.digests["plan"], entry.comparisons) != (order.digests["plan"], order.comparisons):
        yield "what was compared is not what was ordered"
    if entry.digests.get("parameters", entry.digests["plan"]) not in reading.pack.document_of:
        yield "how the run was done is not in the pack"
    yield from _of_chain(reading, entry)
    signed = reading.agreement(order)
    if not isinstance(signed, str):
        yield from not_in_force(signed, entry)


def _of_chain(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield that a run of a standing operation took its groups' names over from others than the runs before it."""
    plan, content = reading.plan(entry), reading.pack.document_of.get(entry.digests.get("parameters", ""))
    if plan is None or not plan.standing or content is None:
        return
    try:
        how = ParametersPaper.read(content)
    except ValueError:
        yield "how the run was done is no such document"
        return
    if how.names is None:
        return  # by an earlier program
    before = next(reversed(reading.known.published.values()), None)
    if before is None and how.predecessor is not None and how.predecessor.run in reading.forgotten.subjects:
        return
    expected = None if before is None else (before.entry.subject, before.entry.digests["result"])
    if expected != (None if how.predecessor is None else (how.predecessor.run, how.predecessor.result)):
        yield "the run before it, whose groups keep their names, is not the one that was published before it"


def of_pairings(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield the comparisons of an order that the agreement does not permit, or whose ground is another."""
    signed = reading.agreement(entry)
    if isinstance(signed, str):
        return  # told where the order is looked at
    for found in entry.comparisons or ():
        if allowed(signed.agreement, *found.left_side, *found.right_side) is None:
            yield (
                f"{found.left.agency} {found.left.category} with {found.right.agency} {found.right.category} has no "
                "pairing, and so no legal ground, in the agreement"
            )
    yield from _of_plan(reading, entry, signed.agreement)


def _of_plan(reading: Reading, entry: Entry, agreement: Agreement) -> Iterator[str]:
    """Yield where the plan that the officer saw says something else than the entry and the agreement."""
    plan = reading.plan(entry)
    if plan is None:
        there = entry.digests["plan"] in reading.pack.document_of
        yield "the plan of the run is not one" if there else "the plan of the run is not in the pack"
        return
    submissions = {found.submission: found for found in plan.submissions}
    ordered = {(found.left.submission, found.right.submission) for found in entry.comparisons or ()}
    if {(found.left, found.right) for found in plan.comparisons} != ordered:
        yield "the plan of the run names other comparisons than the order"
    for found in (*plan.comparisons, *plan.known):
        left, right = submissions.get(found.left), submissions.get(found.right)
        if left is None or right is None or found.ground != _ground(agreement, left, right):
            yield f"the plan combines {found.left} and {found.right} on another ground than the agreement gives"
    for planned in plan.submissions:
        known = reading.known.submissions.get(planned.submission)
        stated = (planned.agency, planned.category, planned.package)
        if known is None and planned.submission in reading.forgotten.subjects:
            continue
        if known is None or planned.submission in reading.known.erased:
            yield f"the plan names submission {planned.submission}, which was not there"
        elif stated != (known.entry.agency, known.entry.category, known.entry.digests["package"]):
            yield f"the plan names another package for submission {planned.submission} than the one accepted"


def _ground(agreement: Agreement, left: PlannedSubmission, right: PlannedSubmission) -> str | None:
    """Return the legal ground on which two submissions may be combined, or None."""
    try:
        pairing = allowed(agreement, left.agency, Category(left.category), right.agency, Category(right.category))
    except ValueError:
        return None
    return None if pairing is None else pairing.legal_ground


def of_repetition(reading: Reading, entry: Entry) -> Iterator[str]:
    """Yield what is wrong with a run that was repeated from the sealed encodings."""
    numbered = reading.known.published.get(entry.subject or "")
    if numbered is None:
        if entry.subject not in reading.forgotten.subjects:
            yield "there was no published run to repeat"
        return
    published = numbered.entry
    if entry.digests["plan"] != published.digests["plan"]:
        yield "it repeated another plan"
    if entry.digests["result"] != published.digests["result"]:
        yield f"repeated by {entry.reason}, run {entry.subject} gave ANOTHER result than the published one"


def _may_order(agreement: Agreement, agency: str) -> bool:
    match agreement.runs.by:
        case "any_party":
            return agreement.party(agency) is not None
        case "named":
            return agency in agreement.runs.agencies
        case "on_submission":
            return agency == agreement.host.name
