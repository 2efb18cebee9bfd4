"""Sealed files: at rest they are ciphertext, and gone when their key is.

A file is cut into chunks of 64 KiB, each encrypted and authenticated (ChaCha20-Poly1305) under a key derived from the
owner's key and the file's name, with the chunk's number and whether it is the last as its nonce (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015): a file that was cut, reordered, exchanged or renamed
does not open. Memory is bounded by a chunk.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fsspec.implementations.local import LocalFileSystem

from linkage.errors import FileError
from linkage.files import OWNER_ONLY, make_private_folder, whole_file

CHUNK_BYTES = 1 << 16
_TAG_BYTES = 16


class Store:
    """The sealed files of a host, by name, under one fsspec URL."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.url_to_fs(url)

    def seal(self, name: str, content: Iterable[bytes], key: bytes) -> None:
        """Write `content` to `name`, sealed; it is whole and on disk when this returns."""
        with self._writing(name) as file:
            for chunk in _sealed(content, _cipher(key, name)):
                file.write(chunk)

    def opened(self, name: str, key: bytes) -> Iterator[bytes]:
        """Yield the content of `name` in chunks; what was yielded may be used only after the last.

        Raises:
            FileError: there is no such file, or it is not what was sealed under this key and name.
            OSError: the store does not answer; another time it may.
        """
        cipher = _cipher(key, name)
        try:
            with self._files.open(self._path(name), "rb") as file:
                yield from _unsealed(file, cipher)
        except (InvalidTag, FileNotFoundError):
            raise FileError(f"sealed file {name} is missing or damaged", code="file.sealed") from None

    def delete(self, name: str) -> None:
        """Take `name`, a file or a folder, away, if it is there."""
        path = self._path(name)
        if self._files.exists(path):
            self._files.rm(path, recursive=True)

    def older(self, folder: str, than: datetime) -> list[str]:
        """Return the names of the files below `folder`, unfinished ones too, that were last written before a moment."""
        path = self._path(folder)
        if not self._files.exists(path):
            return []
        found = [name for name in self._files.find(path) if self._files.modified(name) < than]
        return [name.removeprefix(f"{self._root}/") for name in found]

    def check(self) -> None:
        """Raise FileError unless a file can be written, read and taken away."""
        key = bytes(32)
        self.seal("check/probe", [b"probe"], key)
        if b"".join(self.opened("check/probe", key)) != b"probe":
            raise FileError("the store does not give back what was written", code="file.sealed")
        self.delete("check")

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _writing(self, name: str) -> Iterator[Any]:
        path = self._path(name)
        if isinstance(self._files, LocalFileSystem):
            local = Path(path)
            make_private_folder(local.parent)
            with whole_file(local, mode=OWNER_ONLY) as temporary, temporary.open("wb") as file:
                yield file
        else:
            with self._files.transaction, self._files.open(path, "wb") as file:
                yield file


def _cipher(key: bytes, name: str) -> ChaCha20Poly1305:
    derived = HKDF(SHA256(), 32, salt=None, info=b"counterfoil sealed file/1\0" + name.encode()).derive(key)
    return ChaCha20Poly1305(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _sealed(content: Iterable[bytes], cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    number, held = 0, bytearray()
    for piece in content:
        held += piece
        while len(held) > CHUNK_BYTES:
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:CHUNK_BYTES]), None)
            del held[:CHUNK_BYTES]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), None)


def _unsealed(file: BinaryIO, cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    size = CHUNK_BYTES + _TAG_BYTES
    number, chunk = 0, file.read(size)
    while True:
        following = file.read(size)
        yield cipher.decrypt(_nonce(number, last=not following), chunk, None)
        if not following:
            return
        number, chunk = number + 1, following
