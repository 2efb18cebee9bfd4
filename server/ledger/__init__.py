"""The host's ledger in its database, written in the same transaction as the change it records.

``tables`` says what there is, ``ledger`` appends, signs heads and proves, ``packing`` makes the pack that a data
protection officer verifies offline; what entries, heads and proofs are and mean
is for :mod:`linkage.ledger`, which whoever verifies them has, too.
"""

from server.ledger.ledger import Ledger
from server.ledger.packing import operation_pack

__all__ = ["Ledger", "operation_pack"]
