"""What compares and groups: our own code, or anonlink's as a second opinion; both give the same."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from matcher.values import CandidatePairs, Groups

EngineName = Literal["native", "anonlink"]


class Engine(NamedTuple):
    """Two functions with the contracts of :func:`matcher.candidate_pairs` and :func:`matcher.solve_groups`."""

    name: EngineName
    candidate_pairs: Callable[..., CandidatePairs]
    solve_groups: Callable[..., Groups]


def engine(name: EngineName) -> Engine:
    """Return the engine called `name`.

    Raises:
        EngineError: it cannot run here.
    """
    if name == "anonlink":
        from matcher import anonlink_engine

        anonlink_engine.check_available()
        return Engine(name, anonlink_engine.candidate_pairs, anonlink_engine.solve_groups)
    from matcher.comparison import candidate_pairs
    from matcher.grouping import solve_groups

    return Engine(name, candidate_pairs, solve_groups)
