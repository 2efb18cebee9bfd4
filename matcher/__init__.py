"""Compares encodings and groups records; it never sees a schema's values, a key or a counterfoil.

The names below are its public surface; they load when first used, so that the command line starts fast.
"""

from typing import TYPE_CHECKING

from linkage.lazy import lazy_exports

if TYPE_CHECKING:
    from matcher.approximate import approximate_pairs
    from matcher.comparison import candidate_pairs
    from matcher.grouping import solve_groups
    from matcher.linking import Linkage, link
    from matcher.ungrouped import Reason, Remainder, remainder
    from matcher.values import CandidatePairs, Groups, PartyPairs

__all__ = [
    "CandidatePairs",
    "Groups",
    "Linkage",
    "PartyPairs",
    "Reason",
    "Remainder",
    "approximate_pairs",
    "candidate_pairs",
    "link",
    "remainder",
    "solve_groups",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "CandidatePairs": "matcher.values",
        "Groups": "matcher.values",
        "Linkage": "matcher.linking",
        "PartyPairs": "matcher.values",
        "Reason": "matcher.ungrouped",
        "Remainder": "matcher.ungrouped",
        "approximate_pairs": "matcher.approximate",
        "candidate_pairs": "matcher.comparison",
        "link": "matcher.linking",
        "remainder": "matcher.ungrouped",
        "solve_groups": "matcher.grouping",
    },
)
