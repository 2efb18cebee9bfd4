"""Matching by prediction: what encodings a register's rows ought to have, given the matches made so far.

The letters of encodings are drawn anew by every key, but how any two records agree is known from the register. So each
letter is taken for some draws of a Gaussian process over persons whose covariance is known, one for a bit, and matched
encodings predict the others (Rasmussen & Williams, "Gaussian Processes for Machine Learning", 2006, equations 2.25 and
2.26). With r the variance that the matches explain of a row's draws, and s the agreement of an encoding with the row's
prediction, the log-likelihood of the couple is -L/2 (log(1 - r) + (1 - 2 s + r) / (1 - r)), over L draws. A match
believed with chance b is an observation with noise (1 - b^2) / b^2. An encoding never vouches for its own match
(leave-one-out, as in their equation 5.12): otherwise errors confirm themselves. Inner products suffice, so nothing is
rotated or reduced.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.coding import Similarities

_NOISE = 0.01  # of a match that is sure
_LARGEST_EXPLAINED = 0.95
_LEAST_BELIEF, _LARGEST_BELIEF = 0.02, 0.999
_BALANCING_ROUNDS = 3
_STANDS_STILL = 0.999
_PATIENCE = 10  # rounds in which no more matches stand still than ever before: they wander


class Matches(NamedTuple):
    """Couples of rows taken for one person: int64 (k,) of either file, and the belief in each, float32 (k,), 0 to 1."""

    rows: NDArray[np.int64]
    partners: NDArray[np.int64]
    belief: NDArray[np.float32]


def settled(
    held: Similarities, register: Similarities, coins: int, start: Matches, known: NDArray[np.int64], *, rounds: int
) -> Matches:
    """Return for every held row its best match, after predicting from matches and matching anew until all stands still.

    Args:
        held: how far the encodings of a file agree, (n, n).
        register: how far those of the register's rows are expected to agree, (m, m).
        coins: as many as an encoding is worth, :attr:`assessment.coding.Code.coins`.
        start: matches to begin with, one for each row and partner at most.
        known: couples that are sure, int64 (k, 2); they stay, and nobody else gets their partners.
        rounds: at most.
    """
    inside, expected = _standardised(held), _standardised(register)
    np.fill_diagonal(expected, 1)
    sure = Matches(known[:, 0], known[:, 1], np.full(len(known), _LARGEST_BELIEF, np.float32))
    free = np.ones(len(held), dtype=np.bool_)
    free[sure.rows] = False
    every = np.arange(len(held))
    now, best = start, np.full(len(held), -1)
    most, since = 0.0, 0
    for _ in range(rounds):
        scores = _scores(inside, expected, coins, now)
        scores[:, sure.partners] = scores[sure.rows] = -np.inf
        scores[sure.rows, sure.partners] = 0
        beliefs = _beliefs(scores)
        before, best = best, beliefs.argmax(axis=1)
        found = Matches(every, best, beliefs[every, best])
        still = float((before == best).mean())
        most, since = (still, 0) if still > most else (most, since + 1)
        if still >= _STANDS_STILL or since == _PATIENCE:
            break
        now = _together(sure, _believed(found, free))
    return found


def _standardised(found: Similarities) -> Similarities:
    """Return similarities centred in both directions, as shares of the variance of a bit; the diagonal is 0."""
    means = found.mean(axis=1)
    centred = found - means[:, None] - means[None, :] + means.mean()
    centred /= 1 - means.mean()
    np.fill_diagonal(centred, 0)
    return np.asarray(centred, dtype=np.float32)


def _scores(inside: Similarities, expected: Similarities, coins: int, matches: Matches) -> Similarities:
    """Return the log-likelihood of every couple, float32 (n, m)."""
    across = expected[matches.partners]
    noise = _NOISE + (1 - matches.belief**2) / matches.belief**2
    inverse = np.linalg.inv(across[:, matches.partners].astype(np.float64) + np.diag(noise)).astype(np.float32)
    weights = inverse @ across
    explained = (weights * across).sum(axis=0)
    seen = inside[:, matches.rows] / matches.belief
    agreement = seen @ weights
    scores = _likelihood(agreement, explained, coins)
    own = np.diagonal(inverse)
    others = agreement[matches.rows] - ((seen[matches.rows] * inverse).sum(axis=1) / own)[:, None] * weights
    scores[matches.rows] = _likelihood(others, explained - weights**2 / own[:, None], coins)
    return scores


def _likelihood(agreement: Similarities, explained: Similarities, coins: int) -> Similarities:
    explained = np.clip(explained, 0, _LARGEST_EXPLAINED)
    left = 1 - explained
    return np.asarray(-coins / 2 * (np.log(left) + (1 + explained - 2 * agreement) / left), dtype=np.float32)


def _beliefs(scores: Similarities) -> Similarities:
    """Return the chance of every couple: rows sum to 1 or less, columns too, since a person is held once."""
    found = np.exp(scores - scores.max(axis=1, keepdims=True))
    for _ in range(_BALANCING_ROUNDS):
        found /= np.maximum(found.sum(axis=1, keepdims=True), 1e-9)
        found /= np.maximum(found.sum(axis=0), 1)
    return np.asarray(found, dtype=np.float32)


def _together(one: Matches, other: Matches) -> Matches:
    return Matches(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.partners, other.partners]),
        np.concatenate([one.belief, other.belief]),
    )


def _believed(found: Matches, free: NDArray[np.bool_]) -> Matches:
    """Return the matches that are believed at all, for each partner the surest."""
    rows = np.flatnonzero(free & (found.belief > _LEAST_BELIEF))
    rows = rows[np.argsort(-found.belief[rows], kind="stable")]
    rows = rows[np.unique(found.partners[rows], return_index=True)[1]]
    return Matches(rows, found.partners[rows], np.minimum(found.belief[rows], np.float32(_LARGEST_BELIEF)))
