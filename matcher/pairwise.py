"""How two parties are compared, wherever in a run that happens."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.command import OnProgress
from matcher.comparison import Options
from matcher.engine import Engine
from matcher.party import Party, best_of_records, record_pairs
from matcher.similarity import Measure
from matcher.tries import chance_decay, discounted, scores_inside
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
    _inside: dict[tuple[str, str, int], NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    def pairs(
        self,
        left: Party,
        right: Party,
        floor: float,
        *,
        limit: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> tuple[CandidatePairs, float]:
        """Return pairs of records at or above a floor, and the floor above which none was dropped for the limit.

        The score of a pair is that of its best encodings, less what their number is worth: see :mod:`matcher.tries`.
        """
        found = self._found(left, right, floor, limit, on_progress)
        if limit is not None and len(found.score) == limit:
            floor = float(found.score[-1])
        return self._worth(record_pairs(found, left, right), left, right, floor), floor

    def stream(
        self, left: Party, right: Party, floor: float, *, on_progress: OnProgress | None = None
    ) -> Iterator[CandidatePairs]:
        """Yield pairs of records at or above a floor, in pieces that the memory limit holds.

        The scores of the best encodings fall from piece to piece, and what is left of them inside each.

        The anonlink engine, a search with a recall and the best of each record give all of them in one piece.
        """
        if self.engine.name != "native" or self.recall is not None or self.options.get("best") is not None:
            yield self.pairs(left, right, floor, on_progress=on_progress)[0]
            return
        from matcher.comparison import stream_pairs

        given: Options = {**self.options, "measure": self.measure, "on_progress": on_progress}
        with closing(stream_pairs(left.encodings, right.encodings, floor, **given)) as pieces:
            for piece in pieces:
                yield self._worth(best_of_records(piece, left, right, self.measure), left, right, floor)

    def _worth(self, pairs: CandidatePairs, left: Party, right: Party, floor: float) -> CandidatePairs:
        """Return the pairs whose scores reach a floor also as scores of one try."""
        if not (left.has_aliases or right.has_aliases):
            return pairs
        tries = left.rows_of_records[pairs.left] * right.rows_of_records[pairs.right]
        decay = chance_decay(np.concatenate([self._inside_of(left), self._inside_of(right)]))
        score = discounted(pairs.score, tries, decay)
        kept = np.flatnonzero(score >= floor)
        kept = kept[np.lexsort((pairs.right[kept], pairs.left[kept], -score[kept]))]
        return CandidatePairs(pairs.left[kept], pairs.right[kept], score[kept])

    def _inside_of(self, party: Party) -> NDArray[np.float64]:
        name = party.agency, party.category, len(party.first_row)
        if name not in self._inside:
            self._inside[name] = scores_inside(party, self.measure)
        return self._inside[name]

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
