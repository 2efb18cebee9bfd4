"""The counterfoil: the agency's private table of tokens, local references and noise, which never leaves it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoder.errors import CounterfoilFileError
from encoder.hardening import SEED_BYTES, Seeds
from encoder.local_csv import WriteRows, new_local_csv
from encoder.local_table import local_header, read_local_table, wrong_row
from encoder.repeats import DIGEST_BYTES, Digests, Repeats
from linkage.encodings import TOKEN_BYTES

COLUMNS = ("token", "record_id")
NOISY_COLUMNS = (*COLUMNS, "noise")
_DIGITS = 2 * TOKEN_BYTES
_HEXADECIMAL = re.compile(r"[0-9a-f]*")


class CounterfoilWriter:
    """Writes the rows of a counterfoil."""

    def __init__(self, write_rows: WriteRows) -> None:
        self._write_rows = write_rows

    def add(self, tokens: NDArray[np.uint8], record_ids: Sequence[str], seeds: Seeds | None = None) -> None:
        """Append records: tokens, uint8 (m, 16), their m local references, and their seeds where there is noise."""
        columns = [_digits(tokens), record_ids, *([] if seeds is None else [_digits(seeds)])]
        self._write_rows(zip(*columns, strict=True))


@contextmanager
def new_counterfoil(path: Path, *, overwrite: bool, noisy: bool = False) -> Iterator[CounterfoilWriter]:
    """Yield the writer of a counterfoil, readable by its owner only and there only if the block ends well.

    If it is `noisy`, it has a third column: the seed of each record's noise.

    Raises:
        FileError: it cannot be written, or exists and may not be replaced.
    """
    with new_local_csv(path, NOISY_COLUMNS if noisy else COLUMNS, overwrite=overwrite) as write_rows:
        yield CounterfoilWriter(write_rows)


def read_counterfoil(path: Path) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield tokens and record ids, some tens of thousands at a time.

    Raises:
        FileError: it cannot be read.
        InputError: it is damaged.
        CounterfoilFileError: it is not a counterfoil, or a token is malformed or occurs twice.
    """
    seen = Repeats()
    columns = NOISY_COLUMNS if local_header(path) == NOISY_COLUMNS else COLUMNS
    for batch in read_local_table(path, columns):
        tokens, record_ids = batch.columns[:2]
        for place, token in enumerate(tokens if not _well_formed(tokens) else ()):
            if not _well_formed([token]):
                raise wrong_row(path, batch, place, f"a token is {_DIGITS} digits 0-9 and a-f")
        for place in np.flatnonzero(seen.add(_bytes_of(tokens))).tolist():
            raise wrong_row(path, batch, place, "the token stands in an earlier row too")
        yield tokens, record_ids


def read_seeds(path: Path) -> Iterator[tuple[Sequence[str], Seeds]]:
    """Yield record ids and the seeds of their noise, uint8 (m, 16).

    Raises:
        FileError: it cannot be read.
        InputError: it is damaged.
        CounterfoilFileError: it is not a counterfoil, holds no noise, or a seed is malformed.
    """
    if local_header(path) == COLUMNS:
        raise CounterfoilFileError(
            f"{path}: holds no noise", hint="it was made with a schema that flips no bits; leave it out"
        )
    for batch in read_local_table(path, NOISY_COLUMNS):
        _, record_ids, seeds = batch.columns
        for place, seed in enumerate(seeds if not _well_formed(seeds) else ()):
            if not _well_formed([seed]):
                raise wrong_row(path, batch, place, f"noise is {_DIGITS} digits 0-9 and a-f")
        yield record_ids, np.frombuffer(bytes.fromhex("".join(seeds)), dtype=np.uint8).reshape(-1, SEED_BYTES)


def is_token(text: str) -> bool:
    """Return whether `text` has the form of a token."""
    return _well_formed([text])


def _digits(rows: NDArray[np.uint8]) -> list[str]:
    digits = rows.tobytes().hex()
    return [digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS)]


def _well_formed(tokens: Sequence[str]) -> bool:
    return set(map(len, tokens)) <= {_DIGITS} and _HEXADECIMAL.fullmatch("".join(tokens)) is not None


def _bytes_of(tokens: Sequence[str]) -> Digests:
    return np.frombuffer(bytes.fromhex("".join(tokens)), dtype=f"S{DIGEST_BYTES}")
