"""How functions are compiled, for those who encode or compare: nobody else needs Numba."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return `function` as machine code that holds no GIL, compiled when it is first called.

    The code is kept on disk for the next process, beside the module, or else in the user's cache folder. A service that
    may write neither compiles anew in each process.
    """
    try:
        return cast("Function", njit(cache=True, nogil=True)(function))
    except RuntimeError:  # Numba found no folder to write to
        return cast("Function", njit(nogil=True)(function))
