"""The folder of a demonstration: whole or absent, and never in the place of anything but a former demonstration."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linkage.errors import FileError
from linkage.files import OWNER_ONLY_FOLDER, unusable
from trial.errors import OutputFolderError

MARKER = ".counterfoil-demo"
_MARKER_TEXT = "Made by 'counterfoil demo', which replaces this folder as a whole when it is run again.\n"


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`; it takes the name `path` when the block ends well, else it is removed.

    Raises:
        OutputFolderError: `path` is there and is not a former demonstration; raised before the block runs.
        FileError: the parent folder is missing or not writable.
    """
    _check_replaceable(path)
    if not path.parent.is_dir():
        raise FileError(f"{path.parent} is not a folder", code="file.unusable", hint="make it first")
    suffix = secrets.token_hex(6)
    growing, former = (path.with_name(f".{path.name}.{suffix}.{kind}") for kind in ("part", "former"))
    try:
        try:
            growing.mkdir(mode=OWNER_ONLY_FOLDER)
        except OSError as error:
            raise unusable(path, "written", error) from error
        yield growing
        (growing / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
        _check_replaceable(path)
        _swap(growing, path, former)
    finally:
        for leftover in (growing, former):
            shutil.rmtree(leftover, ignore_errors=True)


def _check_replaceable(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_dir() or (not (path / MARKER).is_file() and any(path.iterdir())):
        raise OutputFolderError(
            f"{path} exists and is not a former demonstration", hint="choose another folder with --output"
        )


def _swap(growing: Path, path: Path, former: Path) -> None:
    try:
        if path.exists():
            path.rename(former)
        growing.rename(path)
    except OSError as error:
        if former.exists() and not path.exists():
            former.rename(path)
        raise unusable(path, "written", error) from error
