"""The parts of many documents at once; the plain form is :func:`encoder.standardise.documents.document_parts`.

Most numbers are Latin letters and digits, at most parted by spaces, dots, strokes or hyphens. These are read together;
all others, and what may say that there is no number, one by one.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_
from string import ascii_uppercase, digits

import numpy as np

from encoder.standardise.check_digit import carry_check_digits, without_confusions
from encoder.standardise.column_parts import ColumnParts, merged_parts, parts_of
from encoder.standardise.documents import SHORTEST, document_head, document_parts
from encoder.standardise.missing import closed_up_words, is_filled

_SEPARATORS = dict.fromkeys(map(ord, " ./-"))
_DOUBTFUL = frozenset({"NO", "NR", "NU", "12", *(2 * sign for sign in ascii_uppercase + digits)})
"""How "No. 7", 1234567 and 0000000 begin: what is more, or less, than a number."""
_CELLS_BEFORE = 2  # kind and country


@lru_cache(maxsize=1)
def parts_of_documents(texts: tuple[str, ...]) -> ColumnParts:
    """Return what is hashed of documents; the last ones are kept, because two fields ask for the same."""
    heads: list[str] = []
    cells: list[str] = []
    for text in texts:
        head, _, cell = text.rpartition(";")
        heads.append(head)
        cells.append(cell)
    known = {head: _head(head) for head in set(heads)}
    befores = [known[head] for head in heads]
    numbers = _closed_up(cells)
    words = closed_up_words()
    is_plain = [
        number.isalnum()
        and (number[:2] not in _DOUBTFUL or _is_number(number))
        and number not in words
        and len(number) >= SHORTEST
        and cell.isascii()
        and before is not None
        for number, cell, before in zip(numbers, cells, befores, strict=True)
    ]
    plain_befores = [before for before in compress(befores, is_plain) if before is not None]
    together = _parts(plain_befores, list(compress(numbers, is_plain)))
    one_by_one = parts_of(map(document_parts, compress(texts, map(not_, is_plain))))
    return merged_parts(together, np.flatnonzero(is_plain), one_by_one)


def _is_number(number: str) -> bool:
    """Return whether what begins doubtfully is a number all the same, and nothing before it."""
    return not number.startswith("N") and not is_filled(number)


def _head(text: str) -> str | None:
    """Return what stands before the number of a whole document, "" if it is not known, None for what is no head."""
    if not text:
        return ""
    cells = text.split(";")
    return document_head(*cells) if len(cells) == _CELLS_BEFORE else None


def _closed_up(numbers: Sequence[str]) -> list[str]:
    """Return numbers in capitals and without what parts them."""
    if not numbers:
        return []
    joined = "\n".join(numbers)
    if joined.count("\n") >= len(numbers):
        joined = "\n".join([number.replace("\n", "<") for number in numbers])
    return joined.translate(_SEPARATORS).upper().split("\n")


def _parts(heads: Sequence[str], numbers: Sequence[str]) -> ColumnParts:
    """Return the parts of plain numbers: the document, the number, it without confusable letters, without its digit."""
    clear = without_confusions("\n".join(numbers)).split("\n") if numbers else []
    carry = carry_check_digits(numbers)
    bare = ["" for _ in numbers]
    wholes = [head and head + number for head, number in zip(heads, clear, strict=True)]
    for place in np.flatnonzero(carry).tolist():
        bare[place] = numbers[place][:-1]
        wholes[place] = wholes[place][:-1]
    clearer = ["" if one == other else one for one, other in zip(clear, numbers, strict=True)]
    kinds = (wholes, numbers, clearer, bare)
    there = np.ones((len(kinds), len(numbers)), dtype=np.bool_)
    there[0] = np.fromiter(map(bool, heads), dtype=np.bool_, count=len(heads))
    there[2] = np.fromiter(map(bool, clearer), dtype=np.bool_, count=len(clearer))
    there[3] = carry
    ids = np.cumsum(there).reshape(there.shape) - 1
    return ColumnParts(list(filter(None, chain.from_iterable(kinds))), ids.T[there.T], there.sum(axis=0))
