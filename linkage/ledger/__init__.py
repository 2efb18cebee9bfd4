"""The ledger that nobody can rewrite unnoticed: entries, heads, proofs, and what they show to whom.

``entry`` is what is logged, ``tree`` the Merkle tree over entries, ``tiles`` how its hashes are kept, ``note`` and
``checkpoint`` its signed heads, ``watcher`` what an agency believes, ``proof_file`` and ``pack`` what a data protection
officer is handed.

What such a person can verify offline is in ``audit``: ``history`` and ``seen`` look at the ledger itself,
``processing`` goes through its entries with ``submitting``, ``comparing``, ``acting`` and ``deleting``, ``secrecy``
follows the secret; ``reading`` and ``chronicle`` are the pack as it is read, ``papers`` the documents of the host that
entries name.
"""

from linkage.ledger.checkpoint import Checkpoint, SignedCheckpoint
from linkage.ledger.entry import Compared, Entry, Kind, Opening, Side, Verb

__all__ = ["Checkpoint", "Compared", "Entry", "Kind", "Opening", "Side", "SignedCheckpoint", "Verb"]
