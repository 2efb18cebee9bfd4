"""What holds for every test."""

import os
import signal

# One thread of linear algebra for each process that tests start: on small matrices more of them take several times the
# processor time. To be said before NumPy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure() -> None:
    """Hear interrupts, also where a shell started the tests in the background and so let them be ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
