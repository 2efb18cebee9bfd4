"""Compares encodings and groups records; it never sees a schema's values, a key or a counterfoil.

The names below are its public surface; they load when first used, so that the command line starts fast.
"""

from typing import TYPE_CHECKING

from linkage.lazy import lazy_exports

if TYPE_CHECKING:
    from matcher.comparison import candidate_pairs
    from matcher.grouping import solve_groups
    from matcher.linking import Linkage, link
    from matcher.values import CandidatePairs, Groups, PartyPairs

__all__ = ["CandidatePairs", "Groups", "Linkage", "PartyPairs", "candidate_pairs", "link", "solve_groups"]

__getattr__ = lazy_exports(
    __name__,
    {
        "CandidatePairs": "matcher.values",
        "Groups": "matcher.values",
        "Linkage": "matcher.linking",
        "PartyPairs": "matcher.values",
        "candidate_pairs": "matcher.comparison",
        "link": "matcher.linking",
        "solve_groups": "matcher.grouping",
    },
)
