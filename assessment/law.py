"""How alike two encodings are expected to be, from what the records say in plain: no key, no encoding, no noise.

All figures are shares of equal letters, bits or symbols, scaled so that chance gives 0 and equality 1, expected over
keys; for bits that is the share of equal ones less the share of different ones.

A bit of a filter of l bits is clear after i insertions with the chance z(i) = (1 - 1/l)^i, and clear in both of two
filters with z of the insertions that either has; so it agrees by 1 - 2 z(a) - 2 z(b) + 4 z(a or b). A majority of SAUL
agrees by (2/pi) asin s, s being the cosine of the weighted tokens (Armknecht & Schaefer, PoPETs 2026(2)). The bits of
one encoding are as good as independent, so the XOR of t of them agrees by the power t: whatever is linear raises to a
power, and permutation, complement and noise change no order. A symbol of minhash is a hash of K draws, and two records
draw the same with the chance J (:mod:`assessment.jaccard`), so symbols agree by J^K, of the fields that they are drawn
from.

An attacker has no need to encode a register under a key of his own, as published attacks on filters do (Schaefer,
Armknecht & Heng, ACSAC 2024): its noise would be as large as that of the encodings which he attacks.
"""

import numpy as np
from numpy.typing import NDArray

from assessment.jaccard import probability_jaccard
from assessment.plain import Rows, counted_tokens, shared
from encoder.hardening.saul import token_weights
from linkage import Schema
from linkage.schema import Diffuse, Fold, MinHash, Rule90, Saul

Agreement = NDArray[np.float32]


def expected_agreement(rows: Rows, schema: Schema) -> Agreement:
    """Return how far the encodings of every two rows agree, float32 (n, n); the diagonal is the mean of the others."""
    match next(iter(schema.hardening), None):
        case MinHash() as step:
            found = _symbols(rows, schema, step)
        case Saul():
            found = _majorities(rows, schema) ** combined(schema)
        case _:
            found = _filters(rows, schema) ** combined(schema)
    count = len(rows)
    np.fill_diagonal(found, 0)
    np.fill_diagonal(found, found.sum(dtype=np.float64) / max(count * (count - 1), 1))
    return found


def combined(schema: Schema) -> int:
    """Return how many bits of a filter, or majorities, each bit of an encoding is made of."""
    first = next(iter(schema.hardening), None)
    parts = 1 if isinstance(first, Saul) else 1 << schema.clk.xor_folds
    for step in schema.hardening:
        match step:
            case Saul():
                parts *= step.repetitions
            case Fold():
                parts <<= step.times
            case Rule90():  # after r rounds the odd ones of the binomials (r over i) count: Lucas' theorem
                parts <<= step.rounds.bit_count()
            case Diffuse():
                parts *= step.taps
            case _:
                pass
    return parts


def _symbols(rows: Rows, schema: Schema, step: MinHash) -> Agreement:
    counted = list(counted_tokens(rows, schema))
    groups = [[one for one in counted if one.field.identifier in apart.fields] for apart in step.apart]
    rest = [one for one in counted if not any(one.field.identifier in apart.fields for apart in step.apart)]
    of_rest = probability_jaccard(rest) ** step.components
    found = of_rest.copy()
    for apart, group in zip(step.apart, groups, strict=True):
        there = np.any([one.table.any(axis=1) for one in group], axis=0)
        own = probability_jaccard(group) ** step.components
        own[np.ix_(~there, ~there)] = of_rest[np.ix_(~there, ~there)]  # who has nothing there has symbols of the rest
        found += np.float32(apart.symbols / step.symbols) * (own - of_rest)
    return found


def _filters(rows: Rows, schema: Schema) -> Agreement:
    inserted = np.zeros(len(rows))
    common = np.zeros((len(rows), len(rows)), dtype=np.float32)
    for one in counted_tokens(rows, schema):
        times, there = one.insertions, one.table > 0
        inserted += there.sum(axis=1) * times
        common += _products(there.astype(np.float32)) * np.minimum.outer(times, times).astype(np.float32)
    clear = np.log1p(-1 / schema.filter_bits)
    alone = np.exp(clear * inserted).astype(np.float32)
    union = inserted.astype(np.float32)[:, None] + inserted.astype(np.float32)[None, :] - common
    return np.asarray(1 - 2 * (alone[:, None] + alone[None, :]) + 4 * np.exp(np.float32(clear) * union))


def _majorities(rows: Rows, schema: Schema) -> Agreement:
    squares = np.zeros(len(rows))
    inner = np.zeros((len(rows), len(rows)), dtype=np.float32)
    for field, table, tokens, percent in counted_tokens(rows, schema):
        assert field.hashing is not None
        weights = token_weights(tokens, field.hashing.strategy, percent)
        votes = table.astype(np.float32) * weights[:, None].astype(np.float32)
        squares += (votes**2).sum(axis=1)
        inner += _products(votes)
    lengths = np.sqrt(np.maximum(squares, 1)).astype(np.float32)
    cosine = np.clip(inner / lengths[:, None] / lengths[None, :], -1, 1)
    return np.asarray(2 / np.pi * np.arcsin(cosine), dtype=np.float32)


def _products(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inner products of the rows of a table; wrong on the diagonal, where nobody looks."""
    held = shared(table)
    return np.asarray(held @ held.T)
