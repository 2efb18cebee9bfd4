"""What an agency believes of a host's ledger: the last checkpoint it saw, and that every later one continues it.

A host that shows two agencies different ledgers is found out as soon as they exchange the checkpoints that they hold:
two signed checkpoints that cannot both be of one ledger prove it to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

from linkage.errors import LedgerError, RefusedError
from linkage.files import read_capped, write_whole
from linkage.identity import Identity, PublicIdentity
from linkage.ledger.checkpoint import Checkpoint, SignedCheckpoint
from linkage.ledger.note import LARGEST_NOTE_BYTES
from linkage.ledger.tree import EMPTY_HEAD, consistent


class Relation(StrEnum):
    """What a checkpoint is to another of the same ledger."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    FORK = "fork"
    UNPROVEN = "unproven"


class Comparison(NamedTuple):
    """What a checkpoint is to the one held, and that in a sentence."""

    relation: Relation
    sentence: str


def compare(held: Checkpoint, shown: Checkpoint, proof: Sequence[bytes] | None = None) -> Comparison:
    """Return what `shown` is to `held`; `proof` is the consistency proof from the smaller to the larger.

    Signatures are not looked at: a fork is proven only by two checkpoints that the host has signed.

    Raises:
        LedgerError: they name different ledgers.
    """
    if held.origin != shown.origin:
        raise LedgerError("the two checkpoints are of different ledgers", code="ledger.origin")
    if held.size == shown.size:
        if held.head == shown.head:
            return Comparison(Relation.SAME, f"both are the same ledger of {held.size:,} entries")
        return Comparison(
            Relation.FORK,
            f"FORK: two different ledgers of {held.size:,} entries exist; the host has rewritten entries, or shows "
            "different ledgers to different people",
        )
    older, newer = sorted((held, shown), key=lambda found: found.size)
    if older.size == 0 and older.head != EMPTY_HEAD:
        return Comparison(Relation.FORK, "FORK: an empty ledger has one head only, and this is another")
    relation = Relation.NEWER if shown is newer else Relation.OLDER
    if older.size == 0:
        return Comparison(relation, f"the ledger of {newer.size:,} entries continues the empty one")
    if proof is not None and consistent(older.size, older.head, newer.size, newer.head, proof):
        return Comparison(
            relation,
            f"the ledger of {newer.size:,} entries continues that of {older.size:,}: none of the first {older.size:,} "
            "entries was changed, moved or taken away",
        )
    what = "no proof was given" if proof is None else "the proof given does not show it"
    return Comparison(
        Relation.UNPROVEN,
        f"whether the ledger of {newer.size:,} entries continues that of {older.size:,} is not shown: {what}; "
        "a host that cannot give a proof has rewritten entries",
    )


@dataclass(frozen=True, slots=True)
class Watcher:
    """The checkpoint of a host that is believed, or None before the first."""

    host: PublicIdentity
    believed: SignedCheckpoint | None = None

    def advanced(self, shown: SignedCheckpoint, proof: Sequence[bytes] | None = None) -> Self:
        """Return what to believe after the host has shown a checkpoint: the newer of the two.

        The first checkpoint is believed because the host has signed it; from then on each must be proven.

        Raises:
            RefusedError: the host has not signed it, it is of a fork, or it is not shown to be of the same ledger.
            LedgerError: it is of another ledger.
        """
        if not shown.signed_by(self.host):
            raise RefusedError("the checkpoint is not signed by the host", code="ledger.signature")
        if self.believed is None:
            return replace(self, believed=shown)
        found = compare(self.believed.checkpoint, shown.checkpoint, proof)
        if found.relation in (Relation.FORK, Relation.UNPROVEN):
            raise RefusedError(
                found.sentence,
                code=f"ledger.{found.relation}",
                hint="keep both checkpoints, tell your data protection officer and the other agencies, send nothing",
            )
        return replace(self, believed=shown) if found.relation is Relation.NEWER else self

    def cosigned(self, witness: Identity, now: datetime) -> SignedCheckpoint:
        """Return the believed checkpoint with the witness's signature that it saw it, and no fork of it, at `now`.

        Raises:
            RefusedError: nothing is believed yet.
        """
        if self.believed is None:
            raise RefusedError("no checkpoint of this host was seen yet", code="ledger.unproven")
        return self.believed.cosigned(witness, now)

    @classmethod
    def read(cls, path: Path, host: PublicIdentity) -> Self:
        """Return what is believed according to the file `path`; nothing, if it is not there yet.

        Raises:
            FileError: it cannot be read.
            LedgerError: it is not a checkpoint.
            RefusedError: it is not signed by the host.
        """
        return cls(host).advanced(read_checkpoint(path)) if path.exists() else cls(host)

    def write(self, path: Path) -> None:
        """Write the believed checkpoint to `path`, in place of the former one."""
        if self.believed is not None:
            write_whole(path, self.believed.encode())


def read_checkpoint(path: Path) -> SignedCheckpoint:
    """Return the checkpoint in a file; its signatures are not verified yet.

    Raises:
        FileError: it cannot be read.
        LedgerError: it is not a checkpoint.
    """
    return SignedCheckpoint.parse(read_capped(path, limit_bytes=LARGEST_NOTE_BYTES), str(path))
