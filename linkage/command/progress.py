"""Progress of long work: a bar on a terminal, silence when piped."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnProgress = Callable[[int, int | None], None]
"""Called with (units done so far, units in all or None when unknown), from the thread that works."""


@contextmanager
def progress(description: str, unit: str) -> Iterator[OnProgress]:
    """Yield a callback that draws a bar with rate and time left on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
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
