"""Encodings are in clear in memory only: no file of the host holds one, while it reads them and after it is killed."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from linkage.encodings import Encodings
from tests.linkage.agreements import HOST
from tests.server.house import House, package, people, tokens_of

COUNT = 20_000  # more than one block, and more than any buffer holds
KILLED = f"""
import os, signal, sys
from pathlib import Path
from linkage.encodings import Encodings
from server.hosting import worker
from server.service import Service
from server.settings import Settings

def killed(blocks, **_):
    next(iter(blocks))
    os.kill(os.getpid(), signal.SIGKILL)

Encodings.from_blocks = killed
worker(Service.opened(Settings.embedded(Path(sys.argv[1]), name="{HOST}")), "worker-0").work_once()
"""


class Ordered:
    """A host with two submissions and a run that nobody has begun, and what must not be in a file of it."""

    def __init__(self, folder: Path) -> None:
        self.house = House.at(folder, database=None)
        assert self.house.registers().status_code == 201
        self.secret: list[bytes] = []
        for seed, agency in enumerate(("atl", "bor")):
            rows = people(COUNT, seed + 1)
            content = package(folder, agency, rows, seed=seed)
            self.officer = self.house.joined(agency)
            answer = self.officer.submits(content)
            assert answer.status_code == 201, answer.json
            tokens = tokens_of(folder, content)
            self.secret += [rows[0].tobytes(), rows[-1].tobytes(), bytes.fromhex(tokens[0]), bytes.fromhex(tokens[-1])]
        for path in folder.glob("*.cfp"):
            path.unlink()
        self.run = self.officer.orders().json["run"]

    def clear(self, *folders: Path) -> list[str]:
        """The files of the host that hold what they must not."""
        files = [path for folder in (self.house.folder, *folders) for path in folder.rglob("*") if path.is_file()]
        assert len(files) > 3
        return [path.name for path in files if any(value in path.read_bytes() for value in self.secret)]


@pytest.fixture
def ordered(tmp_path: Path) -> Ordered:
    return Ordered(tmp_path)


def test_what_is_looked_for_would_be_found(ordered: Ordered) -> None:
    (ordered.house.folder / "host" / "uploads" / "clear").write_bytes(b"..." + ordered.secret[3] + b"...")
    assert ordered.clear() == ["clear"]


def test_no_file_is_in_clear_while_a_run_reads(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch, found, read = tmp_path_factory.mktemp("scratch"), [], Encodings.from_blocks
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    def watched(blocks: Iterable[Any], **stated: Any) -> Encodings:
        def each() -> Iterable[Any]:
            for block in blocks:
                found.append(ordered.clear(scratch))
                yield block

        return read(each(), **stated)

    monkeypatch.setattr(Encodings, "from_blocks", watched)
    ordered.house.works()
    assert found
    assert not any(found)


def test_no_file_is_in_clear_after_a_run_that_was_killed(ordered: Ordered, tmp_path_factory: Any) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(ordered.house.folder / "host")],
        env=os.environ | {"TMPDIR": str(scratch)},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert ordered.clear(scratch) == []
