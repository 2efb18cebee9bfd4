"""How two parties are compared, wherever in a run that happens."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from linkage.command import OnProgress
from matcher.comparison import Options
from matcher.engine import Engine
from matcher.party import Party, best_of_records, record_pairs
from matcher.similarity import Measure
from matcher.values import CandidatePairs


@dataclass(frozen=True, slots=True)
class Pairwise:
    """How two parties are compared.

    Attributes:
        engine: what compares.
        measure: similarity.
        options: what else the native engine is told: threads, memory, machines.
        recall: share of the pairs at the threshold that must be found, or None for all of them; see
            :mod:`matcher.approximate`.
    """

    engine: Engine
    measure: Measure
    options: Options = field(default_factory=Options)
    recall: float | None = None

    def pairs(
        self,
        left: Party,
        right: Party,
        floor: float,
        *,
        limit: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> tuple[CandidatePairs, float]:
        """Return pairs of records at or above a floor, and the floor above which none was dropped for the limit."""
        found = self._found(left, right, floor, limit, on_progress)
        if limit is not None and len(found.score) == limit:
            floor = float(found.score[-1])
        return record_pairs(found, left, right), floor

    def stream(
        self, left: Party, right: Party, floor: float, *, on_progress: OnProgress | None = None
    ) -> Iterator[CandidatePairs]:
        """Yield pairs of records at or above a floor, by falling score, in pieces that the memory limit holds.

        The anonlink engine, a search with a recall and the best of each record give all of them in one piece.
        """
        if self.engine.name != "native" or self.recall is not None or self.options.get("best") is not None:
            yield self.pairs(left, right, floor, on_progress=on_progress)[0]
            return
        from matcher.comparison import stream_pairs

        given: Options = {**self.options, "measure": self.measure, "on_progress": on_progress}
        with closing(stream_pairs(left.encodings, right.encodings, floor, **given)) as pieces:
            for piece in pieces:
                yield best_of_records(piece, left, right, self.measure)

    def _found(
        self, left: Party, right: Party, floor: float, limit: int | None, on_progress: OnProgress | None
    ) -> CandidatePairs:
        sides = left.encodings, right.encodings
        threads = self.options.get("threads")
        if self.recall is not None:
            from matcher.approximate import approximate_pairs

            return approximate_pairs(
                *sides,
                floor,
                recall=self.recall,
                measure=self.measure,
                threads=threads,
                limit=limit,
                on_progress=on_progress,
            )
        if self.engine.name != "native":
            return self.engine.candidate_pairs(
                *sides, floor, measure=self.measure, threads=threads, on_progress=on_progress
            )
        given: Options = {**self.options, "measure": self.measure, "on_progress": on_progress}
        if limit is not None:
            given["limit"] = limit
        return self.engine.candidate_pairs(*sides, floor, **given)
