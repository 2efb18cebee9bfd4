"""How two parties are compared, wherever in a run that happens."""

from dataclasses import dataclass, field

from linkage.command import OnProgress
from matcher.comparison import Options
from matcher.engine import Engine
from matcher.party import Party, record_pairs
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
    measure: str
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
