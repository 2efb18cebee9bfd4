"""Running the commands of the product as a person would: one process each, in one folder, written down."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from trial.errors import StepError

REFUSED = 4
PROGRAM = (sys.executable, "-m", "linkage.command")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a party did.

    Attributes:
        party: who.
        command: as one types it.
        seconds: from the start of the process to its end.
    """

    party: str
    command: str
    seconds: float


@dataclass(slots=True)
class Transcript:
    """Runs steps in `folder` and remembers them, calling `on_step` with their number after each."""

    folder: Path
    on_step: Callable[[int], None]
    steps: list[Step] = field(default_factory=list)

    def run(self, party: str, *arguments: str) -> None:
        """Run ``counterfoil`` with `arguments` in a process of its own, with paths relative to the folder.

        Raises:
            StepError: the command failed; the message is its own.
        """
        self._run(party, arguments, [])

    def ask(self, party: str, *arguments: str) -> dict[str, Any]:
        """Run a command (see :meth:`run`) and return what it prints with --json."""
        answer: dict[str, Any] = json.loads(self._run(party, arguments, ["--json"]))
        return answer

    def examine(self, party: str, *arguments: str) -> dict[str, Any]:
        """Run a command that judges something (see :meth:`ask`), which may end with 0 or with 4, "not in order"."""
        answer: dict[str, Any] = json.loads(self._run(party, arguments, ["--json"], accepted=(0, REFUSED)))
        return answer

    def start(self, party: str, *arguments: str, output: IO[bytes]) -> "subprocess.Popen[bytes]":
        """Start a command (see :meth:`run`) that stays; what it prints goes to `output`."""
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            [*PROGRAM, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        self._note(party, ["counterfoil", *arguments], started, background=True)
        return process

    def copy(self, party: str, source: str, target: str) -> None:
        """Copy a file, permissions included: the hand-over of a file from one party to another."""
        started = time.perf_counter()
        shutil.copy2(self.folder / source, self.folder / target)
        self._note(party, ["cp", source, target], started)

    def _run(
        self, party: str, arguments: tuple[str, ...], unwritten: list[str], accepted: tuple[int, ...] = (0,)
    ) -> str:
        started = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own program with our own arguments
            [*PROGRAM, *arguments, *unwritten],
            cwd=self.folder,
            env=os.environ | {"PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode not in accepted:
            reason, _, hint = done.stderr.strip().partition("\nhint: ")
            raise StepError(f"'counterfoil {arguments[0]}' of {party} failed: {reason}", hint=hint)
        self._note(party, ["counterfoil", *arguments], started)
        return done.stdout

    def _note(self, party: str, words: list[str], started: float, *, background: bool = False) -> None:
        command = f"{shlex.join(words)} &" if background else shlex.join(words)
        self.steps.append(Step(party, command, time.perf_counter() - started))
        self.on_step(len(self.steps))
