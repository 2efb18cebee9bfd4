"""The program, many times: each command is a process of its own, forked from one that has everything loaded.

Loading takes most of the time of a short command. That commands work in a process that has loaded nothing else is
seen where they are typed by hand (test_by_hand) and in the demonstrations.
"""

import atexit
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from tests.journeys.test_by_hand import Newcomer

# For each line of input: a command, its folder, and where its output and its errors go; the answer is its exit code.
_FORKS = """
import gc, json, os, sys
import encoder.dedupe, encoder.disclosure, encoder.encode_run, encoder.guard, encoder.reveal
import linkage.agreement.drafting, linkage.agreement.wording, linkage.ceremony, linkage.credential, linkage.ledger.audit
import linkage.reports.dossier, linkage.reports.incident, linkage.sealing
import matcher.linking, matcher.output, matcher.report
import alembic.command, server.audit.export, server.audit.repetition, server.carried.arrival, server.carried.hits
import server.carried.standing, server.client.host, server.client.receipts, server.diagnosis, server.service
from linkage.command.program import run

gc.freeze()
for line in sys.stdin:
    words, folder, *outputs = json.loads(line)
    child = os.fork()
    if not child:
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, path in enumerate(outputs, 1):
            os.dup2(os.open(path, os.O_WRONLY), number)
        code = run(words)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Return how `counterfoil` with `words` ended, called in `folder`."""
    forks = _forks()
    assert forks.stdin is not None
    assert forks.stdout is not None
    with NamedTemporaryFile() as output, NamedTemporaryFile() as errors:
        forks.stdin.write(json.dumps([list(words), str(folder), output.name, errors.name]) + "\n")
        forks.stdin.flush()
        code = int(forks.stdout.readline())
        return subprocess.CompletedProcess(words, code, output.read().decode(), errors.read().decode())


@cache
def _forks() -> "subprocess.Popen[str]":
    started = subprocess.Popen([sys.executable, "-c", _FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(started.communicate)
    return started


class Regular(Newcomer):
    """Types commands all day, and has the program loaded."""

    def runs(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Run the program with `words`."""
        return run(words, self.folder)
