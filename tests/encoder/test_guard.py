"""The guard: each way out is tried in a process of its own, and refused with a clear error."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

NETWORK = {
    "socket": "import socket; socket.socket()",
    "unix socket": "import socket; socket.socketpair()",
    "connection": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "name": "import socket; socket.getaddrinfo('localhost', 80)",
    "host": "import socket; socket.gethostbyname('localhost')",
    "urllib": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    "file by urllib": "import urllib.request; urllib.request.urlopen('file:///etc/hostname')",
    "http": "import http.client; http.client.HTTPConnection('127.0.0.1', 9).request('GET', '/')",
    "ftp": "import ftplib; ftplib.FTP('127.0.0.1')",
    "mail": "import smtplib; smtplib.SMTP('127.0.0.1')",
    "asyncio": "import asyncio; asyncio.run(asyncio.sleep(0))",
    "thread": (
        "import threading, socket; caught = []; threading.excepthook = lambda found: caught.append(found.exc_value);"
        "thread = threading.Thread(target=socket.socket); thread.start(); thread.join(); raise caught[0]"
    ),
}
PROGRAMS = {
    "subprocess": "import subprocess; subprocess.run(['true'])",
    "system": "import os; os.system('true')",
    "popen": "import os; os.popen('true')",
}
POSIX_PROGRAMS = {
    "fork": "import os; os.fork()",
    "forkpty": "import os; os.forkpty()",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "posix_spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "spawn": "import os; os.spawnv(os.P_WAIT, '/bin/true', ['true'])",
    "pty": "import pty; pty.spawn('true')",
    "pool": (
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(1) as pool: pool.submit(abs, -1).result()"
    ),
}
if sys.platform != "win32":
    PROGRAMS |= POSIX_PROGRAMS


def tried(attempt: str) -> subprocess.CompletedProcess[str]:
    program = (
        "from encoder.guard import raise_guard\nfrom encoder.errors import GuardError\nraise_guard()\n"
        f"try:\n    exec({attempt!r})\n"
        "except GuardError as error:\n    print(error.code, error)\nelse:\n    print('got out')\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("way", NETWORK)
def test_way_to_the_network_is_refused(way: str) -> None:
    assert tried(NETWORK[way]).stdout.startswith("guard.network the encoder has no way out: ")


@pytest.mark.parametrize("way", PROGRAMS)
def test_way_to_another_program_is_refused(way: str) -> None:
    assert tried(PROGRAMS[way]).stdout.startswith("guard.program the encoder starts no programs: ")


def test_guard_lets_ordinary_work_pass(tmp_path: Path) -> None:
    work = (
        "import socket, platform, tempfile, pathlib, pyarrow.parquet, numpy, threading; socket.gethostname();"
        f"platform.system(); pathlib.Path({str(tmp_path / 'x')!r}).write_text('x'); tempfile.TemporaryFile().close()"
    )
    assert tried(work).stdout == "got out\n"


def test_guard_cannot_be_taken_down_by_raising_it_again() -> None:
    again = "from encoder.guard import raise_guard; raise_guard(); import socket; socket.socket()"
    assert tried(again).stdout.startswith("guard.network")


def test_contract_keeps_network_libraries_out_of_the_encoder() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        contract
        for contract in document["tool"]["importlinter"]["contracts"]
        if contract["source_modules"] == ["encoder"] and "socket" in contract["forbidden_modules"]
    )
    families = {
        "socket",
        "ssl",
        "asyncio",
        "http",
        "urllib",
        "ftplib",
        "smtplib",
        "subprocess",
        "multiprocessing",
    }
    assert families <= set(contract["forbidden_modules"])
    assert not contract.get("ignore_imports")
