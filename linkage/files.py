"""Files that are whole or absent, and readable by their owner only where they must be."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from linkage.errors import FileError, InputError

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
ORDINARY = 0o666  # what the process's umask leaves of it
LARGEST_CELL_CHARACTERS = 131_072
"""Of a table: what is longer is hardly a value. Columnar tables count bytes."""
_PARQUET_START = b"PAR1"


@contextmanager
def whole_file(path: Path, *, overwrite: bool = True, mode: int = ORDINARY) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the name `path` when the block ends well, else it is removed.

    The temporary file exists, empty and with its final permissions, before the block runs, so that what is written
    into it is never readable by others. An interrupt inside the block leaves nothing behind.

    Args:
        path: the final name.
        overwrite: whether an existing file may be replaced.
        mode: permission bits of the file (before the umask); ignored by systems without them.

    Raises:
        FileError: the folder is missing or not writable, or the file exists and may not be replaced.
    """
    if not overwrite:
        refuse_existing(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    except OSError as error:
        raise unusable(path, "written", error) from error
    try:
        yield temporary
        _sync(temporary)
        if overwrite:
            temporary.replace(path)
        else:
            _publish_once(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, readable by their owner only."""
    if not path.is_dir():
        make_private_folder(path.parent)
        path.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)


def is_parquet(path: Path) -> bool:
    """Return whether a table is Parquet, told by its name.

    Raises:
        FileError: it cannot be read.
        InputError: it is what its name does not say.
    """
    named = path.suffix.lower() == ".parquet"
    try:
        if not path.is_file():  # a pipe is not looked into, and what is not there is told when it is opened
            return named
        with path.open("rb") as file:
            found = file.read(len(_PARQUET_START)) == _PARQUET_START
    except OSError as error:
        raise unusable(path, "read", error) from error
    if named and not found:
        raise InputError(f"{path} is not a Parquet file", code="table", hint="if it is CSV, let its name end in .csv")
    if found and not named:
        raise InputError(f"{path} is a Parquet file", code="table", hint="let its name end in .parquet")
    return named


def refuse_existing(path: Path) -> None:
    """Raise FileError if there is something at `path`; before work whose result is to be written there."""
    if os.path.lexists(path):
        raise FileError(f"{path} exists already", code="file.exists", hint="choose another name or move it away")


def check_outputs(
    outputs: Iterable[Path | None], inputs: Iterable[Path | None] = (), *, overwrite: bool = True
) -> None:
    """Refuse outputs that cannot be written or would replace what is needed; before work whose results they are.

    Args:
        outputs: files to be written; None stands for none.
        inputs: files that are read.
        overwrite: whether existing files may be replaced.

    Raises:
        FileError: an output is also another one or an input, exists and may not be replaced, is a folder, or is to be
            in a folder that is not there.
    """
    used = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is None:
            continue
        if path.resolve() in used:
            raise FileError(f"{path} is given for two things", code="file.twice", hint="give every output its own name")
        used.add(path.resolve())
        if not overwrite:
            refuse_existing(path)
        if path.is_dir():
            raise FileError(f"{path} cannot be written: it is a folder", code="file.unusable")
        if not path.parent.is_dir():
            raise FileError(f"{path} cannot be written: the folder is not there", code="file.unusable")


def write_whole(path: Path, content: bytes, *, overwrite: bool = True, mode: int = ORDINARY) -> None:
    """Write `content` to `path` as a whole or not at all (see :func:`whole_file`)."""
    try:
        with whole_file(path, overwrite=overwrite, mode=mode) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise unusable(path, "written", error) from error


def read_capped(path: Path, *, limit_bytes: int) -> bytes:
    """Return the content of a file of at most `limit_bytes`.

    Raises:
        FileError: the file cannot be read or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit_bytes + 1)
    except OSError as error:
        raise unusable(path, "read", error) from error
    if len(content) > limit_bytes:
        raise FileError(f"{path} is larger than the {limit_bytes:,} bytes such a file may have", code="file.too-large")
    return content


def unusable(path: Path, done: str, error: OSError) -> FileError:
    """Return the error that says why `path` cannot be `done` ("read", "written")."""
    reason = (error.strerror or type(error).__name__).lower()
    return FileError(f"{path} cannot be {done}: {reason}", code="file.unusable")


def _publish_once(temporary: Path, path: Path) -> None:
    """Give `temporary` the name `path` unless that name is taken, also when two processes race for it."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise FileError(f"{path} exists already", code="file.exists") from error
    except OSError:  # a file system without hard links (FAT on a USB stick)
        if os.path.lexists(path):
            raise FileError(f"{path} exists already", code="file.exists") from None
        temporary.rename(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
