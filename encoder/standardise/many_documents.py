"""The parts of many documents at once; the plain form is :func:`encoder.standardise.documents.document_parts`.

Most numbers are Latin letters and digits, at most parted by spaces, dots, strokes or hyphens. These are read together;
all others, and what may say that there is no number, one by one.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from string import ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray

from encoder.standardise.check_digit import carry_check_digits, without_confusions
from encoder.standardise.column_parts import ColumnParts, merged_parts, parts_of
from encoder.standardise.documents import SHORTEST, document_head, document_parts
from encoder.standardise.missing import closed_up_words, is_filled
from encoder.texts import Utf8

_CELLS_BEFORE = 2  # kind and country
_NOTHING, _OTHER = 0, 1  # no character of a number
_CLOSED_UP = np.full(256, _OTHER, dtype=np.uint8)
"""What becomes of a byte: a capital or a digit, nothing of what parts them."""
_CLOSED_UP[list(b" ./-")] = _NOTHING
for _sign in (ascii_uppercase + digits).encode():
    _CLOSED_UP[list(bytes([_sign]).lower() + bytes([_sign]))] = _sign
_CLEAR = np.array([ord(without_confusions(chr(code))) for code in range(256)], dtype=np.uint8)


@lru_cache(maxsize=1)
def parts_of_documents(texts: tuple[str, ...]) -> ColumnParts:
    """Return what is hashed of documents; the last ones are kept, because two fields ask for the same."""
    heads, cells = _parted(Utf8.of(texts))
    codes, distinct = heads.numbered()
    befores = list(map(_head, distinct))
    signs = Utf8(_CLOSED_UP[cells.data], cells.bounds)
    closed_up = signs.only(signs.data != _NOTHING)
    is_plain = np.diff(closed_up.bounds) >= SHORTEST
    is_plain &= ~closed_up.having(np.flatnonzero(closed_up.data == _OTHER))
    is_plain &= np.array([before is not None for before in befores], dtype=np.bool_)[codes]

    numbers = closed_up.chosen(is_plain)
    texts_of_numbers = numbers.texts()
    nothing = _maybe_nothing(numbers, texts_of_numbers)
    if nothing:
        is_plain[np.flatnonzero(is_plain)[nothing]] = False
        numbers = closed_up.chosen(is_plain)
        texts_of_numbers = numbers.texts()
    together = _parts([before or "" for before in befores], codes[is_plain], numbers, texts_of_numbers)
    one_by_one = parts_of([document_parts(texts[place]) for place in np.flatnonzero(~is_plain).tolist()])
    return merged_parts(together, np.flatnonzero(is_plain), one_by_one)


def _maybe_nothing(numbers: Utf8, texts: Sequence[str]) -> list[int]:
    """Return the places of numbers, in capitals, that are none or hold more than one: No. 7, 1234567 and 0000000."""
    words = closed_up_words()
    if words.isdisjoint(texts):
        first, second = (numbers.data[numbers.bounds[:-1] + place] for place in range(2))
        begin = (first == second) | ((first == ord("1")) & (second == ord("2"))) | (first == ord("N"))
        places: Iterable[int] = np.flatnonzero(begin).tolist()
    else:
        places = range(len(texts))
    return [place for place in places if texts[place] in words or _marked_or_filled(texts[place])]


def _marked_or_filled(number: str) -> bool:
    return number.startswith(("NO", "NR", "NU")) or is_filled(number)


def _head(text: str) -> str | None:
    """Return what stands before the number of a whole document, "" if it is not known, None for what is no head.

    It ends with the sign that parts it from the number.
    """
    if len(text) <= 1:
        return ""
    cells = text[:-1].split(";")
    return document_head(*cells) if len(cells) == _CELLS_BEFORE else None


def _parted(documents: Utf8) -> tuple[Utf8, Utf8]:
    """Return of documents what stands before the number, with the sign behind it, and the number."""
    data, bounds = documents
    signs = np.flatnonzero(data == ord(";"))
    ends = bounds[:-1].copy()  # of what stands before
    ends[np.searchsorted(bounds, signs, side="right") - 1] = signs + 1  # of several the last one
    lengths = np.column_stack([ends - bounds[:-1], bounds[1:] - ends])
    is_number = np.repeat(np.tile([False, True], len(ends)), lengths.ravel())
    return documents.only(~is_number), documents.only(is_number)


def _parts(heads: Sequence[str], codes: NDArray[np.int64], numbers: Utf8, texts: Sequence[str]) -> ColumnParts:
    """Return the parts of plain numbers: the document, the number, it without confusable letters, without its digit.

    Args:
        heads: what stands before them.
        codes: which of the heads stands before each.
        numbers: in capitals.
        texts: the same.
    """
    clear = Utf8(_CLEAR[numbers.data], numbers.bounds)
    clear_texts = clear.texts()
    is_clearer = clear.having(np.flatnonzero(clear.data != numbers.data))
    clearer = [clear_texts[place] for place in np.flatnonzero(is_clearer).tolist()]
    carries = carry_check_digits(texts)
    bare = []
    for place in np.flatnonzero(carries).tolist():
        bare.append(texts[place][:-1])
        clear_texts[place] = clear_texts[place][:-1]
    wholes = [heads[code] + text for code, text in zip(codes.tolist(), clear_texts, strict=True) if heads[code]]
    has_head = np.array(list(map(bool, heads)), dtype=np.bool_)[codes]
    there = np.array([has_head, np.ones_like(has_head), is_clearer, carries])
    ids = np.cumsum(there).reshape(there.shape) - 1
    return ColumnParts([*wholes, *texts, *clearer, *bare], ids.T[there.T], there.sum(axis=0))
