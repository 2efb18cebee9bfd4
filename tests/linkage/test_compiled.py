"""Compiled functions and their cache."""

import pytest
from numba.core.caching import CacheImpl

from linkage.compiled import compiled


def double(number: int) -> int:
    return 2 * number


def test_functions_are_compiled_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    function = compiled(double)
    assert function(21) == 42
    assert function.stats.cache_path is None  # type: ignore[attr-defined]  # a dispatcher of Numba
