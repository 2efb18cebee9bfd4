"""The zip of a package: two stored members, laid out in one way only.

Every byte that is not content is a function of the two sizes and checksums: fixed names, order and date, no
compression, always the 64-bit size fields (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3), no comment, and nothing
before, between or after. So reading checks an archive by writing its headers again and comparing; there is no second
reading of the same file for another program to disagree with.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple, Protocol

from linkage.errors import ArchiveError

ENCODINGS = "encodings.parquet"
MANIFEST = "manifest.dsse.json"

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIZES = struct.Struct("<2H2Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_SIZES = struct.Struct("<2H3Q")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")

_VERSION = 45  # the first that knows 64-bit sizes
_DATE = 1 << 5 | 1  # 1 January 1980, the zero of the format
_ZIP64 = 1
_IN_ZIP64 = 0xFFFFFFFF  # "see the 64-bit field"
_IN_ZIP64_SHORT = 0xFFFF
_PACKED_AGAIN = "if another program packed it again, use the file as Counterfoil wrote it"
_LARGEST_LISTING_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 20


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, content: bytes | memoryview, /) -> int:
        """Append `content`."""


class MemberSink:
    """The place that the content of a new member is written to; counts and sums what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0
        self.checksum = 0

    @property
    def digest(self) -> str:
        """``sha256:`` and the hexadecimal SHA-256 of what was written."""
        return f"sha256:{self._hash.hexdigest()}"

    def write(self, content: bytes | memoryview) -> int:
        """Append `content` and return its size in bytes."""
        size = self._file.write(content)
        self.size += size
        self.checksum = zlib.crc32(content, self.checksum)
        self._hash.update(content)
        return size


