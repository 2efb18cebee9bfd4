"""Two files laid out for comparison, in the way that their measure asks for."""

from linkage import Encodings
from matcher.few_symbols import FewTiling, are_few
from matcher.form import Form
from matcher.sides import plan
from matcher.similarity import Requirement
from matcher.symbols import SymbolTiling
from matcher.tiles import TileSize, Tiling, Work


def laid_out(
    left: Encodings,
    right: Encodings,
    requirement: Requirement,
    form: Form,
    size: TileSize | None,
    *,
    loss: float = 0.0,
    threads: int = 1,
) -> Work:
    """Return both files, neither empty, cut into tiles.

    Args:
        left: encodings of one file.
        right: encodings of the other.
        requirement: what the threshold asks.
        form: how the kernel computes.
        size: of a tile, instead of one that suits most machines.
        loss: see :func:`matcher.sides.plan`; symbols are always compared exactly.
        threads: how many lay out, at most.
    """
    if requirement.measure == "symbols" and size is None and are_few(len(left), len(right)):
        return FewTiling(left, right, requirement)
    if requirement.measure == "symbols":
        return SymbolTiling(left, right, requirement, size)
    return Tiling.of(plan(left, right, requirement, form, loss=loss, threads=threads), size)
