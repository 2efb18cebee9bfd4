"""Running commands and writing down what was run."""

from pathlib import Path

import pytest

from trial.errors import StepError
from trial.program import Transcript


def test_steps_are_run_in_the_folder_and_written_down_as_one_types_them(tmp_path: Path) -> None:
    numbers: list[int] = []
    transcript = Transcript(tmp_path, numbers.append)
    (tmp_path / "two words").mkdir()
    transcript.run("atl", "secret", "new", "-o", "two words/op.secret")
    transcript.copy("atl", "two words/op.secret", "copy")
    answer = transcript.ask("atl", "secret", "check", "copy")
    assert answer["secret"] == "copy"
    assert [step.command for step in transcript.steps] == [
        "counterfoil secret new -o 'two words/op.secret'",
        "cp 'two words/op.secret' copy",
        "counterfoil secret check copy",
    ]
    assert {step.party for step in transcript.steps} == {"atl"}
    assert all(step.seconds > 0 for step in transcript.steps)
    assert numbers == [1, 2, 3]
    assert (tmp_path / "copy").stat().st_mode == (tmp_path / "two words" / "op.secret").stat().st_mode


def test_failed_command_is_an_error_with_its_own_message_and_hint(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path, lambda _number: None)
    transcript.run("atl", "secret", "new", "-o", "op.secret")
    with pytest.raises(StepError) as caught:
        transcript.run("atl", "secret", "new", "-o", "op.secret")
    assert caught.value.message.startswith("'counterfoil secret' of atl failed: error [file.exists]")
    assert caught.value.hint
    assert len(transcript.steps) == 1
