"""Reading a package: nothing is taken for granted, and nothing is allocated before it is known to be there.

The order of the checks: layout of the zip, size of the manifest, its form, its signature, its signer, its expiry; then
the size of the encodings, which follows from the signed counts, their digest, the form of the table, and its rows.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from linkage.encodings import TOKEN_BYTES, Encodings
from linkage.envelope import Envelope
from linkage.errors import ArchiveError, ContentError, ManifestError, PackageError, RefusedError, SignatureError
from linkage.files import unusable
from linkage.identity import PublicIdentity
from linkage.manifest import MANIFEST_LIMIT_BYTES, PAYLOAD_TYPE, Manifest
from linkage.package.archive import MemberSource, check_layout
from linkage.package.parquet import table_bytes
from linkage.package.rows import Block, read_rows


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """A package that was verified: what the agency signed, and the encodings it signed for."""

    manifest: Manifest
    encodings: Encodings
    path: Path


def open_package(path: Path, *, trusted: Collection[PublicIdentity] = (), now: datetime | None = None) -> Package:
    """Return the package in the file `path`, every part of it verified; takes little more than its size in memory.

    Args:
        path: the file.
        trusted: the parties that may have signed it, name and key; when empty, the manifest must be signed by the key
            that it names itself, which shows that it is whole, not whose it is.
        now: an aware datetime at which the package must not be expired; None to let that pass.

    Raises:
        FileError: the file cannot be read.
        ArchiveError: the zip is damaged, oversized or holds other members than it may.
        ManifestError: the manifest is not valid.
        SignatureError: the signature does not hold, or is by none of `trusted`.
        ContentError: the encodings are not those the manifest signs for.
        RefusedError: the package has expired.
    """
    with _opened(path) as file:
        return load_package(file, path, trusted=trusted, now=now)


def load_package(
    file: BufferedReader, path: Path, *, trusted: Collection[PublicIdentity] = (), now: datetime | None = None
) -> Package:
    """Return the package in `file`, called `path`, as :func:`open_package` does; errors do not name the file."""
    manifest, source = _verified_manifest(file, trusted, now)
    encodings = Encodings.from_blocks(_signed_rows(source, manifest), count=manifest.encodings, width=manifest.width)
    return Package(manifest, encodings, path)


def read_manifest(path: Path, *, trusted: Collection[PublicIdentity] = (), now: datetime | None = None) -> Manifest:
    """Return the manifest of the package in the file `path`, after verifying all of it, in little memory.

    Arguments and errors are those of :func:`open_package`; the rows are read and let go.
    """
    with _opened(path) as file:
        return verify_package(file, trusted=trusted, now=now)


def verify_package(
    file: BufferedReader, *, trusted: Collection[PublicIdentity] = (), now: datetime | None = None
) -> Manifest:
    """Return the manifest of the package in `file`, as :func:`read_manifest` does; errors do not name the file."""
    manifest, source = _verified_manifest(file, trusted, now)
    for _ in _signed_rows(source, manifest):
        pass
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    """Yield the file; errors inside the block name it."""
    try:
        with path.open("rb") as file:
            yield file
    except (PackageError, RefusedError) as error:
        raise type(error)(f"{path}: {error.message}", code=error.code, hint=error.hint) from None
    except OSError as error:
        raise unusable(path, "read", error) from error


def _verified_manifest(
    file: BufferedReader, trusted: Collection[PublicIdentity], now: datetime | None
) -> tuple[Manifest, MemberSource]:
    """Return the manifest and where the encodings are, whose size is what the manifest allows."""
    members = check_layout(file)
    if members.manifest.size > MANIFEST_LIMIT_BYTES:
        raise ArchiveError(
            f"the manifest is larger than the {MANIFEST_LIMIT_BYTES:,} bytes it may have", code="package.too-large"
        )
    content = members.manifest.read(members.manifest.size)
    members.manifest.finish()
    manifest = _signed_manifest(content, trusted)
    if now is not None and manifest.expired(now):
        raise RefusedError(
            f"expired on {manifest.expires}", code="package.expired", hint="ask the agency for a new package"
        )
    _check_size(members.encodings.size, manifest)
    return manifest, members.encodings


def _check_size(size: int, manifest: Manifest) -> None:
    count, width = manifest.encodings, manifest.width
    values = count * (TOKEN_BYTES + width)
    # The exact size takes time in proportion to the count, so first see that the file can hold so many.
    expected = values if size < values else table_bytes(count, width, manifest.category)
    if size > expected:
        raise ArchiveError(
            f"the encodings are larger than the {expected:,} bytes that the manifest signs for",
            code="package.too-large",
        )
    if size < expected:
        raise ContentError(
            f"the encodings are smaller than the {expected:,} bytes that the manifest signs for", code="package.counts"
        )


def _signed_manifest(content: bytes, trusted: Collection[PublicIdentity]) -> Manifest:
    try:
        envelope = Envelope.parse(content)
    except ValueError as error:
        raise ManifestError(f"envelope: {error}") from None
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ManifestError(f"envelope: payloadType must be {PAYLOAD_TYPE}")
    if len(envelope.signatures) != 1:
        raise ManifestError("envelope: must have exactly one signature")
    manifest = Manifest.parse(envelope.payload)
    if not envelope.signed_by(manifest.signer):
        raise SignatureError("the signature is not that of the key that the manifest names")
    if trusted and manifest.signer not in trusted:
        known = sorted({party.key_id for party in trusted})
        raise SignatureError(
            f"signed by key {manifest.signer.key_id} in the name of '{manifest.agency}', which is not trusted here",
            code="package.signer",
            hint=f"trusted: {', '.join(known)}",
        )
    return manifest


def _signed_rows(source: MemberSource, manifest: Manifest) -> Iterator[Block]:
    """Yield the rows; what was yielded may be used only after the last, when all of it is known to be signed."""
    try:
        yield from read_rows(source, manifest)
    except ContentError:
        _check_digest(source, manifest)  # the better thing to say about a damaged file
        raise
    _check_digest(source, manifest)


def _check_digest(source: MemberSource, manifest: Manifest) -> None:
    source.finish()
    if source.digest != manifest.encodings_digest:
        raise ContentError("the encodings are not those that were signed", code="package.digest")
