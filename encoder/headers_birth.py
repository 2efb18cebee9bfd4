"""Year, month and day of birth in columns of their own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

_ROLES: tuple[Literal["year", "month", "day"], ...] = ("year", "month", "day")


def birth_parts(
    header: Sequence[str], words: Mapping[str, Any], key_of: Callable[[str], str]
) -> tuple[int, int, int] | None:
    """Return the places of the columns that hold year, month and day of birth, or None where one of them is missing.

    Args:
        header: names of the columns.
        words: ``birth`` of the table of words of headers.
        key_of: what writes a name as names are compared.
    """

    def keys(names: Sequence[str]) -> frozenset[str]:
        return frozenset(map(key_of, names))

    of, found = keys(words["of"]), []
    for role in _ROLES:
        known, whole = keys(words[role]), keys(words["whole"][role])
        for place, name in enumerate(header):
            key = key_of(name)
            if key in whole or (known & {*key.split()} and of & {*key.split()}):
                found.append(place)
                break
    return (found[0], found[1], found[2]) if len(found) == len(_ROLES) else None
