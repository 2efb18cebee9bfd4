"""Progress of long work: a bar on a terminal, and a line a minute in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import click

OnProgress = Callable[[int, int | None], None]
"""Called with (units done so far, units in all or None when unknown), from the thread that works."""

_SECONDS_BETWEEN_LINES = 60.0


@contextmanager
def progress(description: str, unit: str) -> Iterator[OnProgress]:
    """Yield a callback that shows on standard error what is done: as a bar with rate and time left on a terminal.

    Elsewhere it writes a line each minute, so that work of less than a minute says nothing.
    """
    if not sys.stderr.isatty():
        yield _lines(description, unit)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(description, total=None, rate="")

        def update(done: int, total: int | None) -> None:
            speed = display.tasks[0].finished_speed or display.tasks[0].speed
            rate = f"{speed:,.0f} {unit}/s" if speed else ""
            display.update(task, completed=done, total=total, rate=rate)

        yield update


def _lines(description: str, unit: str) -> OnProgress:
    written = monotonic()

    def update(done: int, total: int | None) -> None:
        nonlocal written
        if monotonic() - written < _SECONDS_BETWEEN_LINES:
            return
        written = monotonic()
        with suppress(OSError):  # nobody reads it any more
            click.echo(f"{description}: {done:,}{f' of {total:,}' if total else ''} {unit}", err=True)

    return update
