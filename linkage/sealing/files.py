"""Whole files and short texts, sealed and opened. Sealing hides; it does not say who sealed: sign what is inside."""

import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from linkage.errors import SealedFileError
from linkage.files import OWNER_ONLY, unusable, whole_file
from linkage.sealing.header import Draw, new_header, open_header
from linkage.sealing.keys import PublicSealingKey, SealingKey
from linkage.sealing.stream import OnBytes, Sink, read_chunks, write_chunks


def seal_stream(
    source: BinaryIO,
    sink: BinaryIO,
    recipients: Sequence[PublicSealingKey],
    *,
    draw: Draw = secrets.token_bytes,
    on_bytes: OnBytes = lambda _: None,
) -> None:
    """Read `source` to its end and write it to `sink` so that only `recipients` can open it; memory is bounded.

    Raises:
        SealedFileError: no recipient, too many, or one twice.
        KeyFileError: a recipient's key is not usable.
    """
    content_key, header = new_header(recipients, draw)
    sink.write(header)
    write_chunks(source, sink, content_key, header, on_bytes)


def open_stream(source: BinaryIO, sink: Sink, key: SealingKey, *, on_bytes: OnBytes = lambda _: None) -> None:
    """Read a sealed file from `source` and write its content to `sink`; after an error that must be discarded.

    Raises:
        SealedFileError: not a sealed file, damaged, cut short, or not sealed to `key`.
    """
    content_key, header = open_header(source, key)
    read_chunks(source, sink, content_key, header, on_bytes)


def seal_bytes(content: bytes, recipients: Sequence[PublicSealingKey], *, draw: Draw = secrets.token_bytes) -> bytes:
    """Return `content` as a sealed file for `recipients` (see :func:`seal_stream`)."""
    sink = io.BytesIO()
    seal_stream(io.BytesIO(content), sink, recipients, draw=draw)
    return sink.getvalue()


def unseal_bytes(sealed: bytes, key: SealingKey) -> bytes:
    """Return the content of a sealed file (see :func:`open_stream`)."""
    sink = io.BytesIO()
    open_stream(io.BytesIO(sealed), sink, key)
    return sink.getvalue()


def seal_file(
    path: Path, output: Path, recipients: Sequence[PublicSealingKey], *, on_bytes: OnBytes = lambda _: None
) -> None:
    """Write the file `path` to `output`, sealed to `recipients`, whole or not at all; nothing existing is replaced.

    Raises:
        FileError: a file cannot be read or written, or `output` exists.
        SealedFileError: no recipient, too many, or one twice.
    """
    with _opened(path) as source, whole_file(output, overwrite=False) as part, part.open("wb") as sink:
        seal_stream(source, sink, recipients, on_bytes=on_bytes)


def open_sealed(path: Path, output: Path, key: SealingKey, *, on_bytes: OnBytes = lambda _: None) -> None:
    """Write the content of the sealed file `path` to `output`, for its owner only, once all of it has proved whole.

    Raises:
        FileError: a file cannot be read or written, or `output` exists.
        SealedFileError: not a sealed file, damaged, cut short, or not sealed to `key`; names `path`.
    """
    try:
        with (
            _opened(path) as source,
            whole_file(output, overwrite=False, mode=OWNER_ONLY) as part,
            part.open("wb") as sink,
        ):
            open_stream(source, sink, key, on_bytes=on_bytes)
    except SealedFileError as error:
        raise SealedFileError(f"{path}: {error.message}", code=error.code, hint=error.hint) from None


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise unusable(path, "read", error) from error
