"""The two halves of a run: the package that travels and the counterfoil that stays. Both appear, or neither."""

import os
import secrets
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from encoder.counterfoil import CounterfoilWriter, new_counterfoil
from encoder.hardening import Seeds
from encoder.spool import Spool
from linkage.encodings import TOKEN_BYTES
from linkage.errors import FileError
from linkage.files import unusable
from linkage.identity import Identity
from linkage.manifest import Draft, Manifest
from linkage.package import write_package

Draw = Callable[[int], bytes]
"""Returns that many random bytes."""


class Halves:
    """Takes encodings and their local references, gives each a random token, and tears the two apart.

    Attributes:
        records: how many were taken.
        encodings: theirs, aliases included.
        bits_set: in all of them together.
    """

    def __init__(self, package: "_Package", counterfoil: CounterfoilWriter, spool: Spool, draw: Draw) -> None:
        self._package = package
        self._counterfoil = counterfoil
        self._spool = spool
        self._draw = draw
        self.records = 0
        self.encodings = 0
        self.bits_set = 0

    def add(
        self, encodings: NDArray[np.uint8], record_ids: Sequence[str], seeds: Seeds | None = None
    ) -> NDArray[np.uint8]:
        """Take records: encodings, uint8 (m, width), and their m local references; return the tokens, uint8 (m, 16).

        `seeds`, uint8 (m, 16), are those of their noise, if the counterfoil is to hold any.
        """
        count = len(encodings)
        tokens = np.frombuffer(self._draw(TOKEN_BYTES * count), dtype=np.uint8).reshape(count, TOKEN_BYTES)
        self._spool.add(tokens, encodings)
        self._counterfoil.add(tokens, record_ids, seeds)
        self.records += count
        self.encodings += count
        self.bits_set += int(np.bitwise_count(encodings).sum())
        return tokens

    def add_aliases(self, tokens: NDArray[np.uint8], encodings: NDArray[np.uint8]) -> None:
        """Take further encodings, uint8 (m, width), of records that have their tokens, uint8 (m, 16), already."""
        self._spool.add(tokens, encodings)
        self.encodings += len(encodings)
        self.bits_set += int(np.bitwise_count(encodings).sum())

    def finish(self, draft: Draft, identity: Identity) -> Manifest:
        """Write the package and return its manifest. From the last row on, an interrupt no longer stops the run."""
        return self._package.write(self._spool, draft, identity)


@contextmanager
def new_halves(
    package: Path, counterfoil: Path, *, overwrite: bool, draw: Draw, noisy: bool = False
) -> Iterator[Halves]:
    """Yield what takes the records; when the block fails, both files are what they were before.

    Args:
        package: the file that travels.
        counterfoil: the file that stays; rows wait in a nameless temporary file in its folder.
        overwrite: whether existing files may be replaced.
        draw: source of randomness for the tokens.
        noisy: whether the counterfoil holds the seeds of noise.

    Raises:
        FileError: a file cannot be written, or exists and may not be replaced.
    """
    if not overwrite and os.path.lexists(package):
        raise FileError(f"{package} exists already", code="file.exists", hint="choose another name or move it away")
    with (
        _interrupts() as ignore_interrupts,
        _Package(package, ignore_interrupts, overwrite=overwrite) as travelling,
        new_counterfoil(counterfoil, overwrite=overwrite, noisy=noisy) as staying,
        Spool(counterfoil.parent) as spool,
    ):
        yield Halves(travelling, staying, spool, draw)


class _Package:
    """A package that is undone when what must happen after it fails."""

    def __init__(self, path: Path, ignore_interrupts: Callable[[], None], *, overwrite: bool) -> None:
        self._path = path
        self._former: Path | None = None
        self._ignore_interrupts = ignore_interrupts
        self._overwrite = overwrite
        self._written = False

    def write(self, spool: Spool, draft: Draft, identity: Identity) -> Manifest:
        def blocks() -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
            yield from spool.blocks()
            self._ignore_interrupts()

        if self._overwrite and self._path.exists():
            self._former = self._copy()
        manifest = write_package(self._path, blocks(), draft, identity, overwrite=self._overwrite)
        self._written = True
        return manifest

    def _copy(self) -> Path:
        copy = self._path.with_name(f".{self._path.name}.{secrets.token_hex(6)}.former")
        try:
            os.link(self._path, copy)
        except OSError:  # a file system without hard links
            try:
                shutil.copy2(self._path, copy)
            except OSError as error:
                copy.unlink(missing_ok=True)
                raise unusable(copy, "written", error) from error
        return copy

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._written:
            if self._former is not None:
                self._former.replace(self._path)
            else:
                self._path.unlink()
        if self._former is not None:
            self._former.unlink(missing_ok=True)


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Yield what makes Ctrl-C be passed over until the block ends: between the two files there is no good moment."""
    if threading.current_thread() is not threading.main_thread():  # elsewhere Python interrupts nothing
        yield lambda: None
        return
    former = signal.getsignal(signal.SIGINT)

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    try:
        yield ignore
    finally:
        signal.signal(signal.SIGINT, former or signal.SIG_DFL)
