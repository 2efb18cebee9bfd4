"""Salted tokens: those of a field, told apart by another field's value of the same record.

What that is good for and what it costs stands in :mod:`linkage.schema.salting`.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from encoder.grams import Tokens
from encoder.numbering import numbered
from encoder.parts import Reader, ReadTexts, ReadTokens, TokenReader
from encoder.standardise import NO_FACTS, Facts
from encoder.texts import Numbered, paired_texts
from linkage.schema import Schema


def salt_of(parts: Sequence[str]) -> str:
    """Return the salt that the parts of a value make, in ASCII; empty if there are none."""
    return ",".join(part.encode("utf-8").hex() for part in parts if part)


def salted(salt: str, token: str) -> str:
    """Return the token that is hashed in place of `token`."""
    return f"{salt}:{token}"


def salt_places(schema: Schema) -> list[int | None]:
    """Return for each field the place of the field that salts it, or None."""
    places = {field.identifier: place for place, field in enumerate(schema.fields) if not field.ignored}
    salts = [None if field.hashing is None else field.hashing.salt for field in schema.fields]
    return [None if salt is None else places[salt] for salt in salts]


def salted_columns(columns: Sequence[Numbered], places: Sequence[int | None]) -> list[Numbered]:
    """Return the columns, the values of salted fields led by those of the salting field, for a SaltedReader.

    What was one column, salted by one other, stays one.
    """
    found: dict[tuple[int, int], Numbered] = {}
    said = list(columns)
    for number, place in enumerate(places):
        if place is not None:
            pair = id(columns[number]), id(columns[place])
            if pair not in found:
                found[pair] = paired_texts(columns[place], columns[number], _led)
            said[number] = found[pair]
    return said


def _led(salts: Sequence[str], values: Sequence[str]) -> list[str]:
    return [f"{len(salt)}:{salt}{value}" for salt, value in zip(salts, values, strict=True)]


class SaltedReader:
    """Reads the values of a salted field into tokens, as a TokenReader does those of others.

    What is wrong with a salting value is told where its own field is read; here it is no salt, so there are no tokens.
    """

    def __init__(self, reader: TokenReader, salts: TokenReader) -> None:
        self._reader = reader
        self._salts = salts

    def read_texts(self, values: Sequence[str]) -> ReadTexts:
        """Return the tokens of `values`, each of which is one text."""
        return ReadTexts.of_values(self.read(values))

    def read(self, values: Sequence[str]) -> ReadTokens:
        """Return the tokens of `values`, which :func:`salted_columns` made."""
        lengths = [value.partition(":") for value in values]
        tokens, faults = self._reader.read([rest[int(length) :] for length, _, rest in lengths])
        parts = self._salts.split([rest[: int(length)] for length, _, rest in lengths])
        texts = [parts.vocabulary[index] for index in parts.ids.tolist()]
        ends = np.cumsum(parts.counts).tolist()
        starts = [0, *ends[:-1]]
        numbers: dict[str, int] = {"": 0}
        salts = np.fromiter(
            (
                numbers.setdefault(salt_of(texts[start:end]), len(numbers))
                for start, end in zip(starts, ends, strict=True)
            ),
            dtype=np.int64,
            count=len(values),
        )
        counts = np.where(salts > 0, tokens.counts, 0)
        of_tokens = np.repeat(salts, tokens.counts)
        size = max(1, len(tokens.vocabulary))
        distinct, ids = numbered((of_tokens * size + tokens.ids)[of_tokens > 0], len(numbers) * size)
        names = list(numbers)
        vocabulary = [salted(names[code // size], tokens.vocabulary[code % size]) for code in distinct.tolist()]
        return ReadTokens(Tokens(vocabulary, ids, counts, {}), faults)


def field_readers(schema: Schema, *, validate: bool, facts: Mapping[str, Facts]) -> list[Reader | None]:
    """Return what reads the values of each field, of :func:`salted_columns`, into tokens; None for ignored fields.

    `facts` say, by column, how its values are written.
    """
    plain = [
        None if field.ignored else TokenReader(field, validate=validate, facts=facts.get(field.column, NO_FACTS))
        for field in schema.fields
    ]
    salts = [None if place is None else plain[place] for place in salt_places(schema)]
    return [
        SaltedReader(reader, salt) if reader and salt else reader for reader, salt in zip(plain, salts, strict=True)
    ]
