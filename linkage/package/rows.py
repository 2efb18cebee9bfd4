"""The rows of a package: tokens and encodings in a Parquet table, ordered by token.

Tokens are random, so their order says nothing; the order of the agency's register would.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.encodings import TOKEN_BYTES
from linkage.errors import ContentError, EncodingsError
from linkage.manifest import Draft, Manifest
from linkage.package.archive import MemberSource, Sink
from linkage.package.parquet import MAGIC, footer, row_groups, rows_per_group

Block = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Tokens, uint8 (m, 16), and encodings, uint8 (m, width), of some rows."""


class TokenOrder:
    """Follows tokens as they pass: whether they are in order, and how many records they stand for."""

    def __init__(self) -> None:
        self.records = 0
        self._last = np.zeros(0, dtype=f"S{TOKEN_BYTES}")

    def follows(self, tokens: NDArray[np.uint8]) -> bool:
        """Take more `tokens`, uint8 (m, 16), and return whether they are in order, after those before."""
        # Fixed-length byte strings compare as unsigned bytes, from left to right.
        texts = np.concatenate((self._last, np.ascontiguousarray(tokens).view(f"S{TOKEN_BYTES}").ravel()))
        self.records += int(np.count_nonzero(texts[1:] != texts[:-1])) + (len(self._last) == 0 and len(texts) > 0)
        self._last = texts[-1:].copy()
        return bool((texts[1:] >= texts[:-1]).all())


class RowWriter:
    """Writes rows that come in token order, in blocks of any length, holding one row group (4 MiB) in memory."""

    def __init__(self, sink: Sink, draft: Draft) -> None:
        self.count = 0
        self._sink = sink
        self._draft = draft
        self._order = TokenOrder()
        self._tokens = np.empty((rows_per_group(draft.width), TOKEN_BYTES), dtype=np.uint8)
        self._encodings = np.empty((len(self._tokens), draft.width), dtype=np.uint8)
        self._filled = 0
        sink.write(MAGIC)

    @property
    def records(self) -> int:
        """How many distinct tokens there were so far."""
        return self._order.records

    def write(self, tokens: NDArray[np.uint8], encodings: NDArray[np.uint8]) -> None:
        """Append rows.

        Raises:
            EncodingsError: a wrong type or shape, or tokens out of order.
        """
        rows, width = len(tokens), self._draft.width
        if tokens.dtype != np.uint8 or tokens.shape != (rows, TOKEN_BYTES):
            raise EncodingsError(f"tokens must be a uint8 array of shape (n, {TOKEN_BYTES})")
        if encodings.dtype != np.uint8 or encodings.shape != (rows, width):
            raise EncodingsError(f"encodings must be a uint8 array of shape ({rows}, {width})")
        if not self._order.follows(tokens):
            raise EncodingsError("encodings must come in the order of their tokens", code="encodings.order")
        self.count += rows
        while len(tokens):
            taken = min(len(tokens), len(self._tokens) - self._filled)
            self._tokens[self._filled : self._filled + taken] = tokens[:taken]
            self._encodings[self._filled : self._filled + taken] = encodings[:taken]
            self._filled += taken
            tokens, encodings = tokens[taken:], encodings[taken:]
            if self._filled == len(self._tokens):
                self._write_group()

    def finish(self) -> None:
        """Write what is left, and the footer."""
        self._write_group()
        self._sink.write(footer(self.count, self._draft.width, self._draft.category))

    def _write_group(self) -> None:
        for group in row_groups(self._filled, self._draft.width, self._draft.category):
            self._sink.write(group.token_header)
            self._sink.write(self._tokens[: group.rows].data)
            self._sink.write(group.category_pages)
            self._sink.write(group.encoding_header)
            self._sink.write(self._encodings[: group.rows].data)
        self._filled = 0


def read_rows(source: MemberSource, manifest: Manifest) -> Iterator[Block]:
    """Yield the rows of the table in `source` by row group, checking that all of it is what `manifest` says.

    Args:
        source: as many bytes as a table of these counts has.
        manifest: what was signed.

    Raises:
        ArchiveError: the file ends early.
        ContentError: another form, another category, tokens out of order, or another number of records.
    """
    order = TokenOrder()
    _expect(source, MAGIC)
    for group in row_groups(manifest.encodings, manifest.width, manifest.category):
        _expect(source, group.token_header)
        tokens = _values(source, group.rows, TOKEN_BYTES)
        _expect(
            source, group.category_pages, "the category of the rows is not that of the manifest", "package.category"
        )
        _expect(source, group.encoding_header)
        encodings = _values(source, group.rows, manifest.width)
        if not order.follows(tokens):
            raise ContentError("the encodings are not in the order of their tokens", code="package.order")
        yield tokens, encodings
    _expect(source, footer(manifest.encodings, manifest.width, manifest.category))
    if order.records != manifest.records:
        raise ContentError(
            f"has {order.records:,} distinct tokens where the manifest says {manifest.records:,}", code="package.counts"
        )


def _expect(
    source: MemberSource,
    content: bytes,
    otherwise: str = "encodings.parquet is not laid out as Counterfoil lays it out",
    code: str = "package.content",
) -> None:
    if source.read(len(content)) != content:
        raise ContentError(otherwise, code=code)


def _values(source: MemberSource, rows: int, width: int) -> NDArray[np.uint8]:
    values = np.empty((rows, width), dtype=np.uint8)
    source.fill(values.data.cast("B"))
    return values
