"""The parts of an upload on disk: each a file of its own, encrypted from its first byte under the upload's key.

The key is wrapped in the row of the upload, so what is left of an upload that is forgotten says nothing. A part that
was written but not noted is written anew at the same place, under a fresh nonce.
"""

import io
import os
import secrets
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from linkage.errors import FileError
from linkage.files import OWNER_ONLY, write_whole

_NONCE_BYTES = 12
_TAG_BYTES = 16


class _Part(NamedTuple):
    start: int
    size: int


def write_part(folder: Path, key: bytes, start: int, content: bytes) -> None:
    """Write the part of an upload that begins at `start`; it is on disk when this returns."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, content, _place(start))
    write_whole(folder / _name(start), nonce + sealed, mode=OWNER_ONLY)


def open_parts(folder: Path, key: bytes, size: int) -> io.BufferedReader:
    """Return the whole content of an upload of `size` bytes as a file that is read; one part is in memory at a time.

    Raises:
        FileError: a part is missing or damaged.
        OSError: the disk does not answer.
    """
    return io.BufferedReader(_Content(folder, key, size))


def pieces(file: io.BufferedReader, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the content of `file` from its start."""
    file.seek(0)
    while piece := file.read(size):
        yield piece


class _Content(io.RawIOBase):
    """Decrypted parts in their order, as one file."""

    def __init__(self, folder: Path, key: bytes, size: int) -> None:
        self._folder, self._cipher, self._size = folder, ChaCha20Poly1305(key), size
        self._parts = list(_parts(folder, size))
        self._starts = [part.start for part in self._parts]
        self._position = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, target: bytearray | memoryview, /) -> int:  # type: ignore[override]  # of what BufferedReader gives
        if self._position >= self._size:
            return 0
        number = bisect_right(self._starts, self._position) - 1
        if self._held[0] != number:
            self._held = number, self._opened(self._parts[number])
        inside = self._position - self._starts[number]
        found = self._held[1][inside : inside + len(target)]
        target[: len(found)] = found
        self._position += len(found)
        return len(found)

    def _opened(self, part: _Part) -> bytes:
        sealed = (self._folder / _name(part.start)).read_bytes()
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(part.start))
        except InvalidTag:
            raise FileError("a part of an upload is damaged", code="file.sealed") from None


def _parts(folder: Path, size: int) -> Iterator[_Part]:
    """Yield the parts from the start to `size`; what was written and never noted lies behind that."""
    start = 0
    while start < size:
        path = folder / _name(start)
        held = path.stat().st_size - _NONCE_BYTES - _TAG_BYTES
        if held < 1 or start + held > size:
            raise FileError("a part of an upload is damaged", code="file.sealed")
        yield _Part(start, held)
        start += held


def _name(start: int) -> str:
    return f"{start:015d}"


def _place(start: int) -> bytes:
    return b"counterfoil part/1\0" + start.to_bytes(8, "big")
