"""What agencies saw of the ledger: their packages carry a checkpoint, under their signature, and so do their requests.

So every agency is a witness, also one that never calls the host: a host that has rewritten its ledger since, or showed
another one to that agency, cannot make the heads agree. A host that was shown a checkpoint which is not of its ledger
has logged that.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from linkage.errors import LedgerError, ManifestError
from linkage.identity import PublicIdentity
from linkage.ledger.checkpoint import SignedCheckpoint
from linkage.ledger.entry import Kind
from linkage.ledger.history import Finding, Findings, heads_of
from linkage.ledger.pack import Pack
from linkage.ledger.papers import stated_manifest


class Seen(NamedTuple):
    """A checkpoint that an agency put into a package or showed in a request, and which of these, in words."""

    agency: str
    signed: SignedCheckpoint
    where: str


def check_seen(pack: Pack, host: PublicIdentity) -> Iterator[Finding]:
    """Yield whether the ledger is the one that agencies saw; nothing where no package carries a checkpoint."""
    seen = [*_seen(pack)]
    heads = heads_of(pack, {found.signed.checkpoint.size for found in seen})
    found = Findings("seen")
    for each in seen:
        checkpoint = each.signed.checkpoint
        if not each.signed.signed_by(host) or checkpoint.origin != host.agency:
            found.problem(f"{each.agency} has a checkpoint that {host.agency} has not signed ({each.where})")
        elif heads.get(checkpoint.size) != checkpoint.head:
            found.problem(
                f"FORK: {each.agency} saw another ledger of {checkpoint.size:,} entries, signed by {host.agency} "
                f"({each.where}): entries were changed or lost since, or the host keeps two ledgers"
            )
    if seen:
        agencies = ", ".join(sorted({each.agency for each in seen}))
        yield from found.or_else(f"the ledger is the one that {agencies} had seen when they made their packages")


def check_held(pack: Pack, host: PublicIdentity) -> Iterator[Finding]:
    """Yield which agency holds which checkpoint, as the host was shown it; nothing where it was shown none."""
    heads = heads_of(pack, {found.signed.checkpoint.size for found in pack.witnessed})
    found, told = Findings("held"), []
    for each in pack.witnessed:
        size, signed = each.signed.checkpoint.size, each.signed
        if not signed.signed_by(host) or signed.checkpoint.origin != host.agency:
            found.problem(f"the checkpoint that {each.agency} is said to hold is not signed by {host.agency}")
        elif heads.get(size) != signed.checkpoint.head:
            found.problem(f"{each.agency} holds a checkpoint of {size:,} entries that this ledger does not continue")
        told.append(f"{each.agency} of its first {size:,} entries (shown {each.shown})")
    if told:
        yield from found.or_else(
            f"agencies have shown the host that they hold checkpoints of this ledger: {', '.join(told)}; those entries "
            "cannot be changed without their noticing"
        )


def _seen(pack: Pack) -> Iterator[Seen]:
    for text in pack.documents:
        try:
            manifest, envelope = stated_manifest(text.encode())
            if manifest.checkpoint is not None and envelope.signed_by(manifest.signer):
                signed = SignedCheckpoint.parse(manifest.checkpoint.encode())
                yield Seen(manifest.agency, signed, f"in a package made at {manifest.created}")
        except (ValueError, ManifestError, LedgerError):
            continue
    for numbered in pack.entries:
        content = pack.document_of.get(numbered.entry.digests.get("checkpoint", ""))
        if content is not None and numbered.entry.kind is Kind.FORK_SHOWN:
            with suppress(LedgerError):
                where = f"shown to the host at {numbered.entry.time}, entry {numbered.number}"
                yield Seen(numbered.entry.agency, SignedCheckpoint.parse(content), where)
