"""The program itself: exit codes, how errors are told, how it ends when asked to."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import click
import pytest

from linkage.command import SharedGroup, program
from linkage.errors import FileError, RefusedError

SCHEMA = Path(__file__).parents[2] / "configs" / "schemas" / "febrl4.json"

VALUE = "Qxvalue"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> object:
    """A function that puts a body behind the command `probe`."""

    def put(body: object) -> None:
        probe = click.Command("probe", callback=body)  # type: ignore[arg-type]  # any function will do
        monkeypatch.setattr(SharedGroup, "get_command", lambda *_: probe)

    return put


def raising(error: BaseException) -> object:
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (FileError("x cannot be read", hint="look"), 3, "error [file]: x cannot be read\nhint: look\n"),
        (RefusedError("no", code="some.rule"), 4, "error [some.rule]: no\n"),
        (KeyboardInterrupt(), 130, "cancelled\nhint: nothing was left half written\n"),
        (click.UsageError("so not"), 2, "Error: so not\n"),
    ],
)
def test_errors_have_their_exit_code_and_their_line(
    error: BaseException, code: int, line: str, command: object, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(error))  # type: ignore[operator]
    assert program.run(["probe"]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith(line)


def test_unexpected_error_tells_its_place_and_never_its_message(
    command: object, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(ValueError(VALUE)))  # type: ignore[operator]
    assert program.run(["probe"]) == 1
    printed = capsys.readouterr().err
    assert "error [program.fault]: ValueError in test_program.py, line" in printed
    assert VALUE not in printed


def test_unexpected_error_is_shown_whole_on_request(command: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(program.TRACEBACK_VARIABLE, "1")
    command(raising(ValueError(VALUE)))  # type: ignore[operator]
    with pytest.raises(ValueError, match=VALUE):
        program.run(["probe"])


def test_missing_library_is_told_with_the_extra_that_brings_it(
    command: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import matcher

    monkeypatch.setitem(sys.modules, "no_such_library", None)
    body: dict[str, object] = {"__name__": matcher.__name__}
    exec("def body():\n    import no_such_library", body)  # noqa: S102 - a function that lives in matcher
    command(body["body"])  # type: ignore[operator]
    assert program.run(["probe"]) == 1
    printed = capsys.readouterr().err
    assert "needs the library no_such_library" in printed
    assert "pip install 'counterfoil[matcher]'" in printed


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_request_to_end_tidies_up_like_an_interrupt(tmp_path: Path) -> None:
    body = f"""
        import click, sys, time
        from pathlib import Path
        from linkage.command import SharedGroup, program
        from linkage.files import whole_file
        @click.command()
        def probe():
            with whole_file(Path({str(tmp_path / "result")!r})) as path:
                path.write_bytes(b"half")
                print("begun", flush=True)
                time.sleep(60)
        SharedGroup.get_command = lambda *_: probe
        sys.exit(program.run(["probe"]))
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(body)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=30) == 130
    assert list(tmp_path.iterdir()) == []


def test_short_command_is_not_searched_for_what_nobody_holds() -> None:
    body = f"""
        import contextlib, gc, sys
        from linkage.command import main
        searches = []
        gc.callbacks.append(lambda phase, _: searches.append(phase))
        sys.argv[1:] = ["schema", "check", {str(SCHEMA)!r}]
        with contextlib.suppress(SystemExit):
            main()
        print("searched", searches, gc.get_freeze_count() > 0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(body)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "searched [] True"
