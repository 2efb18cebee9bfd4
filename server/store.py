"""Sealed files: at rest they are ciphertext, and gone when their key is.

A file is cut into chunks of 64 KiB, each encrypted and authenticated (ChaCha20-Poly1305) under a key derived from the
owner's key and the file's name, with the chunk's number and whether it is the last as its nonce (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015): a file that was cut, reordered, exchanged or renamed
does not open. Memory is bounded by a chunk, and what is opened is in clear in memory only.
"""

import io
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import fsspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fsspec.implementations.local import LocalFileSystem

from linkage.errors import CounterfoilError, FileError
from linkage.files import OWNER_ONLY, make_private_folder, whole_file
from server.chunks import ChunkedFile, pieces
from server.errors import SettingsError

CHUNK_BYTES = 1 << 16
_TAG_BYTES = 16
_BLOCK_BYTES = 8 << 20  # what an object store is asked for and given at a time


class Store:
    """The sealed files of a host, by name, under one fsspec URL; threads may share it, and no process its parent's."""

    def __init__(self, url: str) -> None:
        """Know where the files are; nothing is asked of the store yet.

        Raises:
            SettingsError: there is no driver for this kind of store.
        """
        self._url = url
        try:
            fsspec.get_filesystem_class(fsspec.utils.get_protocol(url))
        except (ImportError, ValueError):
            raise SettingsError(
                "there is no driver for this kind of store",
                code="settings.store",
                hint="for s3://, install the extra s3 of counterfoil",
            ) from None

    def seal(self, name: str, content: Iterable[bytes], key: bytes) -> None:
        """Write `content` to `name`, sealed; it is whole and on disk when this returns."""
        write = self._write_file if isinstance(self._files, LocalFileSystem) else self._write_object
        write(name, _sealed(content, _cipher(key, name)))

    @contextmanager
    def opened(self, name: str, key: bytes) -> Iterator[io.BufferedReader]:
        """Yield `name` as a file that is read, from its start or anywhere; a chunk of it is in clear at a time.

        Raises:
            FileError: there is no such file, or it is not what was sealed under this key and name; also while it is
                read.
            OSError: the store does not answer; another time it may.
        """
        cipher, path = _cipher(key, name), self._path(name)
        try:
            with _answering():
                source = self._files.open(path, "rb", block_size=_BLOCK_BYTES)
            with closing(source):
                yield io.BufferedReader(_unsealed(source, cipher))
        except (InvalidTag, FileNotFoundError):
            raise FileError(f"sealed file {name} is missing or damaged", code="file.sealed") from None

    def content(self, name: str, key: bytes) -> Iterator[bytes]:
        """Yield the content of `name` in pieces; errors are those of :meth:`opened`."""
        with self.opened(name, key) as file:
            yield from pieces(file)

    def delete(self, name: str) -> None:
        """Take `name`, a file or a folder, away, if it is there."""
        path = self._path(name)
        with _answering():
            if self._files.exists(path):
                self._files.rm(path, recursive=True)

    def strays(self, folder: str, known: Collection[str], than: datetime) -> list[str]:
        """Return the names of files, unfinished ones too, that were last written before a moment and nobody knows.

        Args:
            folder: in which they are looked for.
            known: what is directly in the folder, file or folder, and is to stay.
            than: the moment.
        """
        path = self._path(folder)
        with _answering():
            if not self._files.exists(path):
                return []
            names = [found.removeprefix(f"{self._root}/") for found in self._files.find(path)]
            unknown = [name for name in names if name.removeprefix(f"{folder}/").split("/")[0] not in known]
            return [name for name in unknown if self._files.modified(self._path(name)) < than]

    def check(self) -> None:
        """Raise FileError or OSError unless a file can be written, read and taken away."""
        key, name = bytes(32), f"check/{secrets.token_hex(8)}"
        self.seal(name, [b"probe"], key)
        if b"".join(self.content(name, key)) != b"probe":
            raise FileError("the store does not give back what was written", code="file.sealed")
        self.delete(name)

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, opened when it is first used, and so in the process that uses it; and our folder in it."""
        found: tuple[Any, str] = fsspec.url_to_fs(self._url, use_listings_cache=False)  # others write there too
        return found

    @property
    def _files(self) -> Any:
        return self._place[0]

    @property
    def _root(self) -> str:
        return self._place[1]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _write_file(self, name: str, chunks: Iterable[bytes]) -> None:
        path = Path(self._path(name))
        make_private_folder(path.parent)
        with whole_file(path, mode=OWNER_ONLY) as temporary, temporary.open("wb") as file:
            file.writelines(chunks)

    def _write_object(self, name: str, chunks: Iterable[bytes]) -> None:
        with _answering():
            file = self._files.open(self._path(name), "wb", block_size=_BLOCK_BYTES)
        try:
            for chunk in chunks:
                with _answering():
                    file.write(chunk)
            with _answering():
                file.close()
        except BaseException:
            with suppress(OSError), _answering():
                file.close()  # which makes an object of what had come
            with suppress(OSError):
                self.delete(name)
            raise


@contextmanager
def _answering() -> Iterator[None]:
    """Let the faults of a store be OSErrors, whichever driver raises them in whichever way."""
    try:
        yield
    except (OSError, InvalidTag, CounterfoilError):
        raise
    except Exception as error:
        raise ConnectionError("the store does not answer") from error


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


def _unsealed(source: Any, cipher: ChaCha20Poly1305) -> ChunkedFile:
    """Return the content of a sealed file that is open; its last chunk, which says that it is the last, is tried."""
    whole = CHUNK_BYTES + _TAG_BYTES
    with _answering():
        sealed_size = source.seek(0, os.SEEK_END)
    last = max(0, (sealed_size - 1) // whole)

    def chunk(number: int) -> bytes:
        with _answering():
            source.seek(number * whole)
            sealed = source.read(whole)
        return cipher.decrypt(_nonce(number, last=number == last), sealed, None)

    size = last * CHUNK_BYTES + len(chunk(last))
    return ChunkedFile(range(0, size, CHUNK_BYTES) or (0,), size, chunk)
