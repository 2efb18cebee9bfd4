"""What a standing operation remembers: the candidate pairs of every two submissions that were once compared.

So a new submission is compared with what is here, and what is here is not compared again. Each couple is sealed under a
key of its own, which goes with either of its submissions. A worker that takes a run over finds what was compared, too.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from linkage import Encodings
from linkage.command import OnProgress
from matcher import CandidatePairs, candidate_pairs
from matcher.engine import Engine, engine
from server.database import writing
from server.database.tables import couples, runs
from server.errors import CancelledError
from server.jobs.queue import Lease, held
from server.runs.files import AgencyFile, Part
from server.runs.kept import pairs_content, read_pairs
from server.service import Service, new_id
from server.submissions.keeping import couple_name, discard


class _Asked(NamedTuple):
    """How two submissions are to be compared: the least score, and how many pairs at most, the best."""

    floor: float
    most: int | None
    options: dict[str, Any]

    def fulfilled_by(self, found: CandidatePairs, floor: float, most: int | None) -> bool:
        """Return whether what was found with another floor and limit holds all that is asked for."""
        if self.most is not None and len(found.score) >= self.most:
            return True
        cut_off = most is not None and len(found.score) >= most
        return float(found.score[-1]) < self.floor if cut_off else floor <= self.floor


class KnownCouples:
    """The native engine, with the memory of a standing operation."""

    def __init__(self, service: Service, lease: Lease, files: Iterable[AgencyFile]) -> None:
        self._service = service
        self._lease = lease
        self._files = {id(file.package.encodings): file for file in files}

    def engine(self) -> Engine:
        """Return the native engine, which now compares only submissions that no run of the operation has compared."""
        return engine("native")._replace(candidate_pairs=self.candidate_pairs)

    def candidate_pairs(self, left: Encodings, right: Encodings, threshold: float, **options: Any) -> CandidatePairs:
        """Return what :func:`matcher.candidate_pairs` returns, from memory as far as it is there."""
        one, other = self._files.get(id(left)), self._files.get(id(right))
        if one is None or other is None or one is other:  # a sample, or chance inside a file
            return candidate_pairs(left, right, threshold, **options)
        on_progress: OnProgress | None = options.get("on_progress")
        most, done, found = options.get("limit"), 0, []
        for own in one.parts:
            for theirs in other.parts:
                given = options | {"on_progress": _beginning_at(done, len(left) * len(right), on_progress)}
                pairs = self._pairs(own, theirs, _Asked(threshold, most, given))
                found.append(CandidatePairs(own.rows[pairs.left], theirs.rows[pairs.right], pairs.score))
                done += len(own.encodings) * len(theirs.encodings)
                if on_progress is not None:
                    on_progress(done, len(left) * len(right))
        return _together(found, most)

    def _pairs(self, left: Part, right: Part, asked: _Asked) -> CandidatePairs:
        known = self._known(left, right, asked)
        if known is None:
            known = candidate_pairs(left.encodings, right.encodings, asked.floor, **asked.options)
            self._keep(left, right, asked, known)
        found = known.reaching(asked.floor)
        return CandidatePairs(found.left[: asked.most], found.right[: asked.most], found.score[: asked.most])

    def _known(self, left: Part, right: Part, asked: _Asked) -> CandidatePairs | None:
        with self._service.engine.connect() as connection:
            row = connection.execute(sa.select(couples).where(_couple(left, right))).one_or_none()
        if row is None or row.file is None:
            return None
        key = self._service.keys.sealing_key(row.sealing_key, row.file)
        found = read_pairs(self._service.store.content(couple_name(row.file), key), row.pairs)
        return found if asked.fulfilled_by(found, float(row.floor), row.most) else None

    def _keep(self, left: Part, right: Part, asked: _Asked, found: CandidatePairs) -> None:
        """Remember a comparison, unless the run has ended, as it does when one of its submissions goes."""
        file = new_id()
        wrapped = self._service.keys.new_sealing_key(file)
        key = self._service.keys.sealing_key(wrapped, file)
        self._service.store.seal(couple_name(file), pairs_content(found), key)
        values = {
            "file": file,
            "sealing_key": wrapped,
            "pairs": len(found.score),
            "floor": repr(asked.floor),
            "most": asked.most,
        }
        names = {"left_submission": left.submission, "right_submission": right.submission}
        with writing(self._service.engine) as connection:
            held(connection, self._lease.job)
            running = sa.select(runs.c.id).where(runs.c.id == self._lease.job.subject, runs.c.state == "running")
            if connection.execute(running).first() is None:
                raise CancelledError("the run was cancelled")
            before = connection.execute(sa.select(couples.c.file).where(_couple(left, right))).one_or_none()
            if before is None:
                connection.execute(couples.insert().values(**names, **values))
            else:
                connection.execute(couples.update().where(_couple(left, right)).values(**values))
        if before is not None and before.file is not None:
            discard(self._service, couple_name(before.file))


def _couple(left: Part, right: Part) -> sa.ColumnElement[bool]:
    return sa.and_(couples.c.left_submission == left.submission, couples.c.right_submission == right.submission)


def _beginning_at(before: int, total: int, on_progress: OnProgress | None) -> OnProgress | None:
    return on_progress and (lambda done, _: on_progress(before + done, total))


def _together(found: list[CandidatePairs], most: int | None) -> CandidatePairs:
    """Return the pairs of all parts in the one order of pairs."""
    if len(found) == 1:
        return found[0]
    left, right, score = (np.concatenate(columns) for columns in zip(*found, strict=True))
    order = np.lexsort((right, left, -score))[:most]
    return CandidatePairs(left[order], right[order], score[order])
