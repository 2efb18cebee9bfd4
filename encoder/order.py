"""What is to be made of records, and what its manifest says."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from encoder.halves import Draw, Halves
from encoder.secret import OperationSecret
from linkage.category import Category
from linkage.files import check_outputs
from linkage.identity import Identity
from linkage.manifest import Draft, FieldQuality, Quality, SchemaReference, Software, moment_text
from linkage.schema import Schema

EMPTY_RECORD = "the record is empty: no field holds a value"


class Tally(NamedTuple):
    """What was read: rows, those set aside, and per field how many records lack a value."""

    rows: int
    set_aside: int
    fields: tuple[FieldQuality, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made, for whom and with what; the same for a table and for encodings that exist already.

    Attributes:
        package: the file that travels.
        counterfoil: the file that stays.
        now: aware; the moment that the package says it was made.
        keep_days: after so many days the package expires.
        checkpoint: the last one of the host's ledger that the agency saw, as the package carries it.
        bad_rows: the file that rows with faults are set aside into, or None to stop at the first.
        inputs: files that are read beside the records, so that no output takes the place of one.
        overwrite: whether existing files may be replaced.
        draw: source of randomness for the tokens.
    """

    schema: Schema
    secret: OperationSecret
    identity: Identity
    category: Category
    package: Path
    counterfoil: Path
    now: datetime
    keep_days: int
    checkpoint: str | None = None
    bad_rows: Path | None = None
    inputs: tuple[Path, ...] = ()
    overwrite: bool = False
    draw: Draw = field(default=os.urandom, repr=False)

    def check_files(self, source: Path) -> None:
        """Refuse outputs that cannot be written or would replace an input.

        Raises:
            FileError: see :func:`linkage.files.check_outputs`.
        """
        check_outputs((self.package, self.counterfoil, self.bad_rows), (source, *self.inputs))

    def draft(self, halves: Halves, tally: Tally, *, dropped: Sequence[str], engine: str) -> Draft:
        """Return what the manifest says beside the signer and the counts."""
        quality = Quality(
            rows_read=tally.rows,
            rows_set_aside=tally.set_aside,
            fields=tally.fields,
            # Further digits would tell nothing, and some would look like somebody's number.
            mean_fill=round(halves.bits_set / (halves.encodings * self.schema.encoded_bits), 6),
        )
        return Draft(
            category=self.category,
            created=moment_text(self.now),
            expires=moment_text(self.now + timedelta(days=self.keep_days)),
            linkage_schema=SchemaReference(name=self.schema.name, digest=self.schema.digest),
            key_confirmation=self.secret.key_confirmation(self.schema.digest),
            bits=8 * self.schema.encoding_bytes,
            measure=self.schema.measure,
            unrelated=self.schema.unrelated,
            fields_used=tuple(used.identifier for used in self.schema.used_fields),
            fields_dropped=tuple(dropped),
            quality=quality,
            software=Software(counterfoil=version("counterfoil"), engine=engine),
            checkpoint=self.checkpoint,
        )
