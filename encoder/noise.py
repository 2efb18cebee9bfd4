"""The noise of records: a random seed for each, drawn once and kept in the counterfoil, by the local reference.

A bit that is flipped anew at each encoding is known after some encodings: flips are rare, so the majority is right. A
record that was encoded before must therefore keep its seed; one that never was gets a fresh one. The seed is not the
token: the host knows tokens, and with the secret it could take their noise away.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from encoder.counterfoil import read_seeds
from encoder.hardening import SEED_BYTES, Seeds
from encoder.repeats import Digests, digests_of
from linkage.errors import InputError
from linkage.schema import Schema


class RememberedNoise:
    """Gives each record the seed of earlier counterfoils, the first of them that has one, or else draws it.

    Attributes:
        remembered: how many rows had a seed already.
    """

    def __init__(self, counterfoils: Sequence[Path], draw: Callable[[int], bytes]) -> None:
        """Read the counterfoils; 32 bytes of memory for each of their records.

        Raises:
            FileError: one cannot be read.
            TableError: one is damaged.
            CounterfoilFileError: one is not a counterfoil, or holds no noise.
        """
        batches = [batch for path in counterfoils for batch in read_seeds(path)]
        digests = [digests_of(record_ids) for record_ids, _ in batches]
        seeds = [of_batch for _, of_batch in batches]
        found: Digests = np.concatenate([digests_of([]), *digests])
        self._digests, firsts = np.unique(found, return_index=True)
        self._seeds: Seeds = np.concatenate([np.empty((0, SEED_BYTES), dtype=np.uint8), *seeds])[firsts]
        self._draw = draw
        self.remembered = 0

    def seeds(self, record_ids: Sequence[str]) -> Seeds:
        """Return the seeds of the records that have these local references, uint8 (n, 16)."""
        count = len(record_ids)
        seeds = np.frombuffer(self._draw(SEED_BYTES * count), dtype=np.uint8).reshape(count, SEED_BYTES).copy()
        if len(self._digests):
            digests = digests_of(record_ids)
            places = np.minimum(np.searchsorted(self._digests, digests), len(self._digests) - 1)
            known = self._digests[places] == digests
            seeds[known] = self._seeds[places[known]]
            self.remembered += int(known.sum())
        return seeds


def check_noise(schema: Schema, *, remembered: bool, referenced: bool) -> None:
    """Refuse to flip bits by noise that might be drawn twice for one record.

    Args:
        schema: of the encodings.
        remembered: whether it was said where earlier noise is, or that there is none.
        referenced: whether the table has a column with local references.

    Raises:
        InputError: the schema flips bits, and one of both is missing.
    """
    if not schema.noisy:
        return
    if not remembered:
        raise InputError(
            "the schema flips bits at random (blip), and noise that is drawn anew each time can be averaged away",
            code="noise.earlier",
            hint="give every earlier counterfoil of these records with --earlier-counterfoil, or --first-encoding if "
            "none of them was ever encoded with this secret",
        )
    if not referenced:
        raise InputError(
            "the schema flips bits at random (blip), and row numbers do not say which noise belongs to which record",
            code="noise.reference",
            hint="name the column with your own reference of a record: --id-column",
        )
