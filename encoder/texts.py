"""Many texts at once: as numbers of those that differ, and as their UTF-8 laid end to end, which NumPy looks through.

Python keeps each text by itself, and to walk from one to the next is most of what looking at many of them costs.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self, TypeVar, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from encoder.numbering import numbered

_Value = TypeVar("_Value", np.bool_, np.int64)


class Numbered(NamedTuple):
    """Texts as numbers.

    Attributes:
        codes: int64, shape (texts,): index of each text among the distinct ones.
        distinct: the distinct texts, in the order in which they were first met.
    """

    codes: NDArray[np.int64]
    distinct: list[str]

    @property
    def texts(self) -> list[str]:
        """The texts themselves."""
        return [self.distinct[code] for code in self.codes.tolist()]


def numbered_texts(texts: Sequence[str]) -> Numbered:
    """Return `texts` as numbers."""
    return Utf8.of(texts).numbered()


def paired_texts(
    some: Numbered, others: Numbered, paired: Callable[[Sequence[str], Sequence[str]], Sequence[str]]
) -> Numbered:
    """Return what `paired` makes of the texts of two columns beside one another, asked once for each two that occur."""
    size = max(1, len(others.distinct))
    pairs, codes = numbered(some.codes * size + others.codes, len(some.distinct) * size)
    firsts, seconds = np.divmod(pairs, size)
    texts = paired(
        [some.distinct[code] for code in firsts.tolist()], [others.distinct[code] for code in seconds.tolist()]
    )
    found = numbered_texts(texts)
    return Numbered(found.codes[codes], found.distinct)


class Utf8(NamedTuple):
    """Some texts.

    Attributes:
        data: uint8, shape (bytes,).
        bounds: int64, shape (texts + 1,): where each text begins, and where the last one ends.
    """

    data: NDArray[np.uint8]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return `texts`, in which halves of characters, as damaged files have them, are three bytes each.

        Raises:
            TypeError: one is no text.
        """
        try:
            array: Any = pa.array(texts, type=pa.large_string())
        except UnicodeEncodeError:
            array = pa.array([text.encode("utf-8", "surrogatepass") for text in texts], type=pa.large_binary())
        if array.null_count:
            raise TypeError("a cell that is empty is an empty text, never None")
        _, buffer, data = array.buffers()
        bounds = np.frombuffer(buffer, dtype=np.int64)[: len(texts) + 1]
        return cls(np.frombuffer(data or b"", dtype=np.uint8)[: bounds[-1]], bounds)

    def having(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which texts have one of the bytes at `places`, bool (texts,)."""
        found = np.zeros(len(self.bounds) - 1, dtype=np.bool_)
        found[np.searchsorted(self.bounds, places, side="right") - 1] = True
        return found

    def only(self, kept: NDArray[np.bool_]) -> "Utf8":
        """Return the texts with the bytes that are `kept`, bool (bytes,), and no others."""
        before = np.zeros(len(kept) + 1, dtype=np.int64)
        np.cumsum(kept, out=before[1:])
        return Utf8(self.data[kept], before[self.bounds])

    def chosen(self, texts: NDArray[np.bool_]) -> "Utf8":
        """Return those of the texts that are so, bool (texts,)."""
        lengths = np.diff(self.bounds)
        return Utf8(self.data[np.repeat(texts, lengths)], np.concatenate([[0], np.cumsum(lengths[texts])]))

    def of_texts(self, values: NDArray[_Value]) -> NDArray[_Value]:
        """Return, for each byte, what `values`, shape (texts,), have for its text."""
        return np.repeat(values, np.diff(self.bounds))

    def texts(self) -> list[str]:
        """Return the texts."""
        return _listed(self._array())

    def numbered(self) -> Numbered:
        """Return the texts as numbers, as :func:`numbered_texts` does."""
        coded = self._array().dictionary_encode()
        return Numbered(coded.indices.to_numpy().astype(np.int64), _listed(coded.dictionary))

    def _array(self) -> Any:
        buffers: list[Any] = [None, *map(pa.py_buffer, cast("tuple[Any, ...]", self)[::-1])]
        return pa.Array.from_buffers(pa.large_binary(), len(self.bounds) - 1, buffers)


def _listed(texts: Any) -> list[str]:
    try:
        whole = texts.view(pa.large_string())
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return [text.decode("utf-8", "surrogatepass") for text in texts.to_pylist()]
    listed: list[str] = whole.to_pylist()
    return listed
