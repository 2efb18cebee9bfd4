"""What an attack is tried on: encodings of some persons, a register that shares some of them, and the truth."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.errors import AssessmentError
from encoder import encode_clks
from linkage import Schema

Rows = Sequence[Sequence[str]]
LEAST_RECORDS = 50


class Split(NamedTuple):
    """Whom an agency holds and whom the attacker's register does; numbers of rows of one table.

    Attributes:
        held: int64 (n,), the agency's.
        register: int64 (m,), the attacker's.
        truth: int64 (n,), for each held record its place in the register, or -1.
    """

    held: NDArray[np.int64]
    register: NDArray[np.int64]
    truth: NDArray[np.int64]


class Case(NamedTuple):
    """One trial of attacks.

    Attributes:
        encodings: uint8 (n, w), what a host holds.
        register: uint8 (m, w), the register in the same schema under a secret of the attacker's own.
        dictionary: uint8 (m, w), the register under the secret of the operation: what a key holder could make.
        truth: int64 (n,), place in the register of each encoding, or -1; only the judge looks at it.
        known: int64 (k,), encodings whose person an attacker knows beforehand.
        schema: how they were made.
        register_rows: what the attacker reads: the register in plain, one text per field of the schema.
    """

    encodings: NDArray[np.uint8]
    register: NDArray[np.uint8]
    dictionary: NDArray[np.uint8]
    truth: NDArray[np.int64]
    known: NDArray[np.int64]
    schema: Schema
    register_rows: Rows


def split(rows: int, records: int, overlap: float, random: np.random.Generator) -> Split:
    """Return two files of `records` each, drawn from a table of `rows`, that share `overlap` of their persons.

    Raises:
        AssessmentError: the table is too short for that.
    """
    shared = round(records * overlap)
    if records < LEAST_RECORDS or 2 * records - shared > rows:
        raise AssessmentError(
            f"two files of {records:,} records with {shared:,} in common need {2 * records - shared:,} rows and "
            f"{LEAST_RECORDS} records at least; there are {rows:,} rows",
            code="assessment.too-few",
            hint="give --records a smaller number, --overlap a larger one, or a longer table",
        )
    drawn = random.permutation(rows)[: 2 * records - shared]
    held = random.permutation(drawn[:records])
    register = random.permutation(drawn[records - shared :])
    place = np.full(rows, -1, dtype=np.int64)
    place[register] = np.arange(records)
    return Split(held, register, place[held])


def make_case(rows: Rows, schema: Schema, parts: Split, *, known: int, random: np.random.Generator) -> Case:
    """Return the case of `parts` of a table under fresh secrets of 256 bits; `known` of the shared are known."""
    secret, foreign = secrets.token_bytes(32), secrets.token_bytes(32)
    held, register = ([rows[row] for row in side.tolist()] for side in (parts.held, parts.register))
    shared = np.flatnonzero(parts.truth >= 0)
    return Case(
        encode_clks(held, schema, secret),
        encode_clks(register, schema, foreign),
        encode_clks(register, schema, secret),
        parts.truth,
        np.sort(random.choice(shared, size=min(known, len(shared) // 2), replace=False)),
        schema,
        register,
    )


def unhardened(schema: Schema) -> Schema:
    """Return the positive control: the same fields as a plain CLK."""
    return schema.model_copy(update={"hardening": ()})
