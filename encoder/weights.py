"""What common tokens weigh: by the percent of other tokens' weight that the schema gives them.

See :class:`linkage.schema.FrequencyWeights`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.schema import Strategy

WHOLE = 100
Numbers = NDArray[np.int64]


class Share(NamedTuple):
    """The tokens of some values that weigh one percent of what others do.

    Attributes:
        percent: from 1 to 100.
        ids: (these tokens,), value by value; some of all.
        counts: (values,), how many of them each value has.
    """

    percent: int
    ids: Numbers
    counts: Numbers


def token_percents(vocabulary: Sequence[str], strategy: Strategy) -> Numbers | None:
    """Return the percent of each token, int64 (vocabulary,), or None where all weigh alike."""
    percents = strategy.percents
    if not percents:
        return None
    return np.fromiter((percents.get(token, WHOLE) for token in vocabulary), dtype=np.int64, count=len(vocabulary))


def lessened(times: Numbers, percents: Numbers) -> Numbers:
    """Return how often tokens are inserted that all have `times` alike: the nearest number, halves up, 1 at least.

    Those that are inserted not at all, as the last of a long value, stay so.
    """
    return np.asarray(np.maximum((times * percents + WHOLE // 2) // WHOLE, np.minimum(times, 1)))


def shares(ids: Numbers, counts: Numbers, percents: Numbers | None) -> Iterator[Share]:
    """Yield the tokens of values, `counts` each, apart by their percent; `percents` are those of the vocabulary."""
    if percents is None:
        yield Share(WHOLE, ids, counts)
        return
    of_tokens = percents[ids]
    ends = np.cumsum(counts)
    for percent in np.unique(of_tokens).tolist():
        chosen = of_tokens == percent
        so_far = np.concatenate([[0], np.cumsum(chosen)])
        yield Share(percent, ids[chosen], so_far[ends] - so_far[ends - counts])