class MemberSource:
    """The content of one member of an archive, read from start to end; counts and sums what passes."""

    def __init__(self, file: io.BufferedIOBase, start: int, size: int, checksum: int) -> None:
        self.size = size
        self._file = file
        self._position = start
        self._end = start + size
        self._expected_checksum = checksum
        self._checksum = 0
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """``sha256:`` and the hexadecimal SHA-256 of what was read."""
        return f"sha256:{self._hash.hexdigest()}"

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes.

        Raises:
            ArchiveError: there are fewer.
        """
        content = bytearray(size)
        self.fill(memoryview(content))
        return bytes(content)

    def fill(self, target: memoryview) -> None:
        """Read as many bytes as `target` has into it; the errors are those of :meth:`read`."""
        self._file.seek(self._position)
        self._position += len(target)
        if self._position > self._end or self._file.readinto(target) != len(target):
            raise ArchiveError("damaged: a member ends early")
        self._checksum = zlib.crc32(target, self._checksum)
        self._hash.update(target)

    def finish(self) -> None:
        """Read what is left.

        Raises:
            ArchiveError: the content is not that of the checksum.
        """
        while self._position < self._end:
            self.read(min(_CHUNK_BYTES, self._end - self._position))
        if self._checksum != self._expected_checksum:
            raise ArchiveError("damaged: a checksum does not agree")


class Members(NamedTuple):
    """The two members of an archive that was checked."""

    encodings: MemberSource
    manifest: MemberSource


@contextmanager
def new_member(file: IO[bytes], name: str) -> Iterator[MemberSink]:
    """Yield the sink of a new member at the end of `file`; its header is written when the block ends."""
    header_start = file.tell()
    file.write(bytes(_local_bytes(name)))
    sink = MemberSink(file)
    yield sink
    file.seek(header_start)
    file.write(_local_header(name, sink.size, sink.checksum))
    file.seek(0, io.SEEK_END)


def write_directory(file: IO[bytes], encodings: MemberSink, manifest: MemberSink) -> None:
    """End an archive of these two members."""
    file.write(_directory((encodings.size, encodings.checksum), (manifest.size, manifest.checksum)))


def check_layout(file: io.BufferedIOBase) -> Members:
    """Return the members of the archive in `file`, after checking everything in it but their content.

    Raises:
        ArchiveError: not a zip, cut off, or anything but the two members laid out as this module does.
    """
    start = file.seek(0, io.SEEK_END) - _DIRECTORY_BYTES
    directory = _read_at(file, max(0, start), _DIRECTORY_BYTES)
    if len(directory) < _DIRECTORY_BYTES:
        raise _what_else_it_is(file)
    encodings = _size_and_checksum(directory, 0, ENCODINGS)
    manifest = _size_and_checksum(directory, _entry_bytes(ENCODINGS), MANIFEST)
    first = _local_bytes(ENCODINGS)
    second = first + encodings[0] + _local_bytes(MANIFEST)
    if second + manifest[0] != start or directory != _directory(encodings, manifest):
        raise _what_else_it_is(file)
    for name, content_start, member in ((ENCODINGS, first, encodings), (MANIFEST, second, manifest)):
        header = _local_header(name, *member)
        if _read_at(file, content_start - len(header), len(header)) != header:
            raise ArchiveError(f"the header of {name} is not that of the directory", hint=_PACKED_AGAIN)
    return Members(MemberSource(file, first, *encodings), MemberSource(file, second, *manifest))


def _what_else_it_is(file: io.BufferedIOBase) -> ArchiveError:
    """Return the error that says, as far as it can be told, in what a file differs from a package."""
    file_size = file.seek(0, io.SEEK_END)
    end = _read_at(file, max(0, file_size - _END.size), _END.size)
    if len(end) < _END.size or end[:4] != b"PK\5\6":
        return ArchiveError(
            "not a package, or cut off, or longer than it was", hint="a package is a zip file that Counterfoil wrote"
        )
    listed_start = _END.unpack(end)[6]
    if listed_start == _IN_ZIP64:
        listed_start = max(0, file_size - _DIRECTORY_BYTES)
    listed = _read_at(file, listed_start, _LARGEST_LISTING_BYTES)
    names, compressed, encrypted = [], False, False
    while len(listed) >= _ENTRY.size and listed[:4] == b"PK\1\2":
        _, _, _, flags, method, *_, name_bytes, extra_bytes, comment_bytes, _, _, _, _ = _ENTRY.unpack_from(listed)
        names.append(listed[_ENTRY.size : _ENTRY.size + name_bytes])
        compressed |= method != 0
        encrypted |= bool(flags & 1)
        listed = listed[_ENTRY.size + name_bytes + extra_bytes + comment_bytes :]
    if names != [ENCODINGS.encode("ascii"), MANIFEST.encode("ascii")]:
        return ArchiveError(
            f"must hold {ENCODINGS} and {MANIFEST}, in this order, and nothing else", code="package.members"
        )
    if encrypted:
        return ArchiveError("a member is encrypted", code="package.encrypted", hint=_PACKED_AGAIN)
    if compressed:
        return ArchiveError("a member is compressed", code="package.compressed", hint=_PACKED_AGAIN)
    return ArchiveError("damaged, or not laid out as Counterfoil lays out a package", hint=_PACKED_AGAIN)


def _size_and_checksum(directory: bytes, start: int, name: str) -> tuple[int, int]:
    """Return both from the entry of `name` at `start`; whether it is such an entry is for the caller to compare."""
    checksum = _ENTRY.unpack_from(directory, start)[7]
    size = _ENTRY_SIZES.unpack_from(directory, start + _ENTRY.size + len(name))[2]
    return size, checksum


def _read_at(file: io.BufferedIOBase, position: int, size: int) -> bytes:
    file.seek(position)
    return file.read(size)


def _local_bytes(name: str) -> int:
    return _LOCAL.size + len(name) + _LOCAL_SIZES.size


def _entry_bytes(name: str) -> int:
    return _ENTRY.size + len(name) + _ENTRY_SIZES.size


def _local_header(name: str, size: int, checksum: int) -> bytes:
    header = _LOCAL.pack(
        b"PK\3\4", _VERSION, 0, 0, 0, _DATE, checksum, _IN_ZIP64, _IN_ZIP64, len(name), _LOCAL_SIZES.size
    )
    return header + name.encode("ascii") + _LOCAL_SIZES.pack(_ZIP64, _LOCAL_SIZES.size - 4, size, size)


def _directory(encodings: tuple[int, int], manifest: tuple[int, int]) -> bytes:
    """Return everything after the content, given (size, checksum) of both members."""
    entries = b""
    position = 0
    for name, (size, checksum) in ((ENCODINGS, encodings), (MANIFEST, manifest)):
        entries += _ENTRY.pack(
            *(b"PK\1\2", _VERSION, _VERSION, 0, 0, 0, _DATE, checksum, _IN_ZIP64, _IN_ZIP64),
            *(len(name), _ENTRY_SIZES.size, 0, 0, 0, 0, _IN_ZIP64),
        )
        entries += name.encode("ascii") + _ENTRY_SIZES.pack(_ZIP64, _ENTRY_SIZES.size - 4, size, size, position)
        position += _local_bytes(name) + size
    return (
        entries
        + _END_64.pack(b"PK\6\6", _END_64.size - 12, _VERSION, _VERSION, 0, 0, 2, 2, len(entries), position)
        + _LOCATOR.pack(b"PK\6\7", 0, position + len(entries), 1)
        + _END.pack(b"PK\5\6", 0, 0, *(_IN_ZIP64_SHORT,) * 2, _IN_ZIP64, _IN_ZIP64, 0)
    )


_DIRECTORY_BYTES = len(_directory((0, 0), (0, 0)))
