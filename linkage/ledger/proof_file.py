"""Proofs as files: that an entry is in a ledger (C2SP tlog-proof), and that a ledger continues an older one."""

import re
from dataclasses import dataclass
from typing import Self

from linkage.canonical import base64_text, parse_base64
from linkage.errors import LedgerError
from linkage.identity import PublicIdentity
from linkage.ledger.checkpoint import SignedCheckpoint
from linkage.ledger.note import LARGEST_NOTE_BYTES
from linkage.ledger.tree import HASH_BYTES, Proof, includes, leaf_hash

LARGEST_PROOF_BYTES = LARGEST_NOTE_BYTES + (1 << 14)
_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")
_MOST_HASHES = 64


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The number of an entry, its path to the head, and the signed checkpoint that states the head."""

    number: int
    path: Proof
    signed: SignedCheckpoint

    def shows(self, entry: bytes, host: PublicIdentity) -> bool:
        """Return whether `entry` has this number in the ledger whose checkpoint the host has signed."""
        checkpoint = self.signed.checkpoint
        return self.signed.signed_by(host) and includes(
            leaf_hash(entry), self.number, checkpoint.size, checkpoint.head, self.path
        )

    def encode(self) -> bytes:
        """Return the proof as a C2SP tlog-proof without extra data."""
        lines = [_FIRST_LINE, f"index {self.number}", *map(base64_text, self.path), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.signed.encode()

    @classmethod
    def parse(cls, content: bytes, name: str = "proof") -> Self:
        """Return the proof in `content`; ``parse(content).encode() == content``.

        Raises:
            LedgerError: not a proof; the message calls it `name`.
        """
        above, gap, note = content.partition(b"\n\n")
        first, *rest = above.decode(errors="replace").split("\n")
        found = _INDEX.fullmatch(rest[0]) if rest else None
        if len(content) > LARGEST_PROOF_BYTES or not gap or first != _FIRST_LINE or found is None:
            raise LedgerError(f"{name}: not a proof of inclusion (C2SP tlog-proof)", code="ledger.proof")
        return cls(int(found[1]), _hashes(rest[1:], name), SignedCheckpoint.parse(note, name))


def consistency_text(proof: Proof) -> bytes:
    """Return a consistency proof as a file: a line of base64 for each hash."""
    return "".join(f"{base64_text(found)}\n" for found in proof).encode()


def parse_consistency(content: bytes, name: str = "proof") -> Proof:
    """Return the consistency proof in a file; ``consistency_text(parse_consistency(x)) == x``.

    Raises:
        LedgerError: not a list of hashes; the message calls it `name`.
    """
    lines = content.decode(errors="replace").split("\n")
    if lines.pop():
        raise LedgerError(f"{name}: the last line does not end", code="ledger.proof")
    return _hashes(lines, name)


def _hashes(lines: list[str], name: str) -> Proof:
    try:
        found = tuple(map(parse_base64, lines))
    except ValueError as error:
        raise LedgerError(f"{name}: a hash is {error}", code="ledger.proof") from None
    if len(found) > _MOST_HASHES or any(len(step) != HASH_BYTES for step in found):
        raise LedgerError(f"{name}: not at most {_MOST_HASHES} hashes of {HASH_BYTES} bytes", code="ledger.proof")
    return found
