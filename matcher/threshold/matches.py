"""How the scores of matches are spread: what is found between files beyond chance, made smooth."""

import numpy as np
from numpy.typing import NDArray

from matcher.threshold.density import smooth_density

Floats = NDArray[np.float64]

_HUMP = 3  # differences of the density that are penalised: it is nearly normal where little was seen
_STIFFNESS = 300.0
_RATE_ERROR = 0.1  # relative error of the expected pairs by chance, beside that of the pairs they were learnt from,
_OVERDISPERSION = 3.0  # whose number varies more than by Poisson's law, as one record is in many pairs
_UNSEEN = 3.0
_NONE = 1e-3


def match_density(
    candidates: Floats, by_chance: Floats, learnt: Floats, identical: NDArray[np.bool_], start: Floats | None = None
) -> Floats:
    """Return the logarithm of the expected matches by bin, linked or not: float64, shape of `candidates`.

    Bins count the less, the more of chance has been passed from the top: there, an error of the rate outweighs the
    matches. How many encodings are identical says nothing about the bins next to them, and is taken as counted.

    Args:
        candidates: pairs between files.
        by_chance: how many of them are expected of different people.
        learnt: pairs at or above each bin that this was learnt from.
        identical: the bins of identical encodings.
        start: density to begin with.
    """
    passed = np.cumsum(by_chance[::-1])[::-1]
    weight = 1 / (1 + passed * (_RATE_ERROR**2 + _OVERDISPERSION / np.maximum(learnt, _UNSEEN)))
    density = smooth_density(candidates, by_chance, np.where(identical, 0, weight), _HUMP, _STIFFNESS, start)
    return np.where(identical, np.log(np.maximum(candidates - by_chance, _NONE)), density)
