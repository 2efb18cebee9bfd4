"""What an attack is tried on: encodings of some persons, a register that shares some of them, and the truth."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.coding import Code
from assessment.errors import AssessmentError
from assessment.law import expected_agreement
from assessment.plain import Rows
from encoder import encode_clks
from encoder.hardening import SEED_BYTES, Seeds
from linkage import Schema, load_schema
from linkage.schema import Blip

LEAST_RECORDS = 50
PACKAGES = 9
"""How many of the same records a host holds, where a schema flips bits: it takes the majority of each bit."""


class Split(NamedTuple):
    """Whom an agency holds and whom the attacker's register does; numbers of rows of one table.

    Attributes:
        held: int64 (n,), the agency's.
        register: int64 (m,), the attacker's; in an order that tells nothing.
        truth: int64 (n,), for each held record its place in the register, or -1.
    """

    held: NDArray[np.int64]
    register: NDArray[np.int64]
    truth: NDArray[np.int64]


class Case(NamedTuple):
    """One trial of attacks.

    Attributes:
        code: what a host holds; where bits are flipped, the majority of several packages.
        register: uint8 (m, w), the register in the same schema under a secret of the attacker's own,
            without flipped bits.
        dictionary: uint8 (m, w), the register under the secret of the operation: what a key holder could make,
            without flipped bits.
        truth: int64 (n,), place in the register of each encoding, or -1; only the judge looks at it.
        known: int64 (k,), encodings whose person an attacker knows beforehand.
        schema: how they were made.
        register_rows: what the attacker reads: the register in plain, one text per field of the schema.
        agreement: float32 (m, m), how far encodings of its rows agree under whatever key.
    """

    code: Code
    register: NDArray[np.uint8]
    dictionary: NDArray[np.uint8]
    truth: NDArray[np.int64]
    known: NDArray[np.int64]
    schema: Schema
    register_rows: Rows
    agreement: NDArray[np.float32]

    @property
    def encodings(self) -> NDArray[np.uint8]:
        """Return what a host holds, uint8 (n, w)."""
        return self.code.encodings


def split(rows: int, register: int, overlap: float, random: np.random.Generator) -> Split:
    """Return a register of `register` persons drawn from a table of `rows`, and a file that holds `overlap` of them.

    Everybody in the file is in the register, as in a population register.

    Raises:
        AssessmentError: the table is too short for that, or the file would be.
    """
    held = round(register * overlap)
    if held < LEAST_RECORDS or register > rows:
        raise AssessmentError(
            f"a register of {register:,} persons, {held:,} of them held, needs {register:,} rows and "
            f"{LEAST_RECORDS} records held at least; there are {rows:,} rows",
            code="assessment.too-few",
            hint="give --register a number that fits, --overlap a larger one, or a longer table",
        )
    drawn = random.permutation(rows)[:register]
    truth = random.permutation(register)[:held]
    return Split(drawn[truth], drawn, truth)


def make_case(rows: Rows, schema: Schema, parts: Split, *, known: int, random: np.random.Generator) -> Case:
    """Return the case of `parts` of a table under fresh secrets of 256 bits; `known` of the shared are known."""
    secret, foreign = secrets.token_bytes(32), secrets.token_bytes(32)
    held, register = ([rows[row] for row in side.tolist()] for side in (parts.held, parts.register))
    shared = np.flatnonzero(parts.truth >= 0)
    still = without_noise(schema)
    return Case(
        Code.of(
            averaged(held, schema, secret, [fresh_seeds(len(held))] * PACKAGES)
            if schema.noisy
            else encode_clks(held, schema, secret, validate=False),
            schema,
        ),
        encode_clks(register, still, foreign, validate=False),
        encode_clks(register, still, secret, validate=False),
        parts.truth,
        np.sort(random.choice(shared, size=min(known, len(shared) // 2), replace=False)),
        schema,
        register,
        expected_agreement(register, schema),
    )


def fresh_seeds(records: int) -> Seeds:
    """Return seeds for the noise of so many records, as an agency draws them."""
    return np.frombuffer(secrets.token_bytes(SEED_BYTES * records), dtype=np.uint8).reshape(records, SEED_BYTES)


def averaged(rows: Rows, schema: Schema, secret: bytes, seeds: Sequence[Seeds]) -> NDArray[np.uint8]:
    """Return the majority of each bit over packages of the same rows, one for each of `seeds`, an odd number."""
    counts: NDArray[np.int64] = np.zeros((len(rows), schema.encoded_bits), dtype=np.int64)
    for of_package in seeds:
        counts += np.unpackbits(encode_clks(rows, schema, secret, validate=False, seeds=of_package), axis=1)
    return np.packbits(2 * counts > len(seeds), axis=1)


def without_noise(schema: Schema) -> Schema:
    """Return the schema without flipped bits; its other bits are the same."""
    return schema.model_copy(update={"hardening": tuple(s for s in schema.hardening if not isinstance(s, Blip))})


def unhardened(schema: Schema) -> Schema:
    """Return the first control: the same fields as a plain CLK."""
    return schema.model_copy(update={"hardening": ()})


def usual_clk(schema: Schema) -> tuple[Schema, tuple[int, ...]]:
    """Return the second control, the CLK that published attacks are told of, and which cells of a row it takes.

    Every column once, as it is written, as bigrams with 10 hashes each in 1,024 bits (Schaefer, Armknecht & Heng,
    ACSAC 2024).
    """
    columns: dict[str, int] = {}
    for place, field in enumerate(schema.fields):
        if not field.ignored:
            columns.setdefault(field.column, place)
    features = [
        {
            "identifier": column,
            "format": {"type": "string", "encoding": "utf-8", "case": "mixed"},
            "hashing": {
                "comparison": {"type": "ngram", "n": 2},
                "strategy": {"bitsPerToken": 10},
                "hash": {"type": "blakeHash"},
                "missingValue": {"sentinel": ""},
            },
        }
        for column in columns
    ]
    made = {
        "version": "counterfoil/1",
        "name": "usual CLK",
        "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}},
        "features": features,
    }
    return load_schema(made), tuple(columns.values())
