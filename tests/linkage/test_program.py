"""The program itself: exit codes, and errors that say what to do without quoting what they met."""

import click
import pytest

from linkage.command import program
from linkage.command.program import TRACEBACK_VARIABLE, run
from linkage.errors import CounterfoilError, InputError, RefusedError


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv(TRACEBACK_VARIABLE, raising=False)
    return monkeypatch


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(program.counterfoil, "get_command", lambda _context, _name: failing)
    return run(["anything"])


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            InputError("x.csv: row 3: too short", hint="look at it"),
            3,
            "error [input]: x.csv: row 3: too short\nhint: look at it\n",
        ),
        (RefusedError("not agreed", code="agreement.none"), 4, "error [agreement.none]: not agreed\n"),
        (CounterfoilError("odd"), 1, "error [counterfoil]: odd\n"),
        (KeyboardInterrupt(), 130, "cancelled\nhint: nothing was left half written\n"),
    ],
)
def test_error_is_told_in_a_line_and_a_hint(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, text: str
) -> None:
    assert fail_with(failing, error) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.lstrip("\n") == text


def test_fault_names_its_kind_and_place_and_not_its_message(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(failing, ZeroDivisionError("MUELLER GERDA")) == 1
    told = capsys.readouterr().err
    assert "error [program.fault]: ZeroDivisionError in test_program.py" in told
    assert "MUELLER" not in told


def test_fault_is_raised_when_that_was_asked_for(failing: pytest.MonkeyPatch) -> None:
    failing.setenv(TRACEBACK_VARIABLE, "1")
    with pytest.raises(ZeroDivisionError):
        fail_with(failing, ZeroDivisionError())


@pytest.mark.parametrize("arguments", [["no-such-command"], ["schema", "check"], ["inspect", "x", "--wrong"]])
def test_wrong_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 2
    assert "Usage: counterfoil" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["schema", "--help"]])
def test_help_and_version_are_exit_code_0(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 0
    assert "counterfoil" in capsys.readouterr().out
