"""The program `counterfoil`, assembled from the entry points of the installed packages."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from linkage.command.shared import SharedGroup
from linkage.errors import CounterfoilError

COMMANDS = "counterfoil.commands"
TRACEBACK_VARIABLE = "COUNTERFOIL_TRACEBACK"
INTERRUPTED = 130
_OBJECTS_BEFORE_A_SEARCH = 100_000
"""How many objects the program makes before Python searches them for rings that nobody holds; by default 700 or 2,000.
What is loaded stays, and searching it again and again takes up to a third of the time of a short command."""
HOW_TO_INSTALL = {
    "encoder": "pip install 'counterfoil[encoder]'",
    "matcher": "pip install 'counterfoil[matcher]'",
    "server": "pip install 'counterfoil[server]'",
    "trial": "it is of the extra 'reference', which pip alone cannot install; in a checkout, write 'uv run' before it",
}


@click.group(
    cls=SharedGroup,
    shared=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="counterfoil", prog_name="counterfoil")
def counterfoil() -> None:
    """Find the people who appear in several jurisdictions, without any of them showing whom it holds.

    An agency encodes its records (encode), the host compares encodings (match), and each agency looks up its own
    records among the hits (reveal). Every command has its own --help with an example. 'counterfoil demo' shows the
    whole way.

    Exit codes: 0 done, 1 a fault of the program, 2 wrong usage, 3 the input cannot be used, 4 refused by a rule,
    130 cancelled.
    """


def main() -> None:
    """Run the program and leave the process with its exit code."""
    search_seldom()
    code = run(sys.argv[1:])
    gc.freeze()  # what is left goes with the process: no search
    sys.exit(code)


def search_seldom() -> None:
    """Let Python search for rings that nobody holds as seldom as in the program."""
    gc.set_threshold(_OBJECTS_BEFORE_A_SEARCH)


def run(arguments: list[str]) -> int:
    """Run the program with `arguments` and return its exit code; errors go to standard error, one line and a hint."""
    try:
        with _ended_like_an_interrupt():
            result: Any = counterfoil.main(args=arguments, prog_name="counterfoil", standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last guard; what is unknown is told apart below
        return _failed(error)
    return result if isinstance(result, int) else 0


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
    """Let a request to end (SIGTERM) tidy up as Ctrl-C does; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _failed(error: Exception | KeyboardInterrupt) -> int:
    match error:
        case click.exceptions.Exit():
            code = error.exit_code
        case click.Abort() | KeyboardInterrupt():
            code = _report("cancelled", "nothing was left half written", INTERRUPTED)
        case click.ClickException():
            error.show()
            code = error.exit_code
        case CounterfoilError():
            code = _report(f"error [{error.code}]: {error.message}", error.hint, error.exit_code)
        case BrokenPipeError():  # the reader of our output has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        case _:
            code = _unexpected(error)
    return code


def _unexpected(error: Exception) -> int:
    if os.environ.get(TRACEBACK_VARIABLE):
        raise error
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _report(
            f"error [program.missing]: this command needs the library {error.name}", _how_to_install(error), 1
        )
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "" if frame is None else f" in {Path(frame.tb_frame.f_code.co_filename).name}, line {frame.tb_lineno}"
    return _report(
        f"error [program.fault]: {type(error).__name__}{place}",
        f"this is a fault of Counterfoil; set {TRACEBACK_VARIABLE}=1 to see where (a traceback may quote values)",
        1,
    )


def _how_to_install(error: ModuleNotFoundError) -> str:
    frame = error.__traceback__
    package = ""
    while frame is not None:
        package = str(frame.tb_frame.f_globals.get("__name__", "")).split(".")[0]
        if package in HOW_TO_INSTALL:
            return HOW_TO_INSTALL[package]
        frame = frame.tb_next
    return ""


def _report(line: str, hint: str, exit_code: int) -> int:
    click.echo(line, err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    return exit_code
