"""What agencies saw of the ledger when they made their packages: each carries a checkpoint that its agency has signed.

So every agency is a witness, also one that never calls the host: a host that has rewritten its ledger since, or showed
another one to that agency, cannot make the heads agree.
"""

from collections.abc import Iterator
from typing import NamedTuple

from linkage.errors import LedgerError, ManifestError
from linkage.identity import PublicIdentity
from linkage.ledger.checkpoint import SignedCheckpoint
from linkage.ledger.history import Finding, Findings, heads_of
from linkage.ledger.pack import Pack
from linkage.ledger.papers import stated_manifest


class Seen(NamedTuple):
    """A checkpoint that an agency put into a package."""

    agency: str
    signed: SignedCheckpoint


def check_seen(pack: Pack, host: PublicIdentity) -> Iterator[Finding]:
    """Yield whether the ledger is the one that agencies saw; nothing where no package carries a checkpoint."""
    seen = [*_seen(pack)]
    heads = heads_of(pack, {found.signed.checkpoint.size for found in seen})
    found = Findings("seen")
    for each in seen:
        checkpoint = each.signed.checkpoint
        if not each.signed.signed_by(host) or checkpoint.origin != host.agency:
            found.problem(f"a package of {each.agency} carries a checkpoint that {host.agency} has not signed")
        elif heads.get(checkpoint.size) != checkpoint.head:
            found.problem(
                f"FORK: {each.agency} saw another ledger of {checkpoint.size:,} entries, signed by {host.agency}, when "
                "it made a package"
            )
    if seen:
        agencies = ", ".join(sorted({each.agency for each in seen}))
        yield from found.or_else(f"the ledger is the one that {agencies} saw when they made their packages")


def _seen(pack: Pack) -> Iterator[Seen]:
    for text in pack.documents:
        try:
            manifest, envelope = stated_manifest(text.encode())
            if manifest.checkpoint is not None and envelope.signed_by(manifest.signer):
                yield Seen(manifest.agency, SignedCheckpoint.parse(manifest.checkpoint.encode()))
        except (ValueError, ManifestError, LedgerError):
            continue
