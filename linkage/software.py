"""What runs here: versions and hashes, so that two people can tell whether they run the same code."""

import hashlib
import platform
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from linkage.canonical import digest_of

_PACKAGES = ("linkage", "matcher", "server")
_LIBRARIES = ("cryptography", "llvmlite", "numba", "numpy", "pydantic", "pyarrow", "rfc8785", "sqlalchemy", "apiflask")


class Program(NamedTuple):
    """A program or library: name, version, and the digest of its files, where it can be told."""

    name: str
    version: str
    digest: str | None


@cache
def code_digest() -> str:
    """Return the digest of the code that a host runs: the Python files of linkage, matcher and server."""
    root = Path(__file__).parents[1]
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root).as_posix()}\n"
        for package in _PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    ]
    return digest_of("".join(lines).encode())


def software() -> tuple[Program, ...]:
    """Return Counterfoil, Python, and the libraries that decide what a host computes; of these, as installed."""
    found = [
        Program("counterfoil", distribution("counterfoil").version, code_digest()),
        Program("python", platform.python_version(), None),
    ]
    for name in _LIBRARIES:
        try:
            library = distribution(name)
        except PackageNotFoundError:
            continue
        found.append(Program(name, library.version, _record_digest(library)))
    return tuple(found)


def _record_digest(library: Distribution) -> str | None:
    """Return the digest of the list of hashes that was installed with a library."""
    record = library.read_text("RECORD")
    return None if record is None else digest_of(record.encode())
