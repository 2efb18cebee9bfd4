"""Encodings as a value: bits, popcounts and tokens of many records."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from linkage.errors import EncodingsError

TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Encodings:
    """The encodings of one file, row by row.

    Attributes:
        words: uint64, shape (n, words per encoding), C-contiguous and read-only. Bits beyond the width are zero. The
            order of bits inside a word is that of the machine and means nothing: comparisons count common bits.
        popcounts: uint32, shape (n,): bits set in each encoding.
        tokens: uint8, shape (n, 16): the random record identifiers; equal rows belong to one record (its aliases).
        bits: width of one encoding in bits, a multiple of 8.
    """

    words: NDArray[np.uint64]
    popcounts: NDArray[np.uint32]
    tokens: NDArray[np.uint8]
    bits: int

    @classmethod
    def from_bytes(cls, encodings: NDArray[np.uint8], tokens: NDArray[np.uint8] | None = None) -> Self:
        """Return the value for `encodings`, a uint8 array of shape (n, width in bytes), any width from one byte up.

        Args:
            encodings: bit 0 is the most significant bit of byte 0, as in CLK files.
            tokens: uint8 (n, 16); without it, row i has the token i, for trials and tests.

        Raises:
            EncodingsError: a wrong type or shape.
        """
        if encodings.dtype != np.uint8 or encodings.ndim != 2 or encodings.shape[1] == 0:  # noqa: PLR2004
            raise EncodingsError("encodings must be a uint8 array of shape (n, width in bytes)")
        count, width = encodings.shape
        if tokens is None:
            tokens = np.zeros((count, TOKEN_BYTES), dtype=np.uint8)
            tokens[:, 8:] = np.arange(count, dtype=">u8").view(np.uint8).reshape(count, 8)
        if tokens.dtype != np.uint8 or tokens.shape != (count, TOKEN_BYTES):
            raise EncodingsError(f"tokens must be a uint8 array of shape ({count}, {TOKEN_BYTES})")
        return cls.from_blocks([(tokens, encodings)], count=count, width=width)

    @classmethod
    def from_blocks(
        cls, blocks: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]], *, count: int, width: int
    ) -> Self:
        """Return the value for `count` rows that come in blocks, holding no more than one block beside the result.

        Args:
            blocks: tokens, uint8 (m, 16), and encodings, uint8 (m, width), of the rows that follow.
            count: rows of all blocks together.
            width: bytes of one encoding.

        Raises:
            EncodingsError: the blocks have more or fewer rows.
        """
        words = np.zeros((count, -(-width // 8)), dtype=np.uint64)
        popcounts = np.zeros(count, dtype=np.uint32)
        tokens = np.zeros((count, TOKEN_BYTES), dtype=np.uint8)
        start = 0
        for block_tokens, block in blocks:
            rows = slice(start, start := start + len(block))
            if start > count:
                break
            words.view(np.uint8)[rows, :width] = block
            popcounts[rows] = np.bitwise_count(words[rows]).sum(axis=1, dtype=np.uint32)
            tokens[rows] = block_tokens
        if start != count:
            raise EncodingsError(f"the blocks do not have {count:,} rows together")
        for array in (words, popcounts, tokens):
            array.setflags(write=False)
        return cls(words, popcounts, tokens, width * 8)

    def __len__(self) -> int:
        return len(self.words)

    def rows(self, chosen: slice | NDArray[np.int64]) -> Self:
        """Return some rows; those of a slice without a copy."""
        return type(self)(self.words[chosen], self.popcounts[chosen], self.tokens[chosen], self.bits)

    def to_bytes(self) -> NDArray[np.uint8]:
        """Return the encodings as a uint8 array of shape (n, width in bytes), a copy where rows have bits to spare."""
        return np.ascontiguousarray(self.words.view(np.uint8)[:, : self.bits // 8])

    def blocks(self, rows: int = 10_000) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
        """Yield tokens, uint8 (m, 16), and encodings, uint8 (m, width), of at most `rows` rows at a time, as views."""
        for start in range(0, len(self), rows):
            part = slice(start, start + rows)
            yield self.tokens[part], self.words[part].view(np.uint8)[:, : self.bits // 8]

    def token_texts(self) -> list[str]:
        """Return the tokens as 32 lower-case hexadecimal digits each."""
        joined = self.tokens.tobytes().hex()
        return [joined[start : start + 2 * TOKEN_BYTES] for start in range(0, len(joined), 2 * TOKEN_BYTES)]
