"""Agreements: who may compare what with whom, why, how and for how long, signed by everybody.

``model`` is the text as a value; ``findings`` says where it contradicts itself; ``signed`` holds the signatures and
says whether it is in force; ``pairings`` says which comparisons it permits; ``wording`` tells it in plain words.
"""

from linkage.agreement.findings import changes_to_tell, doubts, faults
from linkage.agreement.model import ANY, Agreement, Pairing, Party
from linkage.agreement.pairings import Comparison, Submitted, allowed, plan
from linkage.agreement.signed import SignedAgreement

__all__ = [
    "ANY",
    "Agreement",
    "Comparison",
    "Pairing",
    "Party",
    "SignedAgreement",
    "Submitted",
    "allowed",
    "changes_to_tell",
    "doubts",
    "faults",
    "plan",
]
