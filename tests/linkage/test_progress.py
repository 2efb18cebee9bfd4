"""What long work says where no terminal is."""

from importlib import import_module

import pytest

from linkage.command import progress


def test_a_log_gets_a_line_a_minute(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    monkeypatch.setattr(import_module("linkage.command.progress"), "monotonic", lambda: now)
    with progress("assessing", "cases") as on_progress:
        for now, done in ((59, 1), (60, 2), (119, 3), (121, 4)):  # noqa: B007 - the clock
            on_progress(done, 30)
        now = 200
        on_progress(1_000, None)
    assert capsys.readouterr().err.splitlines() == [
        "assessing: 2 of 30 cases",
        "assessing: 4 of 30 cases",
        "assessing: 1,000 cases",
    ]


def test_short_work_says_nothing_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("assessing", "cases") as on_progress:
        on_progress(1, 2)
        on_progress(2, 2)
    assert capsys.readouterr().err == ""
