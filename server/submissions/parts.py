"""The parts of an upload on disk: each a file of its own, encrypted from its first byte under the upload's key.

The key is wrapped in the row of the upload, so what is left of an upload that is forgotten says nothing. A part that
was written but not noted is written anew at the same place, under a fresh nonce.
"""

import io
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from linkage.errors import FileError
from linkage.files import OWNER_ONLY, write_whole
from server.chunks import ChunkedFile

_NONCE_BYTES = 12
_TAG_BYTES = 16


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
    starts, cipher = list(_starts(folder, size)), ChaCha20Poly1305(key)
    return io.BufferedReader(ChunkedFile(starts, size, lambda number: _opened(folder, cipher, starts[number])))


def _opened(folder: Path, cipher: ChaCha20Poly1305, start: int) -> bytes:
    sealed = (folder / _name(start)).read_bytes()
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(start))
    except InvalidTag:
        raise FileError("a part of an upload is damaged", code="file.sealed") from None


def _starts(folder: Path, size: int) -> Iterator[int]:
    """Yield where the parts begin, from the start to `size`; what was written and never noted lies behind that."""
    start = 0
    while start < size:
        path = folder / _name(start)
        held = path.stat().st_size - _NONCE_BYTES - _TAG_BYTES
        if held < 1 or start + held > size:
            raise FileError("a part of an upload is damaged", code="file.sealed")
        yield start
        start += held


def _name(start: int) -> str:
    return f"{start:015d}"


def _place(start: int) -> bytes:
    return b"counterfoil part/1\0" + start.to_bytes(8, "big")
