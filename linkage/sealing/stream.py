"""Content of any size in sealed chunks of 64 KiB: STREAM with ChaCha20-Poly1305, as the age format does it.

The nonce of a chunk is its number (11 bytes) and whether it is the last (1 byte); every chunk is bound to the header.
So a chunk that is changed, moved, doubled, left out or brought from another file is found, and so is a missing end.
Construction: Hoang, Reyhanitabar, Rogaway, Vizar, CRYPTO 2015 (STREAM).
"""

from collections.abc import Callable
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from linkage.errors import SealedFileError

CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
OnBytes = Callable[[int], None]


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, content: bytes, /) -> object:
        """Append `content`."""


def write_chunks(source: BinaryIO, sink: BinaryIO, key: bytes, header: bytes, on_bytes: OnBytes) -> None:
    """Read `source` to its end and write it to `sink` in sealed chunks, bound to `header`.

    Args:
        source: what is sealed.
        sink: where the chunks go.
        key: 32 bytes, used for this file only.
        header: what the chunks are bound to.
        on_bytes: told how many bytes of `source` are done.
    """
    cipher = ChaCha20Poly1305(key)
    number, done = 0, 0
    chunk = _read(source, CHUNK_BYTES)
    while True:
        following = _read(source, CHUNK_BYTES)
        sink.write(cipher.encrypt(_nonce(number, last=not following), chunk, header))
        number, done = number + 1, done + len(chunk)
        on_bytes(done)
        if not following:
            return
        chunk = following


def read_chunks(source: BinaryIO, sink: Sink, key: bytes, header: bytes, on_bytes: OnBytes) -> None:
    """Read sealed chunks from `source` to its end and write what they hold to `sink`.

    What reaches `sink` before an error is whole chunks in order, but not the whole content: the caller discards it.

    Raises:
        SealedFileError: a chunk is damaged or not where it belongs, or the end is missing.
    """
    cipher = ChaCha20Poly1305(key)
    number, done = 0, 0
    sealed = _read(source, CHUNK_BYTES + TAG_BYTES)
    while True:
        following = _read(source, CHUNK_BYTES + TAG_BYTES)
        try:
            chunk = cipher.decrypt(_nonce(number, last=not following), sealed, header)
        except (InvalidTag, ValueError):
            chunk = None
        if chunk is None or (number and not chunk):  # an empty chunk is the whole of an empty file, or nothing
            raise SealedFileError(
                f"the content is damaged or cut short at chunk {number + 1:,}",
                code="sealed-file.damaged",
                hint="copy the file again",
            )
        sink.write(chunk)
        number, done = number + 1, done + len(sealed)
        on_bytes(done)
        if not following:
            return
        sealed = following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _read(source: BinaryIO, count: int) -> bytes:
    """Return `count` bytes, fewer only at the end of `source`."""
    parts = []
    while count and (part := source.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
