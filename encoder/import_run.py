"""The run that takes encodings that exist already, as users of clkhash have them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoder.faults import RowFault, faults_of
from encoder.halves import new_halves
from encoder.order import EMPTY_RECORD, Order, Tally
from linkage.errors import InterchangeError
from linkage.manifest import Manifest
from linkage.schema import Schema

ENGINE = "imported from CLK JSON"
_BLOCK_ROWS = 50_000


def import_encodings(order: Order, source: Path, encodings: NDArray[np.uint8]) -> Manifest:
    """Make a package and a counterfoil of encodings that exist already, and return the manifest of the package.

    The local reference of a record is its row number, counted from 1. That schema and secret are those the encodings
    were made with cannot be seen from the encodings: whoever gives the order vouches for it.

    Args:
        order: what is to be made.
        source: the file that the encodings are from.
        encodings: uint8 (n, width in bytes).

    Raises:
        FileError: a file cannot be written.
        InterchangeError: the schema flips bits, the encodings do not have the length that the schema says, or none of
            them has a bit set.
        RowError: an encoding has no bit set, and no file for bad rows is given.
    """
    order.check_files(source)
    if order.schema.noisy:
        raise InterchangeError(
            f"{source}: the schema flips bits at random (blip), and the noise of encodings that exist is not known",
            code="noise.import",
            hint="encode the records themselves, or give a schema without blip",
        )
    _check_length(source, order.schema, encodings)
    set_aside = 0
    with (
        new_halves(order.package, order.counterfoil, overwrite=order.overwrite, draw=order.draw) as halves,
        faults_of(source, order.bad_rows, overwrite=order.overwrite) as on_faults,
    ):
        for start in range(0, len(encodings), _BLOCK_ROWS):
            block = encodings[start : start + _BLOCK_ROWS]
            rows = np.arange(start + 1, start + 1 + len(block))
            sound = block.any(axis=1)
            if not sound.all():
                on_faults([RowFault(row, None, "", EMPTY_RECORD) for row in rows[~sound].tolist()])
            halves.add(block[sound], [str(row) for row in rows[sound].tolist()])
            set_aside += int((~sound).sum())
        if not halves.records:
            raise InterchangeError(f"{source}: no encoding has a bit set")
        draft = order.draft(halves, Tally(len(encodings), set_aside), dropped=(), engine=ENGINE)
        return halves.finish(draft, order.identity)


def _check_length(source: Path, schema: Schema, encodings: NDArray[np.uint8]) -> None:
    width = encodings.shape[1]
    if width != schema.encoding_bytes:
        raise InterchangeError(
            f"{source}: an encoding has {width:,} bytes, and the schema says {schema.encoding_bytes:,}",
            hint="give the schema that the encodings were made with",
        )
    padding = 8 * width - schema.encoded_bits
    wrong = np.flatnonzero(encodings[:, -1] & ((1 << padding) - 1))
    if len(wrong):
        raise InterchangeError(
            f"{source}: row {wrong[0] + 1:,}: has bits beyond the {schema.encoded_bits:,} of the schema"
        )
