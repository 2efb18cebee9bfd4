"""What holds for every test."""

import signal


def pytest_configure() -> None:
    """Hear interrupts, also where a shell started the tests in the background and so let them be ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
