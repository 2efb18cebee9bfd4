"""N-grams of many texts at once, as numbers into a vocabulary."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.numbering import numbered
from encoder.tokens import Comparison, tokenise
from linkage.schema import ExactComparison, NgramComparison

_LARGEST_CODE_SPACE = 1 << 62
_SMALL_CODE_SPACE = 1 << 31


class Tokens(NamedTuple):
    """The tokens of u texts.

    Attributes:
        vocabulary: the tokens that occur, each at least once; one that is several texts may stand there several times.
        ids: int64, shape (all tokens,): index into the vocabulary, text by text, in the order of the text.
        counts: int64, shape (u,): number of tokens of each text.
        faults: index of a text that cannot be tokenised -> rule.
    """

    vocabulary: list[str]
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    faults: dict[int, str]


def tokens_of(texts: Sequence[str], comparison: Comparison) -> Tokens:
    """Return the tokens of `texts` under `comparison`, the same as :func:`encoder.tokens.tokenise` of each."""
    if isinstance(comparison, ExactComparison):
        return _whole(texts)
    if isinstance(comparison, NgramComparison):
        found = _ngrams(texts, comparison.n, positional=comparison.positional)
        if found is not None:
            return found
    return _one_by_one(texts, comparison)


def _whole(texts: Sequence[str]) -> Tokens:
    """Return the texts themselves as tokens."""
    counts = np.fromiter(map(bool, texts), dtype=np.int64, count=len(texts))
    whole = list(filter(None, texts))
    return Tokens(whole, np.arange(len(whole), dtype=np.int64), counts, {})


def _one_by_one(texts: Sequence[str], comparison: Comparison) -> Tokens:
    numbers: dict[str, int] = {}
    ids: list[int] = []
    counts = np.zeros(len(texts), dtype=np.int64)
    faults: dict[int, str] = {}
    for index, text in enumerate(texts):
        try:
            tokens = tokenise(text, comparison)
        except ValueError:
            faults[index] = "must be a number"
            continue
        counts[index] = len(tokens)
        ids += [numbers.setdefault(token, len(numbers)) for token in tokens]
    return Tokens(list(numbers), np.array(ids, dtype=np.int64), counts, faults)


def _ngrams(texts: Sequence[str], n: int, *, positional: bool) -> Tokens | None:
    """Return the n-grams of `texts`, or None where their number space is too large for 64 bits.

    All texts are laid end to end with n - 1 spaces before, between and after. Then every window of n characters is a
    gram of exactly one text, in order: the shared spaces close one text and open the next.
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    counts = np.where(lengths > 0, lengths + n - 1, 0)
    if not counts.any():
        return Tokens([], np.empty(0, dtype=np.int64), counts, {})
    padding = " " * (n - 1)
    joined = padding + padding.join(filter(None, texts)) + padding
    characters, dense = _dense(joined)
    places = int(counts.max()) if positional else 1
    if len(characters) ** n * places >= _LARGEST_CODE_SPACE:
        return None

    windows = len(dense) - n + 1
    space = len(characters) ** n * places
    codes: NDArray[np.int32] | NDArray[np.int64] = dense[:windows].copy()
    if space >= _SMALL_CODE_SPACE:
        codes = codes.astype(np.int64)
    for offset in range(1, n):
        codes *= len(characters)
        codes += dense[offset : offset + windows]
    if positional:
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        codes *= places
        codes += np.arange(windows, dtype=codes.dtype) - starts.astype(codes.dtype)
    distinct, ids = numbered(codes, space)
    return Tokens(_spelled(distinct, characters, n, places=places if positional else None), ids, counts, {})


def _dense(joined: str) -> tuple[list[str], NDArray[np.int32]]:
    """Return the characters that occur, and the text as indices into them."""
    if joined.isascii():
        points = np.frombuffer(joined.encode(), dtype=np.uint8)
    else:
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    present = np.zeros(int(points.max()) + 1, dtype=np.bool_)
    present[points] = True
    occurring = np.flatnonzero(present)
    index = np.zeros(len(present), dtype=np.int32)
    index[occurring] = np.arange(len(occurring))
    return [chr(point) for point in occurring.tolist()], index[points]


def _spelled(distinct: NDArray[np.int64], characters: list[str], n: int, *, places: int | None) -> list[str]:
    """Return the tokens that `distinct` codes stand for; `places` is the number of positions, None without them."""
    prefixes = [""] * len(distinct)
    if places is not None:
        prefixes = [f"{place} " for place in (distinct % places + 1).tolist()]
        distinct = distinct // places
    letters: list[list[str]] = []
    for _ in range(n):
        letters.append([characters[index] for index in (distinct % len(characters)).tolist()])
        distinct = distinct // len(characters)
    return ["".join(parts) for parts in zip(prefixes, *reversed(letters), strict=True)]
