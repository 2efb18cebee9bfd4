"""Uploads in parts: a bad line loses one part and not the package. No part is ever in clear on disk."""

import hashlib
import io
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from linkage.files import OWNER_ONLY_FOLDER, unusable
from linkage.manifest import moment_text
from server.chunks import pieces
from server.database import writing
from server.database.tables import uploads
from server.errors import ConflictError, NotAllowedError
from server.operations.registry import operation_in_force
from server.service import Caller, Service, new_id
from server.submissions.parts import open_parts, write_part


class Upload(NamedTuple):
    """An upload: how much of how much has come, and the key of its parts, wrapped."""

    id: str
    operation: str
    agency: str
    size: int
    digest: str
    received: int
    expires: str
    sealing_key: bytes


def begin(service: Service, caller: Caller, operation: str, size: int, digest: str) -> Upload:
    """Return a new upload of a package of `size` bytes whose content has the digest `digest`.

    Raises:
        NotAllowedError: the agreement is not in force, or a limit of the host is reached.
    """
    limits, now = service.settings.limits, service.now()
    if size > limits.package_bytes:
        raise NotAllowedError(f"a package has at most {limits.package_bytes:,} bytes here", code="upload.too-large")
    identifier = new_id()
    upload = Upload(
        id=identifier,
        operation=operation,
        agency=caller.agency,
        size=size,
        digest=digest,
        received=0,
        expires=moment_text(now + timedelta(seconds=limits.upload_seconds)),
        sealing_key=service.keys.new_sealing_key(identifier),
    )
    with writing(service.engine) as connection:
        operation_in_force(connection, operation, now)
        count = sa.select(sa.func.count()).select_from(uploads).where(uploads.c.agency == caller.agency)
        if connection.execute(count).scalar_one() >= limits.uploads_open:
            raise NotAllowedError(
                f"{limits.uploads_open} uploads are open; finish or abandon one", code="upload.too-many"
            )
        connection.execute(uploads.insert().values(**upload._asdict()))
        make_folder(path_of(service, upload.id))
    return upload


def append(service: Service, upload: Upload, offset: int, content: bytes) -> Upload:
    """Return the upload after the bytes from `offset` on have come; they are on disk before that is noted.

    Raises:
        ConflictError: `offset` is not where the upload stands, or more comes than was announced.
    """
    if offset != upload.received:
        raise ConflictError(
            f"the upload stands at {upload.received}", code="upload.offset", hint="ask where it stands and go on there"
        )
    if offset + len(content) > upload.size:
        raise ConflictError("more bytes than were announced", code="upload.overrun")
    write_part(path_of(service, upload.id), _key(service, upload), offset, content)
    received = offset + len(content)
    with writing(service.engine) as connection:
        moved = connection.execute(
            uploads.update().where(uploads.c.id == upload.id, uploads.c.received == offset).values(received=received)
        )
    if not moved.rowcount:
        raise ConflictError("another request has moved the upload on", code="upload.offset")
    return upload._replace(received=received)


def open_complete(service: Service, upload: Upload) -> io.BufferedReader:
    """Return the whole content, decrypted as it is read; close it.

    Raises:
        ConflictError: parts are missing, or the content is not what was announced.
        FileError: the disk has lost or changed a part.
    """
    if upload.received != upload.size:
        raise ConflictError(f"the upload stands at {upload.received} of {upload.size}", code="upload.incomplete")
    try:
        file = open_parts(path_of(service, upload.id), _key(service, upload), upload.size)
        digest = hashlib.sha256()
        for piece in pieces(file):
            digest.update(piece)
    except OSError as error:
        raise unusable(Path(upload.id), "read", error) from error
    if f"sha256:{digest.hexdigest()}" != upload.digest:
        raise ConflictError("the content is not what was announced", code="upload.digest", hint="upload it anew")
    return file


def abandon(service: Service, upload_id: str) -> None:
    """Forget an upload and what came of it."""
    with writing(service.engine) as connection:
        forget(connection, upload_id)
    unlink(path_of(service, upload_id))


def unlink(path: Path) -> None:
    """Delete what lies under `path`; what the disk does not let go now, the schedule finds later."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def forget(connection: sa.Connection, upload_id: str) -> None:
    """Take the row of an upload away, in the caller's transaction; the file is to be unlinked after it."""
    connection.execute(uploads.delete().where(uploads.c.id == upload_id))


def path_of(service: Service, upload_id: str) -> Path:
    """Return the folder in which the parts of an upload lie."""
    return service.settings.uploads / upload_id


def _key(service: Service, upload: Upload) -> bytes:
    return service.keys.sealing_key(upload.sealing_key, upload.id)


def make_folder(path: Path) -> None:
    """Make the folder for the parts of an upload, for its owner only."""
    try:
        path.mkdir(mode=OWNER_ONLY_FOLDER)
    except OSError as error:
        raise unusable(Path(path.name), "written", error) from error
