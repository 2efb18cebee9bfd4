"""A valid package to start from."""

from pathlib import Path

import pytest

from linkage.package import write_package
from tests.linkage import making


@pytest.fixture(scope="session")
def package_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid package of 40 encodings of 16 bytes; not to be changed."""
    path = tmp_path_factory.mktemp("package") / "atl.cfp"
    write_package(path, [making.rows()], making.draft(), making.ATLANTIS)
    return path
