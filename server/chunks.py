"""Files in chunks that are encrypted each for itself, read as one; no more than one chunk is in clear at a time."""

import io
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence


class ChunkedFile(io.RawIOBase):
    """Decrypted chunks in their order, as one file that is read."""

    def __init__(self, starts: Sequence[int], size: int, chunk: Callable[[int], bytes]) -> None:
        """Make the file.

        Args:
            starts: where each chunk begins.
            size: of all.
            chunk: returns the chunk with a number, decrypted.
        """
        self._starts, self._size, self._chunk = starts, size, chunk
        self._position = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Return the new position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, target: bytearray | memoryview, /) -> int:  # type: ignore[override]  # of what BufferedReader gives
        """Fill `target` from the chunk at the position, and return how far."""
        if self._position >= self._size:
            return 0
        number = bisect_right(self._starts, self._position) - 1
        if self._held[0] != number:
            self._held = number, self._chunk(number)
        inside = self._position - self._starts[number]
        found = self._held[1][inside : inside + len(target)]
        target[: len(found)] = found
        self._position += len(found)
        return len(found)


def pieces(file: io.BufferedReader, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the content of `file` from its start."""
    file.seek(0)
    while piece := file.read(size):
        yield piece
