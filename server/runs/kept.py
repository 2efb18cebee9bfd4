"""Comparisons that are finished, kept so that a run that was interrupted does none of them twice.

Each is sealed under the run's key and noted by (run, comparison), where the comparison is named by the digest of what
was compared and how; so whoever does the run again finds it, and the key's end is theirs.
"""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from linkage import Encodings
from linkage.command import OnProgress
from linkage.errors import FileError
from matcher import CandidatePairs, candidate_pairs
from matcher.engine import Engine, engine
from server.database import writing
from server.database.tables import comparisons
from server.jobs.queue import Lease, held
from server.service import Service

KEEP_FROM_PAIRS: Final = 100_000_000  # a second of work or so; less is done again sooner than read


class KeptComparisons:
    """The native engine, with a memory for one run."""

    def __init__(self, service: Service, lease: Lease, key: bytes, *, keep_from: int = KEEP_FROM_PAIRS) -> None:
        self._service = service
        self._lease = lease
        self._run = lease.job.subject
        self._key = key
        self._keep_from = keep_from

    def engine(self) -> Engine:
        """Return the native engine, which now compares only what it has not compared before in this run."""
        return engine("native")._replace(candidate_pairs=self.candidate_pairs)

    def candidate_pairs(self, left: Encodings, right: Encodings, threshold: float, **options: Any) -> CandidatePairs:
        """Return what :func:`matcher.candidate_pairs` returns, from memory if it is there."""
        size = len(left) * len(right)
        if size < self._keep_from:
            return candidate_pairs(left, right, threshold, **options)
        name = _name(left, right, threshold, options)
        found = self._read(name)
        if found is None:
            found = candidate_pairs(left, right, threshold, **options)
            self._keep(name, found)
            return found
        on_progress: OnProgress | None = options.get("on_progress")
        if on_progress is not None:
            on_progress(size, size)
        return found

    def _read(self, name: str) -> CandidatePairs | None:
        with self._service.engine.connect() as connection:
            pairs = connection.execute(sa.select(comparisons.c.pairs).where(self._mine(name))).scalar_one_or_none()
        if pairs is None:
            return None
        try:
            return read_pairs(self._service.store.content(self._path(name), self._key), pairs)
        except FileError:  # the store has lost it; it is only a memory
            return None

    def _keep(self, name: str, found: CandidatePairs) -> None:
        self._service.store.seal(self._path(name), pairs_content(found), self._key)
        with writing(self._service.engine) as connection:
            held(connection, self._lease.job)
            connection.execute(comparisons.delete().where(self._mine(name)))  # one whose file was lost
            connection.execute(comparisons.insert().values(run=self._run, comparison=name, pairs=len(found.score)))

    def _mine(self, name: str) -> sa.ColumnElement[bool]:
        return sa.and_(comparisons.c.run == self._run, comparisons.c.comparison == name)

    def _path(self, name: str) -> str:
        return f"comparisons/{self._run}/{name}"


def pairs_content(found: CandidatePairs) -> Iterator[bytes]:
    """Yield the bytes that :func:`read_pairs` reads."""
    for column in (found.left.astype("<i8"), found.right.astype("<i8"), found.score.astype("<f8")):
        yield column.tobytes()


def read_pairs(pieces: Iterable[bytes], count: int) -> CandidatePairs:
    """Return `count` candidate pairs."""
    content = bytearray()
    for piece in pieces:
        content += piece
    columns = np.frombuffer(bytes(content), dtype="<i8").reshape(3, count)
    return CandidatePairs(columns[0], columns[1], columns[2].view("<f8"))


def _name(left: Encodings, right: Encodings, threshold: float, options: dict[str, Any]) -> str:
    """Return the digest of all that decides the pairs: files, their order, the floor, the limits, the program."""
    digest = hashlib.sha256()
    for side in (left, right):
        digest.update(hashlib.sha256(side.words.data).digest() + hashlib.sha256(side.tokens.data).digest())
    asked = [repr(options.get(name)) for name in ("measure", "limit", "best", "loss")]
    decides = [version("counterfoil"), left.bits, repr(threshold), *asked]
    digest.update(repr(decides).encode())
    return digest.hexdigest()
