"""What holds for every test."""

import gc
import os
import signal

# One thread of linear algebra for each process that tests start: on small matrices more of them take several times the
# processor time. To be said before NumPy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure() -> None:
    """Hear interrupts, also where a shell started the tests in the background; and time no example of a property."""
    from hypothesis import settings

    from linkage.command.program import search_seldom

    search_seldom()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of an example
    settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Keep thousands of tests and all they import out of Python's search for what nobody holds."""
    gc.freeze()
