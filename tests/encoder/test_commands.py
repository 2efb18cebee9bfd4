"""The commands of an agency: in this process without the guard, and where it counts in a process of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from encoder import encode_clks
from encoder.commands import ENGINES as CHOICES
from encoder.engines import ENGINES
from encoder.secret import OperationSecret
from linkage.command.program import run
from linkage.identity import Identity
from linkage.ledger import Checkpoint, SignedCheckpoint
from linkage.ledger.tree import EMPTY_HEAD
from linkage.package import open_package
from tests.encoder.making import (
    ATLANTIS,
    DOCUMENT,
    PROGRAM,
    encodings_by_id,
    names_in,
    read_rows,
    run_program,
    write_csv,
)

PEOPLE = [["p1", "Anna", "1980-02-03"], ["p2", "Łukasz", "unknown"], ["p3", "محمد", "2001-12-31"]]
MADE = ("-o", "atl.cfp", "--counterfoil", "atl.csv")
WITH = (
    "--schema",
    "schema.json",
    "--secret-file",
    "op.secret",
    "--identity",
    "atl.key",
    "--category",
    "victim",
    *MADE,
)
ENCODE = ("encode", "people.csv", "--id-column", "id", *WITH)
INPUTS = {"schema.json", "op.secret", "atl.key", "people.csv"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schema.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    OperationSecret(bytes(range(32)), 256, ours=True).write(tmp_path / "op.secret")
    ATLANTIS.write(tmp_path / "atl.key")
    write_csv(tmp_path / "people.csv", PEOPLE)
    return tmp_path


class Done(NamedTuple):
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run_here(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `counterfoil` in this process, where the guard would stay up for all other tests."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)

    def run_it(*arguments: str) -> Done:
        code = run(list(arguments))
        return Done(code, *capsys.readouterr())

    return run_it


def test_choices_of_engines_are_those_there_are() -> None:
    assert CHOICES == ENGINES


def test_encode_makes_both_halves_and_says_so(folder: Path) -> None:
    done = run_program(*ENCODE, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 rows, 3 records" in done.stdout
    assert f"atl.cfp: the package, {(folder / 'atl.cfp').stat().st_size:,} bytes" in done.stdout
    assert "atl.csv: the counterfoil; it must stay with you" in done.stdout
    found = encodings_by_id(folder / "atl.cfp", folder / "atl.csv")
    expected = encode_clks([[name, "", born] for _, name, born in PEOPLE], DOCUMENT, bytes(range(32)))
    assert found == {row[0]: bits.tobytes() for row, bits in zip(PEOPLE, expected, strict=True)}
    assert open_package(folder / "atl.cfp", trusted=[ATLANTIS.public]).manifest.category == "victim"
    content = (folder / "atl.cfp").read_bytes()
    for value in [*(cell for row in PEOPLE for cell in row if len(cell) > 3), bytes(range(32)).hex()]:
        assert value.encode() not in content


def test_package_carries_the_checkpoint_that_the_agency_saw(folder: Path, run_here: Run) -> None:
    host = Identity.new("host")
    seen = SignedCheckpoint.signed(Checkpoint("host", 0, EMPTY_HEAD), host).encode()
    (folder / "seen.txt").write_bytes(seen)
    assert run_here(*ENCODE, "--checkpoint", "seen.txt").returncode == 0
    assert open_package(folder / "atl.cfp").manifest.checkpoint == seen.decode()
    (folder / "seen.txt").write_text("no checkpoint", encoding="utf-8")
    refused = run_here(*ENCODE, "--force", "--checkpoint", "seen.txt")
    assert refused.returncode == 3
    assert "error [ledger.checkpoint]" in refused.stderr


def test_encode_prints_json_for_scripts(folder: Path, run_here: Run) -> None:
    write_csv(folder / "people.csv", [*PEOPLE, ["p4", "", "unknown"], ["p5", "", "x"]])
    done = run_here(*ENCODE, "--bad-rows", "bad.csv", "--expires-days", "7", "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    seconds = result.pop("seconds")
    assert result.pop("rows_per_second") == pytest.approx(5 / seconds, rel=0.2)
    manifest = open_package(folder / "atl.cfp").manifest
    assert result == {
        "rows": 5,
        "records": 3,
        "set_aside": 2,
        "package": "atl.cfp",
        "package_bytes": (folder / "atl.cfp").stat().st_size,
        "counterfoil": "atl.csv",
        "bad_rows": "bad.csv",
        "expires": manifest.expires,
    }
    assert [row[0] for row in read_rows(folder / "bad.csv")] == ["4", "5"]


def test_encode_with_clkhash_gives_the_same_bits(folder: Path) -> None:
    assert run_program(*ENCODE, folder=folder).returncode == 0
    native = encodings_by_id(folder / "atl.cfp", folder / "atl.csv")
    done = run_program(*ENCODE, "--engine", "clkhash", "--force", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert encodings_by_id(folder / "atl.cfp", folder / "atl.csv") == native
    assert open_package(folder / "atl.cfp").manifest.software.engine.startswith("clkhash 0.18")


def test_encode_reads_any_dialect_with_columns_of_other_names(folder: Path, run_here: Run) -> None:
    mapping = {"format": "counterfoil-columns/1", "columns": {"name": "Nachname", "born": "Geburtstag"}}
    (folder / "columns.json").write_text(json.dumps(mapping), encoding="utf-8")
    text = "Nr\tGeburtstag\tNachname\r\n7\t1980-02-03\t'Mül\tler'\r\n"
    (folder / "people.txt").write_bytes(text.encode("cp1252"))
    options = ("--columns", "columns.json", "--encoding", "cp1252", "--delimiter", "tab", "--quote", "'")
    done = run_here("encode", "people.txt", "--id-column", "Nr", *WITH, *options)
    assert (done.returncode, done.stderr) == (0, "")
    expected = encode_clks([["Mül\tler", "", "1980-02-03"]], DOCUMENT, bytes(range(32)))
    assert encodings_by_id(folder / "atl.cfp", folder / "atl.csv") == {"7": expected[0].tobytes()}


def test_encode_says_what_is_wrong_and_leaves_nothing(folder: Path, run_here: Run) -> None:
    write_csv(folder / "people.csv", [*PEOPLE, ["p4", "Anna", "1980-99-99"]])
    done = run_here(*ENCODE)
    assert done.returncode == 3
    assert "error [row]: people.csv: row 4 (line 5), field 'born': " in done.stderr
    assert "1980-99-99" not in done.stderr + done.stdout
    assert done.stdout == ""
    assert names_in(folder) == INPUTS


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((*ENCODE, "--category", "culprit"), 2, "Invalid value for '--category'"),
        ((*ENCODE, "--expires-days", "0"), 2, "Invalid value for '--expires-days'"),
        ((*ENCODE, "--id-column", "nr"), 3, "has no column 'nr'; its columns are 'id', 'name', 'born'"),
        ((*ENCODE, "--delimiter", ";"), 3, "none of the columns"),
        ((*ENCODE, "--sheet", "x"), 3, "--sheet has no meaning"),
        ((*ENCODE, "--identity", "op.secret"), 3, "error [key-file]"),
        ((*ENCODE, "--secret-file", "atl.key"), 3, "error [key-file]"),
        ((*ENCODE, "--schema", "absent.json"), 3, "absent.json cannot be read"),
        ((*ENCODE, "--counterfoil", "op.secret", "--force"), 3, "op.secret is given for two things"),
        ((*ENCODE, "--counterfoil", "absent/x.csv"), 3, "absent/x.csv cannot be written"),
        ((*ENCODE, "-o", "absent/x.cfp"), 3, "absent/x.cfp cannot be written"),
    ],
)
def test_encode_refuses_wrong_arguments(
    folder: Path, run_here: Run, arguments: Sequence[str], code: int, words: str
) -> None:
    done = run_here(*arguments)
    assert done.returncode == code
    assert words in done.stderr.replace("\\", "/")
    assert "Traceback" not in done.stderr
    assert names_in(folder) == INPUTS


def test_encode_refuses_a_weak_secret(folder: Path, run_here: Run) -> None:
    (folder / "op.secret").write_text("correct horse battery staple\n", encoding="utf-8")
    done = run_here(*ENCODE)
    assert done.returncode == 4
    assert "error [secret.weak]" in done.stderr
    assert "horse" not in done.stderr
    assert names_in(folder) == INPUTS


def test_encode_command_runs_under_the_guard(folder: Path) -> None:
    """An engine that phones home is stopped, in the process that the command itself has set up."""
    program = (
        "import sys, socket\nfrom linkage.command.program import run\nimport encoder.engines\n"
        "def make_engine(*_):\n    socket.create_connection(('127.0.0.1', 9))\n"
        "encoder.engines.make_engine = make_engine\nsys.exit(run(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *ENCODE], cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 4
    assert done.stderr.startswith("error [guard.network]: the encoder has no way out: socket.")
    assert names_in(folder) == INPUTS


@pytest.mark.parametrize(
    "arguments",
    [
        ("secret", "new", "-o", "new.secret"),
        ("secret", "check", "op.secret"),
        ENCODE,
        ("import", "clks.json", *WITH),
        ("reveal", "groups.csv", "--counterfoil", "c.csv", "-o", "hits.csv"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_every_command_raises_the_guard_before_it_reads_anything(folder: Path, arguments: Sequence[str]) -> None:
    program = (
        "import os, sys\nfrom linkage.command.program import run\nimport encoder.guard\n"
        "names = os.listdir()\n"
        "def early(event, arguments):\n"
        "    if event == 'open' and str(arguments[0]) in names: os._exit(9)\n"
        "sys.addaudithook(early)\n"
        "encoder.guard.raise_guard = lambda: os._exit(7)\nsys.exit(run(sys.argv[1:]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=folder, check=False, timeout=240)
    assert done.returncode == 7


if sys.platform != "win32":  # there Ctrl-C goes to a whole console, ours included

    @pytest.mark.parametrize("delay_seconds", [0.2, 0.6, 0.8, 1.0])
    def test_interrupt_at_any_moment_leaves_nothing_half_written(folder: Path, delay_seconds: float) -> None:
        write_csv(folder / "people.csv", [[f"p{number}", f"name {number}", "1980-02-03"] for number in range(60_000)])
        arguments = [*PROGRAM, *ENCODE, "--bad-rows", "bad.csv"]
        running = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay_seconds)
        running.send_signal(signal.SIGINT)
        complete = running.wait(timeout=240) == 0
        whole = INPUTS | {"atl.cfp", "atl.csv", "bad.csv"}
        assert names_in(folder) in ([whole] if complete else [whole, INPUTS])  # it may hear the signal when all is done


def test_interrupt_while_rows_are_encoded_says_that_nothing_was_left(folder: Path) -> None:
    write_csv(folder / "people.csv", [[f"p{number}", f"name {number}", "1980-02-03"] for number in range(120_000)])
    program = (
        "import signal, sys\nfrom linkage.command.program import run\nimport encoder.halves\n"
        "add = encoder.halves.Halves.add\n"
        "def interrupted(halves, *records):\n    add(halves, *records)\n    signal.raise_signal(signal.SIGINT)\n"
        "encoder.halves.Halves.add = interrupted\nsys.exit(run(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *ENCODE], cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() == "cancelled\nhint: nothing was left half written"
    assert names_in(folder) == INPUTS


def test_import_takes_what_clkhash_wrote(folder: Path) -> None:
    assert run_program(*ENCODE, folder=folder).returncode == 0
    assert run_program("export", "--format", "clks-json", "atl.cfp", "-o", "clks.json", folder=folder).returncode == 0
    in_file = open_package(folder / "atl.cfp").encodings.to_bytes()
    done = run_program("import", "clks.json", *WITH, "--force", "--json", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["records"] == 3
    found = encodings_by_id(folder / "atl.cfp", folder / "atl.csv")
    assert found == {str(row): bits.tobytes() for row, bits in enumerate(in_file, start=1)}


def test_reveal_names_own_records(folder: Path, run_here: Run) -> None:
    write_csv(folder / "c.csv", [["0a" * 16, "p1"], ["0b" * 16, "p2"]], ("token", "record_id"))
    groups = [["1", "atl", "0b" * 16, "0.9"], ["1", "bor", "1b" * 16, "0.9"]]
    write_csv(folder / "groups.csv", groups, ("group", "agency", "token", "score"))
    arguments = ("reveal", "groups.csv", "--counterfoil", "c.csv", "-o", "hits.csv")
    done = run_here(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 of your records are in 1 groups: hits.csv\n"
    assert read_rows(folder / "hits.csv") == [["1", "p2", "0b" * 16, "0.9"]]
    assert run_here(*arguments).returncode == 3
    done = run_here(*arguments, "--force", "--json")
    assert json.loads(done.stdout) == {"hits": 1, "groups": 1, "output": "hits.csv"}


def test_secret_is_made_once_checked_and_never_shown(folder: Path, run_here: Run) -> None:
    done = run_here("secret", "new", "-o", "new.secret")
    assert done.returncode == 0
    made = OperationSecret.read(folder / "new.secret")
    checked = run_here("secret", "check", "new.secret")
    assert checked.stdout == "new.secret: may be used (256 bits, made by Counterfoil)\n"
    machine = run_here("secret", "check", "new.secret", "--json")
    assert json.loads(machine.stdout) == {"secret": "new.secret", "bits": 256, "estimated": False}
    again = run_here("secret", "new", "-o", "new.secret")
    assert again.returncode == 3
    assert OperationSecret.read(folder / "new.secret") == made
    for shown in (done, checked, machine, again):
        assert made.value.hex()[:16] not in shown.stdout + shown.stderr


def test_secret_check_refuses_what_encode_refuses(folder: Path, run_here: Run) -> None:
    (folder / "weak").write_text("password\n", encoding="utf-8")
    (folder / "weak").chmod(0o600)
    done = run_here("secret", "check", "weak")
    assert done.returncode == 4
    assert done.stderr.startswith("error [secret.weak]: weak: the secret is too weak")
    if os.name == "posix":
        (folder / "op.secret").chmod(0o644)
        done = run_here("secret", "check", "op.secret")
        assert (done.returncode, done.stderr.splitlines()[1]) == (4, "hint: chmod 600 op.secret")
