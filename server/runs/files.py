"""The file of an agency as a run compares it: its submission of a category, and the supplements to it, as one."""

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from linkage import Encodings, Package
from linkage.encodings import TOKEN_BYTES


class Part(NamedTuple):
    """One submission in a file: its encodings, and the rows of the file that they are."""

    submission: str
    encodings: Encodings
    rows: NDArray[np.int64]


class AgencyFile(NamedTuple):
    """Submissions that are compared as one package, in which a person is at most once.

    Attributes:
        package: all of their encodings, in the order of tokens.
        parts: the submissions, in the order given.
        part_of: int64, for each row the number of its part.
    """

    package: Package
    parts: tuple[Part, ...]
    part_of: NDArray[np.int64]

    @classmethod
    def of(cls, packages: Iterable[Package]) -> Self:
        """Return the file of packages of one agency and category; their paths are the names of their submissions."""
        given = list(packages)
        whole = given[0].encodings if len(given) == 1 else _together([package.encodings for package in given])
        ends = np.cumsum([len(package.encodings) for package in given])
        order = _order([package.encodings for package in given])
        part_of = np.searchsorted(ends, order, side="right")
        parts = tuple(
            Part(package.path.name, package.encodings, np.flatnonzero(part_of == number))
            for number, package in enumerate(given)
        )
        return cls(Package(given[0].manifest, whole, given[0].path), parts, part_of)

    def submission_of(self, row: int) -> str:
        """Return the name of the submission that a row comes from."""
        return self.parts[int(self.part_of[row])].submission


def _order(given: list[Encodings]) -> NDArray[np.int64]:
    """Return the rows of all, one file after the other, in the order of their tokens."""
    if len(given) == 1:
        return np.arange(len(given[0]))
    tokens = np.concatenate([encodings.tokens for encodings in given])
    return np.argsort(np.ascontiguousarray(tokens).view(f"S{TOKEN_BYTES}").ravel(), kind="stable")


def _together(given: list[Encodings]) -> Encodings:
    order = _order(given)
    arrays = (
        np.concatenate([encodings.words for encodings in given])[order],
        np.concatenate([encodings.popcounts for encodings in given])[order],
        np.concatenate([encodings.tokens for encodings in given])[order],
    )
    for array in arrays:
        array.setflags(write=False)
    return Encodings(*arrays, given[0].bits)
