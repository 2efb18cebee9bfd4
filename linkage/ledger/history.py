"""What a pack shows about the ledger itself: that it is the host's, whole, in order and never rewritten.

Every check yields findings: one plain sentence each, for a person who knows the law and not the code.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple

from linkage.identity import PublicIdentity
from linkage.ledger.checkpoint import Checkpoint, SignedCheckpoint
from linkage.ledger.pack import Pack
from linkage.ledger.tree import Frontier, leaf_hash
from linkage.manifest import moment_text, parse_moment

_CLOCK_TOLERANCE = timedelta(minutes=5)


class Finding(NamedTuple):
    """Whether a check passed, and what it found."""

    check: str
    passed: bool
    sentence: str


class Findings:
    """Collects what one check finds: a red sentence for each problem, or the green one if there is none."""

    def __init__(self, check: str) -> None:
        self.check = check
        self._problems: list[Finding] = []

    def problem(self, sentence: str) -> None:
        """Note a problem."""
        self._problems.append(Finding(self.check, passed=False, sentence=sentence))

    def or_else(self, sentence: str) -> Iterator[Finding]:
        """Yield the problems, or `sentence` if there were none."""
        yield from self._problems or (Finding(self.check, passed=True, sentence=sentence),)


def check_history(
    pack: Pack, host: PublicIdentity, held: SignedCheckpoint | None, latest: Checkpoint
) -> Iterator[Finding]:
    """Yield whether the ledger is the one that its checkpoints sign, and continues the checkpoint held.

    Args:
        pack: what to look at.
        host: whose signature counts.
        held: the checkpoint that the verifier kept, if any.
        latest: the last checkpoint of the pack, its signature verified or found false here.
    """
    sizes = {signed.checkpoint.size for signed in pack.signed_checkpoints}
    heads = heads_of(pack, sizes if held is None else sizes | {held.checkpoint.size})
    yield from _signed(pack, host)
    yield from _whole(pack, latest, heads)
    yield from _entries_are_those_logged(pack)
    if held is not None:
        yield from _continues(held, host, latest, heads)


def check_times(pack: Pack, witnesses: tuple[PublicIdentity, ...]) -> Iterator[Finding]:
    """Yield whether the times of entries go forward, and agree with what witnesses saw when."""
    found = Findings("times")
    for before, after in pairwise(pack.entries):
        if parse_moment(after.entry.time) < parse_moment(before.entry.time) - _CLOCK_TOLERANCE:
            found.problem(f"entry {after.number} claims to be earlier than entry {before.number} before it")
    if pack.entries and parse_moment(pack.made) < parse_moment(pack.entries[-1].entry.time) - _CLOCK_TOLERANCE:
        found.problem("the pack claims to have been made before its last entry")
    seen = sorted(
        (signed.checkpoint.size, moment, witness.agency)
        for signed in pack.signed_checkpoints
        for witness in witnesses
        if (moment := signed.seen_by(witness)) is not None
    )
    sizes = [size for size, _, _ in seen]
    latest = [*accumulate((each[1:] for each in seen), max)]  # of those that saw up to so many entries
    earliest = [*accumulate((each[1:] for each in reversed(seen)), min)][::-1]  # of those that saw at least so many
    for numbered in pack.entries:
        time, place = parse_moment(numbered.entry.time), bisect_right(sizes, numbered.number)
        if place < len(seen) and time > earliest[place][0] + _CLOCK_TOLERANCE:
            moment, name = earliest[place]
            found.problem(f"entry {numbered.number} claims to be later than {name} saw it ({moment_text(moment)})")
        if place and time < latest[place - 1][0] - _CLOCK_TOLERANCE:
            moment, name = latest[place - 1]
            found.problem(
                f"entry {numbered.number} claims to be earlier than {moment_text(moment)}, when {name} saw the "
                "ledger without it"
            )
    names = ", ".join(sorted({name for _, _, name in seen}))
    yield from found.or_else(
        f"the times of the {len(pack.entries):,} entries go forward"
        + (f" and agree with what {names} saw" if names else "")
    )


def check_openings(pack: Pack) -> Iterator[Finding]:
    """Yield whether every value disclosed is the one that the ledger committed to."""
    entries = {found.number: found.entry for found in pack.entries}
    found = Findings("openings")
    for document in pack.openings:
        entry = entries.get(document.number)
        if entry is None or not document.opening.opens(entry):
            found.problem(f"what is disclosed as {document.name} of entry {document.number} is not what was logged")
    if pack.openings:
        yield from found.or_else(
            f"{len(pack.openings):,} disclosed values (words behind a commitment) are those that were logged"
        )


def heads_of(pack: Pack, sizes: set[int]) -> dict[int, bytes]:
    """Return the head of the ledger at those of `sizes` that it reaches, from the hashes of its entries."""
    frontier = Frontier()
    heads = {0: frontier.head()}
    for leaf in pack.leaf_hashes:
        frontier.push(leaf)
        if frontier.size in sizes:
            heads[frontier.size] = frontier.head()
    return heads


def _signed(pack: Pack, host: PublicIdentity) -> Iterator[Finding]:
    found = Findings("signature")
    if pack.host.identity != host:
        found.problem(f"the pack names another key of the host than {host.key_id}, which you gave")
    if not pack.signed_by(host):
        found.problem(f"the pack is not, to the last byte, what {host.agency} made and signed")
    for signed in pack.signed_checkpoints:
        if not signed.signed_by(host) or signed.checkpoint.origin != host.agency:
            found.problem(f"the checkpoint of {signed.checkpoint.size:,} entries is not signed by {host.agency}")
    yield from found.or_else(f"{host.agency} has signed the ledger and this pack (key {host.key_id})")


def _whole(pack: Pack, latest: Checkpoint, heads: dict[int, bytes]) -> Iterator[Finding]:
    found = Findings("whole")
    if latest.size != len(pack.leaf_hashes):
        found.problem(
            f"the pack has {len(pack.leaf_hashes):,} entries, and the host signed for {latest.size:,}: entries were "
            "added or taken away"
        )
    for signed in pack.signed_checkpoints:
        size, head = signed.checkpoint.size, signed.checkpoint.head
        if size in heads and heads[size] != head:
            found.problem(
                f"the first {size:,} entries are not those that the host signed for: one was changed, added, taken "
                "away or moved"
            )
    yield from found.or_else(f"the ledger has {latest.size:,} entries, each the one that the host signed for")


def _entries_are_those_logged(pack: Pack) -> Iterator[Finding]:
    found = Findings("entries")
    for numbered in pack.entries:
        if leaf_hash(numbered.entry.encode()) != pack.leaf_hashes[numbered.number]:
            found.problem(f"entry {numbered.number} is not what was logged: it was changed afterwards")
    yield from found.or_else(
        f"the {len(pack.entries):,} entries about operation {pack.operation} stand as they were logged"
    )


def _continues(
    held: SignedCheckpoint, host: PublicIdentity, latest: Checkpoint, heads: dict[int, bytes]
) -> Iterator[Finding]:
    found = Findings("never-rewritten")
    mine = held.checkpoint
    if not held.signed_by(host) or mine.origin != host.agency:
        found.problem(f"the checkpoint you hold is not signed by {host.agency}: it is of another ledger, or damaged")
    elif mine.size > latest.size:
        found.problem(
            f"the ledger was rolled back: your checkpoint counts {mine.size:,} entries, the pack {latest.size:,}"
        )
    elif heads.get(mine.size) != mine.head:
        found.problem(
            f"the ledger was REWRITTEN since the checkpoint you hold: its first {mine.size:,} entries are not the same"
        )
    yield from found.or_else(
        f"the ledger was never rewritten since the checkpoint you hold: its first {mine.size:,} entries are unchanged"
    )
