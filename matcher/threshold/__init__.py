"""A threshold that comes from the scores alone: no labels, no guess.

Pairs inside one deduplicated file show how alike different people are by chance. What the comparison of two files finds
beyond that is people who are in both. Nothing here knows bits: a score may be a similarity or a weight, on any scale on
which chance agreement falls off smoothly (so the logarithm of an odds ratio, not a posterior probability).
"""

from matcher.threshold.estimate import Estimate, Interval, estimate_threshold
from matcher.threshold.evidence import ChanceSample, Compared
from matcher.threshold.unrelated import Unrelated

__all__ = ["ChanceSample", "Compared", "Estimate", "Interval", "Unrelated", "estimate_threshold"]
