"""Names whose parts stand in columns of their own."""

from collections.abc import Sequence

from encoder.standardise.names.eastasia import is_given_pair
from encoder.standardise.names.words import words


def whole_names(columns: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of which each column has a part, family names in the last; empty cells are left out."""
    return [_whole([cell for cell in cells if cell]) for cells in zip(*columns, strict=True)]


def _whole(cells: Sequence[str]) -> str:
    """Return a name of its parts, the last of which is a family name.

    One of East Asia goes before the syllables of the given name, behind which it would be taken for one of them: Chi
    Man, Poon is Poon Chi Man, and Andy Chi On, Hui is Andy Hui Chi On.
    """
    parts = " ".join(cells[:-1]).split()
    if len(parts) > 1 and is_given_pair(*(part.lower() for part in parts[-2:])):
        family = cells[-1].strip()
        if family.lower() in words().romanised_surnames:
            return " ".join([*parts[:-2], family, *parts[-2:]])
    return " ".join(cells)
