"""Encodings, comparisons and packages that the tests of the matcher share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from linkage import Identity, Package, open_package, write_package
from tests.linkage import making

MakePackage = Callable[..., Package]


@pytest.fixture
def make_package(tmp_path: Path) -> MakePackage:
    """Return what writes a package of given encodings and opens it again.

    Two arrays of one `seed` and length have the same tokens; `changes` go into the manifest.
    """

    def make(name: str, encodings: np.ndarray, *, seed: int, aliases: bool = False, **changes: object) -> Package:
        count, width = encodings.shape
        tokens, _ = making.rows(count, width, seed)
        if aliases:  # every two rows are one record
            tokens = np.repeat(tokens[::2], 2, axis=0)[:count]
        draft = making.draft(width).model_copy(update=changes)
        path = tmp_path / f"{name}.cfp"
        write_package(path, [(tokens, encodings)], draft, Identity.new(name.partition("-")[0]))
        return open_package(path)

    return make
