"""How alike two encodings are expected to be, from what the records say in plain: no key, no encoding, no noise.

All figures are shares of equal bits less shares of different ones, from -1 to 1, expected over keys.

A bit of a filter of l bits is clear after i insertions with the chance z(i) = (1 - 1/l)^i, and clear in both of two
filters with z of the insertions that either has; so it agrees by 1 - 2 z(a) - 2 z(b) + 4 z(a or b). A majority of SAUL
agrees by (2/pi) asin s, s being the cosine of the weighted tokens (Armknecht & Schaefer, PoPETs 2026(2)). The bits of
one encoding are as good as independent, so the XOR of t of them agrees by the power t: whatever is linear raises to a
power, and permutation, complement and noise change no order.

An attacker has no need to encode a register under a key of his own, as published attacks on filters do (Schaefer,
Armknecht & Heng, ACSAC 2024): its noise would be as large as that of the encodings which he attacks.
"""

import numpy as np
from numpy.typing import NDArray

from assessment.plain import Rows, counted_tokens
from encoder.hardening.saul import token_weights
from linkage import Schema
from linkage.schema import Diffuse, Field, Fold, Rule90, Saul

Agreement = NDArray[np.float32]


def expected_agreement(rows: Rows, schema: Schema) -> Agreement:
    """Return how far the encodings of every two rows agree, float32 (n, n); the diagonal is the mean of the others."""
    first = schema.hardening[0] if schema.hardening else None
    agreement = _majorities(rows, schema) if isinstance(first, Saul) else _filters(rows, schema)
    found = agreement ** bits_combined(schema)
    count = len(rows)
    np.fill_diagonal(found, 0)
    np.fill_diagonal(found, found.sum(dtype=np.float64) / max(count * (count - 1), 1))
    return found


def bits_combined(schema: Schema) -> int:
    """Return of how many bits of a filter, or of how many majorities, each bit of an encoding is the XOR."""
    combined = 1
    for step in schema.hardening:
        match step:
            case Saul():
                combined *= step.repetitions
            case Fold():
                combined <<= step.times
            case Rule90():  # after r rounds the odd ones of the binomials (r over i) count: Lucas' theorem
                combined <<= step.rounds.bit_count()
            case Diffuse():
                combined *= step.taps
            case _:
                pass
    return combined if isinstance(next(iter(schema.hardening), None), Saul) else combined << schema.clk.xor_folds


def _filters(rows: Rows, schema: Schema) -> Agreement:
    inserted = np.zeros(len(rows))
    common = np.zeros((len(rows), len(rows)), dtype=np.float32)
    for field, table in counted_tokens(rows, schema):
        times = _insertions(field, table.sum(axis=1, dtype=np.int64))
        there = table > 0
        inserted += there.sum(axis=1) * times
        common += _products(there.astype(np.float32)) * np.minimum.outer(times, times).astype(np.float32)
    clear = np.log1p(-1 / schema.filter_bits)
    alone = np.exp(clear * inserted).astype(np.float32)
    union = inserted.astype(np.float32)[:, None] + inserted.astype(np.float32)[None, :] - common
    return np.asarray(1 - 2 * (alone[:, None] + alone[None, :]) + 4 * np.exp(np.float32(clear) * union))


def _insertions(field: Field, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often each token of a value with so many is inserted."""
    assert field.hashing is not None
    strategy = field.hashing.strategy
    if strategy.bits_per_token is not None:
        return np.full(len(tokens), float(strategy.bits_per_token))
    return (strategy.bits_per_feature or 0) / np.maximum(tokens, 1)


def _majorities(rows: Rows, schema: Schema) -> Agreement:
    squares = np.zeros(len(rows))
    inner = np.zeros((len(rows), len(rows)), dtype=np.float32)
    for field, table in counted_tokens(rows, schema):
        assert field.hashing is not None
        weights = token_weights(table.sum(axis=1, dtype=np.int64), field.hashing.strategy)
        votes = table.astype(np.float32) * weights[:, None].astype(np.float32)
        squares += (votes**2).sum(axis=1)
        inner += _products(votes)
    lengths = np.sqrt(np.maximum(squares, 1)).astype(np.float32)
    cosine = np.clip(inner / lengths[:, None] / lengths[None, :], -1, 1)
    return np.asarray(2 / np.pi * np.arcsin(cosine), dtype=np.float32)


def _products(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inner products of the rows of a table; wrong on the diagonal, where nobody looks.

    Columns that a single row has say nothing about pairs, and are most of the columns.
    """
    shared = table[:, (table > 0).sum(axis=0) > 1]
    return np.asarray(shared @ shared.T)
