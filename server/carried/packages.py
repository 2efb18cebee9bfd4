"""Packages that were carried to the host, sealed to its key or bare."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from linkage.agreement import Agreement, Party
from linkage.files import unusable
from linkage.ledger.entry import BY_FILE
from linkage.manifest import Manifest, moment_text
from linkage.package import verify_package
from linkage.sealing import SealingKey
from linkage.sealing.files import open_stream
from linkage.sealing.header import MAGIC
from server.database import writing
from server.database.tables import uploads
from server.errors import NotAllowedError
from server.keys import SEALING_FILE
from server.operations.registry import agreement_of, operations_of
from server.service import Caller, Service, new_id
from server.submissions.acceptance import Receipt, accept
from server.submissions.parts import open_parts, write_part
from server.submissions.uploads import Upload, abandon, make_folder, path_of


def import_package(service: Service, path: Path, *, operation: str | None = None, supplement: bool = False) -> Receipt:
    """Return the receipt for a package in a file, now a submission of the agency that signed it.

    Args:
        service: the host.
        path: a package, or one sealed to the host's sealing key; it is never in clear on the host's disk.
        operation: what it is submitted to; None for the only one of the agency with the schema of the package.
        supplement: whether it comes beside the agency's earlier ones, not in their place.

    Raises:
        FileError: it cannot be read.
        SealedFileError: it is sealed and damaged, or sealed to somebody else.
        PackageError, RefusedError, NotAllowedError, ConflictError: as over HTTP.
    """
    identifier = new_id()
    wrapped = service.keys.new_sealing_key(identifier)
    key = service.keys.sealing_key(wrapped, identifier)
    folder = path_of(service, identifier)
    make_folder(folder)
    try:
        sink = _PartSink(service, folder, key)
        _copy(service, path, sink)
        with open_parts(folder, key, sink.size) as file:
            manifest = verify_package(file)
        meant, party = _meant(service, manifest, operation)
        upload = Upload(
            id=identifier,
            operation=meant,
            agency=party.agency,
            size=sink.size,
            digest=sink.digest,
            received=sink.size,
            expires=moment_text(service.now() + timedelta(seconds=service.settings.limits.upload_seconds)),
            sealing_key=wrapped,
        )
        with writing(service.engine) as connection:
            connection.execute(uploads.insert().values(**upload._asdict()))
        caller = Caller(party.agency, BY_FILE, "agency.officer", party.root.key_id, party.root_key)
        return accept(service, caller, upload, supplement=supplement)
    except BaseException:
        abandon(service, identifier)
        raise


class _PartSink:
    """Writes what it is given as parts of an upload; sums and counts it."""

    def __init__(self, service: Service, folder: Path, key: bytes) -> None:
        limits = service.settings.limits
        self._part_bytes, self._limit = limits.part_bytes, limits.package_bytes
        self._folder, self._key = folder, key
        self._held, self._written = bytearray(), 0
        self._hash = hashlib.sha256()

    @property
    def size(self) -> int:
        return self._written + len(self._held)

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"

    def write(self, content: bytes | memoryview, /) -> int:
        if self.size + len(content) > self._limit:
            raise NotAllowedError(f"a package has at most {self._limit:,} bytes here", code="upload.too-large")
        self._held += content
        self._hash.update(content)
        while len(self._held) >= self._part_bytes:
            self._flush(self._part_bytes)
        return len(content)

    def finish(self) -> None:
        if self._held:
            self._flush(len(self._held))

    def _flush(self, size: int) -> None:
        write_part(self._folder, self._key, self._written, bytes(self._held[:size]))
        del self._held[:size]
        self._written += size


def _copy(service: Service, path: Path, sink: _PartSink) -> None:
    with _opened(path) as source:
        if source.read(len(MAGIC)) == MAGIC:
            source.seek(0)
            open_stream(source, sink, SealingKey.read(service.settings.data / SEALING_FILE))
        else:
            source.seek(0)
            shutil.copyfileobj(source, sink)
    sink.finish()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise unusable(path, "read", error) from error


def _same_schema(agreement: Agreement, manifest: Manifest) -> bool:
    return agreement.linkage_schema.digest == manifest.linkage_schema.digest


def _meant(service: Service, manifest: Manifest, operation: str | None) -> tuple[str, Party]:
    """Return the operation that a package is for, and the party that submits it, which its signature must yet prove."""
    with service.engine.connect() as connection:
        agreements = [agreement_of(connection, name) for name in operations_of(connection, manifest.agency)]
    fitting = [
        (agreement.operation, party)
        for agreement in agreements
        if (party := agreement.party(manifest.agency)) is not None
        and (operation == agreement.operation if operation else _same_schema(agreement, manifest))
    ]
    if len(fitting) != 1:
        raise NotAllowedError(
            "no operation of the agency fits the package" if not fitting else "several operations fit the package",
            code="carried.operation",
            hint="name the operation with --operation",
        )
    return fitting[0]
