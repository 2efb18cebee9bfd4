"""Counting how often an encoding agrees with those of known records: the likeliest row of the register by that alone.

Letters agree by chance or because records are alike, each as good as by itself; so of a row of the register that agrees
with the known row k with the chance p(k), an encoding that agrees with it in a share s(k) of the letters has the
log-likelihood sum over k of s log p + (1 - s) log (1 - p), per letter: Fellegi and Sunter's weights with the known
records as fields (JASA 1969). Where agreements are few, as of symbols, that is sharper than
:mod:`assessment.graph.prediction`, which takes them for normal numbers; but it does not go on from its guesses.
"""

import numpy as np
from numpy.typing import NDArray

from assessment.case import Case

_LEAST = 1e-9


def by_counts(case: Case, random: np.random.Generator) -> NDArray[np.int64]:  # noqa: ARG001 - as of every attack
    """Guess the row of the register that is likeliest by the agreements with the known encodings."""
    code, rows = case.code, case.truth[case.known]
    chance = 0.5**code.letter_bits
    seen, expected = (chance + (1 - chance) * side for side in (code.agreement[:, case.known], case.agreement[:, rows]))
    expected = np.clip(expected.astype(np.float64), _LEAST, 1 - _LEAST)
    scores = seen @ np.log(expected).T + (1 - seen) @ np.log1p(-expected).T
    scores[:, rows] = -np.inf
    return np.asarray(scores.argmax(axis=1), dtype=np.int64)
